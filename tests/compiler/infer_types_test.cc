#include <catch2/catch.hpp>

#include "compiler/passes/passes.h"
#include "tests/compiler/module_builder.h"

namespace baton {
namespace {

const Dim kBatch = Dim::Symbol("batch");
const Dim kLength = Dim::Symbol("length");

std::string TypeText(const ir::Var* var) {
  return var->type.ToString();
}

TEST_CASE("infer types: equal symbols need no check", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {kLength, 8});
  ir::Var* y = b.Input("y", DType::kFloat32, {kLength, 8});
  ir::Var* sum = b.Call("add", {x, y});
  auto module = b.Finish({sum});
  REQUIRE(InferTypes(*module).ok());
  CHECK(TypeText(sum) == "Tensor[(length, 8), float32]");
  CHECK(module->functions()[0].body->bindings[0].checks.empty());
}

TEST_CASE("infer types: extents that may differ are checked at run time", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {kLength});
  ir::Var* y = b.Input("y", DType::kFloat32, {kBatch});
  ir::Var* sum = b.Call("add", {x, y});
  auto module = b.Finish({sum});
  REQUIRE(InferTypes(*module).ok());
  const auto& checks = module->functions()[0].body->bindings[0].checks;
  REQUIRE(checks.size() == 1);
  CHECK(checks[0].kind == ir::DimCheck::Kind::kBroadcast);
}

TEST_CASE("infer types: a certain mismatch outside branches is an error that names the node", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {3});
  ir::Var* y = b.Input("y", DType::kFloat32, {4});
  auto module = b.Finish({b.Call("add", {x, y}, {}, "total")});
  const absl::Status status = InferTypes(*module);
  REQUIRE(absl::IsInvalidArgument(status));
  CHECK(std::string(status.message()).find("node 'total'") != std::string::npos);
  CHECK(std::string(status.message()).find("(3)") != std::string::npos);
}

TEST_CASE("infer types: a mismatch inside a branch becomes a raise", "[passes]") {
  ModuleBuilder b;
  ir::Var* flag = b.Input("flag", DType::kBool, {});
  ir::Var* x = b.Input("x", DType::kFloat32, {3});
  ir::Var* y = b.Input("y", DType::kFloat32, {4});
  ir::Var* branch = b.If(
      flag,
      [&] {
        return std::vector<ir::Atom>{b.Call("add", {x, y})};
      },
      [&] { return std::vector<ir::Atom>{b.Call("negative", {x})}; });
  auto module = b.Finish({branch});
  REQUIRE(InferTypes(*module).ok());
  const auto& conditional = std::get<ir::If>(module->functions()[0].body->bindings[0].expr);
  CHECK(conditional.then_region->diverges);
  CHECK(std::holds_alternative<ir::Raise>(conditional.then_region->bindings.back().expr));
  CHECK(TypeText(branch) == "Tensor[(3), float32]");
}

TEST_CASE("infer types: branches of different rank join to unknown rank", "[passes]") {
  ModuleBuilder b;
  ir::Var* flag = b.Input("flag", DType::kBool, {});
  ir::Var* x = b.Input("x", DType::kFloat32, {1, kLength});
  ir::Var* branch = b.If(
      flag,
      [&] {
        return std::vector<ir::Atom>{b.Call("squeeze", {x, b.Ints({0})})};
      },
      [&] { return std::vector<ir::Atom>{x}; });
  auto module = b.Finish({branch});
  REQUIRE(InferTypes(*module).ok());
  CHECK(TypeText(branch) == "Tensor[*, float32]");
}

TEST_CASE("infer types: different extents of equal rank join to a fresh symbol", "[passes]") {
  ModuleBuilder b;
  ir::Var* flag = b.Input("flag", DType::kBool, {});
  ir::Var* x = b.Input("x", DType::kFloat32, {2, kLength});
  ir::Var* y = b.Input("y", DType::kFloat32, {3, kLength});
  ir::Var* branch = b.If(
      flag, [&] { return std::vector<ir::Atom>{x}; }, [&] { return std::vector<ir::Atom>{y}; });
  auto module = b.Finish({branch});
  REQUIRE(InferTypes(*module).ok());
  const Shape& shape = branch->type.tensor().shape;
  REQUIRE(shape.has_rank());
  CHECK(!shape[0].symbol().empty());
  CHECK(shape[1] == kLength);
}

TEST_CASE("infer types: a condition on an extent narrows types in its branch", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {kBatch, kLength});
  ir::Var* extent = b.Call("take", {b.Call("shape_of", {x}), b.Int(0)}, {{"axis", int64_t{0}}});
  ir::Var* is_one = b.Call("equal", {extent, b.Int(1)});
  ir::Var* inner = nullptr;
  ir::Var* branch = b.If(
      is_one,
      [&] {
        inner = b.Call("negative", {x});
        return std::vector<ir::Atom>{inner};
      },
      [&] { return std::vector<ir::Atom>{b.Call("negative", {x})}; });
  auto module = b.Finish({branch});
  REQUIRE(InferTypes(*module).ok());
  CHECK(TypeText(inner) == "Tensor[(1, length), float32]");
  // What one branch knows of the other's extent is not lost at the join.
  CHECK(TypeText(branch) == "Tensor[(batch, length), float32]");
}

TEST_CASE("infer types: shape arithmetic is followed into reshape", "[passes]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {kBatch, kLength, 4});
  ir::Var* shape = b.Call("shape_of", {x});
  ir::Var* batch = b.Call("take", {shape, b.Ints({0})}, {{"axis", int64_t{0}}});
  ir::Var* target = b.Call("concatenate", {batch, b.Ints({-1})}, {{"axis", int64_t{0}}});
  ir::Var* flat = b.Call("reshape", {x, target});
  auto module = b.Finish({flat});
  REQUIRE(InferTypes(*module).ok());
  CHECK(flat->type.tensor().shape.rank() == 2);
  CHECK(flat->type.tensor().shape[0] == kBatch);
}

TEST_CASE("infer types: nothing is checked of extents that only the call finds out", "[passes]") {
  ModuleBuilder b;
  ir::Var* data = b.Input("data", DType::kFloat32, {2, 3, 4});
  ir::Var* shape = b.Input("shape", DType::kInt64, {2});
  ir::Var* y = b.Call("reshape", {data, shape});
  auto module = b.Finish({y});
  REQUIRE(InferTypes(*module).ok());
  CHECK(module->functions()[0].body->bindings[0].checks.empty());
  CHECK(y->type.tensor().shape.rank() == 2);
}

TEST_CASE("infer types: a loop that grows a tensor gets a symbol for the growing extent", "[passes]") {
  ModuleBuilder b;
  ir::Var* start = b.Input("start", DType::kFloat32, {1, 3});
  ir::Var* loop = b.Loop(
      {start, b.Int(0)},
      [&](auto carried) {
        return std::vector<ir::Atom>{b.Call("less", {carried[1], b.Int(5)})};
      },
      [&](auto carried) {
        ir::Var* grown = b.Call("concatenate", {carried[0], start}, {{"axis", int64_t{0}}});
        return std::vector<ir::Atom>{grown, b.Call("add", {carried[1], b.Int(1)})};
      });
  auto module = b.Finish({b.Project(loop, 0)});
  REQUIRE(InferTypes(*module).ok());
  const Shape& shape = loop->type.fields()[0].tensor().shape;
  REQUIRE(shape.has_rank());
  CHECK(!shape[0].symbol().empty());
  CHECK(shape[1] == Dim(3));
}

TEST_CASE("infer types: a loop that changes a rank ends with unknown rank", "[passes]") {
  ModuleBuilder b;
  ir::Var* start = b.Input("start", DType::kFloat32, {3});
  ir::Var* loop = b.Loop(
      {start, b.Int(0)},
      [&](auto carried) {
        return std::vector<ir::Atom>{b.Call("less", {carried[1], b.Int(2)})};
      },
      [&](auto carried) {
        return std::vector<ir::Atom>{b.Call("unsqueeze", {carried[0], b.Ints({0})}),
                                     b.Call("add", {carried[1], b.Int(1)})};
      });
  auto module = b.Finish({b.Project(loop, 0)});
  REQUIRE(InferTypes(*module).ok());
  CHECK(loop->type.fields()[0].ToString() == "Tensor[*, float32]");
}

TEST_CASE("infer types: a loop whose body always fails is inferred again after it was simplified",
          "[passes]") {
  ModuleBuilder b;
  ir::Var* flag = b.Input("flag", DType::kBool, {});
  ir::Var* x = b.Input("x", DType::kFloat32, {3});
  ir::Var* y = b.Input("y", DType::kFloat32, {4});
  ir::Var* loop = b.Loop(
      {x}, [&](auto) { return std::vector<ir::Atom>{flag}; },
      [&](auto carried) {
        return std::vector<ir::Atom>{b.Call("add", {carried[0], y})};
      });
  auto module = b.Finish({loop});
  REQUIRE(InferTypes(*module).ok());
  REQUIRE(Simplify(*module).ok());
  const absl::Status status = InferTypes(*module);
  INFO(status);
  CHECK(status.ok());
  CHECK(TypeText(loop) == "Tensor[(3), float32]");
}

TEST_CASE("infer types: a loop whose condition always fails has no value", "[passes]") {
  ModuleBuilder b;
  ir::Var* flag = b.Input("flag", DType::kBool, {});
  ir::Var* x = b.Input("x", DType::kFloat32, {3});
  ir::Var* y = b.Input("y", DType::kFloat32, {4});
  ir::Var* loop = nullptr;
  ir::Var* branch = b.If(
      flag,
      [&] {
        loop = b.Loop(
            {x},
            [&](auto carried) {
              return std::vector<ir::Atom>{b.Call("less", {b.Call("add", {carried[0], y}), x})};
            },
            [&](auto carried) { return std::vector<ir::Atom>{b.Call("negative", {carried[0]})}; });
        return std::vector<ir::Atom>{loop};
      },
      [&] { return std::vector<ir::Atom>{x}; });
  auto module = b.Finish({branch});
  REQUIRE(InferTypes(*module).ok());
  CHECK(loop->type.kind() == Type::Kind::kNever);
  CHECK(TypeText(branch) == "Tensor[(3), float32]");
  REQUIRE(Simplify(*module).ok());
  const auto& conditional = std::get<ir::If>(module->functions()[0].body->bindings[0].expr);
  REQUIRE(conditional.then_region->bindings.size() == 1);
  CHECK(std::holds_alternative<ir::Raise>(conditional.then_region->bindings[0].expr));
}

TEST_CASE("infer types: a loop may not change an element type", "[passes]") {
  ModuleBuilder b;
  ir::Var* start = b.Input("start", DType::kFloat32, {3});
  ir::Var* loop = b.Loop(
      {start}, [&](auto) { return std::vector<ir::Atom>{b.Const<Bool>({}, {Bool(true)})}; },
      [&](auto carried) {
        return std::vector<ir::Atom>{b.Call("cast", {carried[0]}, {{"dtype", DType::kInt64}})};
      });
  auto module = b.Finish({loop});
  const absl::Status status = InferTypes(*module);
  REQUIRE(absl::IsInvalidArgument(status));
  CHECK(std::string(status.message()).find("carried value 0") != std::string::npos);
}

TEST_CASE("infer types: a condition that is no bool is an error", "[passes]") {
  ModuleBuilder b;
  ir::Var* flag = b.Input("flag", DType::kFloat32, {});
  auto same = [&] { return std::vector<ir::Atom>{flag}; };
  auto module = b.Finish({b.If(flag, same, same)});
  CHECK(absl::IsInvalidArgument(InferTypes(*module)));
}

}  // namespace
}  // namespace baton
