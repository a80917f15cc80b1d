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
  }
  return "?";
}

}  // namespace baton
