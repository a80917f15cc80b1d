#include "ops/registry.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "ops/bound_kernel.h"
#include "vm/core/status.h"

namespace baton {

#define OP(Function) const OpDef& Function();
#include "ops/op_list.def"
#undef OP

namespace {

const std::vector<const OpDef*>& SortedOps() {
  static const std::vector<const OpDef*>& ops = *[] {
    auto* list = new std::vector<const OpDef*>{
#define OP(Function) &Function(),
#include "ops/op_list.def"
#undef OP
    };
    std::sort(list->begin(), list->end(), [](const OpDef* a, const OpDef* b) { return a->name < b->name; });
    return list;
  }();
  return ops;
}

class Resolver final : public KernelResolver {
 public:
  explicit Resolver(KernelResolverOptions options) : options_(options) {}

  absl::StatusOr<std::unique_ptr<Kernel>> Resolve(const KernelSpec& spec) const override {
    const OpDef* op = FindOp(spec.op);
    if (op == nullptr) return absl::NotFoundError(absl::StrCat("operator '", spec.op, "' is unknown"));
    return internal::BindKernel(*op, spec, options_.portable_only);
  }

 private:
  KernelResolverOptions options_;
};

// Heap memory for one call outside any VM.
class HeapContext final : public KernelContext {
 public:
  HeapContext(std::vector<Tensor>* results, std::vector<TensorObject*>* outputs)
      : results_(*results), outputs_(*outputs) {}

  void* Scratch(size_t num_bytes) override {
    auto block = Tensor::Allocate(DType::kUInt8, {static_cast<int64_t>(num_bytes)});
    if (!block.ok()) return nullptr;
    scratch_.push_back(*std::move(block));
    return scratch_.back()->data;
  }

  absl::Status AllocateOutput(int index, DType dtype, absl::Span<const int64_t> dims) override {
    BATON_ASSIGN_OR_RETURN(results_[index], Tensor::Allocate(dtype, dims));
    outputs_[index] = results_[index].get();
    return absl::OkStatus();
  }

 private:
  std::vector<Tensor>& results_;
  std::vector<TensorObject*>& outputs_;
  std::vector<Tensor> scratch_;
};

absl::StatusOr<Tensor> AllocateStatic(const TensorType& type) {
  absl::InlinedVector<int64_t, kMaxRank> dims;
  for (const Dim& dim : type.shape.dims()) dims.push_back(dim.value());
  return Tensor::Allocate(type.dtype, dims);
}

}  // namespace

const OpDef* FindOp(absl::string_view name) {
  const auto& ops = SortedOps();
  auto found = std::lower_bound(ops.begin(), ops.end(), name,
                                [](const OpDef* op, absl::string_view name) { return op->name < name; });
  return found != ops.end() && (*found)->name == name ? *found : nullptr;
}

absl::Span<const OpDef* const> AllOps() {
  return SortedOps();
}

std::unique_ptr<KernelResolver> MakeKernelResolver(KernelResolverOptions options) {
  return std::make_unique<Resolver>(options);
}

absl::StatusOr<std::vector<Tensor>> RunOp(const OpDef& op, const OpAttrs& attrs,
                                          absl::Span<const Tensor> inputs, KernelResolverOptions options) {
  KernelSpec spec;
  spec.op = op.name;
  spec.attributes = attrs.ToAttributes();
  std::vector<TensorObject*> arguments;
  for (const Tensor& input : inputs) arguments.push_back(input.get());
  arguments.resize(std::max(arguments.size(), op.inputs.size()), nullptr);
  for (const TensorObject* argument : arguments)
    spec.inputs.push_back({.present = argument != nullptr, .constant = {}});

  // The number of outputs of a variadic operator follows from its rule, which needs no kernel of its own.
  spec.num_outputs = static_cast<int>(op.outputs.size());
  if (op.variadic_outputs) {
    BATON_ASSIGN_OR_RETURN(spec.num_outputs, internal::CountOutputs(op, attrs, arguments));
  }
  BATON_ASSIGN_OR_RETURN(std::unique_ptr<Kernel> kernel,
                         internal::BindKernel(op, spec, options.portable_only));
  TensorTypes types;
  BATON_RETURN_IF_ERROR(kernel->ResultTypes(arguments, &types));

  std::vector<Tensor> results(types.size());
  std::vector<TensorObject*> outputs(types.size(), nullptr);
  for (size_t i = 0; i < types.size(); ++i) {
    if (!types[i].shape.IsStatic()) continue;
    BATON_ASSIGN_OR_RETURN(results[i], AllocateStatic(types[i]));
    outputs[i] = results[i].get();
  }
  const std::unique_ptr<KernelState> state = kernel->MakeState();
  HeapContext context(&results, &outputs);
  context.state = state.get();
  BATON_RETURN_IF_ERROR(kernel->Run(context, arguments, absl::MakeSpan(outputs)));
  return results;
}

}  // namespace baton
