#include <catch2/catch.hpp>

#include "accel/vta/device_memory.h"
#include "accel/vta/program/dense.h"
#include "accel/vta/program/loaded_program.h"
#include "accel/vta/program/program.h"
#include "tests/accel/vta_program_runner.h"

namespace baton::vta {
namespace {

Program OneTile() {
  auto program =
      BuildDense(ConfigNamed("default"), {.rows = 2, .in_features = 32, .out_features = 16}, {.shift = 3});
  REQUIRE(program.ok());
  return *std::move(program);
}

TEST_CASE("vta link: each relocated instruction gets its buffer's address, in elements") {
  const Program program = OneTile();
  std::vector<uint32_t> addresses;
  for (uint32_t i = 0; i < program.buffers.size(); ++i) addresses.push_back(0x10000 * (i + 1));
  const auto words = Link(program, addresses);
  REQUIRE(words.ok());
  REQUIRE_FALSE(program.relocations.empty());
  for (const Relocation& relocation : program.relocations) {
    const auto before = Unpack(program.config, program.instructions[relocation.instruction]);
    const auto after = Unpack(program.config, (*words)[relocation.instruction]);
    MemoryInstruction expected = std::get<MemoryInstruction>(*before);
    expected.dram_base += addresses[relocation.buffer] / program.buffers[relocation.buffer].element_bytes;
    CHECK(std::get<MemoryInstruction>(*after) == expected);
  }
}

TEST_CASE("vta link: what is not relocated stays") {
  const Program program = OneTile();
  const auto words = Link(program, std::vector<uint32_t>(program.buffers.size(), 0x40000));
  REQUIRE(words.ok());
  for (uint32_t i = 0; i < words->size(); ++i) {
    const bool is_relocated =
        std::any_of(program.relocations.begin(), program.relocations.end(),
                    [&](const Relocation& relocation) { return relocation.instruction == i; });
    if (!is_relocated) CHECK((*words)[i] == program.instructions[i]);
  }
}

TEST_CASE("vta link: addresses that cannot be are named") {
  using Catch::Contains;
  const Program program = OneTile();
  std::vector<uint32_t> addresses(program.buffers.size(), 0x10000);
  const auto error_with = [&](uint32_t address) {
    std::vector<uint32_t> wrong = addresses;
    wrong[1] = address;
    return Link(program, wrong).status().ToString();
  };
  CHECK_THAT(error_with(0), Contains("buffer 'data' has address 0"));
  CHECK_THAT(error_with(0x10008),
             Contains("buffer 'data' has address 0x10008, its elements need a multiple of 16"));
  CHECK_THAT(error_with(0xfffffff0), Contains("ends behind 4 GiB"));
  CHECK_THAT(Link(program, {}).status().ToString(), Contains("0 addresses for"));
}

TEST_CASE("vta link: bytes are little endian, word 0 first") {
  const auto bytes = ToBytes(std::vector<Word>{{0x0807060504030201, 0x100f0e0d0c0b0a09}});
  for (size_t i = 0; i < bytes.size(); ++i) CHECK(bytes[i] == i + 1);
  CHECK(bytes.size() == 16);
}

TEST_CASE("vta link: a loaded program gives its memory back") {
  const auto memory = DeviceMemory::Create(1 << 20);
  REQUIRE(memory.ok());
  const Program program = OneTile();
  {
    const auto loaded = LoadedProgram::Load(program, **memory);
    REQUIRE(loaded.ok());
    CHECK((*memory)->allocated_bytes() >= 5 * kPageBytes);
    CHECK_THAT((*loaded)->Write("data", {}).ToString(), Catch::Contains("0 bytes for buffer 'data' of 64"));
    CHECK_THAT((*loaded)->Write("dat", {}).ToString(), Catch::Contains("there is no buffer 'dat'"));
  }
  CHECK((*memory)->allocated_bytes() == 0);
  const auto small = DeviceMemory::Create(3 * kPageBytes);
  REQUIRE(small.ok());
  CHECK(LoadedProgram::Load(program, **small).status().code() == absl::StatusCode::kResourceExhausted);
  CHECK((*small)->allocated_bytes() == 0);
}

TEST_CASE("vta link: a listing names the buffers") {
  const std::string listing = DisassembleProgram(OneTile());
  CHECK_THAT(listing,
             Catch::Contains("# weight") && Catch::Contains("# output") && Catch::Contains("finish"));
}

}  // namespace
}  // namespace baton::vta
