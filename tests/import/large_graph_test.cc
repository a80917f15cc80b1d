// Large graphs, and graphs whose extents outgrow what the compiler can write down.
#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/import/compile_and_run.h"

namespace baton {
namespace {

using Catch::Matchers::Contains;

constexpr int kFloat = onnx::TensorProto::FLOAT;

std::string Value(int64_t i) {
  return i == 0 ? "x" : absl::StrCat("v", i);
}

// x -> Neg -> Neg -> ... -> y.
void AddChain(ModelBuilder& model, int64_t count) {
  model.Input("x", kFloat, {"n"}).Output("y");
  for (int64_t i = 0; i < count; ++i) model.Node("Neg", {Value(i)}, {Value(i + 1)});
  model.Node("Identity", {Value(count)}, {"y"});
}

TEST_CASE("large graphs: a deep chain compiles and runs", "[import][large]") {
  ModelBuilder model;
  AddChain(model, 5000);
  auto result = CompileAndRun(model, {F32({2}, {1, -2})});
  INFO(result.status());
  REQUIRE(result.ok());
  CHECK(Floats((*result)[0]) == std::vector<float>{1, -2});
}

// Twice the nodes may cost about twice the time, not four times.
TEST_CASE("large graphs: the cost grows with the number of nodes, not its square", "[import][large]") {
  const auto seconds = [](int64_t count) {
    ModelBuilder model;
    AddChain(model, count);
    const absl::Time start = absl::Now();
    REQUIRE(CompileModel(model).ok());
    return absl::ToDoubleSeconds(absl::Now() - start);
  };
  seconds(500);
  // The best of three: the machine may be busy.
  double few = seconds(1500), many = seconds(12000);
  for (int i = 0; i < 2; ++i) few = std::min(few, seconds(1500)), many = std::min(many, seconds(12000));
  INFO(few << " s for 1,500 nodes, " << many << " s for 12,000");
  CHECK(many < 32 * few);  // linear: 8, quadratic: 64
}

TEST_CASE("large graphs: an operator with more operands than an instruction has room for",
          "[import][large]") {
  ModelBuilder model;
  model.Input("x", kFloat, {"n"}).Output("y");
  model.Node("Concat", std::vector<std::string>(1000, "x"), {"y"}).Int("axis", 0).Name("bad");
  const absl::Status status = CompileModel(model).status();
  INFO(status);
  CHECK(absl::IsResourceExhausted(status));
  CHECK_THAT(std::string(status.message()), Contains("1000 operands") && Contains("node 'bad'"));
}

// Each link doubles the extent: 2^80 times n has no 64-bit form, but nothing stays nothing.
TEST_CASE("large graphs: extents beyond 64 bits are left to run time", "[import][large]") {
  ModelBuilder model;
  model.Input("x", kFloat, {"n"}).Output("y");
  for (int i = 0; i < 80; ++i) {
    model.Node("Concat", {Value(i), Value(i)}, {Value(i + 1)}).Int("axis", 0).Name(absl::StrCat("link", i));
  }
  model.Node("Neg", {Value(80)}, {"y"});
  auto nothing = CompileAndRun(model, {F32({0}, {})});
  INFO(nothing.status());
  REQUIRE(nothing.ok());
  CHECK(DimsOf((*nothing)[0]) == std::vector<int64_t>{0});
  Limits limits;
  limits.max_memory_bytes = 16 << 20;
  const absl::Status status = CompileAndRun(model, {F32({1}, {1})}, limits).status();
  INFO(status);
  CHECK((absl::IsResourceExhausted(status) || absl::IsInvalidArgument(status)));
  CHECK_THAT(std::string(status.message()), Contains("node 'link"));
}

TEST_CASE("large graphs: constant extents beyond 64 bits are refused with the node", "[import][large]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  for (int i = 0; i < 80; ++i) {
    model.Node("Concat", {Value(i), Value(i)}, {Value(i + 1)}).Int("axis", 0).Name(absl::StrCat("link", i));
  }
  model.Node("Neg", {Value(80)}, {"y"});
  const absl::Status status = CompileModel(model).status();
  INFO(status);
  CHECK(absl::IsInvalidArgument(status));
  CHECK_THAT(std::string(status.message()), Contains("node 'link"));
}

// The extent of the result is a form of all extents, too long to be followed.
TEST_CASE("large graphs: extents too long to write down are left to run time", "[import][large]") {
  constexpr int kCount = 600;
  ModelBuilder model;
  model.Output("y").Output("z");
  std::vector<std::string> names, dims;
  std::vector<Tensor> inputs;
  for (int i = 0; i < kCount; ++i)
    names.push_back(absl::StrCat("x", i)), dims.push_back(absl::StrCat("d", i));
  for (int i = 0; i < kCount; ++i) {
    model.Input(names[i], kFloat, {dims[i].c_str()});
    inputs.push_back(F32({i % 2 + 1}, std::vector<float>(i % 2 + 1, 1.0f)));
    const std::string before = absl::StrCat("v", i), after = absl::StrCat("v", i + 1);
    if (i == 0) {
      model.Node("Identity", {names[i]}, {after});
      model.Node("Identity", {names[i]}, {absl::StrCat("c", 1)});
      continue;
    }
    model.Node("Add", {before, names[i]}, {after});
    model.Node("Concat", {absl::StrCat("c", i), names[i]}, {absl::StrCat("c", i + 1)}).Int("axis", 0);
  }
  model.Node("Neg", {absl::StrCat("v", kCount)}, {"y"});
  model.Node("Neg", {absl::StrCat("c", kCount)}, {"z"});
  auto result = CompileAndRun(model, inputs);
  INFO(result.status());
  REQUIRE(result.ok());
  CHECK(Floats((*result)[0]) == std::vector<float>(2, -kCount));
  CHECK(DimsOf((*result)[1]) == std::vector<int64_t>{900});
  inputs[7] = F32({3}, {1, 1, 1});
  CHECK(absl::IsInvalidArgument(CompileAndRun(model, inputs).status()));
}

// Whether each branch is taken follows from the shape that the one before gives: more of them than rounds of
// inference and simplification.
TEST_CASE("large graphs: a chain of branches on shapes is decided at once", "[import][large]") {
  constexpr int kCount = 300;
  ModelBuilder model;
  model.Input("x", kFloat, {1}).Output("y").Initializer(FloatTensor("one", {1}, {1}));
  for (int i = 0; i < kCount; ++i) {
    const std::string shape = absl::StrCat("shape", i), wanted = absl::StrCat("wanted", i);
    model.Node("Shape", {Value(i)}, {shape});
    model.Initializer(IntTensor(wanted, {1}, {i + 1}));
    model.Node("Equal", {shape, wanted}, {absl::StrCat("equal", i)});
    GraphBuilder longer, other;
    longer.Node("Concat", {Value(i), "one"}, {"a"}).Int("axis", 0);
    longer.Output("a");
    other.Node("Neg", {Value(i)}, {"a"});
    other.Output("a");
    model.Node("If", {absl::StrCat("equal", i)}, {Value(i + 1)})
        .Graph("then_branch", longer.proto())
        .Graph("else_branch", other.proto());
  }
  model.Node("Identity", {Value(kCount)}, {"y"});
  auto executable = CompileModel(model);
  INFO(executable.status());
  REQUIRE(executable.ok());
  CHECK(Kernels(*executable) == std::vector<std::string>{"concatenate"});
}

}  // namespace
}  // namespace baton
