// Memory plans written by hand, read back and added up; and those that the compiler writes.
#include "tools/memory_plan.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "absl/strings/match.h"
#include "compiler/lower/memory_plan_text.h"
#include "tests/tools/temporary_folder.h"
#include "tools/load_model.h"
#include "tools/memory_report.h"
#include "tools/strong_components.h"

namespace baton {
namespace {

// Functions f0, f1, ... and entry point main, which is f0.
Executable WithPlan(const std::string& text, size_t num_functions) {
  Executable executable;
  executable.functions.resize(num_functions);
  for (size_t i = 0; i < num_functions; ++i) executable.functions[i].name = "f" + std::to_string(i);
  executable.entry_points.push_back({"main", 0, {}, {}});
  executable.metadata = {{kMemoryPlanKey, text}};
  return executable;
}

MemoryPeak PeakOfMain(const std::string& text, size_t num_functions = 4) {
  const Executable executable = WithPlan(text, num_functions);
  const auto plans = ReadMemoryPlan(executable);
  REQUIRE(plans.ok());
  return MemoryPeaks(*plans, executable).at(0);
}

TEST_CASE("memory plan: nested arenas add up, neighbours do not", "[tools]") {
  const MemoryPeak peak = PeakOfMain(
      "function\t0\narena\t0\t100\t\narena\t1\t20\t\narena\t1\t30\t\narena\t2\t4\t\narena\t0\t133\t\n");
  CHECK(peak.ToString() == "134");
  CHECK(peak.Evaluate({}).value() == 134);
}

TEST_CASE("memory plan: peaks are expressions where none is the largest for all extents", "[tools]") {
  const MemoryPeak peak =
      PeakOfMain("function\t0\narena\t0\t64*n + 128\t\narena\t0\t64*n\t\narena\t0\t192*m\t\n");
  CHECK(peak.ToString() == "max(192*m, 64*n + 128)");
  CHECK(peak.Evaluate({{"n", 1}, {"m", 2}}).value() == 384);
  CHECK(peak.Evaluate({{"n", 10}, {"m", 2}}).value() == 768);
  CHECK(absl::IsNotFound(peak.Evaluate({{"n", 10}}).status()));
}

TEST_CASE("memory plan: a callee's symbols are those of its caller", "[tools]") {
  // f1(n = m, m = n) swaps two names that both use.
  const MemoryPeak peak = PeakOfMain(
      "function\t0\narena\t0\t64*n\t\ncall\t1\t1\tm\tn\tn\tm\n"
      "function\t1\narena\t0\t8*n + m\t\n");
  CHECK(peak.ToString() == "8*m + 65*n");
}

TEST_CASE("memory plan: symbols that a call does not give keep the callee's name", "[tools]") {
  const MemoryPeak peak = PeakOfMain("function\t0\ncall\t0\t1\nfunction\t1\narena\t0\t8*n\t\n");
  CHECK(peak.ToString() == "8*f1.n");
}

TEST_CASE("memory plan: recursion is not bounded when an arena is open around it", "[tools]") {
  CHECK(PeakOfMain("function\t0\narena\t0\t64\t\ncall\t1\t1\nfunction\t1\narena\t0\t8\t\ncall\t1\t1\n")
            .recursive == "f1");
  // Here each round has closed its arena before the next begins; likewise in a circle of two.
  const MemoryPeak closed = PeakOfMain(
      "function\t0\narena\t0\t64\t\ncall\t1\t1\nfunction\t1\narena\t0\t8\t\ncall\t0\t2\n"
      "function\t2\ncall\t0\t1\narena\t0\t16\t\n");
  CHECK(closed.is_known());
  CHECK(closed.ToString() == "80");
}

TEST_CASE("memory plan: a peak that depends on too many extents is not worked out", "[tools]") {
  std::string text = "function\t0\n";
  for (int i = 0; i < 20000; ++i) text += "arena\t0\t64*n" + std::to_string(i) + "\t\n";
  const MemoryPeak peak = PeakOfMain(text);
  CHECK(peak.is_too_complex);
  CHECK_FALSE(peak.is_known());
}

TEST_CASE("memory plan: closures are said to be missing", "[tools]") {
  const MemoryPeak peak = PeakOfMain("function\t0\narena\t0\t64\t\nclosure\t1\n");
  CHECK(peak.calls_closures);
  CHECK(peak.ToString() == "64");
}

TEST_CASE("memory plan: text that is none is an error that names the line", "[tools]") {
  for (const std::string line :
       {"arena\t0\t64", "arena\t-1\t64\t", "arena\t0\t64 +\t", "call\t0\t9", "call\t0\t1\tn",
        "call\t0\t1\t2*n\t3", "closure\t0\tx", "room\t0", "function\tx", "arena\t0\t1\t\\q"}) {
    CAPTURE(line);
    const Executable executable = WithPlan("function\t0\n" + line + "\n", 4);
    const absl::Status error = ReadMemoryPlan(executable).status();
    CHECK(absl::IsInvalidArgument(error));
    CHECK(absl::StrContains(error.message(), "line 2"));
  }
  CHECK(absl::IsInvalidArgument(ReadMemoryPlan(WithPlan("closure\t0\n", 1)).status()));
}

TEST_CASE("strong components: callees come first, circles are one", "[tools]") {
  // 0 -> 1 -> 2 -> 1, 2 -> 3, 4 -> 4
  CHECK(StrongComponents({{1}, {2}, {1, 3}, {}, {4}}) ==
        std::vector<std::vector<int>>{{3}, {1, 2}, {0}, {4}});
  CHECK(StrongComponents({}).empty());
  // As deep as the graph is long: no recursion.
  std::vector<std::vector<int>> chain(100000);
  for (int i = 0; i + 1 < 100000; ++i) chain[i] = {i + 1};
  CHECK(StrongComponents(chain).size() == 100000);
}

std::string Report(const std::string& model, const std::vector<Combination>& combinations) {
  const TemporaryFolder folder;
  const auto executable = CompileModel(folder.Write("m.rly", "#[version = \"0.0.5\"]\n" + model));
  REQUIRE(executable.ok());
  std::ostringstream out;
  REQUIRE(PrintMemoryPlan(**executable, combinations, out).ok());
  return out.str();
}

TEST_CASE("memory plan: of a compiled model, in its dimensions", "[tools]") {
  // %a and %b are alive at once and do not leave the function; %c does.
  const std::string text = Report(
      "def @main(%x: Tensor[(?, 64), float32]) {\n"
      "  let %a = nn.softmax(%x);\n  let %b = nn.softmax(%a);\n  let %c = %a + %b;\n  nn.softmax(%c)\n}\n",
      {{{"d", 2}}, {{"d", 5}}});
  CAPTURE(text);
  CHECK(absl::StrContains(text, "function main\n  arena of "));
  CHECK(absl::StrContains(text, "*d bytes"));
  CHECK(absl::StrContains(text, "  d = 2: "));
  CHECK(absl::StrContains(text, "  d = 5: "));
}

TEST_CASE("memory plan: a loop written as a tail call is no recursion", "[tools]") {
  const std::string text = Report(
      "def @rounds(%n: int64, %x: Tensor[(1, 64), float32]) -> Tensor[(1, 64), float32] {\n"
      "  if (%n == 0i64) { %x } else { @rounds(%n - 1i64, nn.softmax(nn.softmax(%x))) }\n}\n"
      "def @main(%n: int64, %x: Tensor[(1, 64), float32]) { nn.softmax(@rounds(%n, %x)) }\n",
      {});
  CAPTURE(text);
  CHECK(absl::StrContains(text, "function rounds"));
  CHECK_FALSE(absl::StrContains(text, "not bounded"));
}

TEST_CASE("memory plan: without arenas it says so", "[tools]") {
  CHECK(absl::StrContains(Report("def @main(%n: int64) { %n + 1i64 }\n", {}), "no arenas are planned"));
}

}  // namespace
}  // namespace baton
