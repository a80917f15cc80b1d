// The meaning of a module: a slow, obvious evaluator over the IR with the portable kernels. What the compiler
// and the VM are compared with.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "compiler/ir/module.h"
#include "vm/core/tensor.h"

namespace baton {

// A value of any type. A tensor; the fields of a tuple or of data; the content of a cell; what a closure has
// captured; the elements of a sequence.
struct EvaluatorValue {
  enum class Kind { kTensor, kTuple, kData, kClosure, kCell, kSequence };
  Kind kind = Kind::kTensor;
  Tensor tensor;
  int constructor = 0;                                 // kData
  const ir::Function* function = nullptr;              // kClosure
  std::shared_ptr<std::vector<EvaluatorValue>> parts;  // shared, so that all holders of a cell see writes

  EvaluatorValue() = default;
  EvaluatorValue(Tensor tensor) : tensor(std::move(tensor)) {}  // NOLINT
  static EvaluatorValue Of(Kind kind, std::vector<EvaluatorValue> parts, int constructor = 0,
                           const ir::Function* function = nullptr);
};
using EvaluatorValues = std::vector<EvaluatorValue>;

// Runs a function of the module. Needs no pass to have run. Recursion of the program is recursion here.
absl::StatusOr<EvaluatorValues> EvaluateFunction(const ir::Function& function, EvaluatorValues arguments);

// Runs the module's first function, which takes and gives tensors.
absl::StatusOr<std::vector<Tensor>> Evaluate(const ir::Module& module, absl::Span<const Tensor> inputs);

}  // namespace baton
