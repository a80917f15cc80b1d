// The golden programs, where they are there: 120 programs whose results independent implementations agree on.
#include <catch2/catch.hpp>

#include "tests/support/vta_golden.h"
#include "tests/vta_sim/rtl_harness.h"

namespace baton::vta {
namespace {

constexpr uint64_t kMemoryBytes = 16 << 20;

TEST_CASE("rtl: golden programs", "[vta_sim]") {
  const auto chip = NewRtlChip("default", {}, kMemoryBytes);
  for (const test::Golden& golden : test::Goldens()) {
    CAPTURE(golden.name);
    CHECK(RunAndCompare(*chip, golden.program) == "");
  }
}

TEST_CASE("rtl: golden programs with random memories", "[vta_sim]") {
  const int bus_bytes = GENERATE(from_range(DefaultBusWidths()));
  const auto chip = NewRtlChip("default", RandomTiming(bus_bytes, bus_bytes), kMemoryBytes);
  const auto& goldens = test::Goldens();
  for (size_t i = bus_bytes % 3; i < goldens.size(); i += 2) {
    CAPTURE(goldens[i].name, bus_bytes);
    CHECK(RunAndCompare(*chip, goldens[i].program) == "");
  }
}

}  // namespace
}  // namespace baton::vta
