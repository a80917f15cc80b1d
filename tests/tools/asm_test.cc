// baton asm, and baton disasm --lossless.
#include <catch2/catch.hpp>
#include <sstream>

#include "absl/strings/match.h"
#include "serialize/writer.h"
#include "tests/support/sample_executable.h"
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

TEST_CASE("baton asm: makes the file again that was disassembled", "[tools]") {
  const TemporaryFolder folder;
  REQUIRE(WriteExecutable(SampleExecutable(), folder.File("m.baton")).ok());
  const Outcome listing = Baton({"disasm", "--lossless", folder.File("m.baton")});
  REQUIRE(listing.code == 0);
  const Outcome outcome = Baton({"asm", folder.Write("m.s", listing.out), "-o", folder.File("again.baton")});
  CHECK(outcome.code == 0);
  CHECK(absl::StartsWith(outcome.out, folder.File("again.baton") + ": 4 functions"));
  CHECK(folder.Read("again.baton") == folder.Read("m.baton"));
}

TEST_CASE("baton asm: errors name the file, the line and the column", "[tools]") {
  const TemporaryFolder folder;
  const Outcome outcome =
      Baton({"asm", folder.Write("m.s", "function f() -> ()\n  Retrun ()\n"), "-o", folder.File("m.baton")});
  CHECK(outcome.code == 1);
  CHECK(absl::StrContains(outcome.err, "line 2, column 3: found 'Retrun', expected an instruction"));
  CHECK(absl::StrContains(outcome.err, folder.File("m.s")));
}

TEST_CASE("baton asm: what the verifier refuses is not written", "[tools]") {
  const TemporaryFolder folder;
  const Outcome outcome = Baton(
      {"asm", folder.Write("m.s", "function f() -> ()\n  Return (r0)\n"), "-o", folder.File("m.baton")});
  CHECK(outcome.code == 1);
  CHECK(absl::StrContains(outcome.err, "f+0 Return: operand 'results'"));
  CHECK(Baton({"verify", folder.File("m.baton")}).code == 1);
}

}  // namespace
}  // namespace baton
