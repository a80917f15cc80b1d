#include "tests/vta_sim/rtl_harness.h"

#include <atomic>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "accel/vta/model_chip.h"
#include "vm/core/status.h"

namespace baton::vta {
namespace {

std::string CoveragePath() {
  static std::atomic<int> count = 0;
  const char* folder = std::getenv("BATON_VTA_COVERAGE_DIR");
  return folder == nullptr ? "" : absl::StrCat(folder, "/", count++, ".dat");
}

std::string Run(Chip& chip, const ProgramFile& program, bool record, RunResult& result) {
  if (program.image_bytes > chip.memory().size()) return "the program's image is larger than the memory";
  std::memset(chip.memory().data(), 0, program.image_bytes);
  if (const auto status = LoadInputs(program, chip.memory()); !status.ok())
    return std::string(status.message());
  auto run = chip.Run({.instruction_address = program.instruction_address,
                       .instruction_count = program.instruction_count,
                       .max_cycles = 4'000'000,
                       .record_instructions = record});
  if (!run.ok()) return std::string(run.status().message());
  result = *std::move(run);
  if (result.outcome != Outcome::kFinished) return DescribeResult(chip.config(), result);
  const auto difference = CompareOutputs(program, chip.memory());
  if (!difference.has_value()) return "";
  return absl::StrFormat("0x%x is %d, expected %d; %d bytes differ", difference->address, difference->found,
                         difference->expected, difference->num_different);
}

std::string CompareRecords(const RunResult& rtl, const RunResult& model) {
  if (rtl.instructions.size() != model.instructions.size()) {
    return absl::StrCat(rtl.instructions.size(), " instructions retired, expected ",
                        model.instructions.size());
  }
  for (size_t i = 0; i < rtl.instructions.size(); ++i) {
    const InstructionRecord& a = rtl.instructions[i];
    const InstructionRecord& b = model.instructions[i];
    if (a.index != b.index || a.queue != b.queue || a.steps != b.steps) {
      return absl::StrCat("instruction ", a.index, " took ", a.steps, " steps, expected instruction ",
                          b.index, " with ", b.steps);
    }
    if (a.begin < a.wait_begin || a.end < a.begin)
      return absl::StrCat("instruction ", a.index, " ends before it begins");
  }
  return "";
}

std::string CompareCounters(const Counters& rtl, const Counters& model) {
  constexpr uint64_t Counters::*kTimeless[] = {
      &Counters::load_instructions, &Counters::compute_instructions, &Counters::store_instructions,
      &Counters::gemm_steps,        &Counters::reset_steps,          &Counters::alu_steps,
      &Counters::uop_bytes_read,    &Counters::inp_bytes_read,       &Counters::wgt_bytes_read,
      &Counters::acc_bytes_read,    &Counters::out_bytes_written};
  for (const CounterInfo& info : AllCounters()) {
    for (const auto member : kTimeless) {
      if (info.member == member && rtl.*member != model.*member) {
        return absl::StrCat(info.name, " is ", rtl.*member, ", expected ", model.*member);
      }
    }
  }
  return "";
}

}  // namespace

std::unique_ptr<Chip> NewRtlChip(absl::string_view config, const MemoryTiming& timing,
                                 uint64_t memory_bytes) {
  auto chip =
      MakeRtlChip(ConfigNamed(config), memory_bytes, {.timing = timing, .coverage_path = CoveragePath()});
  BATON_CHECK(chip.ok());
  return *std::move(chip);
}

std::vector<int> DefaultBusWidths() {
  std::vector<int> result;
  for (const RtlLibrary& library : AllRtlLibraries()) {
    if (library.config == "default") result.push_back(library.bus_bytes);
  }
  return result;
}

std::string RunAndCompare(Chip& chip, const ProgramFile& program) {
  RunResult result;
  return Run(chip, program, false, result);
}

std::string CompareWithModel(Chip& chip, const ProgramFile& program) {
  RunResult rtl;
  if (const std::string failure = Run(chip, program, true, rtl); !failure.empty()) return failure;
  auto memory = DeviceMemory::Create(chip.memory().size());
  BATON_CHECK(memory.ok());
  auto model = ModelChip::Create(chip.config(), {.mode = ModelMode::kStrict}, *std::move(memory));
  BATON_CHECK(model.ok());
  RunResult expected;
  if (const std::string failure = Run(**model, program, true, expected); !failure.empty()) {
    return absl::StrCat("model: ", failure);
  }
  for (uint32_t i = 0; i < program.image_bytes; ++i) {
    if (chip.memory().data()[i] == (*model)->memory().data()[i]) continue;
    return absl::StrFormat("0x%x is %d, the model chip's is %d", i, chip.memory().data()[i],
                           (*model)->memory().data()[i]);
  }
  if (const std::string failure = CompareRecords(rtl, expected); !failure.empty()) return failure;
  return CompareCounters(rtl.counters, expected.counters);
}

}  // namespace baton::vta
