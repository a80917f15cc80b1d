// The RTL chip against the model chip on random programs and layers: memory, steps of each instruction,
// counters. vta_sim_compare runs as many as one wants.
#include <catch2/catch.hpp>

#include "tests/support/vta_random_program.h"
#include "tests/vta_sim/random_layer.h"
#include "tests/vta_sim/rtl_harness.h"

namespace baton::vta {
namespace {

constexpr uint32_t kPrograms = 30;  // of each kind and library
constexpr uint32_t kLayers = 8;     // of each library

TEST_CASE("rtl: random programs end as on the model chip", "[vta_sim]") {
  for (const RtlLibrary& library : AllRtlLibraries()) {
    const auto chip = NewRtlChip(library.config, {.bus_bytes = library.bus_bytes});
    for (uint32_t seed = 1; seed <= kPrograms; ++seed) {
      CAPTURE(std::string(library.config), library.bus_bytes, seed);
      CHECK(CompareWithModel(
                *chip, test::RandomProgram(chip->config(), test::BeyondPortable({.seed = seed}))) == "");
    }
  }
}

TEST_CASE("rtl: random programs end as on the model chip with random memories", "[vta_sim]") {
  for (const RtlLibrary& library : AllRtlLibraries()) {
    const auto chip = NewRtlChip(library.config, RandomTiming(7, library.bus_bytes));
    for (uint32_t seed = 1; seed <= kPrograms; ++seed) {
      CAPTURE(std::string(library.config), library.bus_bytes, seed);
      CHECK(CompareWithModel(*chip, test::RandomProgram(chip->config(),
                                                        test::BeyondPortable({.seed = 1000 + seed,
                                                                              .num_operations = 60}))) == "");
    }
  }
}

TEST_CASE("rtl: random layers end as on the model chip with random memories", "[vta_sim]") {
  for (const RtlLibrary& library : AllRtlLibraries()) {
    for (uint32_t seed = 1; seed <= kLayers; ++seed) {
      const RandomLayer layer = MakeRandomLayer(ConfigNamed(library.config), seed);
      CAPTURE(std::string(library.config), library.bus_bytes, layer.what);
      const auto chip =
          NewRtlChip(library.config, RandomTiming(seed, library.bus_bytes), layer.program.image_bytes);
      CHECK(CompareWithModel(*chip, layer.program) == "");
    }
  }
}

}  // namespace
}  // namespace baton::vta
