#include "accel/vta/program_file.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "accel/vta/model_chip.h"
#include "tests/support/vta_random_program.h"

namespace baton::vta {
namespace {

ProgramFile SmallProgram() {
  return {0x10, 1, 0x40, {{0x10, std::vector<uint8_t>(16)}, {0x30, {1, 2, 3}}}, {{0x3f, {9}}}};
}

std::string ErrorOf(std::vector<uint8_t> bytes) {
  const auto program = ReadProgramFile(bytes);
  if (program.ok()) return "";
  CHECK(absl::IsDataLoss(program.status()));
  return std::string(program.status().message());
}

TEST_CASE("vta program file: what is written is read back", "[accel]") {
  CHECK(ReadProgramFile(WriteProgramFile(SmallProgram())).value() == SmallProgram());
  const ProgramFile random = test::RandomProgram(Config{}, {});
  CHECK(ReadProgramFile(WriteProgramFile(random)).value() == random);
}

TEST_CASE("vta program file: the layout is that of its description", "[accel]") {
  const std::vector<uint8_t> bytes = WriteProgramFile({0x10, 1, 0x40, {{0x30, {7}}}, {}});
  const std::vector<uint8_t> expected = {'V', 'T', 'A',  'G',  'O', 'L', 'D', '1', 0x10, 0, 0, 0, 1,
                                         0,   0,   0,    0x40, 0,   0,   0,   1,   0,    0, 0, 0, 0,
                                         0,   0,   0x30, 0,    0,   0,   1,   0,   0,    0, 7};
  CHECK(bytes == expected);
}

TEST_CASE("vta program file: every beginning of a file is refused, and what follows its end", "[accel]") {
  const std::vector<uint8_t> bytes = WriteProgramFile(SmallProgram());
  for (size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK(ErrorOf({bytes.begin(), bytes.begin() + size}) != "");
  }
  std::vector<uint8_t> longer = bytes;
  longer.push_back(0);
  CHECK_THAT(ErrorOf(longer), Catch::StartsWith("VTA program: 1 bytes are left over"));
}

TEST_CASE("vta program file: errors say what is wrong", "[accel]") {
  std::vector<uint8_t> magic = WriteProgramFile(SmallProgram());
  magic[7] = '2';
  CHECK(ErrorOf(magic) == "VTA program: does not begin with VTAGOLD1");
  const auto error = [](auto change) {
    ProgramFile program = SmallProgram();
    change(program);
    return ErrorOf(WriteProgramFile(program));
  };
  CHECK_THAT(error([](ProgramFile& p) { p.instruction_address = 8; }),
             Catch::Contains("expected a multiple of 16"));
  CHECK_THAT(error([](ProgramFile& p) { p.instruction_count = 4; }),
             Catch::Contains("instructions at 0x10 to 0x50"));
  CHECK_THAT(error([](ProgramFile& p) { p.instruction_count = 0xffffffff; }),
             Catch::Contains("within the image"));
  CHECK_THAT(error([](ProgramFile& p) { p.inputs[1].address = 0x3e; }),
             Catch::Contains("ends at 0x41, the image at 0x40"));
  CHECK_THAT(error([](ProgramFile& p) { p.outputs[0].address = 0xffffffff; }),
             Catch::Contains("output segment 0"));
}

TEST_CASE("vta program file: a count of segments that the file cannot hold is refused at once", "[accel]") {
  std::vector<uint8_t> bytes = WriteProgramFile(SmallProgram());
  for (int i = 20; i < 24; ++i) bytes[i] = 0xff;
  CHECK(ErrorOf(bytes) != "");
}

TEST_CASE("vta program file: a memory that is too small is refused", "[accel]") {
  const auto memory = DeviceMemory::Create(0x3f).value();
  CHECK(std::string(LoadInputs(SmallProgram(), *memory).message()) ==
        "VTA program: its image has 64 bytes, the memory 63");
}

TEST_CASE("vta program file: the first byte that differs is named", "[accel]") {
  const auto memory = DeviceMemory::Create(0x40).value();
  const auto difference = CompareOutputs(SmallProgram(), *memory);
  REQUIRE(difference.has_value());
  CHECK(difference->address == 0x3f);
  CHECK(difference->expected == 9);
  CHECK(difference->found == 0);
  CHECK(difference->num_different == 1);
  memory->data()[0x3f] = 9;
  CHECK_FALSE(CompareOutputs(SmallProgram(), *memory).has_value());
}

// What fuzzing does at length. The last two inputs are instructions and micro-ops.
TEST_CASE("vta program file: a damaged program runs to some end in every mode", "[accel]") {
  const ProgramFile good = test::RandomProgram(Config{}, {.num_operations = 10});
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    ProgramFile program = good;
    for (int flips = 1 + random() % 4; flips > 0; --flips) {
      std::vector<uint8_t>& bytes = program.inputs[program.inputs.size() - 1 - random() % 2].bytes;
      bytes[random() % bytes.size()] ^= 1 << (random() % 8);
    }
    for (const ModelMode mode : {ModelMode::kStrict, ModelMode::kUpstream, ModelMode::kOutBuffer}) {
      auto memory = DeviceMemory::Create(program.image_bytes).value();
      auto chip = ModelChip::Create(Config{}, {.mode = mode, .seed = random()}, std::move(memory)).value();
      REQUIRE(LoadInputs(program, chip->memory()).ok());
      CHECK(chip->Run({program.instruction_address, program.instruction_count, 100000}).ok());
    }
  }
}

}  // namespace
}  // namespace baton::vta
