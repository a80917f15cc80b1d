#include "compiler/lower/low_form.h"

#include <catch2/catch.hpp>

#include "tests/compiler/low_program.h"

namespace baton {
namespace {

TEST_CASE("low form: prints registers, lists, labels and table indices", "[lower]") {
  LowBuilder b({SlotKind::kTensor, SlotKind::kI64}, {SlotKind::kTensor});
  const VirtualRegister extent = b.Define(SlotKind::kI64, Opcode::kGetDim, {0, 1});
  const VirtualRegister less = b.Define(SlotKind::kBool, Opcode::kLtI64, {extent, 1});
  b.Emit(Opcode::kJumpIfNot, {less, 2});
  b.NewBlock();
  const VirtualRegister first = b.NewRegister(SlotKind::kTensor), second = b.NewRegister(SlotKind::kTensor);
  b.Emit(Opcode::kCallKernelAlloc,
         {7, std::vector<VirtualRegister>{0, 0}, std::vector<VirtualRegister>{first, second}});
  b.Emit(Opcode::kAllocTensor, {b.NewRegister(SlotKind::kTensor), 3, std::vector<VirtualRegister>{}});
  b.Return({second});
  b.NewBlock();
  b.Emit(Opcode::kRaise, {5});
  CHECK(PrintLowFunction(b.function()) ==
        "f(v0: tensor, v1: i64) -> (tensor)\n"
        "b0:\n"
        "  v2 = GetDim v0, 1\n"
        "  v3 = LtI64 v2, v1\n"
        "  JumpIfNot v3, b2\n"
        "b1:\n"
        "  v4, v5 = CallKernelAlloc kernels[7], [v0, v0]\n"
        "  v6 = AllocTensor types[3], []\n"
        "  Return [v5]\n"
        "b2:\n"
        "  Raise messages[5]\n");
}

TEST_CASE("low form: visits uses and definitions, in lists too", "[lower]") {
  LowBuilder b({SlotKind::kTensor});
  const VirtualRegister out = b.NewRegister(SlotKind::kTensor);
  LowInstruction& call = b.Emit(Opcode::kCallKernelAlloc,
                                {0, std::vector<VirtualRegister>{0, 0}, std::vector<VirtualRegister>{out}});
  std::vector<int64_t> uses, defs;
  const LowInstruction& unchanged = call;
  VisitRegisters(
      unchanged, [&](auto r) { uses.push_back(r); }, [&](auto r) { defs.push_back(r); });
  CHECK(uses == std::vector<int64_t>{0, 0});
  CHECK(defs == std::vector<int64_t>{1});
  const auto shift = [](auto& r) { r += 5; };
  VisitRegisters(call, shift, shift);
  CHECK(call.operands[1].list == std::vector<VirtualRegister>{5, 5});
  CHECK(call.operands[2].list == std::vector<VirtualRegister>{6});
}

}  // namespace
}  // namespace baton
