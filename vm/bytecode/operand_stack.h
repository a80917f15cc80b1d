// The operand stack of stack code, as far as the code alone determines it: at each instruction the kinds of
// the values that lie on it, whatever path led there.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "vm/bytecode/executable.h"

namespace baton {

// Checks that instructions find on the stack what they take, that all paths to an instruction agree, that no
// more than max_height values lie on it, and that nothing is left when the function returns; and the kinds of
// locals. Takes from `work_left` what following the stack costs beyond what code as compilers make it needs:
// two bytes can name a list of hundreds of values. REQUIRES: CheckInstructions (verify_function.h) accepted
// the function's stack code. Errors: DataLoss; ResourceExhausted when no work is left.
absl::Status CheckOperandStack(const Executable& executable, int function, int64_t* work_left);

// The operand stack of a function at each of its instructions. Time and memory are linear in the code.
class OperandStacks {
 public:
  // REQUIRES: a verified executable that holds stack code and outlives this.
  OperandStacks(const Executable& executable, int function);
  OperandStacks(OperandStacks&&) noexcept;
  ~OperandStacks();

  // The kinds of the values on the stack before the instruction at `place`, the last on top; empty where no
  // instruction starts that control can reach.
  std::vector<SlotKind> At(uint32_t place) const;

 private:
  std::unique_ptr<class StackWalk> walk_;
};

}  // namespace baton
