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

}  // namespace
}  // namespace baton
