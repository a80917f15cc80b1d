// baton fmt.
#include <catch2/catch.hpp>
#include <sstream>

#include "absl/strings/match.h"
#include "tests/tools/temporary_folder.h"
#include "tools/file_io.h"
#include "tools/run_baton.h"

namespace baton {
namespace {

constexpr char kUgly[] = "let %x=1;add( %x,2 )";
constexpr char kNice[] = "let %x = 1;\nadd(%x, 2)\n";

struct Outcome {
  int code = 0;
  std::string out, err;
};

Outcome Fmt(std::vector<std::string> args) {
  std::ostringstream out, err;
  args.insert(args.begin(), "fmt");
  const int code = RunBaton(args, {out, err, false});
  return {code, out.str(), err.str()};
}

TEST_CASE("fmt: prints the text in its layout", "[tools]") {
  const TemporaryFolder folder;
  const Outcome outcome = Fmt({folder.Write("m.rly", kUgly)});
  CHECK(outcome.code == 0);
  CHECK(outcome.out == kNice);
  CHECK(outcome.err.empty());
}

TEST_CASE("fmt: a file may be formatted in place", "[tools]") {
  const TemporaryFolder folder;
  const std::string file = folder.Write("m.rly", kUgly);
  CHECK(Fmt({file, "-o", file}).code == 0);
  CHECK(ReadFile(file).value() == kNice);
}

TEST_CASE("fmt: --check tells formatted files from others", "[tools]") {
  const TemporaryFolder folder;
  const std::string ugly = folder.Write("ugly.rly", kUgly);
  const Outcome outcome = Fmt({"--check", ugly});
  CHECK(outcome.code == 1);
  CHECK(outcome.out == ugly + "\n");
  CHECK(ReadFile(ugly).value() == kUgly);
  CHECK(Fmt({"--check", folder.Write("nice.rly", kNice)}).code == 0);
  CHECK(Fmt({"--check", ugly, "-o", ugly}).code == 2);
}

TEST_CASE("fmt: errors and warnings name file, line and column", "[tools]") {
  const TemporaryFolder folder;
  const std::string file = folder.Write("m.rly", "1.5");
  CHECK(absl::StartsWith(Fmt({file}).err, file + ":1:1: warning: "));
  const Outcome strict = Fmt({"--strict", file});
  CHECK(strict.code == 1);
  CHECK(absl::StartsWith(strict.err, "baton: " + file + ":1:1: error: "));
  CHECK(Fmt({folder.File("none.rly")}).code == 1);
}

}  // namespace
}  // namespace baton
