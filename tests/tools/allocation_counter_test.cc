#include "tools/allocation_counter.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <memory>
#include <thread>

namespace baton {
namespace {

// Keeps the compiler from removing an allocation.
void* Keep(void* data) {
  asm volatile("" : "+r"(data) : : "memory");
  return data;
}

template <typename F>
int64_t CountDuring(F f) {
  StartCountingAllocations();
  f();
  return StopCountingAllocations();
}

TEST_CASE("allocation counter: sees malloc, new and their relatives", "[tools]") {
  if (!CanCountAllocations()) return;
  CHECK(CountDuring([] {}) == 0);
  CHECK(CountDuring([] { std::free(Keep(std::malloc(8))); }) == 1);
  CHECK(CountDuring([] { std::free(Keep(std::calloc(2, 8))); }) == 1);
  CHECK(CountDuring([] { std::free(Keep(std::aligned_alloc(64, 64))); }) == 1);
  CHECK(CountDuring([] { std::free(Keep(std::realloc(Keep(std::malloc(8)), 1000))); }) == 2);
  CHECK(CountDuring([] { ::operator delete(Keep(::operator new(8))); }) == 1);
  CHECK(CountDuring([] {
          ::operator delete(Keep(::operator new(8, std::align_val_t(64))), std::align_val_t(64));
        }) == 1);
  CHECK(CountDuring([] {
          void* data = nullptr;
          if (posix_memalign(&data, 64, 64) == 0) std::free(Keep(data));
        }) == 1);
}

TEST_CASE("allocation counter: sees other threads", "[tools]") {
  if (!CanCountAllocations()) return;
  CHECK(CountDuring([] { std::thread([] { std::free(Keep(std::malloc(8))); }).join(); }) >= 1);
}

TEST_CASE("allocation counter: memory is aligned, and bad alignments are refused", "[tools]") {
  if (!CanCountAllocations()) return;
  void* data = nullptr;
  REQUIRE(posix_memalign(&data, 256, 10) == 0);
  CHECK(reinterpret_cast<uintptr_t>(data) % 256 == 0);
  std::free(data);
  CHECK(posix_memalign(&data, 3, 10) != 0);
}

}  // namespace
}  // namespace baton
