// The verifier's checks of one function's code, in the order in which they rely on each other. Internal to
// verifier.cc.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "vm/bytecode/executable.h"
#include "vm/bytecode/register_code.h"

namespace baton {

// "main+12 JumpIfNot": where an error is. Names come from files: control characters are escaped, long ones
// cut.
std::string FunctionLabel(const Executable& executable, int function);

// What the first check finds out and the second builds on.
struct CodeMap {
  std::vector<bool> starts;   // by word: an instruction starts here
  std::vector<bool> leaders;  // by word: control enters here other than from the instruction before
};

// Each instruction by itself: encoding, operand bounds and kinds, signatures of callees and kernels; that
// labels lead to instructions and that control cannot run off the end. Errors: DataLoss.
absl::Status CheckInstructions(const Executable& executable, int function, CodeMap* map);

// What depends on paths: registers are assigned before they are read, arenas are balanced. Takes the number
// of times that it visited a block from `visits_left`: a few for each block and 64 registers in code as
// compilers make it. REQUIRES: CheckInstructions accepted the function and filled `map`. Memory is linear in
// the code. Errors: DataLoss; ResourceExhausted when there are no visits left.
absl::Status CheckFlow(const Executable& executable, int function, const CodeMap& map, int64_t* visits_left);

}  // namespace baton
