// Type rules that families of operators share, and the checks they are made of. Used by the files under ops/
// only.
#pragma once

#include <optional>
#include <string>

#include "absl/container/inlined_vector.h"
#include "ops/op_def.h"

namespace baton {

// Sets of element types that an operator may accept.
// kBits: integers and bool. kIndex: int32 and int64.
enum class DTypeSet : uint8_t { kAny, kNumeric, kFloat, kInteger, kBool, kBits, kIndex };

bool Contains(DTypeSet set, DType dtype);
// "a float type", for messages.
absl::string_view DTypeSetName(DTypeSet set);

// Errors: InvalidArgument "input 0 has element type bool, expected a float type". Absent inputs pass.
absl::Status RequireDType(const TypeContext& context, int input, DTypeSet set);
// All present inputs in [first, num_inputs) have the element type of input `first`.
absl::Status RequireSameDType(const TypeContext& context, int first = 0);
// Input `index` is unranked or has `rank`. Errors: InvalidArgument "indices has rank 1, expected 2".
absl::Status RequireRank(const TypeContext& context, int index, int rank, absl::string_view what);
// An operand that holds one number: unranked, rank 0, or of one element in any shape.
absl::Status RequireOneElement(TypeContext& context, int index, absl::string_view what);

// The broadcast of all present inputs in [first, num_inputs). Unranked if one is.
absl::StatusOr<Shape> BroadcastInputs(TypeContext& context, int first = 0);

// The number of elements of an integer operand of rank 0 or 1 (a scalar counts as 1), when it is a known
// constant. Errors: InvalidArgument when the operand is no integer or has a rank above 1.
absl::StatusOr<std::optional<int64_t>> OperandLength(TypeContext& context, int index, absl::string_view what);

// The elements of an integer operand of rank 0 or 1 when all are known constants; nullopt otherwise.
using Ints = absl::InlinedVector<int64_t, kMaxRank>;
std::optional<Ints> ConstantOperand(TypeContext& context, int index);

// `axes` normalised and checked to be distinct. Errors: as NormalizeAxis; InvalidArgument "axis 1 is given
// twice".
absl::StatusOr<Ints> NormalizeAxes(absl::Span<const int64_t> axes, int rank);

// A shape of `rank` data-dependent extents; unranked when the rank is not known. Errors: InvalidArgument for
// a rank above kMaxRank or below 0.
absl::StatusOr<Shape> FreshShape(TypeContext& context, std::optional<int64_t> rank, absl::string_view hint);

// Rules, usable as OpSpec::type for any attributes.

// One input of a type in `set`; the result has its type.
template <typename Attrs, DTypeSet set>
absl::Status SameTypeRule(TypeContext& context, const Attrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, set));
  result->push_back(*context.input(0));
  return absl::OkStatus();
}

// Any number of inputs of one element type in `set`; the result is their broadcast with that element type.
absl::Status BroadcastRule(TypeContext& context, DTypeSet set, TensorTypes* result);
template <typename Attrs, DTypeSet set>
absl::Status BroadcastTypeRule(TypeContext& context, const Attrs& attrs, TensorTypes* result) {
  return BroadcastRule(context, set, result);
}

// The same with a bool result.
absl::Status ComparisonRule(TypeContext& context, DTypeSet set, TensorTypes* result);
template <typename Attrs, DTypeSet set>
absl::Status ComparisonTypeRule(TypeContext& context, const Attrs& attrs, TensorTypes* result) {
  return ComparisonRule(context, set, result);
}

// One input of a type in `set`; the result is bool of its shape.
template <typename Attrs, DTypeSet set>
absl::Status PredicateTypeRule(TypeContext& context, const Attrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, set));
  result->push_back({DType::kBool, context.input(0)->shape});
  return absl::OkStatus();
}

}  // namespace baton
