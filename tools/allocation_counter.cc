#include "tools/allocation_counter.h"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define BATON_FOREIGN_ALLOCATOR 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define BATON_FOREIGN_ALLOCATOR 1
#endif

namespace {

// Constant-initialised: malloc runs before any constructor.
constinit std::atomic<bool> counting{false};
constinit std::atomic<int64_t> num_allocations{0};

}  // namespace

#ifndef BATON_FOREIGN_ALLOCATOR
namespace {

inline void Count() {
  if (counting.load(std::memory_order_relaxed)) num_allocations.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

// glibc lets a program define these and keeps its own under other names ("Replacing malloc" in its manual).
extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
void __libc_free(void*);

void* malloc(size_t num_bytes) {
  Count();
  return __libc_malloc(num_bytes);
}
void* calloc(size_t count, size_t num_bytes) {
  Count();
  return __libc_calloc(count, num_bytes);
}
void* realloc(void* data, size_t num_bytes) {
  Count();
  return __libc_realloc(data, num_bytes);
}
void* memalign(size_t alignment, size_t num_bytes) {
  Count();
  return __libc_memalign(alignment, num_bytes);
}
void* aligned_alloc(size_t alignment, size_t num_bytes) {
  Count();
  return __libc_memalign(alignment, num_bytes);
}
int posix_memalign(void** data, size_t alignment, size_t num_bytes) {
  Count();
  if (alignment % sizeof(void*) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
  void* result = __libc_memalign(alignment, num_bytes);
  if (result == nullptr) return ENOMEM;
  *data = result;
  return 0;
}
void free(void* data) {
  __libc_free(data);
}
}
#endif

namespace baton {

bool CanCountAllocations() {
#ifdef BATON_FOREIGN_ALLOCATOR
  return false;
#else
  return true;
#endif
}

void StartCountingAllocations() {
  num_allocations = 0;
  counting = true;
}

int64_t StopCountingAllocations() {
  counting = false;
  return num_allocations;
}

}  // namespace baton
