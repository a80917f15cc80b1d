// Loops of the low form, wherever they come from: loops of the model or calls in tail position of a function
// to itself. Internal to compiler/lower.
#pragma once

#include "compiler/lower/low_form.h"

namespace baton {

// Loads constants that a loop's instructions read, a few of them, once before the loop. REQUIRES:
// RemoveUnreachableCode accepted the function.
void HoistConstants(LowFunction* function);

// Repeats the test at a loop's top, if it is short, at its bottom, so that an iteration takes one branch and
// no jump. The loop is entered through the test at the top as before. REQUIRES: as above.
void RotateLoops(LowFunction* function);

}  // namespace baton
