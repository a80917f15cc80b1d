#include "ops/type_relations.h"

#include <utility>

namespace baton {

bool Contains(DTypeSet set, DType dtype) {
  switch (set) {
    case DTypeSet::kAny:
      return true;
    case DTypeSet::kNumeric:
      return IsFloat(dtype) || IsInteger(dtype);
    case DTypeSet::kFloat:
      return IsFloat(dtype);
    case DTypeSet::kInteger:
      return IsInteger(dtype);
    case DTypeSet::kBool:
      return dtype == DType::kBool;
    case DTypeSet::kBits:
      return IsInteger(dtype) || dtype == DType::kBool;
    case DTypeSet::kIndex:
      return dtype == DType::kInt32 || dtype == DType::kInt64;
  }
  return false;
}

absl::string_view DTypeSetName(DTypeSet set) {
  switch (set) {
    case DTypeSet::kAny:
      return "any type";
    case DTypeSet::kNumeric:
      return "a numeric type";
    case DTypeSet::kFloat:
      return "a float type";
    case DTypeSet::kInteger:
      return "an integer type";
    case DTypeSet::kBool:
      return "bool";
    case DTypeSet::kBits:
      return "an integer type or bool";
    case DTypeSet::kIndex:
      return "int32 or int64";
  }
  return "";
}

absl::Status RequireDType(const TypeContext& context, int input, DTypeSet set) {
  if (!context.HasInput(input)) return absl::OkStatus();
  const DType dtype = context.input(input)->dtype;
  if (Contains(set, dtype)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("input ", input, " has element type ", DTypeName(dtype),
                                                 ", expected ", DTypeSetName(set)));
}

absl::Status RequireSameDType(const TypeContext& context, int first) {
  const DType expected = context.input(first)->dtype;
  for (int i = first + 1; i < context.num_inputs(); ++i) {
    const TensorType* type = context.input(i);
    if (type != nullptr && type->dtype != expected) {
      return absl::InvalidArgumentError(absl::StrCat("input ", i, " has element type ",
                                                     DTypeName(type->dtype), ", expected ",
                                                     DTypeName(expected), " as input ", first));
    }
  }
  return absl::OkStatus();
}

absl::Status RequireRank(const TypeContext& context, int index, int rank, absl::string_view what) {
  if (!context.HasInput(index)) return absl::OkStatus();
  const Shape& shape = context.input(index)->shape;
  if (!shape.has_rank() || shape.rank() == rank) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, " has rank ", shape.rank(), ", expected ", rank));
}

absl::Status RequireOneElement(TypeContext& context, int index, absl::string_view what) {
  if (!context.HasInput(index)) return absl::OkStatus();
  const Shape& shape = context.input(index)->shape;
  if (!shape.has_rank()) return absl::OkStatus();
  for (const Dim& dim : shape.dims()) {
    BATON_RETURN_IF_ERROR(context.RequireEqual(dim, Dim(1), absl::StrCat("the extent of ", what, " and 1")));
  }
  return absl::OkStatus();
}

absl::StatusOr<Shape> BroadcastInputs(TypeContext& context, int first) {
  absl::InlinedVector<const Shape*, 4> shapes;
  for (int i = first; i < context.num_inputs(); ++i) {
    if (context.input(i) != nullptr) shapes.push_back(&context.input(i)->shape);
  }
  return BroadcastShapes(context, shapes);
}

absl::StatusOr<std::optional<int64_t>> OperandLength(TypeContext& context, int index,
                                                     absl::string_view what) {
  const TensorType& type = *context.input(index);
  if (!IsInteger(type.dtype)) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, " has element type ", DTypeName(type.dtype), ", expected an integer type"));
  }
  if (!type.shape.has_rank()) return std::optional<int64_t>();
  if (type.shape.rank() == 0) return std::optional<int64_t>(1);
  if (type.shape.rank() > 1) {
    return absl::InvalidArgumentError(absl::StrCat(what, " has rank ", type.shape.rank(), ", expected 1"));
  }
  if (!type.shape[0].is_constant()) return std::optional<int64_t>();
  return std::optional<int64_t>(type.shape[0].value());
}

std::optional<Ints> ConstantOperand(TypeContext& context, int index) {
  const std::vector<Dim>* value = context.HasInput(index) ? context.InputValue(index) : nullptr;
  if (value == nullptr) return std::nullopt;
  Ints ints;
  for (const Dim& dim : *value) {
    if (!dim.is_constant()) return std::nullopt;
    ints.push_back(dim.value());
  }
  return ints;
}

absl::StatusOr<Ints> NormalizeAxes(absl::Span<const int64_t> axes, int rank) {
  Ints normal;
  for (int64_t given : axes) {
    BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(given, rank));
    for (int64_t earlier : normal) {
      if (earlier == axis) return absl::InvalidArgumentError(absl::StrCat("axis ", axis, " is given twice"));
    }
    normal.push_back(axis);
  }
  return normal;
}

absl::StatusOr<Shape> FreshShape(TypeContext& context, std::optional<int64_t> rank, absl::string_view hint) {
  if (!rank) return Shape::Unranked();
  if (*rank < 0 || *rank > kMaxRank) {
    return absl::InvalidArgumentError(
        absl::StrCat("the result has rank ", *rank, ", at most ", kMaxRank, " is supported"));
  }
  Dims dims;
  for (int i = 0; i < *rank; ++i) dims.push_back(context.FreshDim(hint));
  return Shape(std::move(dims));
}

absl::Status BroadcastRule(TypeContext& context, DTypeSet set, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, set));
  BATON_RETURN_IF_ERROR(RequireSameDType(context));
  BATON_ASSIGN_OR_RETURN(Shape shape, BroadcastInputs(context));
  result->push_back({context.input(0)->dtype, std::move(shape)});
  return absl::OkStatus();
}

absl::Status ComparisonRule(TypeContext& context, DTypeSet set, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(BroadcastRule(context, set, result));
  result->back().dtype = DType::kBool;
  return absl::OkStatus();
}

}  // namespace baton
