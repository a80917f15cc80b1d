// The types of single bindings: operator calls, tuples and their fields. The inference pass and the
// elaborator of Relay text share it.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/ir/inference_scope.h"
#include "compiler/ir/module.h"

namespace baton::ir {

// What is known of the value of an operator call before it runs.
struct CallResult {
  TensorTypes types;                 // one per output
  std::optional<Elements> elements;  // of a single output of a tracked type
  std::vector<DimCheck> checks;      // what could not be proved
};

// Types one operator call. Symbols that it introduces are bare extents or elements of its result.
// Errors: InvalidArgument naming the operator and the types of its operands.
absl::StatusOr<CallResult> InferOpCall(Module& module, InferenceScope& scope, const OpCall& call);

// The type of an operation on sequences (sequence_types.cc). Errors: InvalidArgument naming the operation and
// the types of its operands.
absl::StatusOr<Type> InferSequenceOp(Module& module, const InferenceScope& scope, const SequenceOp& sequence);

// What a stack of no elements is when `result` is the type of the stack: its extents where they are constant,
// else those that the operation declares, else 0; 0 along the axis. All extents are constant.
TensorType EmptyStackType(const SequenceOp& stack, const TensorType& result);

// Sets type, elements and checks of a binding whose expression has no regions (binding_types.cc).
// scope.Define(*binding.var) is left to the caller. REQUIRES: the operands are typed; functions that the
// expression names have typed parameters and a result type. Errors: InvalidArgument naming the operator,
// function or constructor and both types.
absl::Status TypeBinding(Module& module, InferenceScope& scope, Binding& binding);

// Types the parameters of the arms of a match on a value of `type`. Errors: InvalidArgument.
absl::Status TypeArmParams(Module& module, const Type& type, const Match& match);

// Gives each integer element of `var` that is not known a symbol of its own, so that shapes may depend on it.
// Does nothing to values whose elements are not tracked.
void NameUnknownElements(Module& module, Var* var);

}  // namespace baton::ir
