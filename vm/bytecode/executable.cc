#include "vm/bytecode/executable.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace baton {

int KernelReference::num_passed() const {
  return static_cast<int>(std::count(inputs.begin(), inputs.end(), kPassed));
}

std::string SlotKindsText(absl::Span<const SlotKind> kinds) {
  const auto append = [](std::string* out, SlotKind kind) { absl::StrAppend(out, SlotKindName(kind)); };
  return absl::StrJoin(kinds, ", ", append);
}

std::string SignatureText(const Signature& signature) {
  return absl::StrCat("(", SlotKindsText(signature.params), ") -> (", SlotKindsText(signature.results), ")");
}

}  // namespace baton
