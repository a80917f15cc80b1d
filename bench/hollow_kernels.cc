#include "bench/hollow_kernels.h"

#include <algorithm>
#include <utility>

#include "vm/core/status.h"

namespace baton {
namespace {

bool IsUnneeded(const TensorObject* output) {
  return output != nullptr && (output->dtype == DType::kFloat32 || output->dtype == DType::kFloat64);
}

class HollowKernel final : public Kernel {
 public:
  explicit HollowKernel(std::unique_ptr<Kernel> kernel) : kernel_(std::move(kernel)) {}

  absl::Status ResultTypes(absl::Span<TensorObject* const> inputs, TensorTypes* types) const override {
    return kernel_->ResultTypes(inputs, types);
  }
  bool ValueDecidesShape(int index) const override { return kernel_->ValueDecidesShape(index); }
  std::unique_ptr<KernelState> MakeState() const override { return kernel_->MakeState(); }
  absl::Status Run(KernelContext& context, absl::Span<TensorObject* const> inputs,
                   absl::Span<TensorObject*> outputs) const override {
    if (std::all_of(outputs.begin(), outputs.end(), IsUnneeded)) return absl::OkStatus();
    return kernel_->Run(context, inputs, outputs);
  }

 private:
  const std::unique_ptr<Kernel> kernel_;
};

class HollowResolver final : public KernelResolver {
 public:
  explicit HollowResolver(std::unique_ptr<KernelResolver> resolver) : resolver_(std::move(resolver)) {}
  absl::StatusOr<std::unique_ptr<Kernel>> Resolve(const KernelSpec& spec) const override {
    BATON_ASSIGN_OR_RETURN(std::unique_ptr<Kernel> kernel, resolver_->Resolve(spec));
    return std::make_unique<HollowKernel>(std::move(kernel));
  }

 private:
  const std::unique_ptr<KernelResolver> resolver_;
};

}  // namespace

std::unique_ptr<KernelResolver> MakeHollowResolver(std::unique_ptr<KernelResolver> resolver) {
  return std::make_unique<HollowResolver>(std::move(resolver));
}

}  // namespace baton
