// baton vta run, asm and disasm.
#include <catch2/catch.hpp>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "tests/tools/temporary_folder.h"
#include "tools/run_baton.h"

namespace baton {
namespace {

struct Outcome {
  int code = 0;
  std::string out, err;
};

Outcome Baton(const std::vector<std::string>& args) {
  std::ostringstream out, err;
  const int code = RunBaton(args, {out, err, false});
  return {code, out.str(), err.str()};
}

// Accumulator 0 starts as 5 in every lane, grows by 3 and is stored.
constexpr char kProgram[] =
    "config default\n"
    "image 0x4000\n"
    "program 0x1000 6\n"
    "input 0x1000\n"
    "  load.uop dram_base=2048 y_size=1 x_size=1 x_stride=1\n"
    "  load.acc8 dram_base=520 y_size=1 x_size=1 x_stride=1\n"
    "  alu.add push_next uop_end=1 iter_out=1 iter_in=1 use_imm imm=3\n"
    "  store.out pop_prev push_prev dram_base=768 y_size=1 x_size=1 x_stride=1\n"
    "  load.uop pop_next\n"
    "  finish\n"
    "input 0x2000\n"
    "  uop\n"
    "input 0x2080\n"
    "  hex 05050505050505050505050505050505\n"
    "output 0x3000\n"
    "  hex 08080808080808080808080808080808\n";

// Writes the program as p.vtag and returns its path.
std::string Assemble(const TemporaryFolder& folder, const std::string& text) {
  const Outcome outcome = Baton({"vta", "asm", folder.Write("p.vtasm", text), "-o", folder.File("p.vtag")});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(outcome.out == folder.File("p.vtag") + ": 6 instructions for configuration default\n");
  return folder.File("p.vtag");
}

TEST_CASE("baton vta asm: makes what disasm prints again", "[tools]") {
  const TemporaryFolder folder;
  const Outcome listing = Baton({"vta", "disasm", Assemble(folder, kProgram)});
  CHECK(listing.code == 0);
  CHECK(listing.out == kProgram);
}

TEST_CASE("baton vta run: results that are as expected exit with 0", "[tools]") {
  const TemporaryFolder folder;
  const std::string file = Assemble(folder, kProgram);
  for (const char* mode : {"strict", "upstream", "out-buffer"}) {
    const Outcome outcome = Baton({"vta", "run", file, "--mode", mode, "--seed", "7"});
    CHECK(outcome.code == 0);
    CHECK(outcome.out == file + ": finished after 4 cycles; 16 bytes as expected\n");
  }
}

TEST_CASE("baton vta run: results that differ exit with 1 and say where", "[tools]") {
  const TemporaryFolder folder;
  const std::string file =
      Assemble(folder, absl::StrReplaceAll(kProgram, {{"0808080808\n", "08080809ff\n"}}));
  const Outcome outcome = Baton({"vta", "run", file});
  CHECK(outcome.code == 1);
  CHECK(
      absl::StrContains(outcome.out, "2 of 16 bytes differ, the first at 0x300e: found 0x08, expected 0x09"));
}

TEST_CASE("baton vta run: a program that does not finish exits with 1 and says why", "[tools]") {
  const TemporaryFolder folder;
  const std::string file = Assemble(folder, absl::StrReplaceAll(kProgram, {{"push_prev ", ""}}));
  const Outcome deadlock = Baton({"vta", "run", file});
  CHECK(deadlock.code == 1);
  CHECK(absl::StrContains(deadlock.out, "deadlock: compute waits for s2g at instruction 4"));
  const Outcome json = Baton({"vta", "run", file, "--json"});
  CHECK(json.code == 1);
  CHECK(absl::StrContains(json.out, "\"outcome\": \"deadlock\""));
  CHECK(absl::StrContains(json.out, "\"s2g\""));
  const Outcome timeout = Baton({"vta", "run", file, "--max-cycles", "2"});
  CHECK(timeout.code == 1);
  CHECK(absl::StrContains(timeout.out, "timeout after 2 cycles"));
}

TEST_CASE("baton vta run: what is not portable is trapped when asked for", "[tools]") {
  const TemporaryFolder folder;
  const Outcome outcome = Baton({"vta", "run", Assemble(folder, kProgram), "--portable", "--json"});
  CHECK(outcome.code == 1);
  CHECK(absl::StrContains(outcome.out, "\"outcome\": \"trap\""));
  CHECK(absl::StrContains(outcome.out, "acc8_advertised"));
}

TEST_CASE("baton vta run: memory may be filled before the inputs", "[tools]") {
  const TemporaryFolder folder;
  const std::string more = std::string(kProgram) + "output 0x3010\n  hex 3333\n";
  const std::string file = Assemble(folder, more);
  CHECK(Baton({"vta", "run", file}).code == 1);
  CHECK(Baton({"vta", "run", file, "--fill", "0x3000,4096,0x33"}).code == 0);
  CHECK(Baton({"vta", "run", file, "--fill", "0x3000,4097,0x33"}).code == 2);
  CHECK(Baton({"vta", "run", file, "--fill", "0x3000,1"}).code == 2);
  CHECK(Baton({"vta", "run", file, "--fill", "0,1,256"}).code == 2);
}

TEST_CASE("baton vta run: the profile shows cycles and bytes", "[tools]") {
  const TemporaryFolder folder;
  const Outcome outcome = Baton({"vta", "run", Assemble(folder, kProgram), "--profile"});
  CHECK(outcome.code == 0);
  CHECK(absl::StrContains(outcome.out, "alu steps                            1    25.0 %"));
  CHECK(absl::StrContains(outcome.out, "instructions                        96   24.00"));
  CHECK(absl::StrContains(outcome.out, "store                                1    25.0 %"));
  CHECK_FALSE(absl::StrContains(outcome.out, "waits for"));  // the model has no clock
}

TEST_CASE("baton vta run: the trace has a slice for each instruction in its queue's row", "[tools]") {
  const TemporaryFolder folder;
  const Outcome outcome = Baton({"vta", "run", Assemble(folder, kProgram), "--trace", folder.File("t.json")});
  REQUIRE(outcome.code == 0);
  const std::string trace = folder.Read("t.json");
  for (const char* part :
       {"\"name\": \"load\"", "\"name\": \"compute\"", "\"name\": \"store\"", "\"name\": \"alu.add\"",
        "\"name\": \"store.out\"", "\"name\": \"wait\"", "\"name\": \"finish\""}) {
    CAPTURE(part);
    CHECK(absl::StrContains(trace, part));
  }
}

TEST_CASE("baton vta: names that are none are wrong usage", "[tools]") {
  const TemporaryFolder folder;
  const std::string file = Assemble(folder, kProgram);
  CHECK(Baton({"vta"}).code == 2);
  CHECK(Baton({"vta", "run"}).code == 2);
  CHECK(Baton({"vta", "run", file, "--mode", "loose"}).err ==
        "baton: --mode: found loose, expected strict, upstream or out-buffer\n");
  CHECK(Baton({"vta", "run", file, "--chip", "fpga"}).code == 2);
  CHECK(Baton({"vta", "run", file, "--chip", "rtl", "--mode", "upstream"}).code == 2);
  CHECK(Baton({"vta", "disasm", file, "--config", "huge"}).err ==
        "baton: --config: found huge, expected one of default, block32, batch2, block64, small\n");
}

TEST_CASE("baton vta: damaged files are named", "[tools]") {
  const TemporaryFolder folder;
  const Outcome binary = Baton({"vta", "run", folder.Write("bad.vtag", "VTAGOLD2........")});
  CHECK(binary.code == 1);
  CHECK(absl::StrContains(binary.err, "does not begin with VTAGOLD1; " + folder.File("bad.vtag")));
  const Outcome text =
      Baton({"vta", "asm", folder.Write("bad.vtasm", "image 1\nfoo\n"), "-o", folder.File("p.vtag")});
  CHECK(text.code == 1);
  CHECK(absl::StrContains(text.err,
                          "line 2, column 1: there is no statement foo; " + folder.File("bad.vtasm")));
}

}  // namespace
}  // namespace baton
