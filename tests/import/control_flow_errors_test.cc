// Control flow, sequences and optionals that go wrong: an error with its place, in the compiler or at run
// time, never a crash.
#include <catch2/catch.hpp>

#include "tests/import/compile_and_run.h"

namespace baton {
namespace {

using Catch::Matchers::Contains;

constexpr int kFloat = onnx::TensorProto::FLOAT;
constexpr int kInt64 = onnx::TensorProto::INT64;
constexpr int kBool = onnx::TensorProto::BOOL;

// The error of compiling or, if that works, of running with `inputs`; the same with and without optimisation.
void CheckError(ModelBuilder& model, const std::vector<Tensor>& inputs, const std::string& message,
                const std::string& node) {
  for (const int level : {0, 2}) {
    const auto result = CompileAndRun(model, inputs, {}, level);
    CAPTURE(level);
    REQUIRE_FALSE(result.ok());
    const std::string error(result.status().message());
    CHECK_THAT(error, Contains(message));
    CHECK_THAT(error, Contains(node));
  }
}

Tensor Count(int64_t value) {
  return Tensor::Scalar<int64_t>(value);
}

// A body of Loop: (i, go) -> (go, what the caller adds).
GraphBuilder CountingBody() {
  GraphBuilder body;
  body.Input("i", kInt64, {}).Input("go", kBool, {}).Output("go", kBool, {});
  return body;
}

TEST_CASE("control flow errors: what a loop scans has the same shape in each iteration", "[import]") {
  GraphBuilder body;
  body.Input("i", kInt64, {}).Input("go", kBool, {}).Input("v", kFloat, {"k"});
  body.Node("Concat", {"v", "x"}, {"w"}).Int("axis", 0);
  body.Output("go", kBool, {}).Output("w", kFloat, {"l"}).Output("w", kFloat, {"l"});
  ModelBuilder model;
  model.Input("m", kInt64, {}).Input("x", kFloat, {"n"}).Output("y").Output("s");
  model.Node("Loop", {"m", "", "x"}, {"y", "s"}).Name("growing").Graph("body", body.proto());
  CheckError(model, {Count(3), F32({2}, {1, 2})}, "scanned values of output 'w'", "growing");
  CHECK(CompileAndRun(model, {Count(1), F32({2}, {1, 2})}).ok());
}

TEST_CASE("control flow errors: scanned inputs have one length", "[import]") {
  GraphBuilder body;
  body.Input("a", kFloat, {}).Input("b", kFloat, {});
  body.Node("Add", {"a", "b"}, {"c"});
  body.Output("c", kFloat, {});
  ModelBuilder model;
  model.Input("x", kFloat, {"n"}).Input("y", kFloat, {"m"}).Output("z");
  model.Node("Scan", {"x", "y"}, {"z"}).Name("pairs").Int("num_scan_inputs", 2).Graph("body", body.proto());
  CheckError(model, {F32({2}, {1, 2}), F32({3}, {1, 2, 3})}, "inputs 0 and 1 have different lengths",
             "pairs");
  CHECK(Floats(CompileAndRun(model, {F32({2}, {1, 2}), F32({2}, {3, 4})})->front()) ==
        std::vector<float>{4, 6});
}

TEST_CASE("control flow errors: a condition is one element", "[import]") {
  GraphBuilder same;
  same.Node("Identity", {"x"}, {"s"});
  same.Output("s");
  ModelBuilder model;
  model.Input("c", kBool, {"k"}).Input("x", kFloat, {"n"}).Output("y");
  model.Node("If", {"c"}, {"y"})
      .Name("which")
      .Graph("then_branch", same.proto())
      .Graph("else_branch", same.proto());
  const Tensor x = F32({2}, {1, 2});
  const Tensor two = Tensor::FromValues<Bool>({2}, {Bool(true), Bool(false)});
  CheckError(model, {two, x}, "elements of shape and of data: 1 and 2", "which");
  CHECK(CompileAndRun(model, {Tensor::FromValues<Bool>({1}, {Bool(true)}), x}).ok());
}

// A model of sequence [x, x] and the position n.
class OfTwo {
 public:
  OfTwo() {
    model_.Input("x", kFloat, {"k"}).Input("n", kInt64, {}).Output("y");
    model_.Node("SequenceConstruct", {"x", "x"}, {"s"}).Name("make");
  }
  NodeBuilder Node(const std::string& op, const std::vector<std::string>& inputs, const std::string& output) {
    return model_.Node(op, inputs, {output}).Name("the_" + output);
  }
  void CheckError(int64_t position, const std::string& message, const std::string& node) {
    CAPTURE(position);
    baton::CheckError(model_, {F32({2}, {1, 2}), Count(position)}, message, node);
  }
  bool Runs(int64_t position) {
    return CompileAndRun(model_, std::vector<Tensor>{F32({2}, {1, 2}), Count(position)}).ok();
  }

 private:
  ModelBuilder model_;
};

TEST_CASE("control flow errors: positions in sequences", "[import]") {
  OfTwo at;
  at.Node("SequenceAt", {"s", "n"}, "y");
  for (const int64_t position : {int64_t{2}, int64_t{-3}, INT64_MAX, INT64_MIN})
    at.CheckError(position, std::to_string(position), "the_y");
  CHECK(at.Runs(-2));

  OfTwo insert;
  insert.Node("SequenceInsert", {"s", "x", "n"}, "t");
  insert.Node("SequenceLength", {"t"}, "y");
  for (const int64_t position : {int64_t{3}, int64_t{-3}, INT64_MAX, INT64_MIN})
    insert.CheckError(position, std::to_string(position), "the_t");
  CHECK(insert.Runs(2));

  OfTwo erase;
  erase.Node("SequenceErase", {"s", "n"}, "t");
  erase.Node("SequenceLength", {"t"}, "y");
  for (const int64_t position : {int64_t{2}, int64_t{-3}, INT64_MAX, INT64_MIN})
    erase.CheckError(position, std::to_string(position), "the_t");
  CHECK(erase.Runs(1));
}

TEST_CASE("control flow errors: nothing to join, nothing to read", "[import]") {
  for (const int new_axis : {0, 1}) {
    ModelBuilder model;
    model.Input("x", kFloat, {"k"}).Output("y");
    model.Node("SequenceConstruct", {"x"}, {"s"});
    model.Node("SequenceErase", {"s"}, {"none"});
    model.Node("ConcatFromSequence", {"none"}, {"y"}).Name("join").Int("axis", 0).Int("new_axis", new_axis);
    CheckError(model, {F32({2}, {1, 2})}, "the sequence is empty", "join");
  }
  ModelBuilder model;
  model.Input("x", kFloat, {"k"}).Output("y");
  model.Node("SequenceEmpty", {}, {"s"});
  model.Node("SequenceErase", {"s"}, {"t"}).Name("take");
  model.Node("SequenceInsert", {"t", "x"}, {"u"});
  model.Node("SequenceLength", {"u"}, {"y"});
  CheckError(model, {F32({2}, {1, 2})}, "position -1 is outside [0, 0)", "take");
}

TEST_CASE("control flow errors: elements that do not fit together", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {"k"}).Input("z", kFloat, {"l"}).Output("y");
  model.Node("SequenceConstruct", {"x", "z"}, {"s"});
  model.Node("ConcatFromSequence", {"s"}, {"y"}).Name("stack").Int("axis", 0).Int("new_axis", 1);
  CheckError(model, {F32({2}, {1, 2}), F32({1}, {3})}, "element 1 is", "stack");

  ModelBuilder types;
  types.Input("x", kFloat, {"k"}).Input("i", kInt64, {"l"}).Output("y");
  types.Node("SequenceConstruct", {"x", "i"}, {"s"}).Name("mixed");
  types.Node("SequenceLength", {"s"}, {"y"});
  CheckError(types, {F32({2}, {1, 2}), I64({1}, {3})}, "found the element", "mixed");
}

TEST_CASE("control flow errors: the element of an optional that has none", "[import]") {
  GraphBuilder some;
  some.Node("Optional", {"x"}, {"o1"});
  some.Output("o1");
  GraphBuilder none;
  onnx::TypeProto content;
  content.mutable_tensor_type()->set_elem_type(kFloat);
  auto* type = none.Node("Optional", {}, {"o0"}).proto()->add_attribute();
  type->set_name("type");
  type->set_type(onnx::AttributeProto::TYPE_PROTO);
  *type->mutable_tp() = content;
  none.Output("o0");
  ModelBuilder model;
  model.Input("c", kBool, {}).Input("x", kFloat, {"n"}).Output("y");
  model.Node("If", {"c"}, {"o"}).Graph("then_branch", some.proto()).Graph("else_branch", none.proto());
  model.Node("OptionalGetElement", {"o"}, {"y"}).Name("read");
  const Tensor x = F32({2}, {1, 2});
  CheckError(model, {Tensor::Scalar(Bool(false)), x}, "the optional is empty", "read");
  CHECK(Floats(CompileAndRun(model, {Tensor::Scalar(Bool(true)), x})->front()) == std::vector<float>{1, 2});
}

TEST_CASE("control flow errors: sequences of one length for SequenceMap", "[import]") {
  GraphBuilder body;
  body.Input("a", kFloat, {"k"}).Input("b", kFloat, {"k"});
  body.Node("Add", {"a", "b"}, {"c"});
  body.Output("c", kFloat, {"k"});
  ModelBuilder model;
  model.Input("x", kFloat, {"k"}).Output("y");
  model.Node("SequenceConstruct", {"x", "x"}, {"two"});
  model.Node("SequenceConstruct", {"x"}, {"one"});
  model.Node("SequenceMap", {"two", "one"}, {"s"}).Name("map").Graph("body", body.proto());
  model.Node("SequenceLength", {"s"}, {"y"});
  CheckError(model, {F32({2}, {1, 2})}, "inputs 0 and 1 have different lengths", "map");
}

// SplitToSequence of an x with four elements by n.
void CheckSplit(const std::vector<TestDim>& split_shape, const Tensor& split, const std::string& message) {
  ModelBuilder model;
  model.Input("x", kFloat, {"k"}).Input("n", kInt64, split_shape).Output("y");
  model.Node("SplitToSequence", {"x", "n"}, {"s"}).Name("split");
  model.Node("SequenceLength", {"s"}, {"y"});
  const Tensor x = F32({4}, {1, 2, 3, 4});
  if (!message.empty()) return CheckError(model, {x, split}, message, "split");
  CHECK(CompileAndRun(model, {x, split}).ok());
}

TEST_CASE("control flow errors: sizes that SplitToSequence cannot serve", "[import]") {
  CheckSplit({"p"}, I64({2}, {1, 3}), "");
  CheckSplit({"p"}, I64({2}, {1, 2}), "do not add up");
  CheckSplit({"p"}, I64({2}, {2, 3}), "do not add up");
  CheckSplit({"p"}, I64({2}, {5, -1}), "do not add up");
  CheckSplit({"p"}, I64({0}, {}), "do not add up");
  CheckSplit({}, Count(0), "not positive");
  CheckSplit({}, Count(-2), "not positive");
  CheckSplit({}, Count(INT64_MIN), "not positive");
  CheckSplit({}, Count(INT64_MAX), "");
  CheckSplit({"p", "q"}, I64({1, 1}, {4}), "split has rank 2");
}

TEST_CASE("split to sequence: the rank of `split` may be known only at run time", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {"k"}).Input("n", kInt64, {"p"}).Input("axes", kInt64, {"q"}).Output("y");
  model.Node("Squeeze", {"n", "axes"}, {"split"});
  model.Node("SplitToSequence", {"x", "split"}, {"s"}).Name("split");
  model.Node("SequenceLength", {"s"}, {"y"});
  const Tensor x = F32({4}, {1, 2, 3, 4});
  const auto length = [&](const Tensor& n, const Tensor& axes) {
    return Ints(CompileAndRun(model, std::vector<Tensor>{x, n, axes}).value()[0])[0];
  };
  CHECK(length(I64({1}, {1}), I64({1}, {0})) == 4);  // a scalar: pieces of size 1
  CHECK(length(I64({1}, {4}), I64({0}, {})) == 1);   // a vector
}

TEST_CASE("control flow errors: an error in a body tells its node", "[import]") {
  GraphBuilder body = CountingBody();
  body.Node("Gather", {"x", "i"}, {"e"}).Name("element");
  body.Output("e", kFloat, {});
  ModelBuilder model;
  model.Input("m", kInt64, {}).Input("x", kFloat, {"n"}).Output("s");
  model.Node("Loop", {"m", ""}, {"s"}).Name("outer").Graph("body", body.proto());
  CheckError(model, {Count(3), F32({2}, {1, 2})}, "2", "element");
  CHECK(CompileAndRun(model, {Count(2), F32({2}, {1, 2})}).ok());
}

TEST_CASE("control flow errors: a loop that carries another type than it began with", "[import]") {
  GraphBuilder body;
  body.Input("i", kInt64, {}).Input("go", kBool, {}).Input("v", kFloat, {"k"});
  body.Output("go", kBool, {}).Output("i", kInt64, {});
  ModelBuilder model;
  model.Input("x", kFloat, {"n"}).Input("m", kInt64, {}).Output("y");
  model.Node("Loop", {"m", "", "x"}, {"y"}).Name("changing").Graph("body", body.proto());
  CheckError(model, {F32({2}, {1, 2}), Count(2)}, "carried value 2 starts as", "changing");
}

TEST_CASE("control flow errors: more steps than memory", "[import]") {
  GraphBuilder body = CountingBody();
  body.Node("Expand", {"one", "size"}, {"e"}).Name("element");
  body.Output("e", kFloat, {"k"});
  ModelBuilder model;
  model.Input("m", kInt64, {}).Input("size", kInt64, {1}).Output("s");
  model.Initializer(FloatTensor("one", {1}, {1}));
  model.Node("Loop", {"m", ""}, {"s"}).Name("endless").Graph("body", body.proto());
  Limits limits;
  limits.max_memory_bytes = 1 << 20;
  const auto result = CompileAndRun(model, std::vector<Tensor>{Count(INT64_MAX), I64({1}, {1000})}, limits);
  CHECK(absl::IsResourceExhausted(result.status()));
}

}  // namespace
}  // namespace baton
