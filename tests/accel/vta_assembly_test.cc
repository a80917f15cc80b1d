#include "accel/vta/assembly.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/support/vta_golden.h"
#include "tests/support/vta_random_program.h"

namespace baton::vta {
namespace {

std::string ErrorOf(absl::string_view text) {
  const auto program = AssembleProgram(text);
  return program.ok() ? "" : std::string(program.status().message());
}

std::string InstructionError(absl::string_view line) {
  const auto word = AssembleInstruction(Config{}, line);
  return word.ok() ? "" : std::string(word.status().message());
}

TEST_CASE("vta assembly: any word comes back from its text", "[accel]") {
  std::mt19937_64 random(1);
  for (const NamedConfig& config : AllConfigs()) {
    for (int i = 0; i < 3000; ++i) {
      Word word{random(), random()};
      if (i % 2 == 0)
        word = {word.w0 & random() & random(), word.w1 & random() & random()};  // more that unpack
      const std::string text = Disassemble(config.config, word);
      CAPTURE(text);
      const auto back = AssembleInstruction(config.config, text);
      REQUIRE(back.ok());
      CHECK(*back == word);
    }
  }
}

TEST_CASE("vta assembly: every program comes back from its text", "[accel]") {
  for (const NamedConfig& config : AllConfigs()) {
    for (uint32_t seed = 1; seed <= 5; ++seed) {
      const ProgramFile program = test::RandomProgram(config.config, test::BeyondPortable({.seed = seed}));
      const auto back = AssembleProgram(PrintProgram(config, program));
      REQUIRE(back.ok());
      CHECK(back->config.name == config.name);
      CHECK(back->file == program);
    }
  }
  for (const test::Golden& golden : test::Goldens()) {
    const auto back = AssembleProgram(PrintProgram(AllConfigs().front(), golden.program));
    REQUIRE(back.ok());
    CHECK(back->file == golden.program);
  }
}

TEST_CASE("vta assembly: a program reads as it is written", "[accel]") {
  const char* text =
      "config default\n"
      "image 0x4000\n"
      "program 0x1000 2\n"
      "input 0x1000\n"
      "  load.uop dram_base=2048 y_size=1 x_size=2 x_stride=2\n"
      "  finish\n"
      "input 0x2000\n"
      "  uop dst_idx=1 src_idx=2 wgt_idx=3\n"
      "  uop\n"
      "  hex 0a0b\n"
      "output 0x3000\n"
      "  hex ff\n";
  const auto program = AssembleProgram(text);
  REQUIRE(program.ok());
  CHECK(program->file.inputs.size() == 2);
  CHECK(program->file.inputs[1].bytes == std::vector<uint8_t>{1, 0x10, 0xc0, 0, 0, 0, 0, 0, 0x0a, 0x0b});
  CHECK(PrintProgram(program->config, program->file) == text);
}

TEST_CASE("vta assembly: numbers, comments and blank lines", "[accel]") {
  const auto program = AssembleProgram(
      "; nothing\n\nimage 4096 ; bytes\nprogram 0 0\ninput 0x10\n int8 -1 127 -0x80\n int32 -2\n hex 01 "
      "02\n");
  REQUIRE(program.ok());
  CHECK(program->file.inputs[0].bytes ==
        std::vector<uint8_t>{0xff, 0x7f, 0x80, 0xfe, 0xff, 0xff, 0xff, 0x01, 0x02});
}

TEST_CASE("vta assembly: errors of instructions name line and column", "[accel]") {
  CHECK(InstructionError("") == "line 1, column 1: expected an instruction");
  CHECK(InstructionError("jump") == "line 1, column 1: there is no instruction jump");
  CHECK(InstructionError("load.foo") ==
        "line 1, column 1: found 'load.foo', expected load.uop, .wgt, .inp, .acc, .out or .acc8");
  CHECK(InstructionError("alu") ==
        "line 1, column 1: found 'alu', expected alu.min, .max, .add, .shr or .mul");
  CHECK(InstructionError("gemm.add") == "line 1, column 1: gemm has nothing after its name");
  CHECK(InstructionError("gemm  imm=3") == "line 1, column 7: gemm has no field imm");
  CHECK(InstructionError("gemm opcode=3") == "line 1, column 6: gemm has no field opcode");
  CHECK(InstructionError("load.inp x_size=65536") == "line 1, column 17: found 65536, expected 0 to 65535");
  CHECK(InstructionError("alu.add imm=-32769") ==
        "line 1, column 13: found -32769, expected -32768 to 32767");
  CHECK(InstructionError("gemm reset=x") == "line 1, column 12: found 'x', expected a number");
  CHECK(InstructionError("gemm iter_in") == "line 1, column 6: field iter_in has no value");
  CHECK(InstructionError("gemm reset reset") == "line 1, column 12: field reset stands here twice");
  CHECK(InstructionError("word 0x1") ==
        "line 1, column 9: found the end of the line, expected a number for word");
  CHECK(InstructionError("word 1 2 3") == "line 1, column 10: found '3', expected the end of the line");
  CHECK(InstructionError("word 1 0x10000000000000000") == "line 1, column 8: expected 64 bits");
}

TEST_CASE("vta assembly: errors of programs name line and column", "[accel]") {
  CHECK(ErrorOf("") == "line 1, column 1: found the end of the text, expected a program statement");
  CHECK(ErrorOf("\nfoo") == "line 2, column 1: there is no statement foo");
  CHECK(ErrorOf("config huge") == "line 1, column 8: there is no configuration huge");
  CHECK(ErrorOf("input 0") == "line 1, column 1: image must come before input");
  CHECK(ErrorOf("image 4096\nimage 4096") == "line 2, column 1: image stands here twice");
  CHECK(ErrorOf("image 4096\nprogram 8 1") == "line 2, column 9: found 8, expected a multiple of 16");
  CHECK(ErrorOf("image 4096\nprogram 4080 2") == "line 2, column 14: the program ends outside the image");
  CHECK(ErrorOf("image 4096\n  finish") == "line 2, column 3: expected input or output before this");
  CHECK(ErrorOf("image 4096\ninput 4095\nhex 00\nhex 00") ==
        "line 4, column 1: the segment ends outside the image");
  CHECK(ErrorOf("image 4096\ninput 0\nconfig small") ==
        "line 3, column 1: config must come before the first segment");
  CHECK(ErrorOf("image 4096\ninput 0\nhex 0") ==
        "line 3, column 5: expected two hexadecimal digits for each byte");
  CHECK(ErrorOf("image 4096\ninput 0\nhex 0 0g") ==
        "line 3, column 5: expected two hexadecimal digits for each byte");
  CHECK(ErrorOf("image 4096\ninput 0\nint8 128") == "line 3, column 6: found 128, expected -128 to 127");
  CHECK(ErrorOf("image 4096\ninput 0\nuop dst_idx=2048") ==
        "line 3, column 13: found 2048, expected 0 to 2047");
  CHECK(ErrorOf("image -1") == "line 1, column 7: found -1, expected 0 to 4294967295");
  CHECK(ErrorOf("image 99999999999999999999") ==
        "line 1, column 7: found '99999999999999999999', expected a number");
}

}  // namespace
}  // namespace baton::vta
