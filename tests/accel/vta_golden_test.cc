// The model chip against programs whose results independent implementations agree on.
#include <catch2/catch.hpp>
#include <cstdlib>

#include "accel/vta/model_chip.h"
#include "tests/support/vta_golden.h"

namespace baton::vta {
namespace {

using test::Golden;
using test::Goldens;

constexpr ModelMode kModes[] = {ModelMode::kStrict, ModelMode::kUpstream, ModelMode::kOutBuffer};

// Empty when the program ends as its file says.
std::string Failure(const ProgramFile& program, const ModelOptions& options, Counters* counters = nullptr) {
  auto memory = DeviceMemory::Create(program.image_bytes);
  REQUIRE(memory.ok());
  auto chip = ModelChip::Create(Config{}, options, *std::move(memory));
  REQUIRE(chip.ok());
  REQUIRE(LoadInputs(program, (*chip)->memory()).ok());
  const auto result = (*chip)->Run({program.instruction_address, program.instruction_count});
  REQUIRE(result.ok());
  if (counters != nullptr) *counters = result->counters;
  if (result->outcome != Outcome::kFinished) return DescribeResult(Config{}, *result);
  const auto difference = CompareOutputs(program, (*chip)->memory());
  if (!difference.has_value()) return "";
  return std::to_string(difference->num_different) + " bytes differ, the first at " +
         std::to_string(difference->address);
}

TEST_CASE("vta goldens: every program runs as it should in every mode", "[accel]") {
  for (const Golden& golden : Goldens()) {
    for (const ModelMode mode : kModes) {
      CAPTURE(golden.name, static_cast<int>(mode));
      CHECK(Failure(golden.program, {.mode = mode}) == "");
    }
  }
}

TEST_CASE("vta goldens: all are portable", "[accel]") {
  for (const Golden& golden : Goldens()) {
    CAPTURE(golden.name);
    CHECK(Failure(golden.program, {.portable_only = true}) == "");
  }
}

// Ten seeds; BATON_VTA_SEEDS says how many instead.
TEST_CASE("vta goldens: no order of the queues changes a result or a count", "[accel]") {
  const char* wanted = std::getenv("BATON_VTA_SEEDS");
  const uint64_t num_seeds = wanted == nullptr ? 10 : std::strtoull(wanted, nullptr, 10);
  for (const Golden& golden : Goldens()) {
    for (const ModelMode mode : kModes) {
      Counters in_order;
      CHECK(Failure(golden.program, {.mode = mode}, &in_order) == "");
      for (uint64_t seed = 1; seed <= num_seeds; ++seed) {
        CAPTURE(golden.name, static_cast<int>(mode), seed);
        Counters shuffled;
        CHECK(Failure(golden.program, {.mode = mode, .seed = seed}, &shuffled) == "");
        CHECK(shuffled.gemm_steps == in_order.gemm_steps);
        CHECK(shuffled.cycles == in_order.cycles);
      }
    }
  }
}

}  // namespace
}  // namespace baton::vta
