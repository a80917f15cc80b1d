// Functions, closures, data, matches and references as users run them: compiled, saved, loaded, run.
#include <catch2/catch.hpp>

#include "tests/compiler/language_programs.h"
#include "tests/compiler/module_builder.h"
#include "tests/compiler/run_compiled.h"

namespace baton {
namespace {

using Atoms = std::vector<ir::Atom>;
using Vars = std::vector<ir::Var*>;
using Catch::Matchers::Contains;

const Type kInt = TensorType{DType::kInt64, Shape{}};
Type Vector(const Dim& extent) {
  return TensorType{DType::kFloat32, Shape{extent}};
}

TEST_CASE("language: compiled programs give the hand-worked answers", "[language]") {
  for (const LanguageProgram& program : LanguagePrograms()) {
    for (const int level : {0, 1, 2, 3}) {
      absl::StatusOr<std::vector<Tensor>> outputs = RunCompiled(program.make(), level, program.inputs);
      CAPTURE(program.name, level, outputs.status().ToString());
      REQUIRE(outputs.ok());
      REQUIRE(outputs->size() == program.outputs.size());
      for (size_t i = 0; i < outputs->size(); ++i) {
        CAPTURE(i, ValueString(*(*outputs)[i]));
        CHECK(BitwiseEqual((*outputs)[i], program.outputs[i]));
      }
    }
  }
}

TEST_CASE("language: a million tail calls take no memory", "[language]") {
  const std::string name = GENERATE("parity", "swaps");
  const LanguageProgram& program = FindLanguageProgram(name);
  std::vector<Tensor> inputs = program.inputs;
  inputs[0] = Tensor::Scalar<int64_t>(1000001);
  for (const int level : {0, 2}) {
    if (level == 0 && name == "parity") continue;
    auto outputs = RunCompiled(program.make(), level, inputs);
    CAPTURE(name, level, outputs.status().ToString());
    REQUIRE(outputs.ok());
    CHECK(BitwiseEqual((*outputs)[0], program.outputs[0]));
  }
}

TEST_CASE("language: deep recursion", "[language]") {
  auto outputs = RunCompiled(FindLanguageProgram("sum_of_list").make(), 2, {Tensor::Scalar<int64_t>(100000)});
  CAPTURE(outputs.status().ToString());
  REQUIRE(outputs.ok());
  CHECK((*outputs)[0].values<int64_t>()[0] == int64_t{100000} * 99999 / 2);
}

TEST_CASE("language: extents that do not fit at run time give both values", "[language]") {
  const Tensor two = Tensor::FromValues<float>({2}, {1, 2});
  const Tensor three = Tensor::FromValues<float>({3}, {1, 2, 3});
  for (const int level : {0, 2}) {
    auto outputs = RunCompiled(FindLanguageProgram("tree").make(), level, {two, three});
    REQUIRE(absl::IsInvalidArgument(outputs.status()));
    CHECK_THAT(std::string(outputs.status().message()), Contains("2 and 3"));
  }
}

// A closure whose parameters share an extent, put into a cell so that no pass sees which function is called.
std::unique_ptr<ir::Module> SharedExtents() {
  ModuleBuilder b;
  const Dim n = Dim::Symbol("n"), m = Dim::Symbol("m");
  const Type function = Type::Function({Vector(AnyDim())}, Vector(AnyDim()));
  ir::Var* x = b.Input("x", Vector(n));
  ir::Var* y = b.Input("y", Vector(m));
  ir::Function* add = b.Declare("add_up", {{"a", Vector(n)}, {"b", Vector(n)}}, Vector(n));
  b.Define(add, [&](const Vars& p) { return Atoms{b.Call("add", {p[0], p[1]})}; });
  ir::Var* cell = b.Reference(b.Closure(add, {x}), function);
  return b.Finish({b.ApplyClosure(b.Read(cell), {y})});
}

TEST_CASE("language: a closure checks how its arguments' extents depend on each other", "[language]") {
  const Tensor one = Tensor::FromValues<float>({1}, {1});
  const Tensor two = Tensor::FromValues<float>({2}, {1, 2});
  for (const int level : {0, 2}) {
    CHECK(RunCompiled(SharedExtents(), level, {two, two}).ok());
    // Without the check these would broadcast.
    auto outputs = RunCompiled(SharedExtents(), level, {two, one});
    REQUIRE(absl::IsInvalidArgument(outputs.status()));
    CHECK_THAT(std::string(outputs.status().message()), Contains("@add_up: argument %b"));
  }
}

TEST_CASE("language: a value of unknown rank is checked where a rank is declared", "[language]") {
  const auto make = [] {
    ModuleBuilder b;
    const Dim n = Dim::Symbol("n");
    ir::Var* x = b.Input("x", TensorType{DType::kFloat32, Shape::Unranked()});
    ir::Function* twice = b.Declare("twice", {{"x", Vector(n)}}, Vector(n));
    b.Define(twice, [&](const Vars& p) {
      ir::Var* y = p[0];
      for (int i = 0; i < 6; ++i) y = b.Call("add", {y, p[0]});
      return Atoms{y};
    });
    return b.Finish({b.Apply(twice, {b.Apply(twice, {x})})});
  };
  for (const int level : {0, 2}) {
    CHECK(RunCompiled(make(), level, {Tensor::FromValues<float>({2}, {1, 2})}).ok());
    auto outputs = RunCompiled(make(), level, {Tensor::Scalar(1.0f)});
    REQUIRE(absl::IsInvalidArgument(outputs.status()));
    CHECK_THAT(std::string(outputs.status().message()), Contains("@twice: argument %x"));
  }
}

TEST_CASE("language: unit, scalars of one dimension and declared open extents pass between functions",
          "[language]") {
  const auto make = [] {
    ModuleBuilder b;
    const Type one = TensorType{DType::kInt64, Shape{Dim(1)}};
    const Type open = TensorType{DType::kInt64, Shape{AnyDim()}};
    ir::Var* x = b.Input("x", one);
    // Gives one element where more could be, and back.
    ir::Function* widen = b.Declare("widen", {{"x", one}, {"u", Type::Tuple({})}}, open);
    b.Define(widen, [&](const Vars& p) { return Atoms{p[0]}; });
    ir::Function* narrow =
        b.Declare("narrow", {{"x", TensorType{DType::kInt64, Shape{Dim::Symbol("n")}}}}, one);
    b.Define(narrow, [&](const Vars& p) { return Atoms{p[0]}; });
    ir::Var* y = b.Apply(narrow, {b.Apply(widen, {x, b.Tuple({})})});
    return b.Finish({b.Call("add", {y, y})});
  };
  for (const int level : {0, 1, 2}) {
    auto outputs = RunCompiled(make(), level, {Tensor::FromValues<int64_t>({1}, {21})});
    CAPTURE(level, outputs.status().ToString());
    REQUIRE(outputs.ok());
    CHECK((*outputs)[0].values<int64_t>()[0] == 42);
  }
}

}  // namespace
}  // namespace baton
