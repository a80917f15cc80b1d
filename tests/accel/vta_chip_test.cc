// What every chip does, on the model: the worked example, requests, counters and records.
#include "accel/vta/chip.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "accel/vta/assembly.h"
#include "accel/vta/host_registers.h"
#include "accel/vta/model_chip.h"
#include "tests/accel/vta_text_chip.h"

namespace baton::vta {
namespace {

using test::TextChip;

constexpr char kExample[] =
    "load.uop dram_base=16384 y_size=1 x_size=1 x_stride=1\n"
    "load.acc dram_base=1088 y_size=1 x_size=1 x_stride=1\n"
    "load.inp dram_base=4608 y_size=1 x_size=2 x_stride=2\n"
    "load.wgt push_next dram_base=320 y_size=1 x_size=2 x_stride=2\n"
    "gemm pop_prev uop_end=1 iter_out=1 iter_in=2 src_factor_in=1 wgt_factor_in=1\n"
    "alu.shr uop_end=1 iter_out=1 iter_in=1 use_imm imm=3\n"
    "alu.max uop_end=1 iter_out=1 iter_in=1 use_imm\n"
    "alu.min push_next uop_end=1 iter_out=1 iter_in=1 use_imm imm=127\n"
    "store.out pop_prev push_prev dram_base=6144 y_size=1 x_size=1 x_stride=1\n"
    "load.uop pop_next\n"
    "finish\n";

// The dense layer of section 12, with its data.
ProgramFile WorkedExample() {
  std::string bias = "input 0x11000\nint32";
  std::string x = "\ninput 0x12000\nint8";
  std::string w = "\ninput 0x14000\nint8";
  for (int n = 0; n < 16; ++n) absl::StrAppend(&bias, " ", 100 * n - 800);
  for (int k = 0; k < 32; ++k) absl::StrAppend(&x, " ", k - 16);
  for (int block = 0; block < 2; ++block) {
    for (int n = 0; n < 16; ++n) {
      for (int k = 0; k < 16; ++k) absl::StrAppend(&w, " ", ((n + 1) * (16 * block + k)) % 7 - 3);
    }
  }
  const char* result = "\noutput 0x18000\nint8 0 0 0 0 0 0 0 0 8 14 29 36 52 68 79 95\n";
  const auto program = AssembleProgram(absl::StrCat("image 0x20000\nprogram 0x1000 11\ninput 0x1000\n",
                                                    kExample, "input 0x10000\nuop\n", bias, x, w, result));
  INFO(std::string(program.status().message()));
  REQUIRE(program.ok());
  return program->file;
}

std::unique_ptr<ModelChip> ChipWith(const ProgramFile& program, const ModelOptions& options = {}) {
  auto chip = ModelChip::Create(Config{}, options, DeviceMemory::Create(program.image_bytes).value()).value();
  REQUIRE(LoadInputs(program, chip->memory()).ok());
  return chip;
}

TEST_CASE("vta chip: the worked example computes what it should in every mode", "[accel]") {
  const ProgramFile program = WorkedExample();
  for (const ModelMode mode : {ModelMode::kStrict, ModelMode::kUpstream, ModelMode::kOutBuffer}) {
    const auto chip = ChipWith(program, {.mode = mode, .portable_only = true});
    const RunResult result = chip->Run({0x1000, 11}).value();
    CHECK(result.outcome == Outcome::kFinished);
    CHECK_FALSE(CompareOutputs(program, chip->memory()).has_value());
  }
}

TEST_CASE("vta chip: counters count the worked example's steps and bytes", "[accel]") {
  const Counters c = ChipWith(WorkedExample())->Run({0x1000, 11}).value().counters;
  CHECK(c.cycles == 1 + 1 + 2 + 2 + 2 + 3 + 1);
  CHECK(c.fetch_instructions == 11);
  CHECK(c.load_instructions == 2);
  CHECK(c.compute_instructions == 8);
  CHECK(c.store_instructions == 1);
  CHECK(c.gemm_steps == 2);
  CHECK(c.reset_steps == 0);
  CHECK(c.alu_steps == 3);
  CHECK(c.fetch_bytes_read == 11 * 16);
  CHECK(c.uop_bytes_read == 4);
  CHECK(c.acc_bytes_read == 64);
  CHECK(c.inp_bytes_read == 32);
  CHECK(c.wgt_bytes_read == 512);
  CHECK(c.out_bytes_written == 16);
  CHECK(c.max_l2g_tokens == 1);
  CHECK(c.max_g2l_tokens == 0);
  CHECK(c.load_busy_cycles + c.compute_busy_cycles + c.store_busy_cycles == c.cycles);
}

TEST_CASE("vta chip: records tell when each instruction ran, in the program's order", "[accel]") {
  const auto chip = ChipWith(WorkedExample(), {.seed = 3});
  CHECK(chip->Run({0x1000, 11}).value().instructions.empty());
  const RunResult result =
      chip->Run({.instruction_address = 0x1000, .instruction_count = 11, .record_instructions = true})
          .value();
  REQUIRE(result.instructions.size() == 11);
  const uint64_t steps[] = {1, 1, 2, 2, 2, 1, 1, 1, 1, 0, 0};
  for (uint32_t i = 0; i < 11; ++i) {
    const InstructionRecord& record = result.instructions[i];
    CHECK(record.index == i);
    CHECK(record.steps == steps[i]);
    CHECK(record.end - record.begin == record.steps);
    CHECK(record.wait_begin <= record.begin);
  }
  CHECK(result.instructions[3].queue == Queue::kLoad);
  CHECK(result.instructions[8].queue == Queue::kStore);
  CHECK(result.instructions[4].begin >= result.instructions[3].end);
}

TEST_CASE("vta chip: steps of a LOAD count padding", "[accel]") {
  const RunResult result = TextChip({}).Run(
      "load.inp push_next y_size=2 x_size=3 x_stride=3 y_pad_0=1 y_pad_1=2 x_pad_0=1 x_pad_1=3\nfinish "
      "pop_prev\n");
  REQUIRE(result.instructions.size() == 2);
  CHECK(result.instructions[0].steps == 5 * 7);
  CHECK(result.counters.inp_bytes_read == 2 * 3 * 16);
}

TEST_CASE("vta chip: submit and wait give what run gives", "[accel]") {
  const ProgramFile program = WorkedExample();
  const auto chip = ChipWith(program);
  REQUIRE(chip->Submit({0x1000, 11}).ok());
  CHECK(absl::IsFailedPrecondition(chip->Submit({0x1000, 11})));
  CHECK(absl::IsFailedPrecondition(chip->Run({0x1000, 11}).status()));
  const auto result = chip->Wait();
  REQUIRE(result.ok());
  CHECK(result->outcome == Outcome::kFinished);
  CHECK(result->counters == chip->Run({0x1000, 11}).value().counters);
  CHECK_FALSE(CompareOutputs(program, chip->memory()).has_value());
  CHECK(absl::IsFailedPrecondition(chip->Wait().status()));
}

TEST_CASE("vta chip: one that is destroyed while it runs waits", "[accel]") {
  for (int i = 0; i < 10; ++i) {
    const auto chip = ChipWith(WorkedExample());
    REQUIRE(chip->Submit({0x1000, 11}).ok());
  }
}

TEST_CASE("vta chip: requests that make no sense are refused", "[accel]") {
  const auto chip = ChipWith(WorkedExample());
  const auto error = [&](const RunRequest& request) {
    return std::string(chip->Run(request).status().message());
  };
  CHECK(error({0x1008, 1}) == "VTA: the program lies at 0x1008, expected a multiple of 16");
  CHECK(error({0x1000, 0}) == "VTA: a program of no instructions");
  CHECK(error({0x1fff0, 2}) == "VTA: the program ends at 0x20010, the memory at 0x20000");
  CHECK(error({0xfffffff0, 0xffffffff}) != "");
  CHECK(absl::IsInvalidArgument(chip->Submit({0x1000, 0})));
}

TEST_CASE("vta chip: after a trap or a deadlock it runs as new", "[accel]") {
  TextChip chip({});
  const std::string good = "load.inp push_next\nfinish pop_prev\n";
  CHECK(chip.Run(good).outcome == Outcome::kFinished);
  CHECK(chip.Run("load.inp push_next\nword 0 7\n").outcome == Outcome::kTrap);
  CHECK(chip.Run(good).outcome == Outcome::kFinished);
  CHECK(chip.Run("load.inp push_next\nload.inp pop_next\nfinish pop_prev pop_next\n").outcome ==
        Outcome::kDeadlock);
  CHECK(chip.Run("finish pop_prev\n").outcome == Outcome::kDeadlock);  // the token is gone
  CHECK(chip.Run(good).outcome == Outcome::kFinished);
}

TEST_CASE("vta chip: what an earlier run loaded is undefined", "[accel]") {
  TextChip chip({});
  CHECK(chip.Run("load.uop dram_base=2048 y_size=1 x_size=1 x_stride=1\nfinish\n").outcome ==
        Outcome::kFinished);
  CHECK_THAT(chip.Describe("gemm reset uop_end=1 iter_out=1 iter_in=1\nfinish\n"),
             Catch::Contains("scratchpad_undefined"));
}

TEST_CASE("vta chip: a program that stores over itself runs as it was", "[accel]") {
  // OUT element 0 holds zeros; the store goes to the instructions behind it.
  const std::string program = absl::StrCat(
      test::kLoadUop, test::kLoadAcc, "alu.add push_next use_imm uop_end=1 iter_out=1 iter_in=1\n",
      "store.out pop_prev push_prev dram_base=261 y_size=1 x_size=1 x_stride=1\n",
      "load.uop pop_next\nfinish\n");
  CHECK(TextChip({}).Run(program).outcome == Outcome::kFinished);
}

TEST_CASE("vta chip: a configuration that cannot be encoded is refused", "[accel]") {
  Config config;
  config.log_acc_buff_size = 18;
  const auto chip = ModelChip::Create(config, {}, DeviceMemory::Create(4096).value());
  CHECK_THAT(std::string(chip.status().message()), Catch::StartsWith("VTA configuration: "));
}

TEST_CASE("vta host registers: none overlaps another or the counters", "[accel]") {
  std::set<uint32_t> offsets;
  std::set<std::string> names;
  uint32_t counters = 0;
  for (const HostRegisterInfo& info : AllHostRegisters()) {
    CHECK(info.offset % 4 == 0);
    CHECK(offsets.insert(info.offset).second);
    CHECK(names.insert(std::string(info.name)).second);
    CHECK_FALSE(info.meaning.empty());
    if (info.name == "counters") counters = info.offset;
  }
  REQUIRE(counters != 0);
  CHECK(*offsets.rbegin() == counters);  // the last, since they have no end here
  CHECK(counters % 8 == 0);
  CHECK(counters + 8 * AllCounters().size() <= 0x1000);
}

}  // namespace
}  // namespace baton::vta
