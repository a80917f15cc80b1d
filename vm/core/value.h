// Slots: the 64-bit cells of a frame, and the kinds that the verifier tracks for them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "vm/core/dtype.h"
#include "vm/core/type.h"

namespace baton {

class Counted;
class Object;
class Storage;
class TensorObject;

// The static kind of a register. The order is the code in .baton files: append only.
enum class SlotKind : uint8_t { kI64, kF64, kBool, kTensor, kObject, kFuture };
inline constexpr int kNumSlotKinds = 6;

// "i64", "f64", "bool", "tensor", "object", "future".
absl::string_view SlotKindName(SlotKind kind);
// True for kinds that hold a counted reference: zeroed on frame entry, released on frame exit.
inline constexpr bool IsReference(SlotKind kind) {
  return kind == SlotKind::kTensor || kind == SlotKind::kObject || kind == SlotKind::kFuture;
}
// Futures stay in the frame that made them, and have one reference: they are moved, never copied.
inline constexpr bool CanLeaveFrame(SlotKind kind) {
  return kind != SlotKind::kFuture;
}

// The slot kind of an unboxed element: bool -> bool, integers -> i64, float32 and float64 -> f64. Nothing for
// uint64 (its order is not that of i64) and the 16-bit floats.
std::optional<SlotKind> ScalarSlotKind(DType dtype);

// True for a tensor of exactly one element, known statically, of a type with a scalar slot. Such values are
// passed between regions and functions, and lie in the fields of objects, unboxed.
bool IsScalarType(const Type& type);

// How a value of `type` lies in slots, appended to `kinds`: tuples field by field, scalars unboxed, data,
// closures and references as objects, futures as such. With `boxed`, scalars are tensors: the inputs and
// outputs of entry points. REQUIRES: no variables, unknown or Never inside.
void AppendSlotKinds(const Type& type, bool boxed, std::vector<SlotKind>* kinds);

// One cell. Which member is live is known statically (verifier.cc). Both sorts of references may be read as
// `reference`: Counted is their first base.
union Slot {
  int64_t i64;
  double f64;
  bool boolean;
  TensorObject* tensor;
  Object* object;
  Counted* reference;
  Storage* storage;  // inside sequences only (vm/exec/sequence.h)
};
static_assert(sizeof(Slot) == 8);

}  // namespace baton
