// Runs every kernel of an operator on the same inputs, as constants and as arguments, so that tests can
// compare each with a reference. Used by tests/ops/nn_*_test.cc and reduce_*_test.cc.
#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "ops/bound_kernel.h"
#include "ops/elementwise/convert.h"
#include "ops/op_def.h"
#include "ops/registry.h"

namespace baton::test {

using Values = std::vector<double>;

// `values` rounded to `dtype`.
inline Tensor MakeTensor(DType dtype, absl::Span<const int64_t> dims, const Values& values) {
  Tensor tensor = Tensor::Allocate(dtype, dims).value();
  REQUIRE(static_cast<size_t>(tensor.num_elements()) == values.size());
  VisitDType(dtype, [&](auto element) {
    using T = decltype(element);
    for (size_t i = 0; i < values.size(); ++i) tensor->As<T>()[i] = Convert<T>(values[i]);
  });
  return tensor;
}
inline Tensor Floats(absl::Span<const int64_t> dims, const Values& values) {
  return MakeTensor(DType::kFloat32, dims, values);
}
inline Tensor Int64s(const std::vector<int64_t>& values) {
  return Tensor::FromValues<int64_t>({static_cast<int64_t>(values.size())}, values);
}

inline Values ToValues(const Tensor& tensor) {
  Values values(tensor.num_elements());
  VisitDType(tensor.dtype(), [&](auto element) {
    using T = decltype(element);
    for (size_t i = 0; i < values.size(); ++i) values[i] = Convert<double>(tensor->As<T>()[i]);
  });
  return values;
}

// Deterministic numbers in (-1, 1) with few bits, exact in every float type.
inline Tensor Random(absl::Span<const int64_t> dims, uint32_t seed, DType dtype = DType::kFloat32) {
  int64_t n = 1;
  for (int64_t dim : dims) n *= dim;
  Values values(n);
  uint32_t state = seed * 2654435761u + 1;
  for (double& value : values) {
    state = state * 1664525u + 1013904223u;
    value = (static_cast<int>(state >> 24) - 128) / 128.0;
  }
  return MakeTensor(dtype, dims, values);
}

inline Values ShapeOf(const Tensor& tensor) {
  return {tensor.shape().begin(), tensor.shape().end()};
}

// Memory of exactly the requested size, so that sanitizers see every overrun.
class ExactContext final : public KernelContext {
 public:
  explicit ExactContext(std::vector<Tensor>* results, std::vector<TensorObject*>* outputs)
      : results_(results), outputs_(outputs) {}
  ~ExactContext() override {
    for (void* block : blocks_) std::free(block);
  }
  void* Scratch(size_t num_bytes) override {
    void* block = nullptr;
    if (posix_memalign(&block, 64, num_bytes) != 0) return nullptr;
    std::memset(block, 0xff, num_bytes);
    blocks_.push_back(block);
    return block;
  }
  absl::Status AllocateOutput(int index, DType dtype, absl::Span<const int64_t> dims) override {
    (*results_)[index] = Tensor::Allocate(dtype, dims).value();
    (*outputs_)[index] = (*results_)[index].get();
    return absl::OkStatus();
  }

 private:
  std::vector<void*> blocks_;
  std::vector<Tensor>* results_;
  std::vector<TensorObject*>* outputs_;
};

// One kernel of an operator, bound. Outputs start as NaN, so that what is not written shows.
struct Bound {
  OpDef op;  // with that kernel only
  std::unique_ptr<Kernel> kernel;
  std::unique_ptr<KernelState> state;
  int num_threads = 1;

  absl::StatusOr<std::vector<Tensor>> Run(const std::vector<Tensor>& inputs) const {
    std::vector<TensorObject*> arguments;
    for (const Tensor& input : inputs) arguments.push_back(input.get());
    arguments.resize(std::max(arguments.size(), op.inputs.size()), nullptr);
    TensorTypes types;
    BATON_RETURN_IF_ERROR(kernel->ResultTypes(arguments, &types));
    std::vector<Tensor> results(types.size());
    std::vector<TensorObject*> outputs(types.size(), nullptr);
    for (size_t i = 0; i < types.size(); ++i) {
      if (!types[i].shape.IsStatic()) continue;
      std::vector<int64_t> dims;
      for (const Dim& dim : types[i].shape.dims()) dims.push_back(dim.value());
      BATON_ASSIGN_OR_RETURN(results[i], Tensor::Allocate(types[i].dtype, dims));
      if (results[i]->num_bytes() > 0) std::memset(results[i]->data, 0xff, results[i]->num_bytes());
      outputs[i] = results[i].get();
    }
    ExactContext context(&results, &outputs);
    context.state = state.get();
    context.num_threads = num_threads;
    BATON_RETURN_IF_ERROR(kernel->Run(context, arguments, absl::MakeSpan(outputs)));
    return results;
  }
};

// Null when the kernel does not serve this call. `constants` are the inputs bound at load.
inline absl::StatusOr<std::unique_ptr<Bound>> Bind(const OpDef& op, size_t kernel,
                                                   const Attributes& attributes,
                                                   const std::vector<Tensor>& inputs,
                                                   const std::vector<size_t>& constants) {
  auto bound = std::make_unique<Bound>();
  bound->op = op;
  bound->op.kernels = {op.kernels[kernel]};
  KernelSpec spec;
  spec.op = op.name;
  spec.attributes = attributes;
  spec.num_outputs = static_cast<int>(op.outputs.size());
  for (size_t i = 0; i < op.inputs.size(); ++i) {
    spec.inputs.push_back({.present = i < inputs.size() && inputs[i], .constant = {}});
  }
  for (size_t i : constants) {
    if (i < inputs.size()) spec.inputs[i].constant = inputs[i];
  }
  auto made = internal::BindKernel(bound->op, spec, false);
  if (absl::IsUnimplemented(made.status())) return nullptr;
  BATON_RETURN_IF_ERROR(made.status());
  bound->kernel = *std::move(made);
  bound->state = bound->kernel->MakeState();
  return bound;
}

// Calls `check(outputs)` for every kernel of `name`, with all but input 0 as arguments, then as constants;
// each kernel runs twice with the same state. Returns the number of runs.
inline int ForEachKernel(absl::string_view name, const Attributes& attributes,
                         const std::vector<Tensor>& inputs,
                         const std::function<void(const std::vector<Tensor>&)>& check) {
  const OpDef* op = FindOp(name);
  REQUIRE(op != nullptr);
  std::vector<size_t> all_but_first;
  for (size_t i = 1; i < inputs.size(); ++i) all_but_first.push_back(i);
  int runs = 0;
  for (size_t k = 0; k < op->kernels.size(); ++k) {
    for (const bool constant : {false, true}) {
      auto bound = Bind(*op, k, attributes, inputs, constant ? all_but_first : std::vector<size_t>());
      INFO(op->name << " kernel " << op->kernels[k].name << (constant ? " constants" : " arguments"));
      INFO(bound.status());
      REQUIRE(bound.ok());
      if (*bound == nullptr) continue;
      for (int repeat = 0; repeat < 2; ++repeat) {
        auto outputs = (*bound)->Run(inputs);
        INFO(outputs.status());
        REQUIRE(outputs.ok());
        check(*outputs);
        ++runs;
      }
    }
  }
  REQUIRE(runs >= 2);
  return runs;
}

// The error of running `name` on `inputs` by its rule and first kernel.
inline std::string ErrorOf(absl::string_view name, const Attributes& attributes,
                           const std::vector<Tensor>& inputs) {
  const OpDef* op = FindOp(name);
  REQUIRE(op != nullptr);
  auto attrs = op->ParseAttrs(attributes);
  if (!attrs.ok()) return std::string(attrs.status().message());
  auto result = RunOp(*op, *attrs, inputs);
  return result.ok() ? "" : std::string(result.status().message());
}

// Compares element by element; NaN equals NaN.
inline void CheckClose(const Tensor& found, const Values& expected, double tolerance) {
  const Values values = ToValues(found);
  REQUIRE(values.size() == expected.size());
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(expected[i]) && std::isnan(values[i])) continue;
    if (expected[i] == values[i]) continue;
    const double difference = std::abs(values[i] - expected[i]);
    if (difference <= tolerance * std::max(1.0, std::abs(expected[i]))) continue;
    FAIL("element " << i << " is " << values[i] << ", expected " << expected[i]);
  }
}

}  // namespace baton::test
