// What the compiler forks, on text: tests/golden/parallelise/, each file one behaviour; and forked programs
// against the slow evaluator.
#include <catch2/catch.hpp>

#include "compiler/ir/check.h"
#include "compiler/lower/lower.h"
#include "compiler/passes/passes.h"
#include "compiler/text/printer.h"
#include "compiler/text/reader.h"
#include "tests/compiler/evaluator.h"
#include "tests/compiler/language_programs.h"
#include "tests/compiler/module_builder.h"
#include "tests/compiler/random_module.h"
#include "tests/compiler/run_compiled.h"
#include "tests/support/golden.h"
#include "vm/bytecode/disassembler.h"
#include "vm/bytecode/verifier.h"

namespace baton {
namespace {

std::unique_ptr<ir::Module> Read(const std::string& text) {
  absl::StatusOr<std::unique_ptr<ir::Module>> module = ReadRelay("test.rly", text, {}, nullptr);
  CAPTURE(module.status().ToString());
  REQUIRE(module.ok());
  return *std::move(module);
}

std::string Parallelised(const std::string& text) {
  const std::unique_ptr<ir::Module> module = Read(text);
  REQUIRE(RunPasses(*module, {2, {}, Forking::kWhereWorthwhile}).ok());
  const absl::Status status = ir::CheckModule(*module);
  CAPTURE(status.ToString());
  CHECK(status.ok());
  return PrintModule(*module, {.locations = false, .constants = false});
}

TEST_CASE("parallelise: forks what pays and nothing else", "[parallelise]") {
  for (const std::string& name : GoldenNames("parallelise")) {
    CAPTURE(name);
    CheckGolden(name, Parallelised(GoldenInput(name)));
  }
}

TEST_CASE("lowering: a forked call in both encodings", "[parallelise]") {
  CompileOptions options;
  options.stack_code = true;
  absl::StatusOr<Executable> executable = Compile(Read(GoldenInput("parallelise/tree")), options);
  REQUIRE(executable.ok());
  const absl::StatusOr<VerifiedExecutable> verified = Verify(*std::move(executable));
  CAPTURE(verified.status().ToString());
  REQUIRE(verified.ok());
  CheckGolden("lower/fork", Disassemble(**verified, {.source_lines = false}));
}

int CountForks(const ir::Module& module) {
  const std::string text = PrintModule(module, {.constants = false});
  int count = 0;
  for (size_t at = text.find("fork("); at != std::string::npos; at = text.find("fork(", at + 1)) ++count;
  return count;
}

TEST_CASE("parallelise: random modules forked always keep the rules and what the evaluator gives",
          "[parallelise]") {
  int num_forks = 0;
  for (uint32_t seed = 0; seed < 150; ++seed) {
    CAPTURE(seed);
    const std::unique_ptr<ir::Module> forked = RandomModule(seed);
    if (!RunPasses(*forked, {2, {}, Forking::kAlways}).ok()) continue;
    const absl::Status status = ir::CheckModule(*forked);
    CAPTURE(status.ToString());
    REQUIRE(status.ok());
    num_forks += CountForks(*forked);
    const std::unique_ptr<ir::Module> plain = RandomModule(seed);
    for (int variant = 0; variant < 4; ++variant) {
      const std::vector<Tensor> inputs = RandomModuleInputs(seed, variant);
      const absl::StatusOr<std::vector<Tensor>> expected = Evaluate(*plain, inputs);
      const absl::StatusOr<std::vector<Tensor>> got =
          RunCompiled(RandomModule(seed), 2, inputs, Forking::kAlways);
      CAPTURE(variant, expected.status().ToString(), got.status().ToString());
      REQUIRE(expected.ok() == got.ok());
      if (!expected.ok()) continue;
      const absl::StatusOr<std::vector<Tensor>> slow = Evaluate(*forked, inputs);
      REQUIRE(slow.ok());
      for (size_t i = 0; i < expected->size(); ++i) {
        CHECK(BitwiseEqual((*expected)[i], (*got)[i]));
        CHECK(BitwiseEqual((*expected)[i], (*slow)[i]));
      }
    }
  }
  CHECK(num_forks > 200);
}

TEST_CASE("parallelise: programs with calls, closures and data give the same when forked always",
          "[parallelise]") {
  for (const LanguageProgram& program : LanguagePrograms()) {
    CAPTURE(program.name);
    const absl::StatusOr<std::vector<Tensor>> outputs =
        RunCompiled(program.make(), 2, program.inputs, Forking::kAlways);
    CAPTURE(outputs.status().ToString());
    REQUIRE(outputs.ok());
    for (size_t i = 0; i < outputs->size(); ++i) CHECK(BitwiseEqual((*outputs)[i], program.outputs[i]));
  }
}

// @main awaits what it forked; `change` spoils that.
std::string FaultOf(const std::function<void(ir::Module&, ir::Region*)>& change) {
  const std::unique_ptr<ir::Module> module = Read(
      "#[version = \"0.0.5\"]\n"
      "def @f(%x: Tensor[(64, 64), float32]) -> Tensor[(64, 64), float32] { nn.dense(%x, %x, units=64) }\n"
      "def @main(%x: Tensor[(64, 64), float32]) { add(tanh(@f(%x)), nn.dense(%x, %x, units=64)) }\n");
  REQUIRE(RunPasses(*module, {2, {}}).ok());
  ir::Region* body = module->functions().front().body;
  for (ir::Function& function : module->functions()) {
    if (function.is_entry) body = function.body;
  }
  REQUIRE(std::holds_alternative<ir::Fork>(body->bindings[0].expr));
  change(*module, body);
  return std::string(ir::CheckModule(*module).message());
}

TEST_CASE("check: a future has one use, an await in its region", "[parallelise]") {
  CHECK(FaultOf([](ir::Module&, ir::Region*) {}).empty());
  const std::string never = FaultOf([](ir::Module&, ir::Region* body) {
    for (ir::Binding& binding : body->bindings) {
      if (std::holds_alternative<ir::Await>(binding.expr)) binding.expr = ir::MakeTuple{};
    }
  });
  CHECK(never.find("is a future that its region does not await") != std::string::npos);
  const std::string copied =
      FaultOf([](ir::Module&, ir::Region* body) { body->results.push_back(body->bindings[0].var); });
  CHECK(copied.find("is a future that something other than an await uses") != std::string::npos);
}

TEST_CASE("parallelise: the first error is that of the program as it is written", "[parallelise]") {
  const auto make = [] {
    ModuleBuilder b;
    ir::Var* x = b.Input("x", DType::kFloat32, {3});
    ir::Var* i = b.Input("i", DType::kInt64, {3});
    ir::Var* a1 = b.Call("take", {x, i}, {{"axis", int64_t{0}}}, "a1");
    ir::Var* b1 = b.Call("take", {x, i}, {{"axis", int64_t{0}}}, "b1");
    ir::Var* a2 = b.Call("take", {a1, i}, {{"axis", int64_t{0}}}, "a2");
    ir::Var* b2 = b.Call("take", {b1, i}, {{"axis", int64_t{0}}}, "b2");
    return b.Finish({b.Call("add", {a2, b2})});
  };
  const Tensor x = Tensor::FromValues<float>({3}, {1, 2, 3});
  const Tensor bad = Tensor::FromValues<int64_t>({3}, {0, 9, 1});
  const auto plain = RunCompiled(make(), 2, {x, bad}, Forking::kNever);
  const auto forked = RunCompiled(make(), 2, {x, bad}, Forking::kAlways);
  REQUIRE(!plain.ok());
  REQUIRE(!forked.ok());
  // The back trace of a strand goes on where it was forked.
  const std::string message(plain.status().message());
  CHECK(forked.status().message().substr(0, message.size()) == absl::string_view(message));
}

}  // namespace
}  // namespace baton
