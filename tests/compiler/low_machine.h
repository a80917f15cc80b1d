// Slow interpreters for tests, of the low form, of register code and of stack code, that must agree. They
// know the instructions that RandomLowFunction uses, model tensors as lists of integers, and fail the test
// when a reference is read after its last use.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/lower/low_form.h"
#include "vm/bytecode/executable.h"

namespace baton {

struct RunResult {
  std::string output;  // the results as text, or why it stopped: "fails", "too many steps"
  int64_t num_instructions = 0, num_moves = 0, num_jumps = 0;  // executed
  int64_t num_held = 0;                                        // references left in registers at the return
};
// Arguments: integers for i64 parameters; tensors of one element, the argument, for tensor parameters.
RunResult RunLowForm(const LowFunction& function, const std::vector<int64_t>& arguments);
RunResult RunRegisterCode(const Function& function, const std::vector<int64_t>& arguments);
RunResult RunStackCode(const Function& function, const std::vector<int64_t>& arguments);

}  // namespace baton
