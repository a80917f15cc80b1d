// Runs code that recurses as deeply as its input nests: readers and compiler passes over trees that users
// write. Depth is limited by those who use it, so that the stack cannot overflow.
#pragma once

#include "absl/functional/function_ref.h"

namespace baton {

// Calls `run` on a stack of 4 GiB address space (memory is used only as far as the stack grows) and returns
// when it has. On a thread that has such a stack already, calls it directly. Threads: any number may do so at
// once. If the system gives no such stack, `run` gets the largest that it gives.
void RunOnLargeStack(absl::FunctionRef<void()> run);

// True when less than 256 KiB of the current thread's stack are left. Cheap enough to ask at each level.
bool StackIsLow();

}  // namespace baton
