// oneDNN's process-wide engine and the rules for calling it: as many threads as the caller says, exceptions
// turned into errors. Used by ops/onednn only.
#pragma once

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace dnnl {
struct engine;
}

namespace baton {

// The CPU engine, made at first use and never destroyed. Threads: safe.
const dnnl::engine& OneDnnEngine();

// While it lives, what oneDNN makes and runs on this thread uses `num_threads` threads. Left alone it would
// use all: kernels of small models lose more by waking an OpenMP team than they win. Debian's oneDNN takes
// its thread count from OpenMP, where it is a property of the calling thread, so there is no way to set it
// once for the process. The caller's setting is restored. A primitive keeps the number it was made with.
class OneDnnThreads {
 public:
  explicit OneDnnThreads(int num_threads);
  ~OneDnnThreads();
  OneDnnThreads(const OneDnnThreads&) = delete;
  OneDnnThreads& operator=(const OneDnnThreads&) = delete;

 private:
  int previous_ = 0;  // 0: nothing to restore
};

// Runs `build`, which makes primitives. Errors: Unimplemented when oneDNN refuses, ResourceExhausted without
// memory.
absl::Status BuildOneDnn(absl::FunctionRef<void()> build);

}  // namespace baton
