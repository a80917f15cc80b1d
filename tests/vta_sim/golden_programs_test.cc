// The golden programs of ../shared/data/vta_golden, where they are there: 120 programs whose results
// independent implementations agreed on.
#include <catch2/catch.hpp>
#include <string>

#include "tests/vta_sim/golden_programs.h"
#include "vta_sim/rtl_chip.h"

namespace baton::vta {
namespace {

// Empty when all results are right.
std::string RunGolden(const std::string& path, const MemoryTiming& timing) {
  const auto program = ReadGolden(path);
  if (!program.ok()) return std::string(program.status().message());
  auto chip = MakeRtlChip(FindConfig("default")->config, program->image_bytes, {.timing = timing});
  if (!chip.ok()) return std::string(chip.status().message());
  return RunAndCompare(**chip, *program);
}

TEST_CASE("rtl: golden programs", "[vta_sim]") {
  const auto paths = GoldenPrograms();
  if (paths.empty()) {
    WARN("skipped: ../shared/data/vta_golden is not there");
    return;
  }
  CHECK(paths.size() == 120);
  for (const std::string& path : paths) {
    CAPTURE(path);
    CHECK(RunGolden(path, {}) == "");
  }
}

TEST_CASE("rtl: golden programs with random memories", "[vta_sim]") {
  const auto paths = GoldenPrograms();
  for (size_t i = 0; i < paths.size(); ++i) {
    CAPTURE(paths[i]);
    CHECK(RunGolden(paths[i], {.read_latency = 40,
                               .bus_bytes = i % 3 == 1   ? 16
                                            : i % 3 == 2 ? 64
                                                         : 8,
                               .randomise = true,
                               .seed = i}) == "");
  }
}

}  // namespace
}  // namespace baton::vta
