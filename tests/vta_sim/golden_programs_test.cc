// The golden programs, where they are there: 120 programs whose results independent implementations agree on.
#include <catch2/catch.hpp>
#include <cstdlib>

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

// BATON_VTA_SEEDS says how many memories each program meets; without it half of them meet one.
TEST_CASE("rtl: golden programs with random memories", "[vta_sim]") {
  const int bus_bytes = GENERATE(from_range(DefaultBusWidths()));
  const char* wanted = std::getenv("BATON_VTA_SEEDS");
  const uint64_t num_seeds = wanted == nullptr ? 1 : std::strtoull(wanted, nullptr, 10);
  const auto& goldens = test::Goldens();
  for (uint64_t seed = 0; seed < num_seeds; ++seed) {
    const auto chip = NewRtlChip("default", RandomTiming(bus_bytes + seed, bus_bytes), kMemoryBytes);
    for (size_t i = wanted == nullptr ? bus_bytes / 8 % 2 : 0; i < goldens.size();
         i += wanted == nullptr ? 2 : 1) {
      CAPTURE(goldens[i].name, bus_bytes, seed);
      CHECK(RunAndCompare(*chip, goldens[i].program) == "");
    }
  }
}

}  // namespace
}  // namespace baton::vta
