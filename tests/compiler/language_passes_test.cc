// Single passes on functions, closures, data and references.
#include <catch2/catch.hpp>

#include "compiler/ir/check.h"
#include "compiler/passes/passes.h"
#include "tests/compiler/module_builder.h"

namespace baton {
namespace {

using Atoms = std::vector<ir::Atom>;
using Vars = std::vector<ir::Var*>;

const Type kInt = TensorType{DType::kInt64, Shape{}};
const Type kVector = TensorType{DType::kFloat32, Shape{Dim(8)}};
const Type kCell = Type::Reference(kInt);

template <typename Expr>
int Count(const ir::Region* region) {
  int count = 0;
  for (const ir::Binding& binding : region->bindings) {
    count += std::holds_alternative<Expr>(binding.expr);
    for (const ir::Region* inner : ir::Regions(binding.expr)) count += Count<Expr>(inner);
  }
  return count;
}

const ir::Region* Main(const ir::Module& module) {
  return module.functions().front().body;
}

TEST_CASE("remove dead code: a call whose value is not used goes, unless it writes or may not end",
          "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", kInt);
  ir::Function* pure = b.Declare("pure", {{"x", kInt}}, kInt);
  b.Define(pure, [&](const Vars& p) { return Atoms{b.Call("abs", {p[0]})}; });
  ir::Function* pure_too = b.Declare("pure_too", {{"x", kInt}}, kInt);
  b.Define(pure_too, [&](const Vars& p) { return Atoms{b.Apply(pure, {p[0]})}; });
  ir::Function* recursive = b.Declare("recursive", {{"x", kInt}}, kInt);
  b.Define(recursive, [&](const Vars& p) { return Atoms{b.Apply(recursive, {p[0]})}; });
  ir::Function* writes = b.Declare("writes", {{"cell", kCell}}, Type::Tuple({}));
  b.Define(writes, [&](const Vars& p) { return Atoms{b.Write(p[0], b.Int(1))}; });
  ir::Function* writes_too = b.Declare("writes_too", {{"cell", kCell}}, Type::Tuple({}));
  b.Define(writes_too, [&](const Vars& p) { return Atoms{b.Apply(writes, {p[0]})}; });
  ir::Var* cell = b.Reference(x, kInt);
  b.Apply(pure_too, {x});
  b.Apply(recursive, {x});
  b.Apply(writes_too, {cell});
  b.If(
      b.Call("less", {x, b.Int(0)}), [&] { return Atoms{b.Write(cell, x)}; },
      [&] { return Atoms{b.Tuple({})}; });
  auto module = b.Finish({b.Read(cell)});
  REQUIRE(InferTypes(*module).ok());
  CHECK(RemoveDeadCode(*module));
  CHECK(Count<ir::Call>(Main(*module)) == 2);
  CHECK(Count<ir::WriteReference>(Main(*module)) == 1);
  CHECK_FALSE(RemoveDeadCode(*module));
}

TEST_CASE("remove dead code: functions that no entry point reaches go", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", kInt);
  const auto identity = [&](const std::string& name) {
    ir::Function* function = b.Declare(name, {{"x", kInt}}, kInt);
    b.Define(function, [](const Vars& p) { return Atoms{p[0]}; });
    return function;
  };
  ir::Function* called = identity("called");
  identity("unused");
  ir::Function* in_closure = identity("in_closure");
  ir::Var* result = b.ApplyClosure(b.Closure(in_closure, {}), {b.Apply(called, {x})});
  auto module = b.Finish({result});
  REQUIRE(InferTypes(*module).ok());
  CHECK(RemoveDeadCode(*module));
  REQUIRE(module->functions().size() == 3);
  CHECK(module->functions()[1].name == "called");
  CHECK(module->functions()[2].name == "in_closure");
}

TEST_CASE("simplify: a match on a value just made is its arm", "[passes]") {
  ModuleBuilder b;
  const Type option = Type::Data("Option", {});
  b.module().AddTypeDefinition({"Option", {}, {{"Some", {kInt}}, {"None", {}}}});
  ir::Var* x = b.Input("x", kInt);
  const bool is_some = GENERATE(true, false);
  ir::Var* data = is_some ? b.Data(option, 0, {x}) : b.Data(option, 1, {});
  ir::Var* value =
      b.Match(data, {{1, [](const Vars& f) { return Atoms{f[0]}; }}}, [&] { return Atoms{b.Int(7)}; });
  auto module = b.Finish({value});
  REQUIRE(RunPasses(*module, {1, {}}).ok());
  CHECK(Main(*module)->bindings.empty());
  CHECK((Main(*module)->results[0].var() == x) == is_some);
}

TEST_CASE("simplify: a call of a closure just made is a call of its function", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", kInt);
  ir::Function* subtract = b.Declare("subtract", {{"a", kInt}, {"b", kInt}}, kInt);
  b.Define(subtract, [&](const Vars& p) { return Atoms{b.Call("subtract", {p[0], p[1]})}; });
  ir::Var* closure = b.Closure(subtract, {x});
  ir::Var* result = b.ApplyClosure(closure, {b.Int(3)});
  auto module = b.Finish({result});
  REQUIRE(InferTypes(*module).ok());
  REQUIRE(Simplify(*module).value());
  RemoveDeadCode(*module);
  REQUIRE(Main(*module)->bindings.size() == 1);
  const auto& call = std::get<ir::Call>(Main(*module)->bindings[0].expr);
  REQUIRE(call.args.size() == 2);
  CHECK(call.args[0].var() == x);
}

TEST_CASE("inline functions: small functions and those called once, but no recursive ones", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", kInt);
  ir::Function* small = b.Declare("small", {{"x", kInt}}, Type::Tuple({kInt, kInt}));
  b.Define(small, [&](const Vars& p) { return Atoms{b.Call("abs", {p[0]}), p[0]}; });
  ir::Function* large = b.Declare("large", {{"x", kInt}}, kInt);
  b.Define(large, [&](const Vars& p) {
    ir::Var* y = p[0];
    for (int i = 0; i < 10; ++i) y = b.Call("multiply", {y, p[0]});
    return Atoms{y};
  });
  ir::Function* recursive = b.Declare("recursive", {{"x", kInt}}, kInt);
  b.Define(recursive, [&](const Vars& p) { return Atoms{b.Apply(recursive, {p[0]})}; });
  ir::Var* once = b.Project(b.Apply(small, {x}), 0);
  ir::Var* twice = b.Project(b.Apply(small, {once}), 0);
  const bool call_again = GENERATE(true, false);
  ir::Var* again = call_again ? b.Apply(large, {twice}) : twice;
  auto module = b.Finish({b.Apply(recursive, {b.Apply(large, {again})})});
  REQUIRE(RunPasses(*module, {2, {}}).ok());
  CHECK(Count<ir::Call>(Main(*module)) == (call_again ? 3 : 1));
  CHECK(Count<ir::OpCall>(Main(*module)) == (call_again ? 2 : 12));
  CHECK(Count<ir::MakeTuple>(Main(*module)) == 0);
}

TEST_CASE("plan memory: what calls and objects may keep is in no arena", "[passes]") {
  ModuleBuilder b;
  const Type box = Type::Data("Box", {});
  b.module().AddTypeDefinition({"Box", {}, {{"Box", {kVector}}}});
  ir::Var* x = b.Input("x", kVector);
  ir::Function* f = b.Declare("f", {{"x", kVector}}, kVector);
  b.Define(f, [&](const Vars& p) { return Atoms{p[0]}; });
  ir::Var* local = b.Call("exp", {x}, {}, "local");
  ir::Var* passed = b.Call("negative", {local}, {}, "passed");
  ir::Var* boxed = b.Call("abs", {local}, {}, "boxed");
  ir::Var* captured = b.Call("sqrt", {local}, {}, "captured");
  ir::Var* stored = b.Call("tanh", {local}, {}, "stored");
  ir::Var* cell = b.Reference(x, kVector);
  b.Write(cell, stored);
  ir::Var* closure = b.Closure(f, {b.Call("copy", {captured})});
  ir::Var* data = b.Data(box, 0, {boxed});
  auto module = b.Finish({b.Apply(f, {passed}), b.ApplyClosure(closure, {}), b.Read(cell), data});
  REQUIRE(InferTypes(*module).ok());
  const ir::MemoryPlan plan = PlanMemory(*module);
  const auto found = plan.regions.find(Main(*module));
  REQUIRE(found != plan.regions.end());
  CHECK(found->second.offsets.count({local, 0}) == 1);
  for (const ir::Var* var : {passed, boxed, captured, stored}) {
    CAPTURE(var->name);
    CHECK(found->second.offsets.count({var, 0}) == 0);
  }
}

TEST_CASE("check: matches must take every constructor, calls must fit", "[passes]") {
  ModuleBuilder b;
  const Type option = Type::Data("Option", {});
  b.module().AddTypeDefinition({"Option", {}, {{"Some", {kInt}}, {"None", {}}}});
  ir::Var* x = b.Input("x", kInt);
  ir::Function* f = b.Declare("f", {{"x", kInt}}, kInt);
  b.Define(f, [](const Vars& p) { return Atoms{p[0]}; });
  ir::Var* data = b.Data(option, 0, {x});
  ir::Var* match =
      b.Match(data, {{1, [](const Vars& v) { return Atoms{v[0]}; }}}, [&] { return Atoms{b.Apply(f, {x})}; });
  auto module = b.Finish({match});
  REQUIRE(InferTypes(*module).ok());
  REQUIRE(ir::CheckModule(*module).ok());
  std::vector<ir::Binding>& bindings = module->functions()[0].body->bindings;
  SECTION("open constructors") {
    std::get<ir::Match>(bindings[1].expr).otherwise = nullptr;
  }
  SECTION("a field too many") {
    std::get<ir::MakeData>(bindings[0].expr).fields.push_back(x);
  }
  SECTION("a constructor that is none") {
    std::get<ir::MakeData>(bindings[0].expr).constructor = 2;
  }
  SECTION("an argument too few") {
    std::get<ir::Call>(std::get<ir::Match>(bindings[1].expr).otherwise->bindings[0].expr).args.clear();
  }
  SECTION("a call of an entry point") {
    f->is_entry = true;
  }
  SECTION("a callee of another module") {
    module->RemoveFunctions([&](const auto& g) { return &g == f; });
  }
  CHECK(absl::IsInternal(ir::CheckModule(*module)));
}

}  // namespace
}  // namespace baton
