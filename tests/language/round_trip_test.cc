// Random programs through the whole path: printed, read, compiled, saved, loaded and run, against the slow
// evaluator; and the text of a module after every pass, which reads back to the same module.
#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "compiler/passes/passes.h"
#include "compiler/text/printer.h"
#include "compiler/text/reader.h"
#include "tests/compiler/evaluator.h"
#include "tests/compiler/random_program.h"
#include "tests/compiler/run_compiled.h"

namespace baton {
namespace {

std::string CoreText(const ir::Module& module) {
  return PrintModule(module, {.types = false, .locations = false});
}

// The first line in which two texts differ, of both; empty when none does.
std::string FirstDifference(absl::string_view a, absl::string_view b) {
  const std::vector<std::string> lines_a = absl::StrSplit(a, '\n'), lines_b = absl::StrSplit(b, '\n');
  for (size_t i = 0; i < std::max(lines_a.size(), lines_b.size()); ++i) {
    const std::string line_a = i < lines_a.size() ? lines_a[i] : "",
                      line_b = i < lines_b.size() ? lines_b[i] : "";
    if (line_a != line_b) return absl::StrCat("line ", i + 1, ":\n", line_a, "\n", line_b);
  }
  return "";
}

TEST_CASE("round trip: random programs read from their text give what the evaluator gives",
          "[language][random]") {
  for (uint32_t seed = 0; seed < 25; ++seed) {
    const std::vector<Tensor> inputs = RandomProgramInputs(seed);
    const absl::StatusOr<std::vector<Tensor>> expected = Evaluate(*RandomProgram(seed), inputs);
    REQUIRE(expected.ok());
    const std::unique_ptr<ir::Module> program = RandomProgram(seed);
    REQUIRE(InferTypes(*program).ok());  // names of constructors follow from types
    const std::string text = PrintModule(*program);
    for (const int level : {0, 2}) {
      auto module = ReadRelay("random.rly", text);
      CAPTURE(seed, level, text, module.status().ToString());
      REQUIRE(module.ok());
      const absl::StatusOr<std::vector<Tensor>> got = RunCompiled(*std::move(module), level, inputs);
      CAPTURE(got.status().ToString());
      REQUIRE(got.ok());
      for (size_t i = 0; i < expected->size(); ++i) REQUIRE(BitwiseEqual((*expected)[i], (*got)[i]));
    }
  }
}

TEST_CASE("round trip: after every pass a module prints as it reads", "[language][random]") {
  for (uint32_t seed = 0; seed < 5; ++seed) {
    const std::unique_ptr<ir::Module> module = RandomProgram(seed);
    PipelineOptions options;
    options.after_pass = [&](absl::string_view pass, const ir::Module& now) {
      if (pass == "import") return;  // not typed yet
      const std::string text = CoreText(now);
      auto read = ReadRelay("pass.rly", text);
      CAPTURE(seed, pass, text, read.status().ToString());
      CHECK(read.ok());
      if (read.ok()) CHECK(FirstDifference(CoreText(**read), text) == "");
    };
    REQUIRE(RunPasses(*module, options).ok());
  }
}

}  // namespace
}  // namespace baton
