#include "compiler/ir/scalars.h"

namespace baton::ir {

std::optional<SlotKind> ScalarSlotKind(DType dtype) {
  if (dtype == DType::kBool) return SlotKind::kBool;
  if (dtype == DType::kFloat32 || dtype == DType::kFloat64) return SlotKind::kF64;
  if (IsInteger(dtype) && dtype != DType::kUInt64) return SlotKind::kI64;
  return std::nullopt;
}

bool IsScalarType(const Type& type) {
  if (!type.is_tensor() || !ScalarSlotKind(type.tensor().dtype)) return false;
  const Shape& shape = type.tensor().shape;
  return shape.IsStatic() && shape.NumElements() == Dim(1);
}

}  // namespace baton::ir
