#include "tools/vta_chip.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "accel/vta/model_chip.h"
#include "tools/exit_codes.h"
#include "vm/core/status.h"
#ifdef BATON_HAS_RTL_CHIP
#include "vta_sim/rtl_chip.h"
#endif

namespace baton {
namespace {

absl::StatusOr<vta::ModelMode> ModeNamed(const std::string& name) {
  if (name == "strict") return vta::ModelMode::kStrict;
  if (name == "upstream") return vta::ModelMode::kUpstream;
  if (name == "out-buffer") return vta::ModelMode::kOutBuffer;
  return UsageError(absl::StrCat("--mode: found ", name, ", expected strict, upstream or out-buffer"));
}

absl::StatusOr<std::unique_ptr<vta::Chip>> MakeModel(const VtaChipOptions& options, const vta::Config& config,
                                                     uint64_t memory_bytes) {
  vta::ModelOptions model;
  BATON_ASSIGN_OR_RETURN(model.mode, ModeNamed(options.mode));
  model.seed = options.seed;
  model.portable_only = options.portable;
  if (options.portable) model.advertises_mul = model.advertises_acc8 = false;
  BATON_ASSIGN_OR_RETURN(auto memory, vta::DeviceMemory::Create(memory_bytes));
  return vta::ModelChip::Create(config, model, std::move(memory));
}

absl::StatusOr<std::unique_ptr<vta::Chip>> MakeRtl(const VtaChipOptions& options, const vta::Config& config,
                                                   uint64_t memory_bytes) {
  if (options.mode != "strict" || options.portable) {
    return UsageError("--mode and --portable are options of the model chip");
  }
#ifdef BATON_HAS_RTL_CHIP
  vta::RtlChipOptions rtl;
  rtl.timing.read_latency = options.latency;
  rtl.timing.bus_bytes = options.bus_bytes;
  rtl.timing.randomise = options.seed != 0;
  rtl.timing.seed = options.seed;
  rtl.trace_path = options.waveform;
  return vta::MakeRtlChip(config, memory_bytes, rtl);
#else
  return UsageError("--chip rtl: baton was built without Verilator");
#endif
}

}  // namespace

void AddVtaChipOptions(CLI::App* app, VtaChipOptions* options) {
  app->add_option("--chip", options->chip, "model: exact, without a clock; rtl: to the cycle; default: model")
      ->type_name("NAME");
  app->add_option(
         "--mode", options->mode,
         "of the model: strict traps all that is forbidden, upstream what upstream's simulator traps, "
         "out-buffer what hardware leaves undefined; default: strict")
      ->type_name("NAME");
  app->add_option("--config", options->config, "the configuration; default: default")->type_name("NAME");
  app->add_option("--seed", options->seed,
                  "the model's queues go on in a random order, the RTL's memory answers at random times; "
                  "default: 0, in "
                  "the program's order, at the times of --latency")
      ->type_name("N");
  app->add_option("--latency", options->latency, "of the RTL's memory, in cycles; default: 16")
      ->type_name("N");
  app->add_option("--bus", options->bus_bytes, "of the RTL's memory, in bytes; default: 8")->type_name("N");
  app->add_option("--waveform", options->waveform,
                  "of the RTL: every signal of the run, FST; needs a build with BATON_VTA_TRACE")
      ->type_name("FILE");
  app->add_flag("--portable", options->portable,
                "of the model: also trap what other implementations do differently");
}

absl::StatusOr<vta::NamedConfig> VtaConfigNamed(const std::string& name) {
  if (const vta::NamedConfig* config = vta::FindConfig(name)) return *config;
  const auto append = [](std::string* out, const vta::NamedConfig& config) {
    absl::StrAppend(out, config.name);
  };
  return UsageError(absl::StrCat("--config: found ", name, ", expected one of ",
                                 absl::StrJoin(vta::AllConfigs(), ", ", append)));
}

absl::StatusOr<std::unique_ptr<vta::Chip>> MakeVtaChip(const VtaChipOptions& options, uint64_t memory_bytes) {
  BATON_ASSIGN_OR_RETURN(const vta::NamedConfig config, VtaConfigNamed(options.config));
  if (options.chip == "model") return MakeModel(options, config.config, memory_bytes);
  if (options.chip == "rtl") return MakeRtl(options, config.config, memory_bytes);
  return UsageError(absl::StrCat("--chip: found ", options.chip, ", expected model or rtl"));
}

}  // namespace baton
