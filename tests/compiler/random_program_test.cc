// Random programs of the language: what is compiled gives what the slow evaluator gives, bit for bit, at
// every optimisation level.
#include <catch2/catch.hpp>

#include "compiler/text/printer.h"
#include "tests/compiler/evaluator.h"
#include "tests/compiler/random_program.h"
#include "tests/compiler/run_compiled.h"

namespace baton {
namespace {

TEST_CASE("language: random programs give what the evaluator gives", "[language][random]") {
  for (uint32_t seed = 0; seed < 100; ++seed) {
    const std::vector<Tensor> inputs = RandomProgramInputs(seed);
    const absl::StatusOr<std::vector<Tensor>> expected = Evaluate(*RandomProgram(seed), inputs);
    CAPTURE(seed, expected.status().ToString());
    REQUIRE(expected.ok());
    for (const int level : {0, 1, 2}) {
      const absl::StatusOr<std::vector<Tensor>> got = RunCompiled(RandomProgram(seed), level, inputs);
      CAPTURE(level, got.status().ToString());
      REQUIRE(got.ok());
      for (size_t i = 0; i < expected->size(); ++i) {
        CAPTURE(i, ValueString(*(*expected)[i]), ValueString(*(*got)[i]));
        REQUIRE(BitwiseEqual((*expected)[i], (*got)[i]));
      }
    }
  }
}

TEST_CASE("language: the text of a random program is the same each time", "[language][random]") {
  for (uint32_t seed = 0; seed < 10; ++seed) {
    CHECK(PrintModule(*RandomProgram(seed)) == PrintModule(*RandomProgram(seed)));
  }
}

}  // namespace
}  // namespace baton
