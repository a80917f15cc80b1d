// The verifier's checks of one function's code, in the order in which they rely on each other. Internal to
// verifier.cc.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "vm/bytecode/code_view.h"
#include "vm/bytecode/executable.h"

namespace baton {

// Names come from files: control characters are escaped, long ones cut.
std::string FunctionLabel(const Executable& executable, int function);
// "main+12", "main stack code+31": where an error is.
std::string PlaceLabel(const Executable& executable, int function, Dispatch dispatch, size_t place);

// What the first check finds out and the second builds on.
struct CodeMap {
  std::vector<bool> starts;   // by place: an instruction starts here
  std::vector<bool> leaders;  // by place: control enters here other than from the instruction before
};

// Each instruction by itself: encoding, operand bounds and kinds, signatures of callees and kernels; that
// labels lead to instructions and that control cannot run off the end. Errors: DataLoss.
absl::Status CheckInstructions(const Executable& executable, int function, Dispatch dispatch, CodeMap* map);

// What depends on paths: registers (locals of stack code) are assigned before they are read, arenas are
// balanced. Takes the number of times that it visited a block from `visits_left`: a few for each block and 64
// registers in code as compilers make it. REQUIRES: CheckInstructions accepted the function and filled `map`.
// Memory is linear in the code. Errors: DataLoss; ResourceExhausted when there are no visits left.
absl::Status CheckFlow(const Executable& executable, int function, Dispatch dispatch, const CodeMap& map,
                       int64_t* visits_left);

}  // namespace baton
