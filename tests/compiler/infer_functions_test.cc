// Inference where values go where types are declared: calls, results, constructors, cells.
#include <catch2/catch.hpp>

#include "compiler/passes/passes.h"
#include "tests/compiler/module_builder.h"

namespace baton {
namespace {

using Atoms = std::vector<ir::Atom>;
using Vars = std::vector<ir::Var*>;
using Catch::Matchers::Contains;

const Dim kN = Dim::Symbol("n");
const Dim kM = Dim::Symbol("m");

Type Floats(Dims dims) {
  return TensorType{DType::kFloat32, Shape(std::move(dims))};
}
const Type kUnranked = TensorType{DType::kFloat32, Shape::Unranked()};

ir::Function* Identity(ModuleBuilder& b, const Type& param, const Type& result) {
  ir::Function* function = b.Declare("f", {{"x", param}}, result);
  b.Define(function, [](const Vars& p) { return Atoms{p[0]}; });
  return function;
}

const ir::Binding& Last(const ir::Module& module) {
  return module.functions().front().body->bindings.back();
}

TEST_CASE("infer types: a call puts the arguments' extents into the declared result", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", Floats({kM, Dim(3)}));
  ir::Function* f = b.Declare("f", {{"x", Floats({kN, kM})}}, Floats({kN + kM, AnyDim()}));
  b.Define(f, [&](const Vars& p) {
    ir::Var* turned = b.Call("reshape", {p[0], b.Ints({-1})});
    ir::Var* rest = b.Call("concatenate", {turned, turned}, {{"axis", int64_t{0}}});
    return Atoms{b.Call("reshape", {rest, b.Ints({-1, 2})})};
  });
  ir::Var* y = b.Apply(f, {x});
  auto module = b.Finish({y});
  const absl::Status status = InferTypes(*module);
  CAPTURE(status.ToString());
  REQUIRE(status.ok());
  // n of the callee is m here, m of the callee is 3; the open extent is new.
  CHECK(y->type.tensor().shape[0] == kM + Dim(3));
  CHECK_FALSE(IsAnyDim(y->type.tensor().shape[1]));
  CHECK(y->type.tensor().shape[1].symbol() != "");
}

TEST_CASE("infer types: extents that must be equal are proved, checked or refused", "[passes]") {
  const auto infer = [](const Dim& first, const Dim& second, size_t* num_checks) {
    ModuleBuilder b;
    ir::Var* x = b.Input("x", Floats({first}));
    ir::Var* y = b.Input("y", Floats({second}));
    ir::Function* f = b.Declare("f", {{"a", Floats({kN})}, {"b", Floats({kN})}}, Floats({kN}));
    b.Define(f, [&](const Vars& p) { return Atoms{b.Call("add", {p[0], p[1]})}; });
    auto module = b.Finish({b.Apply(f, {x, y})});
    const absl::Status status = InferTypes(*module);
    *num_checks = Last(*module).checks.size();
    return status;
  };
  size_t num_checks = 0;
  CHECK(infer(kM, kM, &num_checks).ok());
  CHECK(num_checks == 0);
  CHECK(infer(kM, kN, &num_checks).ok());
  CHECK(num_checks == 1);
  const absl::Status status = infer(Dim(3), Dim(4), &num_checks);
  CHECK(absl::IsInvalidArgument(status));
  CHECK_THAT(std::string(status.message()),
             Contains("@f: argument %b is Tensor[(4), float32], expected Tensor[(n), float32]"));
}

TEST_CASE("infer types: open extents of a parameter are extents of their own", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", Type::Tuple({Floats({AnyDim()}), Floats({AnyDim()})}));
  ir::Var* sum = b.Call("add", {b.Project(x, 0), b.Project(x, 1)});
  auto module = b.Finish({sum});
  REQUIRE(InferTypes(*module).ok());
  CHECK(Last(*module).checks.size() == 1);
  CHECK_FALSE(x->type.fields()[0] == x->type.fields()[1]);
}

TEST_CASE("infer types: an argument of unknown rank is checked against the parameter", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", kUnranked);
  ir::Var* y = b.Apply(Identity(b, Floats({kN, Dim(4)}), Floats({kN, Dim(4)})), {x});
  auto module = b.Finish({y});
  REQUIRE(InferTypes(*module).ok());
  const ir::Binding& call = Last(*module);
  REQUIRE(call.type_checks.size() == 1);
  CHECK(call.type_checks[0].type.shape.rank() == 2);
  CHECK(call.type_checks[0].type.shape[1] == Dim(4));
  CHECK(y->type.tensor().shape.rank() == 2);
}

TEST_CASE("infer types: a result is held against the declared type", "[passes]") {
  const auto infer = [](const Type& param, const Type& result, std::unique_ptr<ir::Module>* module) {
    ModuleBuilder b;
    ir::Function* f = Identity(b, param, result);
    ir::Var* x = b.Input("x", Floats({Dim(3)}));
    b.Apply(f, {x});
    *module = b.Finish({x});
    return InferTypes(**module);
  };
  std::unique_ptr<ir::Module> module;
  CHECK(infer(Floats({kN}), Floats({Dim(3)}), &module).ok());
  CHECK(module->functions()[1].result_checks.size() == 1);
  CHECK(infer(Floats({kN}), Floats({AnyDim()}), &module).ok());
  CHECK(module->functions()[1].result_checks.empty());
  CHECK(infer(kUnranked, Floats({AnyDim()}), &module).ok());
  CHECK(module->functions()[1].result_type_checks.size() == 1);
  CHECK(absl::IsInvalidArgument(infer(Floats({Dim(3)}), Floats({Dim(4)}), &module)));
  CHECK(absl::IsInvalidArgument(infer(Floats({Dim(3)}), Type::Tuple({}), &module)));
}

TEST_CASE("infer types: types inside data must be equal", "[passes]") {
  ModuleBuilder b;
  b.module().AddTypeDefinition({"Box", {"A"}, {{"Box", {Type::Variable("A")}}}});
  const auto box = [](const Type& type) { return Type::Data("Box", {type}); };
  ir::Function* f = Identity(b, box(Floats({AnyDim()})), box(Floats({AnyDim()})));
  ir::Var* x = b.Input("x", Floats({Dim(3)}));
  b.Apply(f, {b.Data(box(Floats({Dim(3)})), 0, {x})});
  auto module = b.Finish({x});
  const absl::Status status = InferTypes(*module);
  CHECK(absl::IsInvalidArgument(status));
  CHECK_THAT(std::string(status.message()), Contains("Box[Tensor[(3), float32]]"));
}

TEST_CASE("infer types: what comes out of an object has extents of its own", "[passes]") {
  ModuleBuilder b;
  const Type box = Type::Data("Box", {});
  b.module().AddTypeDefinition({"Box", {}, {{"Box", {Floats({AnyDim()})}}}});
  ir::Var* x = b.Input("x", Floats({kN}));
  ir::Var* data = b.Data(box, 0, {x});
  ir::Var* content = b.Match(data, {{1, [](const Vars& f) { return Atoms{f[0]}; }}});
  ir::Var* cell = b.Reference(x, Floats({AnyDim()}));
  ir::Var* read = b.Read(cell);
  auto module = b.Finish({content, read});
  REQUIRE(InferTypes(*module).ok());
  for (const ir::Var* var : {content, read}) {
    const Dim extent = var->type.tensor().shape[0];
    CHECK_FALSE(IsAnyDim(extent));
    CHECK_FALSE(extent == kN);
  }
}

TEST_CASE("infer types: an arm that fails adds nothing to the value's type", "[passes]") {
  ModuleBuilder b;
  const Type option = Type::Data("Option", {});
  b.module().AddTypeDefinition({"Option", {}, {{"Some", {Floats({Dim(2)})}}, {"None", {}}}});
  ir::Function* get = b.Declare("get", {{"o", option}}, Floats({Dim(2)}));
  ir::Var* value = nullptr;
  b.Define(get, [&](const Vars& p) {
    value = b.Match(p[0], {{1, [](const Vars& f) { return Atoms{f[0]}; }}},
                    [&] { return Atoms{b.Raise("nothing there")}; });
    return Atoms{value};
  });
  ir::Var* x = b.Input("x", Floats({Dim(2)}));
  auto module = b.Finish({b.Apply(get, {b.Data(option, 0, {x})})});
  REQUIRE(InferTypes(*module).ok());
  CHECK(value->type.ToString() == "Tensor[(2), float32]");
  CHECK(module->functions()[1].result_checks.empty());
}

TEST_CASE("infer types: only entry points must not always fail", "[passes]") {
  ModuleBuilder b;
  ir::Function* fail = b.Declare("fail", {}, Floats({Dim(2)}));
  b.Define(fail, [&](const Vars&) { return Atoms{b.Raise("always")}; });
  ir::Var* x = b.Input("x", Floats({Dim(2)}));
  ir::Var* flag = b.Input("flag", TensorType{DType::kBool, Shape{}});
  ir::Var* branch = b.If(
      flag, [&] { return Atoms{x}; }, [&] { return Atoms{b.Apply(fail, {})}; });
  CHECK(InferTypes(*b.Finish({branch})).ok());
  ModuleBuilder c;
  ir::Var* never = c.Raise("always");
  CHECK(absl::IsInvalidArgument(InferTypes(*c.Finish({never}))));
}

TEST_CASE("infer types: a parameter's extents must follow from the parameters", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", Floats({kN + kN}));
  const absl::Status status = InferTypes(*b.Finish({x}));
  CHECK(absl::IsInvalidArgument(status));
  CHECK_THAT(std::string(status.message()), Contains("parameter %x is Tensor[(2*n), float32]"));
}

}  // namespace
}  // namespace baton
