#include "vm/core/large_stack.h"

#include <pthread.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

namespace baton {
namespace {

constexpr size_t kLargest = size_t{4} << 30;
constexpr size_t kSmallest = size_t{64} << 20;

thread_local bool on_large_stack = false;

void* Start(void* run) {
  on_large_stack = true;
  (*static_cast<absl::FunctionRef<void()>*>(run))();
  return nullptr;
}

// False when there is no stack of that size.
bool RunOnStackOf(size_t num_bytes, absl::FunctionRef<void()> run) {
  void* stack = mmap(nullptr, num_bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return false;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_t thread;
  const bool started = pthread_attr_setstack(&attributes, stack, num_bytes) == 0 &&
                       pthread_create(&thread, &attributes, Start, &run) == 0;
  if (started) pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  munmap(stack, num_bytes);
  return started;
}

// Where the stack of the current thread ends; 1, hence never low, when the system does not tell.
uintptr_t LowestAddress() {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 1;
  void* begin = nullptr;
  size_t num_bytes = 0;
  const bool known = pthread_attr_getstack(&attributes, &begin, &num_bytes) == 0;
  pthread_attr_destroy(&attributes);
  return known ? reinterpret_cast<uintptr_t>(begin) : 1;
}

}  // namespace

bool StackIsLow() {
  constexpr uintptr_t kReserve = 256 << 10;
  thread_local const uintptr_t lowest = LowestAddress();
  return reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) < lowest + kReserve;
}

void RunOnLargeStack(absl::FunctionRef<void()> run) {
  if (on_large_stack) return run();
  for (size_t num_bytes = kLargest; num_bytes >= kSmallest; num_bytes /= 2) {
    if (RunOnStackOf(num_bytes, run)) return;
  }
  run();
}

}  // namespace baton
