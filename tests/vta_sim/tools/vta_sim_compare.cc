// Runs random programs and layers on the RTL chip and compares them with the model chip and with plain
// loops:
//   vta_sim_compare [--programs N] [--layers N] [--config NAME] [--bus_bytes N] [--seed N] [--steady]
// Memories are random unless --steady. Prints what differs; the exit status is 1 then.
#include <cstdlib>
#include <iostream>
#include <string>

#include "absl/strings/numbers.h"
#include "tests/support/vta_random_program.h"
#include "tests/vta_sim/random_layer.h"
#include "tests/vta_sim/rtl_harness.h"

namespace baton::vta {
namespace {

struct Options {
  int programs = 100;
  int layers = 0;
  std::string config = "default";
  int bus_bytes = 8;
  int seed = 1;
  bool steady = false;
};

bool Parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--steady") {
      options.steady = true;
      continue;
    }
    if (++i == argc) return false;
    const std::string value = argv[i];
    int* number = flag == "--programs"    ? &options.programs
                  : flag == "--layers"    ? &options.layers
                  : flag == "--bus_bytes" ? &options.bus_bytes
                  : flag == "--seed"      ? &options.seed
                                          : nullptr;
    if (flag == "--config") {
      options.config = value;
    } else if (number == nullptr || !absl::SimpleAtoi(value, number)) {
      return false;
    }
  }
  return FindConfig(options.config) != nullptr;
}

MemoryTiming TimingOf(const Options& options, int seed) {
  if (options.steady) return {.read_latency = 1 + seed % 64, .bus_bytes = options.bus_bytes};
  return RandomTiming(seed, options.bus_bytes, 1 + seed % 100);
}

int ComparePrograms(const Options& options) {
  int failures = 0;
  std::unique_ptr<Chip> chip;
  for (int i = 0; i < options.programs; ++i) {
    const uint32_t seed = options.seed + i;
    // A chip sees several programs, with one timing.
    if (i % 50 == 0) chip = NewRtlChip(options.config, TimingOf(options, seed));
    const int operations = 20 + static_cast<int>(seed % 7) * 15;
    const test::RandomProgramOptions portable = {
        .seed = seed, .num_operations = operations, .is_serial = seed % 11 == 0};
    const auto program =
        test::RandomProgram(chip->config(), seed % 3 == 0 ? portable : test::BeyondPortable(portable));
    const std::string failure = CompareWithModel(*chip, program);
    if (failure.empty()) continue;
    std::cout << options.config << ", seed " << seed << ": " << failure << "\n";
    ++failures;
  }
  return failures;
}

int CompareLayers(const Options& options) {
  int failures = 0;
  for (int i = 0; i < options.layers; ++i) {
    const uint32_t seed = options.seed + i;
    const RandomLayer layer = MakeRandomLayer(FindConfig(options.config)->config, seed);
    const auto chip = NewRtlChip(options.config, TimingOf(options, seed), layer.program.image_bytes);
    const std::string failure = CompareWithModel(*chip, layer.program);
    if (failure.empty()) continue;
    std::cout << options.config << ", " << layer.what << ", seed " << seed << ": " << failure << "\n";
    ++failures;
  }
  return failures;
}

int Main(int argc, char** argv) {
  Options options;
  if (!Parse(argc, argv, options)) {
    std::cerr << "usage: vta_sim_compare [--programs N] [--layers N] [--config NAME] [--bus_bytes N] [--seed "
                 "N] [--steady]\n";
    return 2;
  }
  const int failures = ComparePrograms(options) + CompareLayers(options);
  std::cout << options.programs << " programs and " << options.layers << " layers on " << options.config
            << ": " << failures << " differ\n";
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace baton::vta

int main(int argc, char** argv) {
  return baton::vta::Main(argc, argv);
}
