// How exporters compute shapes. None of it may cost a kernel: it becomes scalar instructions, and at every
// level of optimisation it computes the same.
#include <catch2/catch.hpp>
#include <functional>

#include "absl/strings/str_cat.h"
#include "tests/import/compile_and_run.h"

namespace baton {
namespace {

using Names = std::vector<std::string>;

constexpr int kFloat = onnx::TensorProto::FLOAT;
constexpr int kInt64 = onnx::TensorProto::INT64;

// Appends nodes by value: x is float32[batch, 8, length].
class Export {
 public:
  Export() { model_.Input("x", kFloat, {"batch", 8, "length"}).Output("y"); }
  ModelBuilder& model() { return model_; }

  std::string Node(
      const std::string& op, const Names& inputs,
      const std::function<void(NodeBuilder&)>& attributes = [](NodeBuilder&) {}) {
    const std::string name = absl::StrCat("v", count_++);
    NodeBuilder node = model_.Node(op, inputs, {name});
    attributes(node);
    return name;
  }
  std::string Ints(const std::vector<int64_t>& values) {
    return Constant(IntTensor("", {static_cast<int64_t>(values.size())}, values));
  }
  std::string Int(int64_t value) { return Constant(IntTensor("", {}, {value})); }
  std::string Float(float value) { return Constant(FloatTensor("", {}, {value})); }
  std::string Constant(onnx::TensorProto tensor) {
    const std::string name = absl::StrCat("c", count_++);
    tensor.set_name(name);
    model_.Initializer(tensor);
    return name;
  }
  std::string Cast(const std::string& value, int type) {
    return Node("Cast", {value}, [=](NodeBuilder& node) { node.Int("to", type); });
  }
  std::string Concat(const Names& parts) {
    return Node("Concat", parts, [](NodeBuilder& node) { node.Int("axis", 0); });
  }
  std::string Extent(int axis) { return Node("Gather", {Node("Shape", {"x"}), Int(axis)}); }
  std::string Vector(const std::string& scalar) { return Node("Unsqueeze", {scalar, Ints({0})}); }
  // The first `count` positions of the last axis.
  std::string Head(const std::string& count) {
    return Node("Slice", {"x", Ints({0}), Vector(count), Ints({2})});
  }

 private:
  ModelBuilder model_;
  int count_ = 0;
};

std::vector<float> Counting(int64_t count) {
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(static_cast<float>(i));
  return values;
}

// Builds y with `build`, checks which kernels are left, and that all levels give one result for some shapes.
void CheckShapeCode(const std::function<std::string(Export&)>& build, const Names& kernels) {
  Export exported;
  exported.model().Node("Identity", {build(exported)}, {"y"});
  auto executable = CompileModel(exported.model());
  INFO(executable.status());
  REQUIRE(executable.ok());
  CHECK(Kernels(*executable) == kernels);
  for (const auto& [batch, length] : std::vector<std::pair<int64_t, int64_t>>{{1, 12}, {2, 7}, {3, 5}}) {
    const Tensor x = F32({batch, 8, length}, Counting(batch * 8 * length));
    auto slow = CompileAndRun(exported.model(), {x}, {}, /*optimization_level=*/0);
    auto fast = CompileAndRun(exported.model(), {x});
    INFO("batch " << batch << ", length " << length << ": " << slow.status() << " " << fast.status());
    REQUIRE((slow.ok() && fast.ok()));
    CHECK(DimsOf((*slow)[0]) == DimsOf((*fast)[0]));
    CHECK(Floats((*slow)[0]) == Floats((*fast)[0]));
  }
}

TEST_CASE("shape arithmetic: gathered, concatenated, sliced and reversed", "[import][shapes]") {
  CheckShapeCode(
      [](Export& e) {
        const std::string shape = e.Node("Shape", {"x"});
        return e.Node("Reshape", {"x", e.Concat({e.Node("Slice", {shape, e.Ints({0}), e.Ints({-1})}),
                                                 e.Node("Gather", {shape, e.Ints({-1})})})});
      },
      {});
  CheckShapeCode(
      [](Export& e) {
        return e.Node("Reshape", {"x", e.Node("Slice", {e.Node("Shape", {"x"}), e.Ints({2}), e.Ints({-4}),
                                                        e.Ints({0}), e.Ints({-1})})});
      },
      {});
}

TEST_CASE("shape arithmetic: products, sums and extrema of a shape", "[import][shapes]") {
  CheckShapeCode(
      [](Export& e) {
        const std::string count = e.Node("ReduceProd", {e.Node("Shape", {"x"})});
        return e.Node("Reshape", {"x", e.Node("Reshape", {count, e.Ints({1})})});
      },
      {});
  CheckShapeCode([](Export& e) { return e.Node("Reshape", {"x", e.Vector(e.Node("Size", {"x"}))}); }, {});
  CheckShapeCode(
      [](Export& e) {
        const std::string few = e.Concat({e.Ints({5}), e.Vector(e.Extent(2))});
        return e.Head(e.Node("ReduceMin", {few}, [](NodeBuilder& node) { node.Int("keepdims", 0); }));
      },
      {"strided_slice"});
  CheckShapeCode(
      [](Export& e) {
        return e.Head(e.Node("Max", {e.Node("Sub", {e.Extent(2), e.Int(3)}), e.Int(1)}));
      },
      {"strided_slice"});
}

TEST_CASE("shape arithmetic: reductions of integers from data need no kernel either", "[import][shapes]") {
  Export exported;
  ModelBuilder& model = exported.model();
  model.Input("n", kInt64, {}).Input("m", kInt64, {});
  const std::string both = exported.Concat({exported.Vector("n"), exported.Vector("m")});
  model.Node(
      "Identity",
      {exported.Head(exported.Node("ReduceSum", {both}, [](NodeBuilder& node) { node.Int("keepdims", 0); }))},
      {"y"});
  auto executable = CompileModel(model);
  REQUIRE(executable.ok());
  CHECK(Kernels(*executable) == Names{"strided_slice"});
  const std::vector<Tensor> inputs = {F32({1, 8, 4}, Counting(32)), Tensor::Scalar<int64_t>(1),
                                      Tensor::Scalar<int64_t>(2)};
  auto result = CompileAndRun(model, inputs);
  REQUIRE(result.ok());
  CHECK(DimsOf((*result)[0]) == std::vector<int64_t>{1, 8, 3});
}

TEST_CASE("shape arithmetic: a shape that is split", "[import][shapes]") {
  CheckShapeCode(
      [](Export& e) {
        e.model().Node("Split", {e.Node("Shape", {"x"}), e.Ints({1, 2})}, {"first", "rest"});
        return e.Node("Reshape", {"x", e.Concat({"rest", "first"})});
      },
      {});
}

TEST_CASE("shape arithmetic: elements of a shape that are replaced", "[import][shapes]") {
  CheckShapeCode(
      [](Export& e) {
        const std::string where = e.Constant(IntTensor("", {1, 1}, {1}));
        const std::string shape = e.Node("ScatterND", {e.Node("Shape", {"x"}), where, e.Ints({-1})});
        const std::string open = e.Node("Equal", {shape, e.Int(-1)});
        return e.Node("Reshape", {"x", e.Node("Where", {open, e.Ints({8, 8, 8}), shape})});
      },
      {});
  CheckShapeCode(
      [](Export& e) {
        return e.Node("Reshape",
                      {"x", e.Node("ScatterElements", {e.Node("Shape", {"x"}), e.Ints({1}), e.Ints({8})})});
      },
      {});
  CheckShapeCode(
      [](Export& e) {
        return e.Node("Reshape",
                      {"x", e.Node("GatherElements", {e.Node("Shape", {"x"}), e.Ints({2, 1, 0})})});
      },
      {});
}

TEST_CASE("shape arithmetic: by way of floats", "[import][shapes]") {
  CheckShapeCode(
      [](Export& e) {
        const std::string half = e.Node("Mul", {e.Cast(e.Extent(2), kFloat), e.Float(0.5f)});
        return e.Head(e.Cast(e.Node("Floor", {half}), kInt64));
      },
      {"strided_slice"});
  CheckShapeCode(
      [](Export& e) {
        const std::string third = e.Node("Div", {e.Cast(e.Extent(2), kFloat), e.Float(3)});
        return e.Head(e.Cast(e.Node("Ceil", {third}), kInt64));
      },
      {"strided_slice"});
  CheckShapeCode(
      [](Export& e) {
        return e.Node("Div", {"x", e.Node("Sqrt", {e.Cast(e.Extent(2), kFloat)})});
      },
      {"divide"});
}

TEST_CASE("shape arithmetic: pads as exporters of PyTorch compute them", "[import][shapes]") {
  CheckShapeCode(
      [](Export& e) {
        const std::string rest = e.Node("Sub", {e.Int(4), e.Node("Mod", {e.Extent(2), e.Int(4)})});
        const std::string pads = e.Concat({e.Ints({0}), e.Vector(rest), e.Ints({0, 0, 0, 0})});
        const std::string pairs = e.Node("Reshape", {pads, e.Ints({-1, 2})});
        const std::string reversed =
            e.Node("Slice", {pairs, e.Ints({-1}), e.Ints({INT64_MIN + 1}), e.Ints({0}), e.Ints({-1})});
        const std::string turned = e.Node("Transpose", {reversed}, [](NodeBuilder& node) {
          node.Ints("perm", {1, 0});
        });
        return e.Node("Pad", {"x", e.Node("Reshape", {turned, e.Ints({-1})})});
      },
      {"nn.pad"});
}

// The value of one int64 element at a level, for x of the given batch.
int64_t Value(Export& exported, int64_t batch, int level) {
  auto result = CompileAndRun(exported.model(), {F32({batch, 8, 1}, Counting(batch * 8))}, {}, level);
  INFO(result.status());
  REQUIRE(result.ok());
  return Ints((*result)[0])[0];
}

// 2^62 * batch: wraps from 2 on.
TEST_CASE("shape arithmetic: values wrap at 64 bits, at every level", "[import][shapes]") {
  const int64_t big = int64_t{1} << 62;
  const std::vector<std::function<std::string(Export&, const std::string&)>> uses = {
      [](Export&, const std::string& product) { return product; },
      [](Export& e, const std::string& product) {
        return e.Node("Add", {product, e.Int(5)});
      },
      [](Export& e, const std::string& product) { return e.Node("Neg", {product}); },
      [](Export& e, const std::string& product) { return e.Node("Abs", {product}); },
      [&](Export& e, const std::string& product) {
        return e.Node("Div", {product, e.Int(big)});
      },
      [](Export& e, const std::string& product) {
        return e.Node("Mod", {product, e.Int(7)});
      },
      [](Export& e, const std::string& product) {
        return e.Node("Max", {product, e.Int(1)});
      },
      [](Export& e, const std::string& product) {
        return e.Node("Min", {product, e.Int(1)});
      },
      [](Export& e, const std::string& product) {
        return e.Cast(e.Node("Less", {product, e.Int(0)}), kInt64);
      },
      [](Export& e, const std::string& product) {
        return e.Cast(e.Node("Equal", {product, e.Int(0)}), kInt64);
      },
  };
  for (size_t use = 0; use < uses.size(); ++use) {
    Export exported;
    const std::string product = exported.Node("Mul", {exported.Extent(0), exported.Int(big)});
    exported.model().Node("Identity", {uses[use](exported, product)}, {"y"});
    for (const int64_t batch : {1, 2, 3, 4, 5}) {
      CAPTURE(use, batch);
      CHECK(Value(exported, batch, 0) == Value(exported, batch, 2));
    }
  }
}

}  // namespace
}  // namespace baton
