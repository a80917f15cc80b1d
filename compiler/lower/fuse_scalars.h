// Fuses scalar instructions: what two rows of opcodes.def say in two steps, a third says in one. Internal to
// compiler/lower; runs on what lowering has made, before loops are turned (loops.h), which writes registers
// in more places.
#pragma once

#include "compiler/lower/low_form.h"

namespace baton {

// Sums with a small constant become AddImm; comparisons of integers that only a branch reads become that
// branch; int32 arithmetic wraps at once; a value that replaces one it is computed from (a loop's counter) is
// computed in place. Removes constants that nobody reads any more. Time is linear in the code. REQUIRES:
// RemoveUnreachableCode accepted the function.
void FuseScalars(LowFunction* function);

}  // namespace baton
