// Relations between types that the typing of functions, branches and calls needs. Two kinds of extents are
// open: "?" (AnyDim) inside data, function and reference types and in results of functions; symbols in the
// types of values.
#pragma once

#include <functional>
#include <optional>

#include "absl/status/statusor.h"
#include "compiler/ir/inference_scope.h"
#include "compiler/ir/module.h"

namespace baton::ir {

// `type` with `change` applied to each tensor of the value itself: the tensor, or the fields of a tuple at
// any depth; not what lies in data, functions and references.
Type MapTensors(const Type& type, const std::function<TensorType(const TensorType&)>& change);
// The same for each extent.
Type MapExtents(const Type& type, const std::function<Dim(const Dim&)>& change);
// Calls `visit` with each tensor of the value itself.
void VisitTensors(const Type& type, const std::function<void(const TensorType&)>& visit);

// The type of a value taken from where `type` is declared: each "?" is a fresh symbol.
Type InstantiateOpenExtents(Module& module, const Type& type);
// The type as others declare it: each extent that is no constant is "?", at any depth.
Type OpenExtents(const Type& type);

// The least type of elements that sequences of `a` and of `b` both are sequences of, with "?" where extents
// differ; nothing when their element types do. Never is the element of an empty sequence.
std::optional<Type> JoinElementTypes(const Type& a, const Type& b);

// The least type that both have: equal extents defined in `scope`, which is outside both, stay; others become
// fresh symbols; unequal ranks become unknown. Errors: InvalidArgument, showing both types, for different
// kinds, element types or tuple sizes.
absl::StatusOr<Type> JoinTypes(Module& module, const InferenceScope& scope, const Type& a, const Type& b);

}  // namespace baton::ir
