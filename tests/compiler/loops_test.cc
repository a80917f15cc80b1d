#include "compiler/lower/loops.h"

#include <catch2/catch.hpp>
#include <functional>

#include "compiler/lower/control_flow.h"
#include "compiler/lower/encode_register.h"
#include "compiler/lower/fuse_scalars.h"
#include "tests/compiler/low_machine.h"
#include "tests/compiler/low_program.h"
#include "vm/bytecode/verifier.h"

namespace baton {
namespace {

constexpr SlotKind kI64 = SlotKind::kI64, kTensor = SlotKind::kTensor, kObject = SlotKind::kObject;

std::string Text(const LowFunction& function) {
  const std::string text = PrintLowFunction(function);
  return text.substr(text.find('\n') + 1);
}

// sum(i, n) = while i < n: i := i * i; i
LowBuilder WhileLoop() {
  LowBuilder b({kI64, kI64}, {kI64});
  b.NewBlock();
  b.Emit(Opcode::kJumpIfLe, {1, 0, 3});
  b.NewBlock();
  b.Emit(Opcode::kMulI64, {0, 0, 0});
  b.Emit(Opcode::kJump, {1});
  b.NewBlock();
  b.Return({0});
  return b;
}

TEST_CASE("loops: the test of a loop is repeated at its bottom", "[lower]") {
  LowBuilder b = WhileLoop();
  RotateLoops(&b.function());
  REQUIRE(SimplifyJumps(&b.function()).ok());
  CHECK(Text(b.function()) ==
        "b0:\n  JumpIfLe v1, v0, b2\n"
        "b1:\n  v0 = MulI64 v0, v0\n  JumpIfLt v0, v1, b1\n"
        "b2:\n  Return [v0]\n");
}

TEST_CASE("loops: a call of a function to itself is a loop too", "[lower]") {
  LowBuilder b({kI64}, {kI64});
  b.Emit(Opcode::kJumpIfGeImm, {0, 5, 2});
  b.NewBlock();
  b.Return({0});
  b.NewBlock();
  b.Emit(Opcode::kAddImm, {0, 0, -2});
  b.Emit(Opcode::kJump, {0});
  RotateLoops(&b.function());
  CHECK(Text(b.function()) ==
        "b0:\n  JumpIfGeImm v0, 5, b2\n"
        "b1:\n  Return [v0]\n"
        "b2:\n  v0 = AddImm v0, -2\n  JumpIfGeImm v0, 5, b2\n"
        "b3:\n  Jump b1\n");
}

TEST_CASE("loops: of two ways on, the one that stays in the loop becomes the branch", "[lower]") {
  LowBuilder b({kObject}, {kObject});
  b.Emit(Opcode::kJumpIfNotTag, {0, 1, 2});
  b.NewBlock();
  b.Emit(Opcode::kGetFields, {0, 0, std::vector<VirtualRegister>{0}});
  b.Emit(Opcode::kJump, {0});
  b.NewBlock();
  b.Return({0});
  RotateLoops(&b.function());
  REQUIRE(SimplifyJumps(&b.function()).ok());
  CHECK(Text(b.function()) ==
        "b0:\n  JumpIfNotTag v0, 1, b2\n"
        "b1:\n  v0 = GetFields v0, object_types[0]\n  JumpIfTag v0, 1, b1\n"
        "b2:\n  Return [v0]\n");
}

TEST_CASE("loops: a test whose ways both stay in the loop is not repeated", "[lower]") {
  LowBuilder b({kI64, kI64}, {kI64});
  b.Emit(Opcode::kJumpIfLe, {1, 0, 2});
  b.NewBlock();
  b.Emit(Opcode::kMulI64, {0, 0, 0});
  b.NewBlock();
  b.Emit(Opcode::kJump, {0});
  const std::string before = Text(b.function());
  RotateLoops(&b.function());
  CHECK(Text(b.function()) == before);
}

TEST_CASE("control flow: each branch has an opposite, whose opposite it is", "[lower]") {
  for (const OpcodeInfo& info : AllOpcodes()) {
    if (info.flow != Flow::kBranch) continue;
    CAPTURE(std::string(info.name));
    LowInstruction branch;
    branch.opcode = info.opcode;
    branch.operands[0].number = 5;
    branch.operands[1].number = 6;
    InvertBranch(&branch);
    CHECK(branch.opcode != info.opcode);
    InvertBranch(&branch);
    CHECK(branch.opcode == info.opcode);
    CHECK(branch.operands[0].number == 5);
    CHECK(branch.operands[1].number == 6);
  }
}

TEST_CASE("loops: a long test is not repeated", "[lower]") {
  LowBuilder b({kI64, kI64}, {kI64});
  for (int i = 0; i < 10; ++i) b.Emit(Opcode::kMulI64, {1, 1, 1});
  b.Emit(Opcode::kJumpIfLe, {1, 0, 2});
  b.NewBlock();
  b.Emit(Opcode::kJump, {0});
  b.NewBlock();
  b.Return({0});
  const std::string before = Text(b.function());
  RotateLoops(&b.function());
  CHECK(Text(b.function()) == before);
}

TEST_CASE("loops: constants are loaded before the outermost loop", "[lower]") {
  LowBuilder b({kI64, kI64}, {kI64});
  b.NewBlock();  // outer loop
  b.Emit(Opcode::kJumpIfLe, {1, 0, 5});
  b.NewBlock();  // inner loop
  b.NewBlock();
  b.Emit(Opcode::kMulI64, {0, 0, b.Int(3)});
  b.Emit(Opcode::kJumpIfLt, {0, 1, 3});
  b.NewBlock();
  b.Emit(Opcode::kJump, {1});
  b.NewBlock();
  b.Return({0});
  HoistLoads(&b.function());
  CHECK(Text(b.function()) ==
        "b0:\n"
        "b1:\n  v2 = LoadSmallInt 3\n"
        "b2:\n  JumpIfLe v1, v0, b6\n"
        "b3:\n"
        "b4:\n  v0 = MulI64 v0, v2\n  JumpIfLt v0, v1, b4\n"
        "b5:\n  Jump b2\n"
        "b6:\n  Return [v0]\n");
}

TEST_CASE("loops: a function that is a loop is entered through its constants", "[lower]") {
  LowBuilder b({kI64}, {kI64});
  b.Emit(Opcode::kMulI64, {0, 0, b.Int(3)});
  b.Emit(Opcode::kJumpIfLtImm, {0, 100, 0});
  b.NewBlock();
  b.Return({0});
  HoistLoads(&b.function());
  CHECK(Text(b.function()) ==
        "b0:\n  v1 = LoadSmallInt 3\n"
        "b1:\n  v0 = MulI64 v0, v1\n  JumpIfLtImm v0, 100, b1\n"
        "b2:\n  Return [v0]\n");
}

TEST_CASE("loops: constants that are only moved, or written elsewhere too, stay", "[lower]") {
  LowBuilder b({kI64, kI64}, {kI64});
  const VirtualRegister moved = b.NewRegister(kI64), changed = b.NewRegister(kI64);
  b.NewBlock();
  b.Emit(Opcode::kLoadSmallInt, {moved, 3});
  b.Emit(Opcode::kMove, {0, moved});
  b.Emit(Opcode::kLoadSmallInt, {changed, 4});
  b.Emit(Opcode::kMulI64, {changed, changed, 1});
  b.Emit(Opcode::kJumpIfLt, {changed, 1, 1});
  b.NewBlock();
  b.Return({0});
  const std::string before = Text(b.function());
  HoistLoads(&b.function());
  CHECK(Text(b.function()) == before);
}

// trips(i, x, y) = while i < x[0]: i := i * y[0], `change` before that
LowBuilder TripLoop(const std::function<void(LowBuilder&)>& change = [](LowBuilder&) {}) {
  LowBuilder b({kI64, kTensor, kTensor}, {kI64});
  b.NewBlock();
  const VirtualRegister trips = b.Define(kI64, Opcode::kGetElementI64, {1, 0});
  b.Emit(Opcode::kJumpIfLe, {trips, 0, 3});
  b.NewBlock();
  const VirtualRegister factor = b.Define(kI64, Opcode::kGetElementI64, {2, 0});
  b.Emit(Opcode::kMulI64, {0, 0, factor});
  change(b);
  b.Emit(Opcode::kJump, {1});
  b.NewBlock();
  b.Return({0});
  return b;
}

TEST_CASE("loops: the element that the test of a loop reads is read once; one in its body may not be there",
          "[lower]") {
  LowBuilder b = TripLoop();
  HoistLoads(&b.function());
  CHECK(Text(b.function()) ==
        "b0:\n"
        "b1:\n  v3 = GetElementI64 v1, 0\n"
        "b2:\n  JumpIfLe v3, v0, b4\n"
        "b3:\n  v4 = GetElementI64 v2, 0\n  v0 = MulI64 v0, v4\n  Jump b2\n"
        "b4:\n  Return [v0]\n");
}

TEST_CASE("loops: the element of a tensor that the loop changes is read each time", "[lower]") {
  const auto other = [](LowBuilder& b) { b.Move(1, 2); };
  const auto contents = [](LowBuilder& b) {
    b.Emit(Opcode::kCallKernel, {4, std::vector<VirtualRegister>{2}, std::vector<VirtualRegister>{1}});
  };
  for (const std::function<void(LowBuilder&)>& change :
       {std::function<void(LowBuilder&)>(other), {contents}}) {
    LowBuilder b = TripLoop(change);
    const std::string before = Text(b.function());
    HoistLoads(&b.function());
    CHECK(Text(b.function()) == before);
  }
}

TEST_CASE("loops: random functions compute what they did, with fewer jumps, and verify", "[lower]") {
  const uint32_t seed = GENERATE(range(0u, 300u));
  const LowFunction function = RandomLowFunction(seed);
  LowFunction improved = function;
  REQUIRE(RemoveUnreachableCode(&improved).ok());
  if (seed % 2 == 0) FuseScalars(&improved);
  HoistLoads(&improved);
  RotateLoops(&improved);
  REQUIRE(SimplifyJumps(&improved).ok());
  CAPTURE(seed);
  INFO(PrintLowFunction(function));
  INFO(PrintLowFunction(improved));
  const absl::StatusOr<Function> code = EncodeRegister(improved);
  REQUIRE(code.status().message() == "");
  REQUIRE(Verify(MakeExecutable(*code)).status().message() == "");
  for (const std::vector<int64_t>& arguments : {std::vector<int64_t>{3, 5, 2, 9}, {0, 1, -4, 2}}) {
    const RunResult expected = RunLowForm(function, arguments);
    CHECK(RunLowForm(improved, arguments).output == expected.output);
    CHECK(RunLowForm(improved, arguments).num_jumps <= expected.num_jumps);
    const RunResult found = RunRegisterCode(*code, arguments);
    CHECK(found.output == expected.output);
    if (expected.output != "fails") CHECK(found.num_held == 0);
  }
}

}  // namespace
}  // namespace baton
