// What `baton vta bench` measures: programs of accel/vta/program on a chip, and the items of the performance
// contract. Source: the specification's section 16.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "accel/vta/chip.h"
#include "accel/vta/program/program.h"
#include "accel/vta/program/tiling.h"

namespace baton {

// Where to measure: the RTL chip, or only the cost model.
struct VtaBenchMachine {
  std::string config = "default";
  bool on_chip = true;
  vta::Machine timing;  // bus and latency are the chip's too
};

// One program, run once: the chip is exact, there is no spread.
struct VtaBenchRun {
  std::string name;
  uint32_t count = 1;  // how often the network has it
  uint32_t contexts = 2;
  uint64_t macs = 0, gemm_steps = 0;
  uint64_t predicted_cycles = 0;
  uint64_t cycles = 0;  // the prediction, when there is no chip
  vta::Counters counters;
  size_t num_instructions = 0, num_uops = 0;
  std::string tiling;

  double utilisation() const { return static_cast<double>(gemm_steps) / static_cast<double>(cycles); }
  double prediction_error() const {
    return static_cast<double>(predicted_cycles) / static_cast<double>(cycles) - 1;
  }
};

// Of all runs together, each as often as its count.
double UtilisationOf(const std::vector<VtaBenchRun>& runs);

// Errors: Internal when the chip does not finish, or leaves other results than the model chip.
absl::StatusOr<VtaBenchRun> RunVtaProgram(const vta::Program& program, const VtaBenchMachine& machine);

// ResNet-18's C2 to C11, tiled for `machine`.
absl::StatusOr<std::vector<VtaBenchRun>> RunResNet18(const VtaBenchMachine& machine, uint32_t contexts);
// 256 x 256 x 256 in tiles of 64; `initial`: the sums start from a matrix in memory.
absl::StatusOr<VtaBenchRun> RunBlockedGemm(const VtaBenchMachine& machine, bool initial);

// A line of the contract. MUST and goal are bounds: from above for costs, from below for shares.
struct VtaContractItem {
  std::string name;
  std::string unit;
  std::optional<double> upstream;  // what the Chisel RTL was measured to do
  std::optional<double> must, goal;
  bool is_cost = true;
  double value = 0;

  bool Keeps(const std::optional<double>& bound) const {
    return !bound.has_value() || (is_cost ? value <= *bound : value >= *bound);
  }
};
absl::StatusOr<std::vector<VtaContractItem>> MeasureContract(const VtaBenchMachine& machine);

}  // namespace baton
