#include "vm/exec/arena.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <memory>

#include "tests/exec/fake_kernels.h"

namespace baton {
namespace {

struct ArenaFixture {
  struct Closer {
    void operator()(MemoryPool* pool) const { pool->Close(); }
  };
  test::CountingDevice device;
  std::shared_ptr<MemoryBudget> budget = std::make_shared<MemoryBudget>();
  std::unique_ptr<MemoryPool, Closer> pool{MemoryPool::Create(&device, budget)};
  Arena arena{pool.get()};
};

}  // namespace

TEST_CASE_METHOD(ArenaFixture, "arena: regions nest and do not overlap", "[exec]") {
  REQUIRE(arena.Enter(1000).ok());
  char* outer = static_cast<char*>(arena.At(0, 1000));
  REQUIRE(outer != nullptr);
  REQUIRE(arena.Enter(500).ok());
  char* inner = static_cast<char*>(arena.At(0, 500));
  REQUIRE(inner != nullptr);
  CHECK((inner >= outer + 1000 || inner + 500 <= outer));
  arena.Leave();
  CHECK(arena.At(0, 1000) == outer);
  REQUIRE(arena.Enter(500).ok());
  CHECK(arena.At(0, 500) == inner);
}

TEST_CASE_METHOD(ArenaFixture, "arena: only aligned places inside the region exist", "[exec]") {
  CHECK(arena.At(0, 0) == nullptr);
  REQUIRE(arena.Enter(256).ok());
  CHECK(arena.At(192, 64) != nullptr);
  CHECK(arena.At(256, 0) != nullptr);
  CHECK(arena.At(192, 65) == nullptr);
  CHECK(arena.At(256, 1) == nullptr);
  CHECK(arena.At(32, 8) == nullptr);
  CHECK(arena.At(-64, 8) == nullptr);
  CHECK(arena.At(INT64_MIN, 8) == nullptr);
  CHECK(arena.At(64, INT64_MAX) == nullptr);
  CHECK(reinterpret_cast<uintptr_t>(arena.At(64, 8)) % kTensorAlignment == 0);
}

TEST_CASE_METHOD(ArenaFixture, "arena: earlier regions stay where they are when it grows", "[exec]") {
  REQUIRE(arena.Enter(64).ok());
  void* first = arena.At(0, 64);
  std::memset(first, 7, 64);
  REQUIRE(arena.Enter(1 << 20).ok());
  std::memset(arena.At(0, 1 << 20), 8, 1 << 20);
  arena.Leave();
  // The memory of a closed region is still there.
  CHECK(arena.At(0, 64) == first);
  CHECK(static_cast<char*>(first)[63] == 7);
}

TEST_CASE_METHOD(ArenaFixture, "arena: after one invocation the next allocates nothing", "[exec]") {
  for (int invocation = 0; invocation < 3; ++invocation) {
    const int64_t before = device.allocations;
    for (int step = 0; step < 2; ++step) {
      REQUIRE(arena.Enter(100).ok());
      REQUIRE(arena.Enter(5000).ok());
      REQUIRE(arena.Enter(70000).ok());
      for (int i = 0; i < 3; ++i) arena.Leave();
    }
    arena.EndInvocation();
    if (invocation > 0) CHECK(device.allocations == before);
  }
  CHECK(pool->used_bytes() >= 75100);
  arena.Free();
  CHECK(pool->used_bytes() == 0);
  CHECK(device.live_bytes == 0);
}

TEST_CASE_METHOD(ArenaFixture, "arena: a negative size is an error", "[exec]") {
  CHECK(arena.Enter(-1).code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE_METHOD(ArenaFixture, "arena: a region beyond the limit has no memory", "[exec]") {
  budget->Begin(1000);
  pool->BeginInvocation();
  for (const int64_t num_bytes : {int64_t{2000}, INT64_MAX}) {
    REQUIRE(arena.Enter(num_bytes).ok());
    CHECK(!arena.HasMemory());
    CHECK(arena.At(0, 0) == nullptr);
    CHECK(arena.At(0, 64) == nullptr);
    REQUIRE(arena.Enter(100).ok());
    CHECK(arena.HasMemory());
    CHECK(arena.At(64, 64) != nullptr);
    arena.Leave();
    CHECK(!arena.HasMemory());
    arena.Leave();
  }
  CHECK(!arena.HasRegion());
}

TEST_CASE_METHOD(ArenaFixture, "arena: growing regions need few chunks", "[exec]") {
  for (int64_t n = 1; n < 2000; ++n) {
    REQUIRE(arena.Enter(n * 64).ok());
    arena.Leave();
  }
  CHECK(device.allocations < 40);
  CHECK(device.live_bytes < 4 * 2000 * 64);
}

}  // namespace baton
