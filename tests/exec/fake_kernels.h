// Kernels, a resolver and a device for the tests of vm/exec: small, and they count how they are used.
#pragma once

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "vm/core/device.h"
#include "vm/core/kernel.h"
#include "vm/core/status.h"

namespace baton::test {

// Host memory that counts, and can run out.
class CountingDevice final : public Device {
 public:
  absl::string_view name() const override { return "counting"; }
  void* Allocate(size_t num_bytes) override {
    if (live_bytes + static_cast<int64_t>(num_bytes) > max_bytes) return nullptr;
    ++allocations;
    live_bytes += static_cast<int64_t>(num_bytes);
    return std::aligned_alloc(kTensorAlignment, AlignUp(num_bytes, kTensorAlignment));
  }
  void Free(void* data, size_t num_bytes) override {
    live_bytes -= static_cast<int64_t>(num_bytes);
    std::free(data);
  }
  std::atomic<int64_t> allocations{0};
  std::atomic<int64_t> live_bytes{0};
  int64_t max_bytes = INT64_MAX;
};

// What one operator of the resolver does.
struct FakeOp {
  std::function<absl::Status(absl::Span<TensorObject* const> inputs, TensorTypes* types)> rule;
  std::function<absl::Status(KernelContext& context, absl::Span<TensorObject* const> inputs,
                             absl::Span<TensorObject*> outputs)>
      run;
  int shape_input = -1;  // its values decide the shape
};

struct CountingState : KernelState {
  int calls = 0;
};

class FakeKernel final : public Kernel {
 public:
  FakeKernel(const FakeOp* op, std::atomic<int>* rule_calls) : op_(op), rule_calls_(rule_calls) {}
  absl::Status ResultTypes(absl::Span<TensorObject* const> inputs, TensorTypes* types) const override {
    ++*rule_calls_;
    types->clear();
    return op_->rule(inputs, types);
  }
  bool ValueDecidesShape(int index) const override { return index == op_->shape_input; }
  std::unique_ptr<KernelState> MakeState() const override { return std::make_unique<CountingState>(); }
  absl::Status Run(KernelContext& context, absl::Span<TensorObject* const> inputs,
                   absl::Span<TensorObject*> outputs) const override {
    return op_->run(context, inputs, outputs);
  }

 private:
  const FakeOp* op_;
  std::atomic<int>* rule_calls_;
};

inline absl::Status SameAsFirst(absl::Span<TensorObject* const> inputs, TensorTypes* types) {
  for (const TensorObject* input : inputs) {
    if (input->shape() != inputs[0]->shape()) return absl::InvalidArgumentError("fake: shapes differ");
  }
  types->push_back({inputs[0]->dtype, Shape(inputs[0]->shape())});
  return absl::OkStatus();
}

inline absl::Status AddFloats(KernelContext&, absl::Span<TensorObject* const> inputs,
                              absl::Span<TensorObject*> outputs) {
  for (int64_t i = 0; i < outputs[0]->num_elements(); ++i) {
    outputs[0]->As<float>()[i] = inputs[0]->As<float>()[i] + inputs[1]->As<float>()[i];
  }
  return absl::OkStatus();
}

// add(a, b); copy(a); ones(shape i64[n]) -> f32[shape...]; positive(a f32[n]) -> f32[k], those above 0;
// halves(a f32[2n]) -> f32[n], f32[n]; fail(a); lazy(a): forgets to allocate its data-dependent output.
class FakeResolver final : public KernelResolver {
 public:
  FakeResolver() {
    ops["add"] = {SameAsFirst, AddFloats};
    ops["copy"] = {SameAsFirst, [](KernelContext& context, auto inputs, auto outputs) {
                     ++static_cast<CountingState*>(context.state)->calls;
                     // By way of scratch memory, in two pieces that must not be the same.
                     const auto num_bytes = static_cast<size_t>(inputs[0]->num_bytes());
                     void* a = context.Scratch(num_bytes);
                     void* b = context.Scratch(num_bytes);
                     if (a == nullptr || b == nullptr) return absl::ResourceExhaustedError("no scratch");
                     std::memcpy(a, inputs[0]->data, num_bytes);
                     std::memset(b, 0xFF, num_bytes);
                     std::memcpy(outputs[0]->data, a, num_bytes);
                     return absl::OkStatus();
                   }};
    ops["ones"] = {
        [](auto inputs, TensorTypes* types) {
          const auto* dims = inputs[0]->template As<int64_t>();
          types->push_back({DType::kFloat32, Shape({dims, static_cast<size_t>(inputs[0]->dims[0])})});
          return absl::OkStatus();
        },
        [](KernelContext&, auto, auto outputs) {
          std::fill_n(outputs[0]->template As<float>(), outputs[0]->num_elements(), 1.0f);
          return absl::OkStatus();
        },
        0};
    ops["positive"] = {UnknownLength, [](KernelContext& context, auto inputs, auto outputs) {
                         std::vector<float> kept;
                         for (int64_t i = 0; i < inputs[0]->dims[0]; ++i) {
                           if (inputs[0]->template As<float>()[i] > 0)
                             kept.push_back(inputs[0]->template As<float>()[i]);
                         }
                         BATON_RETURN_IF_ERROR(
                             context.AllocateOutput(0, DType::kFloat32, {static_cast<int64_t>(kept.size())}));
                         std::copy(kept.begin(), kept.end(), outputs[0]->template As<float>());
                         return absl::OkStatus();
                       }};
    ops["halves"] = {[](auto inputs, TensorTypes* types) {
                       types->assign(2, {DType::kFloat32, {Dim(inputs[0]->dims[0] / 2)}});
                       return absl::OkStatus();
                     },
                     [](KernelContext&, auto inputs, auto outputs) {
                       const auto num_bytes = static_cast<size_t>(outputs[0]->num_bytes());
                       std::memcpy(outputs[0]->data, inputs[0]->data, num_bytes);
                       std::memcpy(outputs[1]->data, inputs[0]->template As<char>() + num_bytes, num_bytes);
                       return absl::OkStatus();
                     }};
    ops["fail"] = {SameAsFirst,
                   [](KernelContext&, auto, auto) { return absl::InvalidArgumentError("fail: as asked"); }};
    ops["lazy"] = {UnknownLength, [](KernelContext&, auto, auto) { return absl::OkStatus(); }};
  }

  absl::StatusOr<std::unique_ptr<Kernel>> Resolve(const KernelSpec& spec) const override {
    const auto found = ops.find(spec.op);
    if (found == ops.end()) return absl::NotFoundError("unknown operator");
    return std::make_unique<FakeKernel>(&found->second, &rule_calls);
  }

  static absl::Status UnknownLength(absl::Span<TensorObject* const>, TensorTypes* types) {
    types->push_back({DType::kFloat32, {Dim::Symbol("kept")}});
    return absl::OkStatus();
  }

  std::map<std::string, FakeOp> ops;
  mutable std::atomic<int> rule_calls{0};
};

}  // namespace baton::test
