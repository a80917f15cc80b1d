// What the disassembler prints without loss, the assembler gives back.
#include <bit>
#include <catch2/catch.hpp>

#include "tests/support/sample_executable.h"
#include "vm/bytecode/assembler.h"
#include "vm/bytecode/disassembler.h"
#include "vm/bytecode/stack_code.h"

namespace baton {
namespace {

Executable Again(const Executable& executable) {
  const std::string text = Disassemble(executable, {.lossless = true});
  absl::StatusOr<Executable> again = Assemble(text);
  INFO(text << again.status().ToString());
  REQUIRE(again.ok());
  return *std::move(again);
}

// Values that use every bit of each operand; a label leads to the instruction itself.
Instruction Extreme(const OpcodeInfo& info, Dispatch dispatch) {
  Instruction instruction;
  instruction.opcode = info.opcode;
  for (int i = 0; i < info.num_operands; ++i) {
    const OperandKind kind = info.operands[i].kind;
    OperandValue& value = instruction.operands[i];
    const int64_t num_bits = 8 * StackOperandBytes(kind);
    if (kind == OperandKind::kImm || kind == OperandKind::kImm64) {
      value.number = kind == OperandKind::kImm ? INT16_MIN : INT64_MIN + 5;
    } else if (IsList(kind)) {
      value.list = dispatch == Dispatch::kStack ? std::vector<uint16_t>(i + 2, 0)
                   : IsUseList(kind)            ? std::vector<uint16_t>{1, 0xFFFE, 3}
                                                : std::vector<uint16_t>{5, 0x7FFE};
    } else if (kind == OperandKind::kDef || kind == OperandKind::kUse) {
      value.number = dispatch == Dispatch::kStack ? 0 : 0x7FFE - i;
      value.last_use = dispatch == Dispatch::kRegister && kind == OperandKind::kUse && i % 2 == 1;
    } else if (kind != OperandKind::kLabel) {
      value.number = (int64_t{1} << num_bits) - 2;
    }
  }
  return instruction;
}

TEST_CASE("assembly: every instruction of register code comes back", "[bytecode]") {
  for (const OpcodeInfo& info : AllOpcodes()) {
    if (!info.IsIn(Dispatch::kRegister)) continue;
    CAPTURE(std::string(info.name));
    Executable executable;
    executable.functions.emplace_back().name = "f";
    EncodeInstruction(Extreme(info, Dispatch::kRegister), &executable.functions[0].code);
    CHECK(Again(executable).functions.at(0).code == executable.functions[0].code);
  }
}

TEST_CASE("assembly: every instruction of stack code comes back", "[bytecode]") {
  for (const OpcodeInfo& info : AllOpcodes()) {
    if (!info.IsIn(Dispatch::kStack)) continue;
    CAPTURE(std::string(info.name));
    Executable executable;
    executable.functions.emplace_back().name = "f";
    EncodeStackInstruction(Extreme(info, Dispatch::kStack), &executable.functions[0].stack.code);
    const Executable again = Again(executable);
    CHECK(again.functions.at(0).stack.code == executable.functions[0].stack.code);
    CHECK(again.functions[0].code.empty());
  }
}

TEST_CASE("assembly: floats come back bit by bit", "[bytecode]") {
  const uint64_t all_bits[] = {0x7ff8000000000000, 0xfff8000000000000, 0x7ff0000000000001,
                               0x8000000000000000, 0x0000000000000001, 0x7fefffffffffffff,
                               0xfff0000000000000, 0x3fb999999999999a};
  for (const uint64_t bits : all_bits) {
    CAPTURE(bits);
    const auto value = std::bit_cast<double>(bits);
    ExecutableBuilder program;
    FunctionBuilder f("f", {}, {});
    f.Append(Opcode::kLoadFloat, {f.NewRegister(SlotKind::kF64), value});
    program.Add(std::move(f).Build());
    program.Add(KernelReference{"k", {{"a", value}, {"b", std::vector<double>{value}}}, {}, 1});
    program.Add(Tensor::FromValues<double>({1}, {value}));
    const Executable executable = std::move(program).Build(), again = Again(executable);
    CHECK(again.functions[0].code == executable.functions[0].code);
    const Attributes& attributes = again.kernels.at(0).attributes;
    CHECK(std::bit_cast<uint64_t>(std::get<double>(attributes.at(0).second)) == bits);
    CHECK(std::bit_cast<uint64_t>(std::get<std::vector<double>>(attributes.at(1).second).at(0)) == bits);
    CHECK(BitwiseEqual(again.constants.at(0), executable.constants[0]));
  }
}

// All values that 16 bits can have.
template <typename T>
void CheckAllNarrowValues(DType dtype) {
  Tensor tensor = Tensor::Allocate(dtype, {1 << 16}).value();
  for (int bits = 0; bits < 1 << 16; ++bits) tensor.values<T>()[bits].bits = static_cast<uint16_t>(bits);
  Executable executable;
  executable.constants = {tensor};
  CHECK(BitwiseEqual(Again(executable).constants.at(0), tensor));
}

TEST_CASE("assembly: all values of the narrow types come back", "[bytecode]") {
  CheckAllNarrowValues<Float16>(DType::kFloat16);
  CheckAllNarrowValues<BFloat16>(DType::kBFloat16);
  Tensor bools = Tensor::Allocate(DType::kBool, {256}).value();
  for (int byte = 0; byte < 256; ++byte) bools.values<Bool>()[byte].byte = static_cast<uint8_t>(byte);
  Executable executable;
  executable.constants = {bools};
  CHECK(BitwiseEqual(Again(executable).constants.at(0), bools));
}

TEST_CASE("assembly: constants of every element type and many shapes come back", "[bytecode]") {
  const std::vector<std::vector<int64_t>> shapes = {
      {}, {1}, {3}, {2, 3}, {0}, {1 << 20, 0}, {1, 1, 1, 1, 1, 1, 1, 2}};
  Executable executable;
  for (int code = 0; code < kNumDTypes; ++code) {
    for (const std::vector<int64_t>& shape : shapes) {
      Tensor tensor = Tensor::Allocate(static_cast<DType>(code), shape).value();
      for (int64_t i = 0; i < tensor->num_bytes(); ++i)
        static_cast<uint8_t*>(tensor->data)[i] = static_cast<uint8_t>(37 * i + 129);
      executable.constants.push_back(tensor);
    }
  }
  const Executable again = Again(executable);
  REQUIRE(again.constants.size() == executable.constants.size());
  for (size_t i = 0; i < again.constants.size(); ++i) {
    CAPTURE(i);
    CHECK(BitwiseEqual(again.constants[i], executable.constants[i]));
  }
}

const std::vector<std::string> kOddNames = {"",
                                            "a b",
                                            "x#1",
                                            "function",
                                            "stack",
                                            "kernel",
                                            "Tensor",
                                            "fn",
                                            "ref",
                                            "k0",
                                            "passed",
                                            "extern",
                                            "a.b",
                                            "a\"b\\",
                                            "\n;",
                                            "\xff",
                                            "é",
                                            "(r0",
                                            "0x7",
                                            "r0 = x!",
                                            "k 0",
                                            "constants",
                                            "0",
                                            ".",
                                            "->",
                                            "A",
                                            "message#0",
                                            "type",
                                            "object",
                                            "f64",
                                            std::string("\0f", 2),
                                            std::string(300, 'n')};

TEST_CASE("assembly: odd names come back", "[bytecode]") {
  ExecutableBuilder program;
  for (const std::string& name : kOddNames) {
    FunctionBuilder f(name, {}, {});
    const int index = program.Add(std::move(f).Build());
    const int kernel = program.Add(KernelReference{name, {{name, name}, {name, DType::kInt8}}, {}, 1});
    const int message = program.AddMessage(name);
    FunctionBuilder caller(name, {}, {});
    caller.Append(Opcode::kCallKernel, {kernel, std::vector<CodeRegister>(), std::vector<CodeRegister>()});
    caller.Append(Opcode::kCall, {index, std::vector<CodeRegister>(), std::vector<CodeRegister>()});
    caller.Append(Opcode::kRaise, {message});
    program.Add(std::move(caller).Build());
    program.Add(SourceLocation{name, name, name, -1, INT32_MAX});
    const Type type(DType::kInt8, Shape{Dim::Symbol(name + "'"), Dim::Symbol(name + "'", false)});
    program.Add(EntryPoint{name, index, {{name, type}}, {{name, Type::Data(name, {type})}}});
  }
  Executable executable = std::move(program).Build();
  for (const std::string& name : kOddNames) executable.metadata.emplace_back(name, name);
  const Executable again = Again(executable);
  REQUIRE(again.functions.size() == executable.functions.size());
  for (size_t i = 0; i < again.functions.size(); ++i) {
    CHECK(again.functions[i].name == executable.functions[i].name);
    CHECK(again.functions[i].code == executable.functions[i].code);
  }
  CHECK(again.kernels == executable.kernels);
  CHECK(again.messages == executable.messages);
  CHECK(again.locations == executable.locations);
  CHECK(again.metadata == executable.metadata);
  REQUIRE(again.entry_points.size() == kOddNames.size());
  for (size_t i = 0; i < kOddNames.size(); ++i) {
    CHECK(again.entry_points[i].name == kOddNames[i]);
    CHECK(again.entry_points[i].inputs[0].type == executable.entry_points[i].inputs[0].type);
    CHECK(again.entry_points[i].outputs[0].type == executable.entry_points[i].outputs[0].type);
  }
}

TEST_CASE("assembly: odd names in types come back", "[bytecode]") {
  Executable executable;
  for (const std::string& name : kOddNames) {
    const Type variable = Type::Variable(name), data = Type::Data(name, {});
    executable.type_definitions.push_back({name, {name}, {{name, {variable, data, Type::Tuple({data})}}}});
    executable.type_definitions.push_back({name, {}, {}, true});
    executable.object_types.push_back({data, 0, {SlotKind::kF64}});
    executable.object_types.push_back({Type::Reference(data), 0, {}});
    executable.object_types.push_back({Type::Function({data, data}, data), 0, {}});
  }
  const Executable again = Again(executable);
  CHECK(again.type_definitions == executable.type_definitions);
  CHECK(again.object_types == executable.object_types);
}

TEST_CASE("assembly: debug entries within instructions come back", "[bytecode]") {
  Executable executable;
  Function f;
  f.name = "f";
  f.register_kinds = {SlotKind::kI64};
  for (int i = 0; i < 2; ++i) {
    Instruction load{Opcode::kLoadInt, {}};
    EncodeInstruction(load, &f.code);
    EncodeStackInstruction(load, &f.stack.code);
  }
  f.debug = {{0, 2}, {1, 0}, {3, 1}};
  f.stack.debug = {{4, 1}, {9, 0}, {17, 2}};
  executable.functions = {f};
  const Executable again = Again(executable);
  CHECK(again.functions.at(0).debug == f.debug);
  CHECK(again.functions[0].stack.debug == f.stack.debug);
}

TEST_CASE("assembly: types as deep as they may nest come back", "[bytecode]") {
  Type nested(DType::kInt64, Shape());
  for (int i = 1; i < kMaxTypeNesting; ++i) nested = Type::Tuple({nested});
  Executable executable;
  executable.type_definitions = {{"T", {}, {{"C", {nested}}}}};
  CHECK(Again(executable).type_definitions == executable.type_definitions);
}

TEST_CASE("assembly: a listing without places can be read too", "[bytecode]") {
  const Executable sample = SampleExecutable();
  const absl::StatusOr<Executable> again =
      Assemble(Disassemble(sample, {.source_lines = false, .offsets = false, .lossless = true}));
  REQUIRE(again.ok());
  CHECK(Disassemble(*again, {.lossless = true}) == Disassemble(sample, {.lossless = true}));
}

}  // namespace
}  // namespace baton
