// Loops of the low form, wherever they come from: loops of the model or calls in tail position of a function
// to itself. Internal to compiler/lower.
#pragma once

#include "compiler/lower/low_form.h"

namespace baton {

// Loads what a loop's instructions read and none of them changes, a few of these, once before the loop:
// constants, and elements of tensors that the loop's top reads, such as its number of trips. REQUIRES:
// RemoveUnreachableCode accepted the function.
void HoistLoads(LowFunction* function);

// Repeats the test at a loop's top, if it is short, at its bottom, so that an iteration takes one branch and
// no jump. The loop is entered through the test at the top as before. REQUIRES: as above.
void RotateLoops(LowFunction* function);

}  // namespace baton
