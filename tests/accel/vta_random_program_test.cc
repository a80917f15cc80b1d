// The model chip against its slow twin on random programs, and the programs against the rules.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>

#include "accel/vta/model_chip.h"
#include "tests/support/vta_random_program.h"

namespace baton::vta {
namespace {

using test::BeyondPortable;
using test::RandomProgram;
using test::RandomProgramOptions;

// Of each kind and configuration: 25, or what BATON_VTA_PROGRAMS says.
uint32_t NumPrograms() {
  const char* wanted = std::getenv("BATON_VTA_PROGRAMS");
  return wanted == nullptr ? 25 : static_cast<uint32_t>(std::strtoul(wanted, nullptr, 10));
}

// Empty when the program ends as its file says.
std::string Failure(const Config& config, const ProgramFile& program, const ModelOptions& options) {
  auto chip = ModelChip::Create(config, options, DeviceMemory::Create(program.image_bytes).value()).value();
  REQUIRE(LoadInputs(program, chip->memory()).ok());
  const auto result = chip->Run({program.instruction_address, program.instruction_count}).value();
  if (result.outcome != Outcome::kFinished) return DescribeResult(config, result);
  const auto difference = CompareOutputs(program, chip->memory());
  return difference.has_value() ? std::to_string(difference->num_different) + " bytes differ" : "";
}

TEST_CASE("vta random programs: the model agrees with its twin on portable ones, in any order", "[accel]") {
  for (const NamedConfig& config : AllConfigs()) {
    for (uint32_t seed = 1; seed <= NumPrograms(); ++seed) {
      CAPTURE(std::string(config.name), seed);
      const ProgramFile program = RandomProgram(config.config, {.seed = seed});
      for (const uint64_t order : {0, 1, 2, 3}) {
        CAPTURE(order);
        CHECK(Failure(config.config, program, {.seed = order, .portable_only = true}) == "");
        CHECK(Failure(config.config, program, {.mode = ModelMode::kUpstream, .seed = order}) == "");
      }
    }
  }
}

TEST_CASE("vta random programs: the model agrees with its twin beyond the portable subset", "[accel]") {
  for (const NamedConfig& config : AllConfigs()) {
    for (uint32_t seed = 1; seed <= NumPrograms(); ++seed) {
      CAPTURE(std::string(config.name), seed);
      const ProgramFile program = RandomProgram(config.config, BeyondPortable({.seed = seed}));
      for (const uint64_t order : {0, 1, 2, 3}) {
        CAPTURE(order);
        CHECK(Failure(config.config, program, {.seed = order}) == "");
        CHECK(Failure(config.config, program, {.mode = ModelMode::kOutBuffer, .seed = order}) == "");
      }
    }
  }
}

TEST_CASE("vta random programs: serial ones are portable too", "[accel]") {
  for (uint32_t seed = 1; seed <= NumPrograms(); ++seed) {
    CAPTURE(seed);
    const ProgramFile program = RandomProgram(Config{}, {.seed = seed, .is_serial = true});
    CHECK(Failure(Config{}, program, {.seed = seed, .portable_only = true}) == "");
  }
}

TEST_CASE("vta random programs: seeds give different programs, the same seed the same", "[accel]") {
  CHECK(RandomProgram(Config{}, {.seed = 7}) == RandomProgram(Config{}, {.seed = 7}));
  CHECK_FALSE(RandomProgram(Config{}, {.seed = 7}) == RandomProgram(Config{}, {.seed = 8}));
}

std::vector<Instruction> InstructionsOf(const Config& config, const ProgramFile& program) {
  auto memory = DeviceMemory::Create(program.image_bytes).value();
  REQUIRE(LoadInputs(program, *memory).ok());
  std::vector<Instruction> instructions;
  for (uint32_t i = 0; i < program.instruction_count; ++i) {
    Word word;
    std::memcpy(&word, memory->data() + program.instruction_address + i * kInstructionBytes, sizeof(word));
    instructions.push_back(Unpack(config, word).value());
  }
  return instructions;
}

// What an instruction shows of the instruction set.
void AddFeatures(const Instruction& instruction, std::set<std::string>& features) {
  if (const auto* m = std::get_if<MemoryInstruction>(&instruction)) {
    const std::string name = OpcodeName(m->opcode) + "." + MemoryTypeName(m->memory_type);
    if (m->x_size == 0) {
      features.insert(name + " noop");
      return;
    }
    features.insert(name);
    if (m->y_size > 1) features.insert(name + " rows");
    if (m->y_size > 1 && m->x_stride > m->x_size) features.insert(name + " apart");
    if (m->y_size > 1 && m->x_stride == 0) features.insert(name + " broadcast");
    if (m->x_pad_0 + m->x_pad_1 + m->y_pad_0 + m->y_pad_1 > 0) features.insert(name + " padded");
  } else if (const auto* gemm = std::get_if<GemmInstruction>(&instruction)) {
    features.insert(gemm->reset ? "gemm reset" : "gemm");
  } else if (const auto* alu = std::get_if<AluInstruction>(&instruction)) {
    features.insert(AluOpcodeName(alu->alu_opcode) + (alu->use_imm ? " imm" : " tensor"));
  }
}

TEST_CASE("vta random programs: together they show the whole instruction set", "[accel]") {
  std::set<std::string> portable;
  std::set<std::string> beyond;
  for (uint32_t seed = 1; seed <= NumPrograms(); ++seed) {
    for (const Instruction& instruction : InstructionsOf(Config{}, RandomProgram(Config{}, {.seed = seed}))) {
      AddFeatures(instruction, portable);
    }
    const ProgramFile program = RandomProgram(Config{}, BeyondPortable({.seed = seed}));
    for (const Instruction& instruction : InstructionsOf(Config{}, program)) AddFeatures(instruction, beyond);
  }
  const std::set<std::string> common = {
      "add imm",         "add tensor",      "gemm",          "gemm reset", "load.acc",
      "load.acc apart",  "load.acc padded", "load.acc rows", "load.inp",   "load.inp apart",
      "load.inp noop",   "load.inp padded", "load.inp rows", "load.uop",   "load.uop noop",
      "load.wgt",        "load.wgt apart",  "load.wgt rows", "max imm",    "max tensor",
      "min imm",         "min tensor",      "shr imm",       "shr tensor", "store.out",
      "store.out apart", "store.out rows",  "store.uop noop"};
  const std::set<std::string> more = {"load.acc8",       "load.acc8 padded", "load.acc8 rows",
                                      "load.wgt padded", "mul imm",          "mul tensor"};
  for (const std::string& feature : common) {
    CAPTURE(feature);
    CHECK(portable.count(feature) == 1);
    CHECK(beyond.count(feature) == 1);
  }
  for (const std::string& feature : more) {
    CAPTURE(feature);
    CHECK(portable.count(feature) == 0);
    CHECK(beyond.count(feature) == 1);
  }
}

void SetInstructions(const Config& config, const std::vector<Instruction>& instructions,
                     ProgramFile& program) {
  Segment segment{program.instruction_address, {}};
  for (const Instruction& instruction : instructions) {
    const Word word = Pack(config, instruction).value();
    const auto* bytes = reinterpret_cast<const uint8_t*>(&word);
    segment.bytes.insert(segment.bytes.end(), bytes, bytes + sizeof(word));
  }
  program.inputs.push_back(std::move(segment));
}

TEST_CASE("vta random programs: without one kind of token some order gives another result", "[accel]") {
  const TokenQueue dropped = GENERATE(TokenQueue::kLoadToCompute, TokenQueue::kComputeToLoad,
                                      TokenQueue::kComputeToStore, TokenQueue::kStoreToCompute);
  CAPTURE(static_cast<int>(dropped));
  int num_wrong = 0;
  for (uint32_t seed = 1; seed <= NumPrograms(); ++seed) {
    ProgramFile program = RandomProgram(Config{}, {.seed = seed});
    std::vector<Instruction> instructions = InstructionsOf(Config{}, program);
    for (Instruction& instruction : instructions) {
      const Queue queue = QueueOf(instruction);
      std::visit(
          [&](auto& fields) {
            const bool is_compute = queue == Queue::kCompute;
            switch (dropped) {
              case TokenQueue::kLoadToCompute:
                if (queue == Queue::kLoad) fields.push_next = false;
                if (is_compute) fields.pop_prev = false;
                break;
              case TokenQueue::kComputeToLoad:
                if (is_compute) fields.push_prev = false;
                if (queue == Queue::kLoad) fields.pop_next = false;
                break;
              case TokenQueue::kComputeToStore:
                if (is_compute) fields.push_next = false;
                if (queue == Queue::kStore) fields.pop_prev = false;
                break;
              case TokenQueue::kStoreToCompute:
                if (queue == Queue::kStore) fields.push_prev = false;
                if (is_compute) fields.pop_next = false;
                break;
            }
          },
          instruction);
    }
    SetInstructions(Config{}, instructions, program);
    for (uint64_t order = 1; order <= 8; ++order) {
      if (!Failure(Config{}, program, {.mode = ModelMode::kUpstream, .seed = order}).empty()) ++num_wrong;
    }
  }
  CHECK(num_wrong > 0);
}

}  // namespace
}  // namespace baton::vta
