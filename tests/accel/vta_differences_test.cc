// The specification's section 10: where implementations differ, what each mode of the model does. A test for
// each row of its table.
#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/accel/vta_text_chip.h"

namespace baton::vta {
namespace {

using test::kLoadAcc;
using test::kLoadInp;
using test::kLoadUop;
using test::kLoadWgt;
using test::kStoreAndFinish;
using test::TextChip;

constexpr ModelOptions kStrict = {.mode = ModelMode::kStrict};
constexpr ModelOptions kUpstream = {.mode = ModelMode::kUpstream};
constexpr ModelOptions kOutBuffer = {.mode = ModelMode::kOutBuffer};
const std::string kLoop = " uop_end=1 iter_out=1 iter_in=1\n";
constexpr uint32_t kResultAddress = 0xc000;

// The first lane of what is stored, after a run that finished.
int Result(const ModelOptions& options, const std::string& program, const std::string& data = "") {
  TextChip chip(options);
  const RunResult result = chip.Run(program, data);
  INFO(DescribeResult(Config{}, result));
  REQUIRE(result.outcome == Outcome::kFinished);
  return static_cast<int8_t>(chip.Byte(kResultAddress));
}

std::string AccData(int value) {
  return absl::StrCat("input 0x8000\nint32 ", value, "\n");
}

// One ALU instruction on accumulator 0.
std::string AluProgram(const std::string& fields) {
  return absl::StrCat(kLoadUop, kLoadAcc, "alu.", fields, kLoop, kStoreAndFinish);
}

TEST_CASE("vta differences: STORE takes accumulators upstream, OUT elsewhere", "[accel]") {
  const std::string computed = AluProgram("add use_imm imm=1");
  CHECK(Result(kUpstream, computed, AccData(299)) == 44);
  CHECK(Result(kOutBuffer, computed, AccData(299)) == 44);
  CHECK(Result(kStrict, computed, AccData(299)) == 44);
}

TEST_CASE("vta differences: results are truncated, not clipped", "[accel]") {
  for (const ModelOptions& options : {kStrict, kUpstream, kOutBuffer}) {
    CHECK(Result(options, AluProgram("add use_imm"), AccData(300)) == 44);
    CHECK(Result(options, AluProgram("add use_imm"), AccData(-129)) == 127);
    CHECK(Result(options, AluProgram("add use_imm"), AccData(128)) == -128);
  }
}

TEST_CASE("vta differences: LOAD ACC then STORE", "[accel]") {
  const std::string loaded =
      absl::StrCat(kLoadUop, kLoadAcc, "alu.add use_imm imm=1", kLoop,
                   "load.acc dram_base=513 y_size=1 x_size=1 x_stride=1\n", kStoreAndFinish);
  const std::string data = absl::StrCat(AccData(4), "input 0x8040\nint32 9\n");
  CHECK(Result(kUpstream, loaded, data) == 9);
  CHECK(Result(kOutBuffer, loaded, data) == 5);
  CHECK_THAT(TextChip(kStrict).Describe(loaded, data), Catch::Contains("out_stale"));
  // Nothing was computed.
  const std::string only_loaded = absl::StrCat(kLoadAcc, kStoreAndFinish);
  CHECK(Result(kUpstream, only_loaded, AccData(7)) == 7);
  CHECK_THAT(TextChip(kOutBuffer).Describe(only_loaded), Catch::Contains("out_undefined"));
}

TEST_CASE("vta differences: GEMM reset then STORE", "[accel]") {
  const std::string program = absl::StrCat(kLoadUop, kLoadAcc, "gemm reset", kLoop, kStoreAndFinish);
  CHECK(Result(kUpstream, program, AccData(7)) == 0);
  CHECK_THAT(TextChip(kOutBuffer).Describe(program), Catch::Contains("out_undefined"));
  CHECK_THAT(TextChip(kStrict).Describe(program), Catch::Contains("out_undefined"));
}

TEST_CASE("vta differences: an immediate with another source reads the destination", "[accel]") {
  const std::string program = absl::StrCat(kLoadUop, "load.acc dram_base=512 y_size=1 x_size=2 x_stride=2\n",
                                           "alu.add use_imm imm=1", kLoop, kStoreAndFinish);
  const std::string data =
      absl::StrCat("input 0x2000\nuop src_idx=1\n", AccData(5), "input 0x8040\nint32 50\n");
  CHECK(Result(kUpstream, program, data) == 6);
  CHECK(Result(kOutBuffer, program, data) == 6);
  CHECK_THAT(TextChip(kStrict).Describe(program, data), Catch::Contains("immediate_source"));
}

TEST_CASE("vta differences: shifts by large immediates", "[accel]") {
  for (const ModelOptions& options : {kStrict, kUpstream, kOutBuffer}) {
    CHECK(Result(options, AluProgram("shr use_imm imm=16"), AccData(1000)) == 0);
    CHECK(Result(options, AluProgram("shr use_imm imm=31"), AccData(1000)) == 0);
    CHECK(Result(options, AluProgram("shr use_imm imm=32"), AccData(1000)) == 0);
    CHECK(Result(options, AluProgram("shr use_imm imm=32"), AccData(-1000)) == -1);
    // 1 << 17, brought down to where it can be seen.
    const std::string left = absl::StrCat(kLoadUop, kLoadAcc, "alu.shr use_imm imm=-17", kLoop,
                                          "alu.shr use_imm imm=15", kLoop, kStoreAndFinish);
    CHECK(Result(options, left, AccData(1)) == 4);
  }
}

TEST_CASE("vta differences: a shift by a tensor that holds -1 goes left", "[accel]") {
  const std::string program = absl::StrCat(kLoadUop, "load.acc dram_base=512 y_size=1 x_size=2 x_stride=2\n",
                                           "alu.shr", kLoop, kStoreAndFinish);
  const std::string data =
      absl::StrCat("input 0x2000\nuop src_idx=1\n", AccData(5), "input 0x8040\nint32 -1\n");
  for (const ModelOptions& options : {kStrict, kUpstream, kOutBuffer})
    CHECK(Result(options, program, data) == 10);
}

TEST_CASE("vta differences: MUL multiplies", "[accel]") {
  for (const ModelOptions& options : {kStrict, kUpstream, kOutBuffer}) {
    CHECK(Result(options, AluProgram("mul use_imm imm=-3"), AccData(7)) == -21);
  }
}

TEST_CASE("vta differences: ACC8 extends the sign", "[accel]") {
  const std::string program =
      absl::StrCat(kLoadUop, "load.acc8 dram_base=2048 y_size=1 x_size=1 x_stride=1\n",
                   "alu.shr use_imm imm=1", kLoop, kStoreAndFinish);
  for (const ModelOptions& options : {kStrict, kUpstream, kOutBuffer}) {
    CHECK(Result(options, program, "input 0x8000\nint8 -100\n") == -50);
  }
}

TEST_CASE("vta differences: padding of accumulators and weights is zeros", "[accel]") {
  // What lies behind the padding was loaded before.
  const std::string acc =
      absl::StrCat(kLoadUop, kLoadAcc, "load.acc dram_base=512 y_size=1 x_size=1 x_stride=1 x_pad_0=1\n",
                   "alu.add use_imm imm=1", kLoop, kStoreAndFinish);
  const std::string wgt =
      absl::StrCat(kLoadUop, kLoadAcc, kLoadInp, "load.wgt dram_base=64 y_size=1 x_size=1 x_stride=1\n",
                   "load.wgt push_next dram_base=64 y_size=1 x_size=1 x_stride=1 y_pad_0=1\n",
                   "load.uop pop_prev\ngemm pop_prev", kLoop, kStoreAndFinish);
  const std::string data = absl::StrCat(AccData(5), "input 0x3000\nint8 1\ninput 0x4000\nint8 1\n");
  for (const ModelOptions& options : {kStrict, kUpstream, kOutBuffer}) {
    CHECK(Result(options, acc, data) == 1);
    CHECK(Result(options, wgt, data) == 5);
  }
}

TEST_CASE("vta differences: a LOAD of no elements writes no padding", "[accel]") {
  const std::string program = absl::StrCat(kLoadUop, kLoadAcc, "load.acc x_pad_0=1 y_pad_0=1\n",
                                           "alu.add use_imm", kLoop, kStoreAndFinish);
  CHECK(Result(kUpstream, program, AccData(5)) == 5);
  CHECK(Result(kOutBuffer, program, AccData(5)) == 5);
  CHECK_THAT(TextChip(kStrict).Describe(program), Catch::Contains("noop_fields"));
}

TEST_CASE("vta differences: a LOAD of no rows writes padding", "[accel]") {
  const std::string program = absl::StrCat(kLoadUop, kLoadAcc, "load.acc x_size=1 x_stride=1 y_pad_0=1\n",
                                           "alu.add use_imm", kLoop, kStoreAndFinish);
  CHECK(Result(kUpstream, program, AccData(5)) == 0);
  CHECK(Result(kOutBuffer, program, AccData(5)) == 0);
  CHECK_THAT(TextChip(kStrict).Describe(program), Catch::Contains("no_rows"));
}

TEST_CASE("vta differences: empty loops do nothing", "[accel]") {
  for (const char* loop :
       {" uop_end=1 iter_out=0 iter_in=1\n", " uop_end=1 iter_out=1 iter_in=0\n",
        " uop_bgn=1 uop_end=1 iter_out=1 iter_in=1\n", " uop_bgn=9 uop_end=1 iter_out=1 iter_in=1\n"}) {
    for (const char* name : {"gemm", "gemm reset", "alu.add use_imm imm=9"}) {
      const std::string program =
          absl::StrCat(kLoadUop, kLoadAcc, "alu.add use_imm", kLoop, name, loop, kStoreAndFinish);
      for (const ModelOptions& options : {kStrict, kUpstream, kOutBuffer}) {
        CHECK(Result(options, program, AccData(5)) == 5);
      }
    }
  }
}

TEST_CASE("vta differences: an accumulator that ALU touches in every step is up to date in each", "[accel]") {
  const std::string eight = absl::StrCat(
      kLoadUop, kLoadAcc, "alu.add use_imm imm=1 uop_end=1 iter_out=8 iter_in=1\n", kStoreAndFinish);
  // Accumulator 1 += accumulator 0, accumulator 0 += accumulator 1.
  const std::string swapped = absl::StrCat("load.uop dram_base=2048 y_size=1 x_size=2 x_stride=2\n",
                                           "load.acc dram_base=512 y_size=1 x_size=2 x_stride=2\n",
                                           "alu.add uop_end=2 iter_out=1 iter_in=1\n", kStoreAndFinish);
  const std::string data =
      absl::StrCat("input 0x2000\nuop dst_idx=1\nuop src_idx=1\n", AccData(5), "input 0x8040\nint32 50\n");
  for (const ModelOptions& options : {kStrict, kUpstream, kOutBuffer}) {
    CHECK(Result(options, eight, AccData(5)) == 13);
    CHECK(Result(options, swapped, data) == 60);
  }
}

TEST_CASE("vta differences: an accumulator that GEMM touches in every step is up to date in each",
          "[accel]") {
  const std::string program =
      absl::StrCat(kLoadUop, kLoadAcc, kLoadInp, kLoadWgt,
                   "load.uop pop_prev\ngemm pop_prev uop_end=1 iter_out=3 iter_in=4\n", kStoreAndFinish);
  const std::string data = absl::StrCat(AccData(1), "input 0x3000\nint8 2\ninput 0x4000\nint8 3\n");
  for (const ModelOptions& options : {kStrict, kUpstream, kOutBuffer})
    CHECK(Result(options, program, data) == 73);
}

TEST_CASE("vta differences: an index past the depth is a trap", "[accel]") {
  const std::string program =
      absl::StrCat(kLoadUop, "gemm reset uop_end=1 iter_out=3 iter_in=1 dst_factor_out=1024\nfinish\n");
  for (const ModelOptions& options : {kStrict, kUpstream, kOutBuffer}) {
    CHECK_THAT(TextChip(options).Describe(program), Catch::Contains("index_range"));
  }
}

TEST_CASE("vta differences: tokens are exact", "[accel]") {
  const std::string program = "load.inp push_next\nload.uop pop_prev\nload.uop pop_prev\nfinish\n";
  for (const ModelOptions& options : {kStrict, kUpstream, kOutBuffer}) {
    CHECK(TextChip(options).Describe(program) ==
          "deadlock: compute waits for l2g at instruction 2 (load.uop pop_prev)");
  }
}

TEST_CASE("vta differences: every row of a batch is computed", "[accel]") {
  const std::string program = absl::StrCat(
      kLoadUop, "load.acc dram_base=256 y_size=1 x_size=1 x_stride=1\n", "alu.add use_imm imm=1", kLoop,
      "load.uop push_next\n", "store.out pop_prev push_prev dram_base=1536 y_size=1 x_size=1 x_stride=1\n",
      "load.uop pop_next\nfinish\n");
  TextChip chip(kStrict, "batch2");
  const std::string data = absl::StrCat(AccData(5), "input 0x8040\nint32 6\n");
  REQUIRE(chip.Run(program, data).outcome == Outcome::kFinished);
  CHECK(chip.Byte(kResultAddress) == 6);
  CHECK(chip.Byte(kResultAddress + 16) == 7);
}

TEST_CASE("vta differences: a run that takes too long says so", "[accel]") {
  const std::string program =
      absl::StrCat(kLoadUop, "gemm reset uop_end=1 iter_out=1000 iter_in=1000\nfinish\n");
  for (const ModelOptions& options : {kStrict, kUpstream, kOutBuffer}) {
    CHECK(TextChip(options).Run(program, "", 1000).outcome == Outcome::kTimeout);
  }
}

TEST_CASE("vta differences: bits without a meaning change nothing where they are not trapped", "[accel]") {
  // Bit 7 of ALU, and all of FINISH.
  const std::string program = absl::StrCat(
      kLoadUop, kLoadAcc, "word 0x0001900000000000 0x0002000800200084\n",
      "load.uop push_next\nstore.out pop_prev push_prev dram_base=3072 y_size=1 x_size=1 x_stride=1\n",
      "load.uop pop_next\nword 0xffffffffffffffff 0xffffffffffffff83\n");
  CHECK(Result(kUpstream, program, AccData(5)) == 5);
  CHECK(Result(kOutBuffer, program, AccData(5)) == 5);
}

}  // namespace
}  // namespace baton::vta
