// One program for each row of rules.def: which modes trap it, and what they say.
#include "accel/vta/rules.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

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

struct Case {
  const char* rule;
  std::string program;
  std::string trap;  // instruction, field, what was found
  std::string data = "";
};

std::string Alu(const std::string& fields) {
  return absl::StrCat(kLoadUop, kLoadAcc, "alu.", fields, "\nfinish\n");
}

const std::string kLoop = " uop_end=1 iter_out=1 iter_in=1";

std::vector<Case> Cases() {
  return {
      {"known_opcode", "word 0 7\nfinish\n", "0: opcode is 7, expected 0 to 4"},
      {"reserved_bits", "word 0 0x0400000000000000\nfinish\n",
       "0: reserved_0 is 0x1, expected 0: bits 58 to 63 of word 0 are reserved"},
      {"reserved_bits", "word 1 3\n",
       "0: reserved_1 is 0x1, expected 0: bits 0 to 63 of word 1 are reserved"},
      {"load_memory_type", "load.out y_size=1 x_size=1\nfinish\n",
       "0: memory_type is out, expected uop, wgt, inp, acc or acc8"},
      {"load_memory_type", "load.6 y_size=1 x_size=1\nfinish\n",
       "0: memory_type is 6, expected uop, wgt, inp, acc or acc8"},
      {"alu_opcode", "alu.5\nfinish\n", "0: alu_opcode is 5, expected 0 to 4"},
      {"alu_wgt_idx", Alu("add use_imm" + kLoop), "2: wgt_idx is 3 in micro-op 0, expected 0",
       "input 0x2000\nuop wgt_idx=3"},
      {"memory_range", "load.inp dram_base=4096 y_size=1 x_size=1 x_stride=1\nfinish\n",
       "0: dram_base is 4096 and row 0 lies at 0x10000 to 0x10010, expected an end of at most 0x10000"},
      {"memory_range", "load.inp dram_base=4090 y_size=3 x_size=1 x_stride=3\nfinish\n",
       "0: dram_base is 4090 and row 2 lies at 0x10000 to 0x10010, expected an end of at most 0x10000"},
      {"memory_range", "load.inp dram_base=0x0fffffff y_size=1 x_size=2 x_stride=2\nfinish\n",
       "0: dram_base is 268435455 and row 0 lies at 0xfffffff0 to 0x100000010, expected an end of at most "
       "0x10000"},
      {"scratchpad_range", "load.inp sram_base=2047 y_size=1 x_size=1 x_stride=1 x_pad_1=1\nfinish\n",
       "0: sram_base is 2047 and the rectangle ends at 2049, expected at most 2048"},
      {"scratchpad_range", "store.out sram_base=2040 y_size=3 x_size=3 x_stride=3\nfinish\n",
       "0: sram_base is 2040 and the rectangle ends at 2049, expected at most 2048"},
      {"store_memory_type", "store.acc y_size=1 x_size=1 x_stride=1\nfinish\n",
       "0: memory_type is acc, expected out"},
      {"store_padding", "store.out y_size=1 x_size=1 x_stride=1 y_pad_1=2\nfinish\n",
       "0: y_pad_1 is 2, expected 0"},
      {"store_overlap", "store.out y_size=2 x_size=2 x_stride=1\nfinish\n",
       "0: x_stride is 1, expected at least x_size = 2"},
      {"noop_fields", "load.inp y_size=1\nfinish\n", "0: y_size is 1, expected 0"},
      {"noop_fields", "load.acc x_pad_0=1\nfinish\n", "0: x_pad_0 is 1, expected 0"},
      {"no_rows", "load.inp x_size=1 x_stride=1\nfinish\n", "0: y_size is 0, expected rows: x_size is 1"},
      {"uop_load_form", "load.uop y_size=2 x_size=1 x_stride=1\nfinish\n", "0: y_size is 2, expected 1"},
      {"uop_load_form", "load.uop y_size=1 x_size=1 x_stride=2\nfinish\n",
       "0: x_stride is 2, expected x_size = 1"},
      {"uop_load_form", "load.uop y_size=1 x_size=1 x_stride=1 x_pad_0=1\nfinish\n",
       "0: x_pad_0 is 1, expected 0"},
      {"padding_portable",
       "load.wgt push_next y_size=1 x_size=1 x_stride=1 x_pad_0=1\nload.uop pop_prev\nfinish\n",
       "0: x_pad_0 is 1, expected 0"},
      {"uop_range", "gemm uop_bgn=8191 uop_end=8193 iter_out=1 iter_in=1\nfinish\n",
       "0: uop_end is 8193, expected at most 8192"},
      {"uop_range_portable",
       absl::StrCat("load.uop sram_base=2048 dram_base=2048 y_size=1 x_size=1 x_stride=1\n",
                    "gemm reset uop_bgn=2048 uop_end=2049 iter_out=1 iter_in=1\nfinish\n"),
       "1: uop_end is 2049, expected at most 2048"},
      {"index_range",
       absl::StrCat(kLoadUop,
                    "gemm uop_end=1 iter_out=3 iter_in=2 dst_factor_out=1000 dst_factor_in=48\nfinish\n"),
       "1: dst_idx reaches 2048, expected at most 2047"},
      {"index_range",
       absl::StrCat(kLoadUop, "gemm uop_end=1 iter_out=2 iter_in=1 wgt_factor_out=1023\nfinish\n"),
       "1: wgt_idx reaches 1024, expected at most 1023", "input 0x2000\nuop wgt_idx=1"},
      {"index_range",
       absl::StrCat(kLoadUop, "gemm uop_end=1 iter_out=1 iter_in=3 src_factor_in=1024\nfinish\n"),
       "1: src_idx reaches 2048, expected at most 2047"},
      {"index_range",
       absl::StrCat(kLoadUop, "alu.add uop_end=1 iter_out=2 iter_in=1 src_factor_out=2047\nfinish\n"),
       "1: src_idx reaches 2048, expected at most 2047", "input 0x2000\nuop src_idx=1"},
      {"counts_portable", Alu("add use_imm uop_end=1 iter_out=1"), "2: iter_in is 0, expected iterations"},
      {"counts_portable", Alu("add use_imm uop_end=1 iter_in=1"), "2: iter_out is 0, expected iterations"},
      {"counts_portable", Alu("add use_imm uop_bgn=1 uop_end=1 iter_in=1 iter_out=1"),
       "2: uop_end is 1, expected more than uop_bgn = 1"},
      {"immediate_source", Alu("add use_imm" + kLoop), "2: src_idx is 1 with use_imm, expected dst_idx = 0",
       "input 0x2000\nuop src_idx=1"},
      {"immediate_source", Alu("add use_imm uop_end=1 iter_out=2 iter_in=1 dst_factor_out=1"),
       "2: src_factor_out is 0, expected dst_factor_out = 1"},
      {"immediate_source", Alu("add use_imm uop_end=1 iter_out=1 iter_in=2 src_factor_in=1"),
       "2: src_factor_in is 1, expected dst_factor_in = 0"},
      {"shift_portable", Alu("shr use_imm imm=16" + kLoop), "2: imm is 16, expected -15 to 15"},
      {"shift_portable", Alu("shr use_imm imm=-16" + kLoop), "2: imm is -16, expected -15 to 15"},
      {"shift_portable", Alu("shr imm=1" + kLoop), "2: imm is 1, expected 0"},
      {"shift_portable", Alu("shr" + kLoop),
       "2: src_idx reaches accumulator 0, which holds -1, expected 0 to 15", "input 0x8000\nint32 0 15 -1"},
      {"alu_distance", Alu("add use_imm uop_end=1 iter_out=2 iter_in=1"),
       "2: dst_idx reaches accumulator 0 at step 1, expected not before step 3"},
      {"token_bits", "load.inp pop_prev\nfinish\n", "0: pop_prev is 1, expected 0"},
      {"token_bits", "load.wgt push_prev\nfinish\n", "0: push_prev is 1, expected 0"},
      {"token_bits", "store.uop pop_next\nfinish\n", "0: pop_next is 1, expected 0"},
      {"token_bits", "store.out push_next\nfinish\n", "0: push_next is 1, expected 0"},
      {"token_balance", "load.uop push_next\nfinish\n", "1: g2s holds 1 tokens at the end, expected 0"},
      {"token_balance", "finish push_prev\n", "0: g2l holds 1 tokens at the end, expected 0"},
      {"finish_last", "finish\nload.uop\n", "0: opcode is finish and 1 instructions follow, expected none"},
      {"finish_last", "load.inp\nfinish\n",
       "1: pop_prev and the tokens popped before order 0 of 1 instructions of load before finish, expected "
       "all"},
      {"finish_last", "store.out push_prev\nstore.out\nfinish pop_next\n",
       "2: pop_next and the tokens popped before order 1 of 2 instructions of store before finish, expected "
       "all"},
      {"scratchpad_undefined", "gemm" + kLoop + "\nfinish\n",
       "0: uop_bgn reaches micro-op 0, which was not written in this run"},
      {"scratchpad_undefined",
       absl::StrCat(kLoadUop, kLoadInp, kLoadWgt, "gemm pop_prev", kLoop, "\nfinish pop_prev\n"),
       "3: dst_idx reaches element 0, which was not written in this run"},
      {"scratchpad_undefined", absl::StrCat(kLoadUop, kLoadAcc, "gemm", kLoop, "\nfinish\n"),
       "2: src_idx reaches element 0, which was not written in this run"},
      {"scratchpad_undefined",
       absl::StrCat(kLoadUop, kLoadAcc, kLoadInp, "gemm pop_prev", kLoop, "\nfinish\n"),
       "3: wgt_idx reaches element 0, which was not written in this run"},
      {"scratchpad_undefined", Alu("add" + kLoop),
       "2: src_idx reaches element 5, which was not written in this run", "input 0x2000\nuop src_idx=5"},
      {"out_undefined", kStoreAndFinish,
       "1: sram_base is 0 and element 0 is undefined, expected the result of a computation"},
      {"out_undefined", absl::StrCat(kLoadUop, "gemm reset", kLoop, "\n", kStoreAndFinish),
       "3: sram_base is 0 and element 0 is undefined, expected the result of a computation"},
      {"out_stale",
       absl::StrCat(kLoadUop, kLoadAcc, "alu.add use_imm", kLoop, "\n", kLoadAcc, kStoreAndFinish),
       "5: sram_base is 0 and accumulator 0 was loaded after it was computed, expected a computation since"},
  };
}

TEST_CASE("vta rules: what breaks a rule is trapped where rules.def says, and nowhere else", "[accel]") {
  for (const Case& c : Cases()) {
    const RuleInfo* info = nullptr;
    for (const RuleInfo& rule : AllRules()) {
      if (rule.name == c.rule) info = &rule;
    }
    REQUIRE(info != nullptr);
    const std::string trap = absl::StrCat("trap: instruction ", c.trap, " (", c.rule, ", section ",
                                          std::string(info->section), ")");
    struct Row {
      ModelOptions options;
      bool traps;
    };
    const Row rows[] = {
        {{.mode = ModelMode::kStrict, .portable_only = info->when_portable},
         info->in_strict || info->when_portable},
        {{.mode = ModelMode::kUpstream}, info->in_upstream},
        {{.mode = ModelMode::kOutBuffer}, info->in_out_buffer},
    };
    for (const Row& row : rows) {
      CAPTURE(c.program, c.data, static_cast<int>(row.options.mode));
      const std::string found = TextChip(row.options).Describe(c.program, c.data);
      if (row.traps) {
        CHECK(found == trap);
      } else {
        CHECK(found.find(c.rule) == std::string::npos);
      }
    }
  }
}

TEST_CASE("vta rules: each has a program", "[accel]") {
  std::set<std::string> shown = {"acc8_advertised", "mul_advertised", "uop_reserved_bits", "tokens_portable"};
  for (const Case& c : Cases()) shown.insert(c.rule);
  for (const RuleInfo& rule : AllRules()) {
    CAPTURE(std::string(rule.name));
    CHECK(shown.count(std::string(rule.name)) == 1);
  }
}

TEST_CASE("vta rules: MUL and ACC8 are trapped where the device does not advertise them", "[accel]") {
  const std::string mul = Alu("mul use_imm imm=3" + kLoop);
  const std::string acc8 = "load.acc8 y_size=1 x_size=1 x_stride=1\nfinish\n";
  CHECK(TextChip({}).Run(mul).outcome == Outcome::kFinished);
  CHECK(TextChip({}).Run(acc8).outcome == Outcome::kFinished);
  CHECK(TextChip({.advertises_mul = false}).Describe(mul) ==
        "trap: instruction 2: alu_opcode is mul, which this device does not have (mul_advertised, section "
        "2.3)");
  CHECK(TextChip({.advertises_acc8 = false}).Describe(acc8) ==
        "trap: instruction 0: memory_type is acc8, which this device does not have (acc8_advertised, section "
        "2.1)");
}

TEST_CASE("vta rules: reserved bits of a micro-op are trapped where it has some", "[accel]") {
  const std::string program =
      "load.uop dram_base=2048 y_size=1 x_size=1 x_stride=1\ngemm reset" + kLoop + "\nfinish\n";
  const std::string data = "input 0x2000\nint32 -0x80000000";
  const auto text = [&](ModelMode mode) {
    return TextChip({.mode = mode}, "block64").Describe(program, data);
  };
  CHECK_THAT(text(ModelMode::kStrict), Catch::Contains("(uop_reserved_bits, section 3)"));
  CHECK_THAT(text(ModelMode::kUpstream), Catch::StartsWith("finished"));
}

TEST_CASE("vta rules: more than 255 tokens are not portable", "[accel]") {
  std::string program;
  for (int i = 0; i < 256; ++i) program += "load.inp push_next\n";
  for (int i = 0; i < 256; ++i) program += "load.uop pop_prev\n";
  program += "finish\n";
  CHECK(TextChip({}).Run(program).outcome == Outcome::kFinished);
  CHECK(TextChip({.portable_only = true}).Describe(program) ==
        "trap: instruction 255: l2g holds 256 tokens, expected at most 255 (tokens_portable, section 7)");
}

}  // namespace
}  // namespace baton::vta
