// Values at the border of a session: conversion both ways, checks, sharing, depth.
#include "tests/exec/object_fixture.h"
#include "vm/core/value_tree.h"

namespace baton::test {
namespace {

Value IntegerValue(int64_t n) {
  return Value(Tensor::Scalar<int64_t>(n));
}
Value Nil() {
  return Value::Data("Nil");
}
Value Cons(Value head, Value tail) {
  return Value::Data("Cons", {std::move(head), std::move(tail)});
}
Value ListOf(const std::vector<int64_t>& values) {
  Value list = Nil();
  for (size_t i = values.size(); i-- > 0;) list = Cons(IntegerValue(values[i]), list);
  return list;
}
std::vector<int64_t> IntegersOf(Value list) {
  std::vector<int64_t> values;
  while (list.constructor() == "Cons") {
    REQUIRE(list.tag() == 1);
    REQUIRE(list.fields().size() == 2);
    values.push_back(list.fields()[0].tensor().values<int64_t>()[0]);
    const Value rest = list.fields()[1];
    list = rest;
  }
  CHECK(list.constructor() == "Nil");
  CHECK(list.tag() == 0);
  return values;
}

// type List, type Tree[A] { Leaf(A), Node(Tree[A], Tree[A]) }; entry points that give back what they take.
struct ValueFixture : ExecFixture {
  ListTypes types{&builder};
  ValueFixture() {
    const Type a = Type::Variable("A"), tree = Type::Data("Tree", {a});
    builder.Add(TypeDefinition{"Tree", {"A"}, {{"Leaf", {a}}, {"Node", {tree, tree}}}});
    builder.Add(TypeDefinition{"Mixed",
                               {},
                               {{"Mixed",
                                 {Type(DType::kFloat32, Shape{1}), Type(DType::kBool, Shape()), VectorType(),
                                  Type::Tuple({Type(DType::kUInt8, Shape()), Type::Tuple({})})}}}});
  }
  // An entry point that returns its input.
  void AddIdentity(const std::string& name, Type type) {
    std::vector<SlotKind> kinds;
    AppendSlotKinds(type, /*boxed=*/true, &kinds);
    FunctionBuilder f(name, kinds, kinds);
    Registers registers;
    for (size_t i = 0; i < kinds.size(); ++i) registers.push_back(f.parameter(static_cast<int>(i)).Last());
    f.Append("Return", {registers});
    builder.Add(EntryPoint{name, builder.Add(std::move(f).Build()), {{"x", type}}, {{"y", type}}});
  }
  Value RunValue(Value input, const Limits& limits = {}) {
    auto outputs = session().InvokeValues("main", {input}, limits);
    REQUIRE(outputs.status() == absl::OkStatus());
    REQUIRE(outputs->size() == 1);
    return outputs->front();
  }
  std::string ValueMessage(Value input) {
    const auto outputs = session().InvokeValues("main", {input});
    CHECK(outputs.status().code() == absl::StatusCode::kInvalidArgument);
    return std::string(outputs.status().message());
  }
};

Type TreeType() {
  return Type::Data("Tree", {Type(DType::kFloat32, Shape{2})});
}

}  // namespace

TEST_CASE("values: lists go in and out", "[exec]") {
  ValueFixture fixture;
  fixture.AddIdentity("main", ListType(IntegerType()));
  for (const std::vector<int64_t>& list : {std::vector<int64_t>{}, {7}, {1, -2, 3}}) {
    CHECK(IntegersOf(fixture.RunValue(ListOf(list))) == list);
  }
  fixture.DropSession();
  CHECK(fixture.device.live_bytes == 0);
}

TEST_CASE("values: the program sees the fields", "[exec]") {
  ExecFixture fixture;
  const ListTypes types(&fixture.builder);
  const int sum = AddSum(&fixture, types, true);
  const int type = fixture.builder.Add(AllocType{DType::kInt64, {}});
  FunctionBuilder f("main", {kO}, {kT});
  const CodeRegister n = f.NewRegister(kI), out = f.NewRegister(kT);
  f.Append("Call", {sum, {f.parameter(0).Last()}, {n}});
  f.Append("MakeTensor", {out, type, {n}});
  f.Append("Return", {{out}});
  const int main = fixture.builder.Add(std::move(f).Build());
  fixture.builder.Add(EntryPoint{"main", main, {{"l", ListType(IntegerType())}}, {{"n", IntegerType()}}});
  const auto outputs = fixture.session().InvokeValues("main", {ListOf({1, 2, 3, 4})});
  REQUIRE(outputs.status() == absl::OkStatus());
  CHECK((*outputs)[0].tensor().values<int64_t>()[0] == 10);
}

TEST_CASE("values: lists of a million cells need no recursion", "[exec]") {
  ValueFixture fixture;
  fixture.AddIdentity("main", ListType(IntegerType()));
  const Value seven = IntegerValue(7);
  Value list = Nil();
  for (int i = 0; i < 1000000; ++i) list = Cons(seven, std::move(list));
  Value result = fixture.RunValue(std::move(list));
  int64_t length = 0;
  for (const Value* cell = &result; cell->constructor() == "Cons"; cell = &cell->fields()[1]) ++length;
  CHECK(length == 1000000);
}

TEST_CASE("values: unboxed fields keep their element type and shape", "[exec]") {
  ValueFixture fixture;
  fixture.AddIdentity("main", Type::Data("Mixed", {}));
  const Value input = Value::Data(
      "Mixed", {Value(Floats({0.1f})), Value(Tensor::Scalar(Bool(true))), Value(Floats({1, 2, 3})),
                Value::Tuple({Value(Tensor::Scalar<uint8_t>(255)), Value::Tuple()})});
  const Value output = fixture.RunValue(input);
  REQUIRE(output.fields().size() == 4);
  for (int i = 0; i < 3; ++i) CHECK(BitwiseEqual(output.fields()[i].tensor(), input.fields()[i].tensor()));
  const Value tuple = output.fields()[3];
  REQUIRE(tuple.is_tuple());
  REQUIRE(tuple.fields().size() == 2);
  CHECK(BitwiseEqual(tuple.fields()[0].tensor(), Tensor::Scalar<uint8_t>(255)));
  CHECK(tuple.fields()[1].is_tuple());
}

TEST_CASE("values: outputs outlive the session", "[exec]") {
  ValueFixture fixture;
  fixture.AddIdentity("main", ListType(VectorType()));
  Value output = fixture.RunValue(Cons(Value(Floats({1, 2})), Nil()));
  fixture.DropSession();
  CHECK(FloatsOf(output.fields()[0].tensor()) == std::vector<float>{1, 2});
  output = Value();
  CHECK(fixture.device.live_bytes == 0);
}

TEST_CASE("values: shared parts stay shared", "[exec]") {
  // A tree of 2^60 leaves that has 61 nodes.
  ValueFixture fixture;
  fixture.AddIdentity("main", TreeType());
  Value tree = Value::Data("Leaf", {Value(Floats({1, 2}))});
  for (int i = 0; i < 60; ++i) tree = Value::Data("Node", {tree, tree});
  Value output = fixture.RunValue(tree);
  int depth = 0;
  while (output.constructor() == "Node") {
    CHECK(output.fields()[0].identity() == output.fields()[1].identity());
    const Value child = output.fields()[0];
    output = child;
    ++depth;
  }
  CHECK(depth == 60);
}

TEST_CASE("values: tuples of tensors are flattened at the border", "[exec]") {
  ValueFixture fixture;
  const Dim n = Dim::Symbol("n");
  fixture.AddIdentity("main", Type::Tuple({Type(DType::kFloat32, Shape{n}), IntegerType(),
                                           Type::Tuple({Type(DType::kFloat32, Shape{n})})}));
  const Value input =
      Value::Tuple({Value(Floats({1, 2})), IntegerValue(5), Value::Tuple({Value(Floats({3, 4}))})});
  const Value output = fixture.RunValue(input);
  CHECK(FloatsOf(output.fields()[2].fields()[0].tensor()) == std::vector<float>{3, 4});
  CHECK(fixture.ValueMessage(
            Value::Tuple({Value(Floats({1, 2})), IntegerValue(5), Value::Tuple({Value(Floats({3}))})})) ==
        "input 'x': 2.0: has extent 1 for 'n', another input has 2");
}

TEST_CASE("values: what does not fit is an error that names the part", "[exec]") {
  ValueFixture fixture;
  fixture.AddIdentity("main", TreeType());
  const Value leaf = Value::Data("Leaf", {Value(Floats({1, 2}))});
  const auto node = [](Value a, Value b) { return Value::Data("Node", {std::move(a), std::move(b)}); };
  const std::string tree = "Tree[Tensor[(2), float32]]";
  CHECK(fixture.ValueMessage(Value(Floats({1, 2}))) == "input 'x' is Tensor[(2), float32], expected " + tree);
  CHECK(fixture.ValueMessage(Value()) == "input 'x' is nothing, expected " + tree);
  CHECK(fixture.ValueMessage(Value::Data("Bud")) == "input 'x' is 'Bud', which is no constructor of " + tree);
  CHECK(fixture.ValueMessage(Value::Data("Leaf")) == "input 'x' is Leaf with 0 fields, expected 1");
  CHECK(fixture.ValueMessage(Value::Data("Leaf", {Value(Floats({1, 2}))}, 1)) ==
        "input 'x' is Leaf with tag 1, expected tag 0");
  CHECK(fixture.ValueMessage(node(leaf, node(leaf, Value::Data("Leaf", {Value(Floats({1}))})))) ==
        "input 'x': Node.1.Node.1.Leaf.0: is Tensor[(1), float32], expected Tensor[(2), float32]");
  CHECK(fixture.ValueMessage(node(Value::Tuple({leaf}), leaf)) ==
        "input 'x': Node.0: is a tuple of 1, expected " + tree);
  Value deep = Value::Data("Leaf", {Value(Ints({1, 2}))});
  for (int i = 0; i < 100; ++i) deep = node(deep, leaf);
  CHECK_THAT(fixture.ValueMessage(deep), Catch::StartsWith("input 'x': (...).Node.0.Node.0.") &&
                                             Catch::Contains("Leaf.0: is Tensor[(2), int64]"));
  CHECK(fixture.RunValue(leaf).constructor() == "Leaf");  // the session is usable
}

TEST_CASE("values: the number of inputs must fit", "[exec]") {
  ValueFixture fixture;
  fixture.AddIdentity("main", ListType(IntegerType()));
  const auto none = fixture.session().InvokeValues("main", {});
  CHECK(none.status().message() == "entry 'main' takes 1 inputs, found 0");
  const auto unknown = fixture.session().InvokeValues("other", {});
  CHECK(unknown.status().code() == absl::StatusCode::kNotFound);
}

TEST_CASE("values: tensors alone are refused where data is expected", "[exec]") {
  ValueFixture fixture;
  fixture.AddIdentity("main", ListType(IntegerType()));
  CHECK(fixture.Message({Tensor::Scalar<int64_t>(1)}) ==
        "entry 'main' takes or gives values that are no tensors: use InvokeValues");
}

TEST_CASE("values: entry points over tensors take them too", "[exec]") {
  ValueFixture fixture;
  fixture.AddIdentity("main", VectorType());
  CHECK(FloatsOf(fixture.RunValue(Value(Floats({4, 5}))).tensor()) == std::vector<float>{4, 5});
  CHECK(fixture.ValueMessage(IntegerValue(1)) ==
        "input 'x' is Tensor[(), int64], expected Tensor[(?), float32]");
}

TEST_CASE("values: the memory limit holds while converting", "[exec]") {
  ValueFixture fixture;
  fixture.AddIdentity("main", ListType(IntegerType()));
  Limits limits;
  limits.max_memory_bytes = 1 << 20;
  const Value list = ListOf(std::vector<int64_t>(100000, 1));
  const auto outputs = fixture.session().InvokeValues("main", {list}, limits);
  CHECK(outputs.status().code() == absl::StatusCode::kResourceExhausted);
  CHECK(IntegersOf(fixture.RunValue(ListOf({3}), limits)) == std::vector<int64_t>{3});
}

TEST_CASE("values: outputs are checked, as the executable only promises their types", "[exec]") {
  ValueFixture fixture;
  const int callee = [&] {
    FunctionBuilder f("f", {}, {});
    f.Append("Return", {Registers{}});
    return fixture.builder.Add(std::move(f).Build());
  }();
  FunctionBuilder f("main", {kT}, {kO});
  const CodeRegister object = f.NewRegister(kO);
  f.Append("MakeClosure", {object, callee, Registers{}});
  f.Append("Return", {{object}});
  const int main = fixture.builder.Add(std::move(f).Build());
  fixture.builder.Add(EntryPoint{"main", main, {{"x", VectorType()}}, {{"y", ListType(IntegerType())}}});
  CHECK(fixture.ValueMessage(Value(Floats({1}))) ==
        "output 'y' is a closure, expected List[Tensor[(), int64]]");
}

}  // namespace baton::test
