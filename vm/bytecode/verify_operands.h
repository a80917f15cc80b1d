// What the operands of an instruction must be, in register code and in stack code alike. Internal to the
// verifier.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "vm/bytecode/executable.h"
#include "vm/bytecode/register_code.h"

namespace baton {

// The kinds of the values that a list operand names.
class ListKinds {
 public:
  ListKinds(absl::Span<const SlotKind> kinds) : kinds_(kinds), size_(kinds.size()) {}  // NOLINT: converts
  ListKinds(size_t size, SlotKind kind) : size_(size), kind_(kind) {}
  size_t size() const { return size_; }
  SlotKind operator[](size_t i) const { return kinds_.empty() ? kind_ : kinds_[i]; }

 private:
  absl::Span<const SlotKind> kinds_;
  size_t size_ = 0;
  SlotKind kind_ = SlotKind::kI64;
};

// Immediates and indices into the executable's tables; labels are not looked at. Errors: DataLoss, without
// the place.
absl::Status CheckNumbers(const Executable& executable, const Function& function,
                          const Instruction& instruction);

// What list operand `operand` must name. REQUIRES: CheckNumbers accepted the instruction.
ListKinds ExpectedList(const Executable& executable, const Function& function, const Instruction& instruction,
                       int operand);

// Where that comes from, for messages: "the signature of main", "the kernel".
std::string ExpectedListSource(const Executable& executable, const Instruction& instruction, int operand);

// "operand 'axis' ": how a message about an operand starts.
std::string OperandLabel(const Instruction& instruction, int operand);

}  // namespace baton
