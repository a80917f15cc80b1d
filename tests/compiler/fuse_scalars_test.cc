#include "compiler/lower/fuse_scalars.h"

#include <catch2/catch.hpp>

#include "compiler/lower/encode_register.h"
#include "tests/compiler/low_machine.h"
#include "tests/compiler/low_program.h"
#include "vm/bytecode/verifier.h"
#include "vm/core/dtype.h"

namespace baton {
namespace {

constexpr SlotKind kI64 = SlotKind::kI64, kBool = SlotKind::kBool;

// The text of the function's code, without its header.
std::string Fused(LowBuilder& b) {
  FuseScalars(&b.function());
  const std::string text = PrintLowFunction(b.function());
  return text.substr(text.find('\n') + 1);
}

// f(a, b) = `opcode` of a and a constant (in this order, or the other way round).
std::string FusedSum(Opcode opcode, int constant, bool constant_first = false) {
  LowBuilder b({kI64}, {kI64});
  const VirtualRegister k = b.Int(constant);
  const VirtualRegister x = constant_first ? k : 0, y = constant_first ? 0 : k;
  b.Return({b.Define(kI64, opcode, {x, y})});
  return Fused(b);
}

TEST_CASE("fuse scalars: a sum or difference with a small constant is one instruction", "[lower]") {
  CHECK(FusedSum(Opcode::kAddI64, 3) == "b0:\n  v2 = AddImm v0, 3\n  Return [v2]\n");
  CHECK(FusedSum(Opcode::kAddI64, 3, true) == "b0:\n  v2 = AddImm v0, 3\n  Return [v2]\n");
  CHECK(FusedSum(Opcode::kSubI64, 3) == "b0:\n  v2 = AddImm v0, -3\n  Return [v2]\n");
  CHECK(FusedSum(Opcode::kSubI64, 3, true) ==
        "b0:\n  v1 = LoadSmallInt 3\n  v2 = SubI64 v1, v0\n  Return [v2]\n");
  CHECK(FusedSum(Opcode::kSubI64, INT16_MIN) ==
        "b0:\n  v1 = LoadSmallInt -32768\n  v2 = SubI64 v0, v1\n  Return [v2]\n");
}

TEST_CASE("fuse scalars: a constant with other readers stays", "[lower]") {
  LowBuilder b({kI64}, {kI64, kI64});
  const VirtualRegister k = b.Int(3);
  b.Return({b.Define(kI64, Opcode::kAddI64, {0, k}), k});
  CHECK(Fused(b) == "b0:\n  v1 = LoadSmallInt 3\n  v2 = AddImm v0, 3\n  Return [v2, v1]\n");
}

TEST_CASE("fuse scalars: a register that is written elsewhere too is no constant", "[lower]") {
  LowBuilder b({kI64}, {kI64});
  const VirtualRegister k = b.Int(3);
  b.NewBlock();
  b.Move(k, b.Define(kI64, Opcode::kMulI64, {0, k}));
  b.Move(0, b.Define(kI64, Opcode::kAddI64, {0, k}));
  b.Emit(Opcode::kJump, {1});
  CHECK(Fused(b) ==
        "b0:\n  v1 = LoadSmallInt 3\nb1:\n  v1 = MulI64 v0, v1\n  v0 = AddI64 v0, v1\n  Jump b1\n");
}

TEST_CASE("fuse scalars: int32 arithmetic wraps at once, other types do not", "[lower]") {
  const auto wrapped = [](Opcode opcode, DType dtype) {
    LowBuilder b({kI64, kI64}, {kI64});
    const VirtualRegister exact = b.Define(kI64, opcode, {0, 1});
    b.Return({b.Define(kI64, Opcode::kWrapI64, {exact, static_cast<int>(dtype)})});
    return Fused(b);
  };
  CHECK(wrapped(Opcode::kAddI64, DType::kInt32) == "b0:\n  v3 = AddI32 v0, v1\n  Return [v3]\n");
  CHECK(wrapped(Opcode::kSubI64, DType::kInt32) == "b0:\n  v3 = SubI32 v0, v1\n  Return [v3]\n");
  CHECK(wrapped(Opcode::kMulI64, DType::kInt32) == "b0:\n  v3 = MulI32 v0, v1\n  Return [v3]\n");
  CHECK(wrapped(Opcode::kAddI64, DType::kInt8).find("WrapI64") != std::string::npos);
  CHECK(wrapped(Opcode::kDivI64, DType::kInt32).find("WrapI64") != std::string::npos);
  LowBuilder b({kI64}, {kI64});
  const VirtualRegister exact = b.Define(kI64, Opcode::kSubI64, {0, b.Int(1)});
  b.Return({b.Define(kI64, Opcode::kWrapI64, {exact, static_cast<int>(DType::kInt32)})});
  CHECK(Fused(b) == "b0:\n  v3 = AddImmI32 v0, -1\n  Return [v3]\n");
}

// The branch that "if `compare`(a, b)" or "if not" becomes. Operands that are no constants are v0 and v1.
std::string Branch(Opcode compare, Opcode jump, std::optional<int> a, std::optional<int> b) {
  LowBuilder f({kI64, kI64});
  const VirtualRegister x = a ? f.Int(*a) : 0, y = b ? f.Int(*b) : 1;
  f.Emit(jump, {f.Define(kBool, compare, {x, y}), 1});
  f.NewBlock();
  f.Return({});
  const std::string text = Fused(f);
  const size_t end = text.find(", b1");
  const size_t begin = text.rfind("  ", end) + 2;
  return text.substr(begin, end - begin);
}

TEST_CASE("fuse scalars: a comparison that only a branch reads is that branch", "[lower]") {
  const auto none = std::nullopt;
  const Opcode jump = Opcode::kJumpIf, jump_not = Opcode::kJumpIfNot;
  CHECK(Branch(Opcode::kEqI64, jump, none, none) == "JumpIfEq v0, v1");
  CHECK(Branch(Opcode::kEqI64, jump_not, none, none) == "JumpIfNe v0, v1");
  CHECK(Branch(Opcode::kNeI64, jump, none, none) == "JumpIfNe v0, v1");
  CHECK(Branch(Opcode::kNeI64, jump_not, none, none) == "JumpIfEq v0, v1");
  CHECK(Branch(Opcode::kLtI64, jump, none, none) == "JumpIfLt v0, v1");
  CHECK(Branch(Opcode::kLtI64, jump_not, none, none) == "JumpIfLe v1, v0");
  CHECK(Branch(Opcode::kLeI64, jump, none, none) == "JumpIfLe v0, v1");
  CHECK(Branch(Opcode::kLeI64, jump_not, none, none) == "JumpIfLt v1, v0");
}

TEST_CASE("fuse scalars: comparisons with a constant on either side", "[lower]") {
  const auto none = std::nullopt;
  const Opcode jump = Opcode::kJumpIf, jump_not = Opcode::kJumpIfNot;
  CHECK(Branch(Opcode::kEqI64, jump, none, 5) == "JumpIfEqImm v0, 5");
  CHECK(Branch(Opcode::kEqI64, jump_not, 5, none) == "JumpIfNeImm v1, 5");
  CHECK(Branch(Opcode::kLtI64, jump, none, 5) == "JumpIfLtImm v0, 5");
  CHECK(Branch(Opcode::kLtI64, jump_not, none, 5) == "JumpIfGeImm v0, 5");
  CHECK(Branch(Opcode::kLtI64, jump, 5, none) == "JumpIfGeImm v1, 6");
  CHECK(Branch(Opcode::kLtI64, jump_not, 5, none) == "JumpIfLtImm v1, 6");
  CHECK(Branch(Opcode::kLeI64, jump, none, 5) == "JumpIfLtImm v0, 6");
  CHECK(Branch(Opcode::kLeI64, jump_not, none, 5) == "JumpIfGeImm v0, 6");
  CHECK(Branch(Opcode::kLeI64, jump, 5, none) == "JumpIfGeImm v1, 5");
  CHECK(Branch(Opcode::kLeI64, jump_not, 5, none) == "JumpIfLtImm v1, 5");
  CHECK(Branch(Opcode::kLeI64, jump, none, INT16_MAX) == "JumpIfLe v0, v2");
  CHECK(Branch(Opcode::kLtI64, jump, INT16_MAX, none) == "JumpIfLt v2, v1");
}

TEST_CASE("fuse scalars: a negation turns the branch round", "[lower]") {
  LowBuilder f({kI64, kI64});
  const VirtualRegister less = f.Define(kBool, Opcode::kLtI64, {0, 1});
  f.Emit(Opcode::kJumpIf, {f.Define(kBool, Opcode::kNotBool, {less}), 1});
  f.NewBlock();
  f.Return({});
  CHECK(Fused(f) == "b0:\n  JumpIfLe v1, v0, b1\nb1:\n  Return []\n");
}

TEST_CASE("fuse scalars: a condition that is no comparison of integers stays", "[lower]") {
  LowBuilder constant({});
  constant.Emit(Opcode::kJumpIf, {constant.Define(kBool, Opcode::kLoadBool, {1}), 1});
  constant.NewBlock();
  constant.Return({});
  CHECK(Fused(constant) == "b0:\n  v0 = LoadBool 1\n  JumpIf v0, b1\nb1:\n  Return []\n");

  LowBuilder floats({SlotKind::kF64, SlotKind::kF64});
  floats.Emit(Opcode::kJumpIfNot, {floats.Define(kBool, Opcode::kLtF64, {0, 1}), 1});
  floats.NewBlock();
  floats.Return({});
  CHECK(Fused(floats) == "b0:\n  v2 = LtF64 v0, v1\n  JumpIfNot v2, b1\nb1:\n  Return []\n");
}

TEST_CASE("fuse scalars: a comparison that is read elsewhere, or whose operands change, stays", "[lower]") {
  LowBuilder shared({kI64, kI64}, {kBool});
  const VirtualRegister less = shared.Define(kBool, Opcode::kLtI64, {0, 1});
  shared.Emit(Opcode::kJumpIf, {less, 1});
  shared.NewBlock();
  shared.Return({less});
  CHECK(Fused(shared) == "b0:\n  v2 = LtI64 v0, v1\n  JumpIf v2, b1\nb1:\n  Return [v2]\n");

  LowBuilder changed({kI64, kI64});
  const VirtualRegister before = changed.Define(kBool, Opcode::kLtI64, {0, 1});
  changed.Move(0, 1);
  changed.Emit(Opcode::kJumpIf, {before, 1});
  changed.NewBlock();
  changed.Return({});
  CHECK(Fused(changed) == "b0:\n  v2 = LtI64 v0, v1\n  v0 = Move v1\n  JumpIf v2, b1\nb1:\n  Return []\n");
}

TEST_CASE("fuse scalars: what replaces its own operand is computed in place, once that is read", "[lower]") {
  LowBuilder b({kI64, kI64}, {kI64, kI64});
  const VirtualRegister next = b.Define(kI64, Opcode::kAddI64, {0, b.Int(1)});
  const VirtualRegister sum = b.Define(kI64, Opcode::kAddI64, {1, 0});
  b.Move(0, next);
  b.Move(1, sum);
  b.Return({0, 1});
  // The second sum has to stay where v0 is the old one; it can share v1's register.
  CHECK(Fused(b) == "b0:\n  v4 = AddI64 v1, v0\n  v0 = AddImm v0, 1\n  v1 = Move v4\n  Return [v0, v1]\n");
}

TEST_CASE("fuse scalars: what may fail does not move", "[lower]") {
  LowBuilder b({kI64, kI64}, {kI64});
  const VirtualRegister quotient = b.Define(kI64, Opcode::kDivI64, {0, 1});
  b.Emit(Opcode::kCheckEqual, {0, 1, 0});
  b.Move(0, quotient);
  b.Return({0});
  CHECK(Fused(b) ==
        "b0:\n  v2 = DivI64 v0, v1\n  CheckEqual v0, v1, messages[0]\n  v0 = Move v2\n  Return [v0]\n");
}

TEST_CASE("fuse scalars: random functions compute what they did, in no more steps", "[lower]") {
  const uint32_t seed = GENERATE(range(0u, 300u));
  const LowFunction function = RandomLowFunction(seed);
  LowFunction fused = function;
  FuseScalars(&fused);
  CAPTURE(seed);
  INFO(PrintLowFunction(function));
  INFO(PrintLowFunction(fused));
  for (const std::vector<int64_t>& arguments : {std::vector<int64_t>{3, 5, 2, 9}, {0, 1, -4, 2}}) {
    const RunResult expected = RunLowForm(function, arguments), found = RunLowForm(fused, arguments);
    CHECK(found.output == expected.output);
    CHECK(found.num_instructions <= expected.num_instructions);
  }
}

}  // namespace
}  // namespace baton
