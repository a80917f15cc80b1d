// Slots: the 64-bit cells of a frame, and the kinds that the verifier tracks for them.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace baton {

class TensorObject;

// The static kind of a register. The order is the code in .baton files: append only.
enum class SlotKind : uint8_t { kI64, kF64, kBool, kTensor };
inline constexpr int kNumSlotKinds = 4;

// "i64", "f64", "bool", "tensor".
absl::string_view SlotKindName(SlotKind kind);
// True for kinds that hold a counted reference: zeroed on frame entry, released on frame exit.
inline constexpr bool IsReference(SlotKind kind) {
  return kind == SlotKind::kTensor;
}

// One cell. Which member is live is known statically (verifier.cc).
union Slot {
  int64_t i64;
  double f64;
  bool boolean;
  TensorObject* tensor;
};
static_assert(sizeof(Slot) == 8);

}  // namespace baton
