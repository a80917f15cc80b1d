#include "vm/core/large_stack.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <thread>

namespace baton {
namespace {

// Recurses until the stack is low or `limit` is reached; returns the depth. Each level takes over 4 KiB.
int64_t Descend(int64_t depth, int64_t limit) {
  volatile char frame[4096];
  frame[0] = 0;
  if (depth == limit || StackIsLow()) return depth;
  const int64_t reached = Descend(depth + 1, limit);
  return reached + frame[0];
}

TEST_CASE("large stack: recursion far beyond a usual stack", "[core]") {
  int64_t depth = 0;
  RunOnLargeStack([&] { depth = Descend(0, 20'000); });  // over 80 MB
  CHECK(depth == 20'000);
}

TEST_CASE("large stack: nested calls use the same stack", "[core]") {
  std::thread::id outer, inner;
  RunOnLargeStack([&] {
    outer = std::this_thread::get_id();
    RunOnLargeStack([&] { inner = std::this_thread::get_id(); });
  });
  CHECK(outer == inner);
  CHECK(outer != std::this_thread::get_id());
}

TEST_CASE("large stack: a stack says when it is low", "[core]") {
  CHECK_FALSE(StackIsLow());
  int64_t depth = 0;
  std::thread([&] { depth = Descend(0, 1'000'000'000); }).join();
  CHECK(depth > 10);
}

}  // namespace
}  // namespace baton
