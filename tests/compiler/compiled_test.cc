// The compiled program against the slow evaluator: the same results, bit for bit, at every optimisation
// level.
#include <catch2/catch.hpp>

#include "tests/compiler/evaluator.h"
#include "tests/compiler/module_builder.h"
#include "tests/compiler/random_module.h"
#include "tests/compiler/run_compiled.h"

namespace baton {
namespace {

using Atoms = std::vector<ir::Atom>;

TEST_CASE("compiled: random modules give what the evaluator gives", "[compiler]") {
  for (uint32_t seed = 0; seed < 150; ++seed) {
    for (int level : {0, 1, 2}) {
      absl::StatusOr<std::shared_ptr<const Program>> program = LoadCompiled(RandomModule(seed), level);
      CAPTURE(seed, level, program.status().ToString());
      REQUIRE(program.ok());
      Session session(*program, TestScheduler());
      const std::unique_ptr<ir::Module> module = RandomModule(seed);
      for (int variant = 0; variant < 4; ++variant) {
        CAPTURE(variant);
        const std::vector<Tensor> inputs = RandomModuleInputs(seed, variant);
        absl::StatusOr<std::vector<Tensor>> expected = Evaluate(*module, inputs);
        absl::StatusOr<std::vector<Tensor>> got = session.Invoke("main", inputs);
        CAPTURE(expected.status().ToString(), got.status().ToString());
        REQUIRE(expected.ok() == got.ok());
        if (!expected.ok()) continue;
        for (size_t i = 0; i < expected->size(); ++i) {
          CAPTURE(i, ValueString(*(*expected)[i]), ValueString(*(*got)[i]));
          REQUIRE(BitwiseEqual((*expected)[i], (*got)[i]));
        }
      }
    }
  }
}

TEST_CASE("compiled: the same module always gives the same bytes", "[compiler]") {
  auto bytes = [](uint32_t seed) { return SerializeExecutable(Compile(RandomModule(seed)).value()).value(); };
  for (uint32_t seed = 0; seed < 10; ++seed) CHECK(bytes(seed) == bytes(seed));
}

TEST_CASE("compiled: elements of uint64, which no register holds, are not taken out of their tensor",
          "[compiler]") {
  for (int level : {0, 2}) {
    ModuleBuilder b;
    ir::Var* x = b.Input("x", DType::kUInt64, {2});
    absl::StatusOr<std::shared_ptr<const Program>> program =
        LoadCompiled(b.Finish({b.Call("cast", {x}, {{"dtype", DType::kInt32}}, "y")}), level);
    CAPTURE(level, program.status().ToString());
    REQUIRE(program.ok());
    Session session(*program, TestScheduler());
    const auto y = session.Invoke("main", {Tensor::FromValues<uint64_t>({2}, {7, UINT64_MAX})});
    REQUIRE(y.ok());
    CHECK(BitwiseEqual((*y)[0], Tensor::FromValues<int32_t>({2}, {7, -1})));
  }
}

TEST_CASE("compiled: an error of a branch that is not taken does not surface", "[compiler]") {
  auto make = [] {
    ModuleBuilder b;
    ir::Var* flag = b.Input("flag", DType::kBool, {});
    ir::Var* x = b.Input("x", DType::kFloat32, {3});
    ir::Var* y = b.Input("y", DType::kFloat32, {4});
    return b.Finish({b.If(
        flag,
        [&] {
          return Atoms{b.Call("add", {x, y}, {}, "bad_sum")};
        },
        [&] { return Atoms{x}; })});
  };
  const Tensor x = Tensor::FromValues<float>({3}, {1, 2, 3});
  const Tensor y = Tensor::FromValues<float>({4}, {1, 2, 3, 4});
  for (int level : {0, 2}) {
    CAPTURE(level);
    auto good = RunCompiled(make(), level, {Tensor::Scalar(Bool(false)), x, y});
    REQUIRE(good.ok());
    CHECK(BitwiseEqual((*good)[0], x));
    auto bad = RunCompiled(make(), level, {Tensor::Scalar(Bool(true)), x, y});
    REQUIRE(absl::IsInvalidArgument(bad.status()));
    CHECK(std::string(bad.status().message()).find("bad_sum") != std::string::npos);
  }
}

TEST_CASE("compiled: extents that do not fit at run time give both values and the node", "[compiler]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {Dim::Symbol("n")});
  ir::Var* y = b.Input("y", DType::kFloat32, {Dim::Symbol("m")});
  auto result =
      RunCompiled(b.Finish({b.Call("add", {x, y}, {}, "total")}), 2,
                  {Tensor::FromValues<float>({2}, {1, 2}), Tensor::FromValues<float>({3}, {1, 2, 3})});
  REQUIRE(absl::IsInvalidArgument(result.status()));
  const std::string message(result.status().message());
  CAPTURE(message);
  CHECK(message.find("2 and 3") != std::string::npos);
  CHECK(message.find("total") != std::string::npos);
}

TEST_CASE("compiled: a loop on a counter runs without a kernel call", "[compiler]") {
  ModuleBuilder b;
  ir::Var* n = b.Input("n", DType::kInt64, {});
  ir::Var* loop = b.Loop(
      {b.Int(0), b.Int(0)},
      [&](const std::vector<ir::Var*>& c) {
        return Atoms{b.Call("less", {c[0], n})};
      },
      [&](const std::vector<ir::Var*>& c) {
        return Atoms{b.Call("add", {c[0], b.Int(1)}), b.Call("add", {c[1], c[0]})};
      });
  auto program = LoadCompiled(b.Finish({b.Project(loop, 1)}), 2);
  REQUIRE(program.ok());
  Session session(*program, TestScheduler());
  auto result = session.Invoke("main", {Tensor::Scalar<int64_t>(1000)});
  REQUIRE(result.ok());
  CHECK((*result)[0].values<int64_t>()[0] == 499500);
  CHECK(session.counts().kernel_calls == 0);
}

TEST_CASE("compiled: an endless loop ends at the step limit and leaves the session usable", "[compiler]") {
  ModuleBuilder b;
  ir::Var* n = b.Input("n", DType::kInt64, {});
  ir::Var* loop = b.Loop(
      {b.Int(0)},
      [&](const std::vector<ir::Var*>& c) {
        return Atoms{b.Call("not_equal", {c[0], n})};
      },
      [&](const std::vector<ir::Var*>& c) {
        return Atoms{b.Call("add", {c[0], b.Int(1)})};
      });
  auto program = LoadCompiled(b.Finish({loop}), 2);
  REQUIRE(program.ok());
  Session session(*program, TestScheduler());
  Limits limits;
  limits.max_steps = 10000;
  CHECK(absl::IsResourceExhausted(session.Invoke("main", {Tensor::Scalar<int64_t>(-1)}, limits).status()));
  CHECK(session.Invoke("main", {Tensor::Scalar<int64_t>(5)}, limits).ok());
}

TEST_CASE("compiled: a model without operators gives its input back", "[compiler]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {2});
  const Tensor value = Tensor::FromValues<float>({2}, {1, 2});
  auto result = RunCompiled(b.Finish({x}), 2, {value});
  REQUIRE(result.ok());
  CHECK(BitwiseEqual((*result)[0], value));
}

TEST_CASE("compiled: a wide integer is rounded once on its way to float32", "[compiler]") {
  const auto make = [] {
    ModuleBuilder b;
    ir::Var* n = b.Input("n", DType::kInt64, {});
    return b.Finish({b.Call("cast", {b.Call("add", {n, b.Int(1)})}, {{"dtype", DType::kFloat32}})});
  };
  // Halfway between two floats, and one above: as a double it would be the half.
  const int64_t half = (int64_t{1} << 53) + (int64_t{1} << 29);
  for (const int level : {0, 2}) {
    CAPTURE(level);
    auto result = RunCompiled(make(), level, {Tensor::Scalar(half)});
    CAPTURE(result.status().ToString());
    REQUIRE(result.ok());
    CHECK((*result)[0].values<float>()[0] == 9007200328482816.0f);  // 2^53 + 2^30
  }
}

TEST_CASE("compiled: a kernel gets an input for each that its operator has", "[compiler]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {Dim::Symbol("n")});
  ir::Var* part = b.Call("strided_slice", {x, b.Ints({1}), b.Ints({3})});
  absl::StatusOr<Executable> executable = Compile(b.Finish({part}));
  CAPTURE(executable.status().ToString());
  REQUIRE(executable.ok());
  REQUIRE(executable->kernels.size() == 1);
  const std::vector<int32_t>& inputs = executable->kernels[0].inputs;
  REQUIRE(inputs.size() == FindOp("strided_slice")->inputs.size());
  CHECK(inputs[0] == KernelReference::kPassed);
  CHECK(inputs.back() == KernelReference::kAbsent);
}

TEST_CASE("compiled: carried values may swap", "[compiler]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {2});
  ir::Var* y = b.Input("y", DType::kFloat32, {2});
  ir::Var* loop = b.Loop(
      {b.Int(0), x, y},
      [&](const std::vector<ir::Var*>& c) {
        return Atoms{b.Call("less", {c[0], b.Int(3)})};
      },
      [&](const std::vector<ir::Var*>& c) {
        return Atoms{b.Call("add", {c[0], b.Int(1)}), c[2], c[1]};
      });
  const Tensor a = Tensor::FromValues<float>({2}, {1, 2});
  const Tensor c = Tensor::FromValues<float>({2}, {3, 4});
  auto result = RunCompiled(b.Finish({b.Project(loop, 1), b.Project(loop, 2)}), 2, {a, c});
  REQUIRE(result.ok());
  CHECK(BitwiseEqual((*result)[0], c));
  CHECK(BitwiseEqual((*result)[1], a));
}

}  // namespace
}  // namespace baton
