// Counts heap allocations of the whole process, by standing in for malloc and its relatives (and so for
// operator new). Only programs that call StartCountingAllocations are affected; the baton program does, for
// `baton bench`.
#pragma once

#include <cstdint>

namespace baton {

// False where another allocator is linked in (sanitizers, a C library other than glibc); then the count stays
// 0.
bool CanCountAllocations();
// From now on; nests not. Threads: all are counted together.
void StartCountingAllocations();
// Returns the number of malloc, calloc, realloc, aligned_alloc, posix_memalign and memalign calls since the
// start.
int64_t StopCountingAllocations();

}  // namespace baton
