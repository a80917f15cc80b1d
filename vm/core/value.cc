#include "vm/core/value.h"

namespace baton {

absl::string_view SlotKindName(SlotKind kind) {
  switch (kind) {
    case SlotKind::kI64:
      return "i64";
    case SlotKind::kF64:
      return "f64";
    case SlotKind::kBool:
      return "bool";
    case SlotKind::kTensor:
      return "tensor";
    case SlotKind::kObject:
      return "object";
    case SlotKind::kFuture:
      return "future";
  }
  return "?";
}

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

void AppendSlotKinds(const Type& type, bool boxed, std::vector<SlotKind>* kinds) {
  if (type.is_tuple()) {
    for (const Type& field : type.fields()) AppendSlotKinds(field, boxed, kinds);
  } else if (!type.is_tensor()) {
    kinds->push_back(type.is_future() ? SlotKind::kFuture : SlotKind::kObject);
  } else {
    const bool scalar = !boxed && IsScalarType(type);
    kinds->push_back(scalar ? *ScalarSlotKind(type.tensor().dtype) : SlotKind::kTensor);
  }
}

}  // namespace baton
