// Functions, closures, data, matches and references through the passes, lowering and the verifier.
#include <catch2/catch.hpp>

#include "compiler/compiler.h"
#include "compiler/ir/check.h"
#include "compiler/lower/lower.h"
#include "compiler/passes/passes.h"
#include "compiler/text/printer.h"
#include "tests/compiler/evaluator.h"
#include "tests/compiler/language_programs.h"
#include "tests/support/golden.h"
#include "vm/bytecode/verifier.h"

namespace baton {
namespace {

void CheckAnswers(const LanguageProgram& program, const ir::Module& module) {
  absl::StatusOr<std::vector<Tensor>> outputs = Evaluate(module, program.inputs);
  CAPTURE(outputs.status().ToString());
  REQUIRE(outputs.ok());
  REQUIRE(outputs->size() == program.outputs.size());
  for (size_t i = 0; i < outputs->size(); ++i) {
    CAPTURE(i, ValueString(*(*outputs)[i]));
    CHECK(BitwiseEqual((*outputs)[i], program.outputs[i]));
  }
}

TEST_CASE("language: the evaluator gives the hand-worked answers", "[language]") {
  for (const LanguageProgram& program : LanguagePrograms()) {
    CAPTURE(program.name);
    CheckAnswers(program, *program.make());
  }
}

TEST_CASE("language: passes keep a program's meaning and the rules of the IR", "[language]") {
  for (const LanguageProgram& program : LanguagePrograms()) {
    for (const int level : {0, 1, 2}) {
      const std::unique_ptr<ir::Module> module = program.make();
      CAPTURE(program.name, level);
      const absl::Status status = RunPasses(*module, {level, {}});
      CAPTURE(status.ToString(), PrintModule(*module));
      REQUIRE(status.ok());
      REQUIRE(ir::CheckModule(*module).ok());
      CheckAnswers(program, *module);
    }
  }
}

TEST_CASE("language: what is compiled passes the verifier", "[language]") {
  for (const LanguageProgram& program : LanguagePrograms()) {
    for (const int level : {0, 1, 2}) {
      CompileOptions options;
      options.optimization_level = level;
      absl::StatusOr<Executable> executable = Compile(program.make(), options);
      CAPTURE(program.name, level, executable.status().ToString());
      REQUIRE(executable.ok());
      const absl::Status status = Verify(*std::move(executable)).status();
      CAPTURE(status.ToString());
      CHECK(status.ok());
    }
  }
}

std::string LowText(const std::string& name, int level = 2) {
  const std::unique_ptr<ir::Module> module = FindLanguageProgram(name).make();
  REQUIRE(RunPasses(*module, {level, {}}).ok());
  const absl::StatusOr<LowProgram> program = LowerModule(*module, PlanMemory(*module));
  CAPTURE(program.status().ToString());
  REQUIRE(program.ok());
  std::string text;
  for (const LowFunction& function : program->functions) text += PrintLowFunction(function);
  return text;
}

TEST_CASE("lowering: a self tail call is a jump, mutual ones reuse the frame", "[language]") {
  CheckGolden("lower/self_tail_call", LowText("swaps"));
  CheckGolden("lower/tail_calls", LowText("parity"));
}

TEST_CASE("lowering: matches test tags, take fields that are used, and fall into the last arm",
          "[language]") {
  CheckGolden("lower/match", LowText("sum_of_list"));
  CheckGolden("lower/closures", LowText("map_closure"));
}

TEST_CASE("lowering: tuples lie flat in arguments, results, fields and cells", "[language]") {
  CheckGolden("lower/tuples", LowText("tuples", 1));
  CheckGolden("lower/references", LowText("counter", 1));
}

TEST_CASE("printer: definitions of types, functions, matches, closures and references", "[language]") {
  CheckGolden("printer/data", PrintModule(*FindLanguageProgram("map_closure").make(), {false, false, true}));
  CheckGolden("printer/references",
              PrintModule(*FindLanguageProgram("counter").make(), {false, false, true}));
}

}  // namespace
}  // namespace baton
