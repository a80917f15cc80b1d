#include "vm/bytecode/builder.h"

#include <catch2/catch.hpp>

namespace baton {
namespace {

TEST_CASE("builder: operands in braces are lists", "[bytecode]") {
  FunctionBuilder f("f", {SlotKind::kTensor, SlotKind::kI64}, {});
  f.Append(Opcode::kReturn, {{f.parameter(0).Last(), f.parameter(1)}});
  f.Append(Opcode::kReturn, {{f.parameter(1)}});
  f.Append(Opcode::kReturn, {{}});
  f.Append("LeaveArena", {});
  const Function function = std::move(f).Build();
  CHECK(function.code == std::vector<uint16_t>{0x0114, 2, 0x8000, 1,  //
                                               0x0114, 1, 1, 0,       //
                                               0x0114, 0, 0, 0,       //
                                               0x0168, 0, 0, 0});
}

TEST_CASE("builder: labels resolve forward and backward", "[bytecode]") {
  FunctionBuilder f("f", {SlotKind::kBool}, {});
  const CodeLabel top = f.NewLabel(), end = f.NewLabel();
  f.Bind(top);
  CHECK(f.Append(Opcode::kJumpIf, {f.parameter(0), end}) == 0);
  CHECK(f.Append(Opcode::kJump, {top}) == 1);
  f.Bind(end);
  CHECK(f.Append(Opcode::kReturn, {{}}) == 2);
  const Function function = std::move(f).Build();
  CHECK(ReadIndex(&function.code[OperandOffset(Opcode::kJumpIf, 1)]) == 2);
  CHECK(ReadIndex(&function.code[4 + OperandOffset(Opcode::kJump, 0)]) == 0);
}

TEST_CASE("builder: registers come after the parameters", "[bytecode]") {
  FunctionBuilder f("f", {SlotKind::kI64, SlotKind::kTensor}, {SlotKind::kBool});
  CHECK(f.NewRegister(SlotKind::kBool).number == 2);
  CHECK(f.NewRegister(SlotKind::kF64).number == 3);
  f.Append(Opcode::kReturn, {{}});
  const Function function = std::move(f).Build();
  CHECK(function.num_parameters == 2);
  CHECK(function.register_kinds ==
        std::vector<SlotKind>{SlotKind::kI64, SlotKind::kTensor, SlotKind::kBool, SlotKind::kF64});
  CHECK(function.result_kinds == std::vector<SlotKind>{SlotKind::kBool});
}

TEST_CASE("builder: the last location before an instruction counts", "[bytecode]") {
  FunctionBuilder f("f", {}, {});
  f.SetLocation(4);
  f.SetLocation(5);
  f.Append(Opcode::kReturn, {{}});
  f.SetLocation(6);
  f.Append(Opcode::kReturn, {{}});
  CHECK(std::move(f).Build().debug == std::vector<DebugEntry>{{0, 5}, {1, 6}});
}

TEST_CASE("executable: a kernel's passed inputs are neither constant nor absent", "[bytecode]") {
  KernelReference kernel;
  kernel.inputs = {KernelReference::kPassed, 0, KernelReference::kAbsent, KernelReference::kPassed};
  CHECK(kernel.num_passed() == 2);
}

TEST_CASE("builder: stack code names what does not lie on the stack", "[bytecode]") {
  StackFunctionBuilder f("f", {SlotKind::kI64}, {SlotKind::kI64});
  CHECK(f.NewLocal(SlotKind::kTensor) == 1);
  CHECK(f.Append("LocalGet", {0}) == 0);
  CHECK(f.Append("AddImm", {-1}) == 2);
  CHECK(f.Append("Return", {1}) == 5);
  const Function function = std::move(f).Build();
  CHECK(function.stack.code == std::vector<uint8_t>{0x80, 0, 0x59, 0xFF, 0xFF, 0x14, 1, 0});
  CHECK(function.stack.local_kinds == std::vector<SlotKind>{SlotKind::kTensor});
  CHECK(function.num_parameters == 1);
  CHECK(function.parameters()[0] == SlotKind::kI64);
  CHECK(function.code.empty());
}

TEST_CASE("builder: labels of stack code resolve forward and backward", "[bytecode]") {
  StackFunctionBuilder f("f", {SlotKind::kBool}, {});
  const CodeLabel top = f.NewLabel(), end = f.NewLabel();
  f.Bind(top);
  f.Append("LocalGet", {0});
  CHECK(f.Append("JumpIf", {end}) == 2);
  CHECK(f.Append("Jump", {top}) == 7);
  f.Bind(end);
  CHECK(f.Append("Return", {0}) == 12);
  const Function function = std::move(f).Build();
  CHECK(ReadStackNumber<uint32_t>(&function.stack.code[3]) == 12);
  CHECK(ReadStackNumber<uint32_t>(&function.stack.code[8]) == 0);
}

TEST_CASE("builder: stack code is as high as its highest path", "[bytecode]") {
  StackFunctionBuilder f("f", {SlotKind::kBool}, {});
  const CodeLabel otherwise = f.NewLabel(), end = f.NewLabel();
  f.Append("LoadSmallInt", {1});
  f.Append("LocalGet", {0});
  f.Append("JumpIf", {otherwise});  // one value lies below
  f.Append("Drop");
  f.Append("Jump", {end});
  f.Bind(otherwise);
  f.Append("LoadSmallInt", {2});
  f.Append("LoadSmallInt", {3});
  f.Append("AddI64");
  f.Append("AddI64");
  f.Append("Drop");
  f.Bind(end);
  f.Append("Return", {0});
  CHECK(std::move(f).Build().stack.max_height == 3);
  StackFunctionBuilder given("f", {}, {});
  given.Append("Return", {0});
  given.SetMaxHeight(7);
  CHECK(std::move(given).Build().stack.max_height == 7);
}

TEST_CASE("builder: stack code counts debug entries in bytes", "[bytecode]") {
  StackFunctionBuilder f("f", {}, {});
  f.SetLocation(4);
  f.SetLocation(1);
  f.Append("LoadSmallInt", {1});
  f.SetLocation(2);
  f.Append("Drop");
  f.Append("Return", {0});
  CHECK(std::move(f).Build().stack.debug == std::vector<DebugEntry>{{0, 1}, {3, 2}});
}

}  // namespace
}  // namespace baton
