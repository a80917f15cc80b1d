// What has to be true of a fork's arguments before another worker may have them. Internal to vm/exec.
#pragma once

#include "vm/exec/future.h"

namespace baton {

// Marks all that the arguments of a deferred future reach as shared. False, and nothing is marked, when that
// is not to be: they reach a reference cell, which two strands would race for, or memory of the strand's
// arena, which ends with the strand. Takes time in proportion to what is not shared yet.
bool MakeShareable(FutureHeader* future);

}  // namespace baton
