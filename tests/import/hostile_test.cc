// Models and operands that ask for the impossible: each gives an error that names the node, soon and within
// the memory that it is allowed, whether the operands are constants or come at run time.
#include <catch2/catch.hpp>
#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/import/compile_and_run.h"

namespace baton {
namespace {

using Catch::Matchers::Contains;

constexpr int64_t kMax = INT64_MAX;
constexpr int64_t kMin = INT64_MIN;
constexpr int64_t kTera = int64_t{1} << 40;

int OnnxType(const Tensor& tensor) {
  return tensor.dtype() == DType::kInt64 ? onnx::TensorProto::INT64 : onnx::TensorProto::FLOAT;
}

Tensor Ones(const std::vector<int64_t>& dims) {
  int64_t count = 1;
  for (const int64_t dim : dims) count *= dim;
  return F32(dims, std::vector<float>(static_cast<size_t>(count), 1.0f));
}
Tensor Index(int64_t value) {
  return Tensor::Scalar<int64_t>(value);
}
Tensor Vector(const std::vector<int64_t>& values) {
  return I64({static_cast<int64_t>(values.size())}, values);
}

struct HostileNode {
  std::string op;
  std::vector<Tensor> operands;
  std::function<void(NodeBuilder&)> attributes = [](NodeBuilder&) {};
  int num_outputs = 1;
};

std::function<void(NodeBuilder&)> IntAttribute(const std::string& name, int64_t value) {
  return [=](NodeBuilder& node) { node.Int(name, value); };
}
std::function<void(NodeBuilder&)> IntsAttribute(const std::string& name, const std::vector<int64_t>& values) {
  return [=](NodeBuilder& node) { node.Ints(name, values); };
}
std::function<void(NodeBuilder&)> Mode(const std::string& mode) {
  return [=](NodeBuilder& node) { node.String("mode", mode); };
}

// The node alone, with integer operands as constants or as inputs of unknown extents.
absl::Status RunNode(const HostileNode& hostile, bool constant_integers) {
  ModelBuilder model;
  std::vector<std::string> names;
  std::vector<Tensor> inputs;
  for (const Tensor& operand : hostile.operands) {
    names.push_back(absl::StrCat("i", names.size()));
    if (constant_integers && operand.dtype() == DType::kInt64) {
      model.Initializer(IntTensor(names.back(), DimsOf(operand), Ints(operand)));
      continue;
    }
    model.Input(names.back(), OnnxType(operand), std::vector<TestDim>(operand.shape().size(), TestDim("")));
    inputs.push_back(operand);
  }
  std::vector<std::string> outputs;
  for (int i = 0; i < hostile.num_outputs; ++i) {
    outputs.push_back(absl::StrCat("o", i));
    model.Output(outputs.back());
  }
  NodeBuilder node = model.Node(hostile.op, names, outputs);
  node.Name("bad");
  hostile.attributes(node);
  Limits limits;
  limits.max_memory_bytes = 64 << 20;
  return CompileAndRun(model, inputs, limits).status();
}

void CheckRefused(const HostileNode& hostile) {
  for (const bool constant_integers : {false, true}) {
    const absl::Time start = absl::Now();
    const absl::Status status = RunNode(hostile, constant_integers);
    INFO(hostile.op << (constant_integers ? ", constants: " : ", at run time: ") << status);
    CHECK(
        (absl::IsInvalidArgument(status) || absl::IsResourceExhausted(status) || absl::IsOutOfRange(status)));
    CHECK_THAT(std::string(status.message()), Contains("node 'bad'"));
    CHECK(absl::Now() - start < absl::Seconds(20));
  }
}

void CheckAllRefused(const std::vector<HostileNode>& nodes) {
  for (const HostileNode& node : nodes) CheckRefused(node);
}

TEST_CASE("hostile: shapes that no tensor can have", "[import][hostile]") {
  const Tensor x = Ones({2, 3});
  std::vector<HostileNode> nodes;
  for (const std::vector<int64_t>& shape : std::vector<std::vector<int64_t>>{{4},
                                                                             {-1, -1},
                                                                             {-2, 3},
                                                                             {kMin},
                                                                             {kMax, kMax},
                                                                             {kMax, 0},
                                                                             {kTera, kTera},
                                                                             {1, 1, 1, 1, 1, 1, 1, 1, 6}}) {
    nodes.push_back({"Reshape", {x, Vector(shape)}});
  }
  for (const std::vector<int64_t>& shape : std::vector<std::vector<int64_t>>{{4},
                                                                             {-1},
                                                                             {kMin, 3},
                                                                             {kMax, 3},
                                                                             {kTera, 2, 3},
                                                                             {kTera, kTera, 2, 3},
                                                                             {1, 1, 1, 1, 1, 1, 1, 2, 3}}) {
    nodes.push_back({"Expand", {x, Vector(shape)}});
  }
  for (const std::vector<int64_t>& shape : std::vector<std::vector<int64_t>>{{-1},
                                                                             {kMin},
                                                                             {kMax},
                                                                             {kMax, kMax},
                                                                             {kMax, 0},
                                                                             {kTera},
                                                                             {int64_t{1} << 62, 4},
                                                                             {1, 1, 1, 1, 1, 1, 1, 1, 1}}) {
    nodes.push_back({"ConstantOfShape", {Vector(shape)}});
  }
  CheckAllRefused(nodes);
}

TEST_CASE("hostile: repetitions, ranges and depths without bound", "[import][hostile]") {
  const Tensor x = Ones({2, 3});
  CheckAllRefused({
      {"Tile", {x, Vector({kMax, 1})}},
      {"Tile", {x, Vector({kTera, 1})}},
      {"Tile", {x, Vector({kMax, kMax})}},
      {"Tile", {x, Vector({-1, 1})}},
      {"Tile", {x, Vector({1})}},
      {"Range", {Index(0), Index(kMax), Index(1)}},
      {"Range", {Index(kMin), Index(kMax), Index(1)}},
      {"Range", {Index(0), Index(5), Index(0)}},
      {"OneHot", {Vector({0, 1}), Index(kMax), Ones({2})}},
      {"OneHot", {Vector({0, 1}), Index(kTera), Ones({2})}},
      {"OneHot", {Vector({0, 1}), Index(-1), Ones({2})}},
      {"OneHot", {Vector({0, 1}), Index(3), Ones({2})}, IntAttribute("axis", 5)},
  });
}

TEST_CASE("hostile: slices and pads", "[import][hostile]") {
  const Tensor x = Ones({2, 3});
  const auto slice = [&](int64_t axis, int64_t step) {
    return HostileNode{"Slice", {x, Vector({0}), Vector({2}), Vector({axis}), Vector({step})}};
  };
  CheckAllRefused({
      slice(0, 0),
      slice(2, 1),
      slice(-3, 1),
      slice(kMin, 1),
      {"Slice", {x, Vector({0, 0}), Vector({2, 2}), Vector({1, 1})}},
      {"Pad", {x, Vector({0, 3, 0, 0})}, Mode("reflect")},
      {"Pad", {x, Vector({kMax, 0, kMax, 0})}, Mode("reflect")},
      {"Pad", {x, Vector({kMax, 0, kMax, 0})}, Mode("edge")},
      {"Pad", {x, Vector({kMax, 0, kMax, 0})}},
      {"Pad", {x, Vector({-2, 0, -1, 0})}},
      {"Pad", {x, Vector({kMin, 0, 0, 0})}},
      {"Pad", {x, Vector({1, 1, 1})}},
      {"Pad", {Ones({0, 3}), Vector({1, 0, 0, 0})}, Mode("edge")},
  });
}

TEST_CASE("hostile: windows of extent, stride, dilation or group zero", "[import][hostile]") {
  const Tensor x = Ones({1, 2, 5, 5});
  const Tensor w = Ones({2, 2, 3, 3});
  std::vector<HostileNode> nodes;
  for (const int64_t value : {int64_t{0}, int64_t{-1}, kMin}) {
    for (const char* name : {"strides", "dilations"}) {
      nodes.push_back({"Conv", {x, w}, IntsAttribute(name, {value, 1})});
      nodes.push_back({"ConvTranspose", {x, w}, IntsAttribute(name, {1, value})});
    }
    nodes.push_back({"Conv", {x, w}, IntAttribute("group", value)});
    nodes.push_back({"ConvTranspose", {x, w}, IntAttribute("group", value)});
    nodes.push_back({"MaxPool", {x}, IntsAttribute("kernel_shape", {value, 2})});
    nodes.push_back({"AveragePool", {x}, IntsAttribute("kernel_shape", {2, value})});
    nodes.push_back({"DepthToSpace", {Ones({1, 4, 2, 2})}, IntAttribute("blocksize", value)});
  }
  for (const int64_t value : {kMax, kTera}) {
    nodes.push_back({"Conv", {x, w}, IntsAttribute("dilations", {value, value})});
    nodes.push_back({"Conv", {x, w}, IntsAttribute("pads", {value, value, value, value})});
    nodes.push_back({"Conv", {x, w}, IntAttribute("group", value)});
    nodes.push_back({"ConvTranspose", {x, w}, IntsAttribute("strides", {value, value})});
    nodes.push_back({"MaxPool", {x}, IntsAttribute("kernel_shape", {value, value})});
    nodes.push_back({"DepthToSpace", {Ones({1, 4, 2, 2})}, IntAttribute("blocksize", value)});
  }
  nodes.push_back({"Conv", {x, w}, IntAttribute("group", 3)});
  nodes.push_back({"Conv", {Ones({1, 2, 2, 2}), w}});
  nodes.push_back({"Conv", {Ones({1, 3, 5, 5}), w}});
  CheckAllRefused(nodes);
}

TEST_CASE("hostile: indices out of range", "[import][hostile]") {
  const Tensor x = Ones({3, 3});
  std::vector<HostileNode> nodes;
  for (const int64_t index : {int64_t{3}, int64_t{-4}, kMax, kMin}) {
    const Tensor one = I64({1, 1}, {index});
    nodes.push_back({"Gather", {x, Vector({index})}});
    nodes.push_back({"GatherElements", {x, one}});
    nodes.push_back({"GatherND", {x, Vector({0, index})}});
    nodes.push_back({"ScatterElements", {x, one, Ones({1, 1})}});
    nodes.push_back({"ScatterND", {x, one, Ones({1, 3})}});
  }
  nodes.push_back({"GatherND", {x, I64({1, 3}, {0, 0, 0})}});
  nodes.push_back({"ScatterND", {x, I64({1, 1}, {0}), Ones({2, 3})}});
  CheckAllRefused(nodes);
}

TEST_CASE("hostile: axes out of range or given twice", "[import][hostile]") {
  const Tensor x = Ones({3, 3});
  std::vector<HostileNode> nodes;
  for (const int64_t axis : {int64_t{2}, int64_t{-3}, kMax, kMin}) {
    for (const char* op : {"Softmax", "LogSoftmax", "ArgMax"})
      nodes.push_back({op, {x}, IntAttribute("axis", axis)});
    nodes.push_back({"Concat", {x, x}, IntAttribute("axis", axis)});
    nodes.push_back({"Gather", {x, Vector({0})}, IntAttribute("axis", axis)});
    nodes.push_back({"TopK", {x, Vector({1})}, IntAttribute("axis", axis), 2});
    nodes.push_back({"Split", {x, Vector({1, 2})}, IntAttribute("axis", axis), 2});
    nodes.push_back({"ReduceSum", {x, Vector({axis})}});
    nodes.push_back({"ReduceMax", {x}, IntsAttribute("axes", {axis})});
    nodes.push_back({"CumSum", {x, Index(axis)}});
    nodes.push_back({"Squeeze", {x, Vector({axis})}});
    nodes.push_back({"Transpose", {x}, IntsAttribute("perm", {0, axis})});
  }
  nodes.push_back({"Unsqueeze", {x, Vector({0, 0})}});
  nodes.push_back({"Unsqueeze", {x, Vector({kMax})}});
  nodes.push_back({"Unsqueeze", {x, Vector({0, 1, 2, 3, 4, 5, 6})}});
  nodes.push_back({"Transpose", {x}, IntsAttribute("perm", {0, 0})});
  nodes.push_back({"ReduceSum", {x, Vector({0, -2})}});
  CheckAllRefused(nodes);
}

TEST_CASE("hostile: counts that do not fit", "[import][hostile]") {
  const Tensor x = Ones({4, 4});
  CheckAllRefused({
      {"TopK", {x, Vector({5})}, {[](NodeBuilder&) {}}, 2},
      {"TopK", {x, Vector({-1})}, {[](NodeBuilder&) {}}, 2},
      {"TopK", {x, Vector({kMax})}, {[](NodeBuilder&) {}}, 2},
      {"Split", {x, Vector({1, 2})}, {[](NodeBuilder&) {}}, 2},
      {"Split", {x, Vector({-1, 5})}, {[](NodeBuilder&) {}}, 2},
      {"Split", {x, Vector({kMax, kMax})}, {[](NodeBuilder&) {}}, 2},
      {"Add", {x, Ones({3})}},
      {"MatMul", {x, Ones({3, 4})}},
      {"Gemm", {x, Ones({3, 4})}},
      {"Squeeze", {x, Vector({0})}},
      {"Div", {Vector({1}), Vector({0})}},
      {"Mod", {Vector({1}), Vector({0})}},
      {"ArgMax", {Ones({0, 3})}},
  });
}

// A tensor without elements may have extents without bound; whoever walks over them never ends.
TEST_CASE("hostile: no elements, and any number of rows", "[import][hostile]") {
  const auto empty = [](const std::vector<int64_t>& dims) {
    auto tensor = Tensor::Allocate(DType::kFloat32, dims);
    REQUIRE(tensor.ok());
    return *std::move(tensor);
  };
  const absl::Time start = absl::Now();
  for (const char* op :
       {"Neg", "Softmax", "ReduceSum", "Transpose", "Identity", "NonZero", "Shape", "Flatten"}) {
    for (const std::vector<int64_t>& dims : std::vector<std::vector<int64_t>>{{kTera, 0}, {0, kTera}}) {
      // May succeed: what counts is that it ends.
      const absl::Status status = RunNode({op, {empty(dims)}}, false);
      INFO(op << ": " << status);
      CHECK((status.ok() || absl::StrContains(status.message(), "node 'bad'")));
    }
  }
  const HostileNode lstm{
      "LSTM", {empty({kTera, 0, 2}), Ones({1, 8, 2}), Ones({1, 8, 2})}, IntAttribute("hidden_size", 2), 3};
  CHECK(RunNode(lstm, false).ok());
  CHECK(absl::Now() - start < absl::Seconds(20));
}

TEST_CASE("hostile: extents beyond those of any tensor", "[import][hostile]") {
  CHECK(Tensor::Allocate(DType::kFloat32, std::vector<int64_t>{kMaxExtent, 0}).ok());
  CHECK(!Tensor::Allocate(DType::kFloat32, std::vector<int64_t>{kMaxExtent + 1, 0}).ok());
}

TEST_CASE("hostile: a loop of INT64_MAX iterations ends at the deadline", "[import][hostile]") {
  ModelBuilder model;
  model.Input("x", onnx::TensorProto::FLOAT, {2}).Output("y");
  model.Initializer(IntTensor("m", {}, {kMax}));
  GraphBuilder body;
  body.Input("i", onnx::TensorProto::INT64, {}).Input("c", onnx::TensorProto::BOOL, {});
  body.Input("v", onnx::TensorProto::FLOAT, {2});
  body.Node("Identity", {"c"}, {"c_out"});
  body.Node("Neg", {"v"}, {"v_out"}).Name("bad");
  body.Output("c_out").Output("v_out");
  model.Node("Loop", {"m", "", "x"}, {"y"}).Name("loop").Graph("body", body.proto());
  Limits limits;
  limits.deadline = absl::Now() + absl::Milliseconds(100);
  const absl::Status status = CompileAndRun(model, {F32({2}, {1, 2})}, limits).status();
  INFO(status);
  CHECK(absl::IsDeadlineExceeded(status));
  CHECK_THAT(std::string(status.message()), Contains("node '"));
}

}  // namespace
}  // namespace baton
