#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>

#include "tests/serialize/serialize_support.h"
#include "vm/bytecode/builder.h"
#include "vm/bytecode/disassembler.h"

namespace baton {
namespace {

Executable ReadBack(const std::string& bytes) {
  absl::StatusOr<VerifiedExecutable> read = ParseExecutable(bytes, "m.baton");
  INFO(read.status());
  REQUIRE(read.ok());
  return **read;
}

TEST_CASE("serialize: the same executable gives the same bytes", "[serialize]") {
  CHECK(SampleBytes() == SampleBytes());
}

TEST_CASE("serialize: what is read writes the same bytes again", "[serialize]") {
  const std::string bytes = SampleBytes();
  CHECK(SerializeExecutable(ReadBack(bytes)).value() == bytes);
  const std::string empty = SerializeExecutable(Executable()).value();
  CHECK(SerializeExecutable(ReadBack(empty)).value() == empty);
}

TEST_CASE("serialize: every table survives", "[serialize]") {
  const Executable before = SampleExecutable(), after = ReadBack(SampleBytes());
  CHECK(Disassemble(before) == Disassemble(after));
  REQUIRE(after.functions.size() == before.functions.size());
  for (size_t i = 0; i < before.functions.size(); ++i) {
    CHECK(after.functions[i].name == before.functions[i].name);
    CHECK(after.functions[i].register_kinds == before.functions[i].register_kinds);
    CHECK(after.functions[i].num_parameters == before.functions[i].num_parameters);
    CHECK(after.functions[i].result_kinds == before.functions[i].result_kinds);
    CHECK(after.functions[i].code == before.functions[i].code);
    CHECK(after.functions[i].debug == before.functions[i].debug);
  }
  REQUIRE(after.constants.size() == before.constants.size());
  for (size_t i = 0; i < before.constants.size(); ++i)
    CHECK(BitwiseEqual(after.constants[i], before.constants[i]));
  CHECK(after.types == before.types);
  CHECK(after.messages == before.messages);
  CHECK(after.locations == before.locations);
  CHECK(after.metadata == before.metadata);
  CHECK(after.type_definitions == before.type_definitions);
  CHECK(after.object_types == before.object_types);
  CHECK(after.signatures == before.signatures);
  REQUIRE(after.entry_points.size() == 3);
  CHECK(after.entry_points[2].inputs[0].type == before.entry_points[2].inputs[0].type);
  CHECK(after.entry_points[1].name == "any");
  CHECK(after.entry_points[1].function == 1);
  CHECK(after.entry_points[1].inputs[0].type == before.entry_points[1].inputs[0].type);
  CHECK(after.entry_points[1].outputs[0].type == before.entry_points[1].outputs[0].type);
}

// One function of stack code, and of register code if asked for.
Executable StackExecutable(bool in_registers) {
  FunctionBuilder f("f", {SlotKind::kI64}, {SlotKind::kI64});
  const CodeRegister sum = f.NewRegister(SlotKind::kI64);
  f.Append("AddImm", {sum, f.parameter(0), 1});
  f.Append("Return", {{sum}});
  StackFunctionBuilder g("f", {SlotKind::kI64}, {SlotKind::kI64});
  g.NewLocal(SlotKind::kTensor);
  g.SetLocation(0);
  g.Append("LocalGet", {0});
  g.Append("AddImm", {1});
  g.Append("Return", {1});
  Function function = std::move(g).Build();
  if (in_registers) {
    StackCode stack = std::move(function.stack);
    function = std::move(f).Build();
    function.stack = std::move(stack);
  }
  ExecutableBuilder program;
  program.Add(std::move(function));
  program.Add(SourceLocation{"m.onnx", "x", "Add"});
  return std::move(program).Build();
}

TEST_CASE("serialize: stack code survives, alone and beside register code", "[serialize]") {
  for (const bool in_registers : {false, true}) {
    const Executable before = StackExecutable(in_registers);
    const std::string bytes = SerializeExecutable(before).value();
    const Executable after = ReadBack(bytes);
    CHECK(after.holds(Dispatch::kRegister) == in_registers);
    CHECK(after.holds(Dispatch::kStack));
    CHECK(after.functions[0].register_kinds == before.functions[0].register_kinds);
    CHECK(after.functions[0].code == before.functions[0].code);
    CHECK(after.functions[0].stack.code == before.functions[0].stack.code);
    CHECK(after.functions[0].stack.local_kinds == before.functions[0].stack.local_kinds);
    CHECK(after.functions[0].stack.max_height == 1);
    CHECK(after.functions[0].stack.debug == before.functions[0].stack.debug);
    CHECK(SerializeExecutable(after).value() == bytes);
  }
}

TEST_CASE("serialize: types survive as deep as they may nest", "[serialize]") {
  Type nested(DType::kInt64, Shape());
  for (int i = 1; i < kMaxTypeNesting; ++i) nested = Type::Tuple({nested});
  Executable executable;
  executable.type_definitions = {{"T", {}, {{"C", {nested}}}}};
  CHECK(ReadBack(SerializeExecutable(executable).value()).type_definitions == executable.type_definitions);
}

TEST_CASE("serialize: attributes of every kind survive bit by bit", "[serialize]") {
  const Executable executable = ReadBack(SampleBytes());
  const KernelReference& kernel = executable.kernels[1];
  CHECK(kernel.inputs == std::vector<int32_t>{KernelReference::kAbsent, 1});
  CHECK(kernel.num_outputs == 3);
  const Attributes expected = SampleAttributes();
  REQUIRE(kernel.attributes.size() == expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(expected[i].first);
    CHECK(kernel.attributes[i].first == expected[i].first);
    CHECK(kernel.attributes[i].second.index() == expected[i].second.index());
    CHECK(AttributeString(kernel.attributes[i].second) == AttributeString(expected[i].second));
  }
  CHECK(std::signbit(std::get<double>(kernel.attributes[2].second)));
}

TEST_CASE("serialize: equal constants are stored once", "[serialize]") {
  const Tensor values = Tensor::FromValues<int32_t>({64}, std::vector<int32_t>(64, 7));
  Executable one, three;
  one.constants = {values};
  three.constants = {values, CopyTensor(*values).value(),
                     Tensor::FromValues<int32_t>({8, 8}, std::vector<int32_t>(64, 7))};
  const std::string once = SerializeExecutable(one).value(), thrice = SerializeExecutable(three).value();
  CHECK(thrice.size() - once.size() < 256);
  const Executable read = ReadBack(thrice);
  CHECK(read.constants[0]->data == read.constants[1]->data);
  CHECK(read.constants[0]->data == read.constants[2]->data);
  CHECK(TypeString(*read.constants[2]) == "Tensor[(8, 8), int32]");
}

TEST_CASE("serialize: constants are aligned in place", "[serialize]") {
  Executable executable;
  executable.constants = {Tensor::Scalar<uint8_t>(1), Tensor::Scalar<double>(2),
                          Tensor::FromValues<float>({3}, {1, 2, 3}), Tensor::FromValues<float>({0}, {})};
  const Executable read = ReadBack(SerializeExecutable(executable).value());
  for (const Tensor& constant : read.constants) {
    CHECK(reinterpret_cast<uintptr_t>(constant->data) % 64 == 0);
  }
  CHECK(read.constants[1].values<double>()[0] == 2);
}

TEST_CASE("serialize: constants outlive the executable that they came with", "[serialize]") {
  Tensor constant;
  {
    const absl::StatusOr<VerifiedExecutable> read = ParseExecutable(SampleBytes(), "m.baton");
    REQUIRE(read.ok());
    constant = (*read)->constants[0];
  }
  CHECK(constant.values<float>()[3] == 4);
}

TEST_CASE("serialize: what the format cannot hold is refused", "[serialize]") {
  Executable null_constant;
  null_constant.constants.emplace_back();
  CHECK(SerializeExecutable(null_constant).status().code() == absl::StatusCode::kInvalidArgument);
  Executable unknown;
  unknown.object_types = {{Type(), 0, {}}};
  CHECK(SerializeExecutable(unknown).status().message() ==
        "executable: type _ of object type 0 cannot be stored");
  Type nested(DType::kInt64, Shape());
  for (int i = 0; i < kMaxTypeNesting; ++i) nested = Type::Tuple({nested, nested});
  Executable endless;
  endless.type_definitions = {{"T", {}, {{"C", {nested}}}}};
  CHECK_THAT(std::string(SerializeExecutable(endless).status().message()),
             Catch::Contains("more than 4096 parts"));
  Executable opaque = SampleExecutable();
  opaque.entry_points[0].outputs[0].type = Type(DType::kFloat32, Shape{Dim(INT64_MAX) + Dim(1)});
  const absl::Status status = SerializeExecutable(opaque).status();
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK_THAT(std::string(status.message()), Catch::Contains("of parameter 'y' cannot be stored"));
}

}  // namespace
}  // namespace baton
