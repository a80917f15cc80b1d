#include <catch2/catch.hpp>

#include "compiler/ir/check.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/rewrite.h"
#include "tests/compiler/module_builder.h"

namespace baton {
namespace {

using Atoms = std::vector<ir::Atom>;

const Dim kBatch = Dim::Symbol("batch");
const Dim kLength = Dim::Symbol("length");

int64_t Count(const ir::Module& module) {
  return CountBindings(module.functions()[0].body->bindings);
}

const ir::Region& Body(const ir::Module& module) {
  return *module.functions()[0].body;
}

TEST_CASE("fold constants: a call on constants becomes a constant", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {2});
  ir::Var* two = b.Call("add", {b.Float(1), b.Float(1)});
  auto module = b.Finish({b.Call("multiply", {x, two})});
  REQUIRE(InferTypes(*module).ok());
  REQUIRE(*FoldConstants(*module, 1 << 20));
  REQUIRE(Count(*module) == 1);
  const auto& call = std::get<ir::OpCall>(Body(*module).bindings[0].expr);
  REQUIRE(call.args[1].constant() != nullptr);
  CHECK(call.args[1].constant()->value.values<float>()[0] == 2.0f);
}

TEST_CASE("fold constants: a call that fails stays where it is", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kInt64, {});
  ir::Var* bad = b.Call("divide", {b.Int(1), b.Int(0)});
  auto module = b.Finish({b.Call("add", {x, bad})});
  REQUIRE(InferTypes(*module).ok());
  CHECK_FALSE(*FoldConstants(*module, 1 << 20));
  CHECK(Count(*module) == 2);
}

TEST_CASE("fold constants: large results are left to run time", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {1000});
  ir::Var* zeros = b.Call("full", {b.Ints({1000}), b.Const<float>({1}, {0.0f})});
  auto module = b.Finish({b.Call("add", {x, zeros})});
  REQUIRE(InferTypes(*module).ok());
  CHECK_FALSE(*FoldConstants(*module, 100));
}

TEST_CASE("simplify: a branch of known condition is inlined", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {2});
  ir::Var* branch = b.If(
      b.Const<Bool>({}, {Bool(true)}), [&] { return Atoms{b.Call("negative", {x})}; },
      [&] { return Atoms{b.Call("abs", {x})}; });
  auto module = b.Finish({branch});
  REQUIRE(InferTypes(*module).ok());
  REQUIRE(*Simplify(*module));
  REQUIRE(Count(*module) == 1);
  CHECK(std::get<ir::OpCall>(Body(*module).bindings[0].expr).op->name == "negative");
}

TEST_CASE("simplify: a part of a small vector of integers is a slice of it", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kInt64, {5});
  ir::Var* parts = b.Call("split", {x, b.Ints({2, 3})});
  auto module = b.Finish({b.Project(parts, 1)});
  REQUIRE(InferTypes(*module).ok());
  REQUIRE(*Simplify(*module));
  const auto& call = std::get<ir::OpCall>(Body(*module).bindings.back().expr);
  CHECK(call.op->name == "strided_slice");
  CHECK(call.args[0].var() == x);
  CHECK(call.args[1].constant()->value.values<int64_t>()[0] == 2);
  CHECK(call.args[2].constant()->value.values<int64_t>()[0] == 5);
}

TEST_CASE("simplify: parts of floats stay parts", "[passes]") {
  ModuleBuilder b;
  ir::Var* parts = b.Call("split", {b.Input("x", DType::kFloat32, {5}), b.Ints({2, 3})});
  auto module = b.Finish({b.Project(parts, 1)});
  REQUIRE(InferTypes(*module).ok());
  CHECK_FALSE(*Simplify(*module));
}

TEST_CASE("simplify: copies and casts to the same type vanish", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {kLength});
  ir::Var* copy = b.Call("copy", {x});
  ir::Var* cast = b.Call("cast", {copy}, {{"dtype", DType::kFloat32}});
  auto module = b.Finish({cast});
  REQUIRE(InferTypes(*module).ok());
  REQUIRE(*Simplify(*module));
  CHECK(Count(*module) == 0);
  CHECK(Body(*module).results[0].var() == x);
}

TEST_CASE("simplify: a reversing slice of full length is no identity", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {4});
  ir::Var* reversed =
      b.Call("strided_slice", {x, b.Ints({-1}), b.Ints({INT64_MIN}), b.Ints({0}), b.Ints({-1})});
  auto module = b.Finish({reversed});
  REQUIRE(InferTypes(*module).ok());
  (void)*Simplify(*module);
  CHECK(Count(*module) == 1);
}

TEST_CASE("simplify: an unranked copy keeps its value, an unranked squeeze is not dropped", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", TensorType{DType::kFloat32, Shape::Unranked()});
  ir::Var* squeezed = b.Call("squeeze", {b.Call("copy", {x})});
  auto module = b.Finish({squeezed});
  REQUIRE(InferTypes(*module).ok());
  REQUIRE(*Simplify(*module));
  CHECK(Count(*module) == 1);
}

TEST_CASE("simplify: a square becomes a product", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {2});
  auto module = b.Finish({b.Call("power", {x, b.Float(2)})});
  REQUIRE(InferTypes(*module).ok());
  REQUIRE(*Simplify(*module));
  CHECK(std::get<ir::OpCall>(Body(*module).bindings[0].expr).op->name == "multiply");
}

TEST_CASE("dead code: a branch that fails both ways stays, since nothing behind it runs", "[passes]") {
  ModuleBuilder b;
  ir::Var* flag = b.Input("flag", DType::kBool, {});
  ir::Var* x = b.Input("x", DType::kFloat32, {3});
  ir::Var* y = b.Input("y", DType::kFloat32, {4});
  const auto fails = [&] { return std::vector<ir::Atom>{b.Call("add", {x, y})}; };
  ir::Var* inner = nullptr;
  ir::Var* outer = b.If(
      flag, [&] { return std::vector<ir::Atom>{inner = b.If(flag, fails, fails)}; },
      [&] { return std::vector<ir::Atom>{x}; });
  auto module = b.Finish({outer});
  REQUIRE(InferTypes(*module).ok());
  REQUIRE(inner->type.kind() == Type::Kind::kNever);
  RemoveDeadCode(*module);
  const auto& branch = std::get<ir::If>(module->functions()[0].body->bindings[0].expr);
  CHECK(branch.then_region->bindings.size() == 1);
  CHECK(InferTypes(*module).ok());
}

TEST_CASE("dead code: unused values go, also inside branches", "[passes]") {
  ModuleBuilder b;
  ir::Var* flag = b.Input("flag", DType::kBool, {});
  ir::Var* x = b.Input("x", DType::kFloat32, {2});
  b.Call("abs", {x});
  ir::Var* branch = b.If(
      flag,
      [&] {
        b.Call("exp", {x});
        return Atoms{b.Call("negative", {x})};
      },
      [&] { return Atoms{x}; });
  auto module = b.Finish({branch});
  REQUIRE(RemoveDeadCode(*module));
  CHECK(Count(*module) == 2);
  CHECK(ir::CheckModule(*module, {.typed = false}).ok());
  CHECK_FALSE(RemoveDeadCode(*module));
}

// `if` with branches of rank 1 and 2, then two operations.
std::unique_ptr<ir::Module> RankChangingModule() {
  ModuleBuilder b;
  ir::Var* flag = b.Input("flag", DType::kBool, {});
  ir::Var* x = b.Input("x", DType::kFloat32, {1, kLength});
  ir::Var* branch = b.If(
      flag,
      [&] {
        return Atoms{b.Call("squeeze", {x, b.Ints({0})})};
      },
      [&] { return Atoms{x}; });
  ir::Var* negative = b.Call("negative", {branch});
  return b.Finish({b.Call("exp", {negative})});
}

TEST_CASE("specialize ranks: what follows a rank-changing branch moves into both branches", "[passes]") {
  auto module = RankChangingModule();
  REQUIRE(InferTypes(*module).ok());
  int64_t budget = 100;
  REQUIRE(SpecializeRanks(*module, &budget));
  CHECK(budget == 98);
  REQUIRE(InferTypes(*module).ok());
  CHECK(ir::CheckModule(*module).ok());
  const auto& branch = std::get<ir::If>(Body(*module).bindings.back().expr);
  for (const ir::Region* region : {branch.then_region, branch.else_region}) {
    for (const ir::Binding& binding : region->bindings) CHECK(binding.var->type.tensor().shape.has_rank());
  }
  CHECK_FALSE(SpecializeRanks(*module, &budget));
}

TEST_CASE("specialize ranks: nothing is copied beyond the budget", "[passes]") {
  auto module = RankChangingModule();
  REQUIRE(InferTypes(*module).ok());
  int64_t budget = 1;
  CHECK_FALSE(SpecializeRanks(*module, &budget));
  CHECK(Count(*module) == 4);
}

TEST_CASE("unbox scalars: shape arithmetic and scalar comparisons leave no tensors", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {kBatch, kLength});
  ir::Var* rate = b.Input("rate", DType::kInt64, {});
  ir::Var* shape = b.Call("shape_of", {x});
  ir::Var* extent = b.Call("take", {shape, b.Int(1)}, {{"axis", int64_t{0}}});
  ir::Var* sum = b.Call("add", {extent, rate});
  ir::Var* large = b.Call("greater", {sum, b.Int(100)});
  ir::Var* tensor = b.Call("negative", {x});
  ir::Var* branch = b.If(
      large, [&] { return Atoms{tensor}; }, [&] { return Atoms{x}; });
  auto module = b.Finish({branch});
  REQUIRE(InferTypes(*module).ok());
  UnboxScalars(*module);
  CHECK(extent->unboxed);
  CHECK(sum->unboxed);
  CHECK(large->unboxed);
  CHECK_FALSE(tensor->unboxed);
}

TEST_CASE("plan memory: tensors that are never alive together share bytes", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {1024});
  ir::Var* value = x;
  for (int i = 0; i < 6; ++i) value = b.Call("exp", {value});
  auto module = b.Finish({value});
  REQUIRE(InferTypes(*module).ok());
  const ir::MemoryPlan plan = PlanMemory(*module);
  REQUIRE(plan.regions.size() == 1);
  const ir::RegionPlan& region = plan.regions.begin()->second;
  CHECK(region.offsets.size() == 5);  // the result leaves the region
  CHECK(region.num_bytes == Dim(2 * 4096));
}

TEST_CASE("plan memory: symbolic sizes share blocks of the same size", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {kBatch, 16});
  ir::Var* value = x;
  for (int i = 0; i < 6; ++i) value = b.Call("exp", {value});
  auto module = b.Finish({value});
  REQUIRE(InferTypes(*module).ok());
  const ir::MemoryPlan plan = PlanMemory(*module);
  REQUIRE(plan.regions.size() == 1);
  CHECK(plan.regions.begin()->second.num_bytes == Dim(128) * kBatch);
}

TEST_CASE("plan memory: a view keeps what it shows alive", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {64});
  ir::Var* first = b.Call("exp", {x});
  ir::Var* view = b.Call("unsqueeze", {first, b.Ints({0})});
  ir::Var* second = b.Call("exp", {x});
  ir::Var* third = b.Call("exp", {second});
  auto module = b.Finish({b.Call("add", {view, third})});
  REQUIRE(InferTypes(*module).ok());
  const ir::MemoryPlan plan = PlanMemory(*module);
  const ir::RegionPlan& region = plan.regions.begin()->second;
  CHECK_FALSE(region.offsets.at({first, 0}) == region.offsets.at({second, 0}));
  CHECK_FALSE(region.offsets.at({first, 0}) == region.offsets.at({third, 0}));
}

TEST_CASE("plan memory: results of branches and loops never lie in the arena they would outlive",
          "[passes]") {
  ModuleBuilder b;
  ir::Var* flag = b.Input("flag", DType::kBool, {});
  ir::Var* x = b.Input("x", DType::kFloat32, {64});
  ir::Var* inner = nullptr;
  ir::Var* branch = b.If(
      flag,
      [&] {
        inner = b.Call("exp", {x});
        return Atoms{inner};
      },
      [&] { return Atoms{x}; });
  auto module = b.Finish({b.Call("exp", {branch})});
  REQUIRE(InferTypes(*module).ok());
  for (const auto& [region, plan] : PlanMemory(*module).regions) CHECK(plan.offsets.count({inner, 0}) == 0);
}

}  // namespace
}  // namespace baton
