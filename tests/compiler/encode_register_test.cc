#include "compiler/lower/encode_register.h"

#include <catch2/catch.hpp>

#include "tests/compiler/encoded.h"
#include "tests/compiler/low_machine.h"
#include "tests/compiler/low_program.h"
#include "vm/bytecode/register_code.h"

namespace baton {
namespace {

using List = std::vector<VirtualRegister>;
constexpr SlotKind kI64 = SlotKind::kI64, kBool = SlotKind::kBool, kTensor = SlotKind::kTensor;

std::string CodeText(const Function& function) {
  return CodeText(function, Dispatch::kRegister);
}

Function Encode(LowFunction function) {
  return Accepted(EncodeRegister(std::move(function)), Dispatch::kRegister);
}

TEST_CASE("register code: the last read of a reference is marked, once", "[lower]") {
  LowBuilder b({kTensor}, {kI64});
  const VirtualRegister out = b.NewRegister(kTensor);
  b.Emit(Opcode::kCallKernelAlloc, {8, List{0, 0}, List{out}});
  const VirtualRegister element = b.Define(kI64, Opcode::kGetElementI64, {out, 0});
  const VirtualRegister extent = b.Define(kI64, Opcode::kGetDim, {out, 0});
  b.Return({b.Define(kI64, Opcode::kAddI64, {element, extent})});
  CHECK(
      CodeText(Encode(b.Finish())) ==
      "0 CallKernelAlloc 8 [r0 r0!] [r1] | 2 GetElementI64 r2 r1 0 | 3 GetDim r3 r1! 0 | 4 AddI64 r2 r2 r3 | "
      "5 Return [r2]");
}

TEST_CASE("register code: a register that the instruction writes is not marked", "[lower]") {
  LowBuilder b({kTensor}, {kTensor});
  b.Emit(Opcode::kView, {0, 0, 1, List{}});
  b.Return({0});
  CHECK(CodeText(Encode(b.Finish())) == "0 View r0 r0 1 [] | 2 Return [r0!]");
}

TEST_CASE("register code: a tensor that nobody reads is released", "[lower]") {
  LowBuilder b({kI64}, {});
  b.Define(kTensor, Opcode::kMakeTensor, {1, List{0}});
  b.Return({});
  CHECK(CodeText(Encode(b.Finish())) == "0 MakeTensor r1 1 [r0] | 2 Release r1 | 3 Return []");
}

TEST_CASE("register code: a tensor that one arm reads is released in the other", "[lower]") {
  LowBuilder b({kTensor, kBool, kI64}, {kI64});
  b.Emit(Opcode::kJumpIfNot, {1, 2});
  b.NewBlock();
  b.Emit(Opcode::kGetDim, {2, 0, 0});
  b.Emit(Opcode::kJump, {3});
  b.NewBlock();
  b.NewBlock();
  b.Return({2});
  CHECK(CodeText(Encode(b.Finish())) ==
        "0 JumpIfNot r1 3 | 1 GetDim r2 r0! 0 | 2 Jump 4 | 3 Release r0 | 4 Return [r2]");
}

TEST_CASE("register code: a life that ends on a critical edge ends in a block on that edge", "[lower]") {
  LowBuilder b({kTensor, kBool, kI64}, {kI64});
  SECTION("where the branch jumps") {
    b.Emit(Opcode::kJumpIfNot, {1, 2});
    b.NewBlock();
    b.Emit(Opcode::kGetDim, {2, 0, 0});
    b.NewBlock();
    b.Return({2});
    CHECK(CodeText(Encode(b.Finish())) ==
          "0 JumpIfNot r1 3 | 1 GetDim r2 r0! 0 | 2 Return [r2] | 3 Release r0 | 4 Jump 2");
  }
  SECTION("where control falls through") {
    b.Emit(Opcode::kJump, {2});
    b.NewBlock();  // b1
    b.Emit(Opcode::kGetDim, {2, 0, 0});
    b.Emit(Opcode::kJump, {3});
    b.NewBlock();  // b2
    b.Emit(Opcode::kJumpIf, {1, 1});
    b.NewBlock();  // b3
    b.Return({2});
    CHECK(CodeText(Encode(b.Finish())) ==
          "0 Jump 3 | 1 GetDim r2 r0! 0 | 2 Jump 5 | 3 JumpIf r1 1 | 4 Release r0 | 5 Return [r2]");
  }
}

TEST_CASE("register code: a tensor read in a loop is released behind it", "[lower]") {
  LowBuilder b({kTensor, kI64}, {kI64});
  b.NewBlock();
  const VirtualRegister more = b.Define(kBool, Opcode::kLtI64, {1, 1});
  b.Emit(Opcode::kJumpIfNot, {more, 3});
  b.NewBlock();
  b.Emit(Opcode::kGetDim, {1, 0, 0});
  b.Emit(Opcode::kJump, {1});
  b.NewBlock();
  b.Return({1});
  CHECK(CodeText(Encode(b.Finish())) ==
        "0 LtI64 r2 r1 r1 | 1 JumpIfNot r2 4 | 2 GetDim r1 r0 0 | 3 Jump 0 | 4 Release r0 | 5 Return [r1]");
}

TEST_CASE("register code: moves within a register and jumps to the next instruction are dropped", "[lower]") {
  LowBuilder b({kBool}, {kI64});
  const VirtualRegister result = b.NewRegister(kI64);
  b.Emit(Opcode::kJumpIfNot, {0, 2});
  b.NewBlock();
  b.Move(result, b.Int(1));
  b.Emit(Opcode::kJump, {3});
  b.NewBlock();
  b.Move(result, b.Int(2));
  b.Emit(Opcode::kJump, {3});
  b.NewBlock();
  b.Return({result});
  CHECK(CodeText(Encode(b.Finish())) ==
        "0 JumpIfNot r0 3 | 1 LoadSmallInt r1 1 | 2 Jump 4 | 3 LoadSmallInt r1 2 | 4 Return [r1]");
}

TEST_CASE("register code: jumps to jumps lead to the end", "[lower]") {
  LowBuilder b({kBool}, {});
  b.Emit(Opcode::kJumpIf, {0, 2});
  b.NewBlock();
  b.Emit(Opcode::kRaise, {0});
  b.NewBlock();
  b.NewBlock();
  b.Emit(Opcode::kJump, {5});
  b.NewBlock();
  b.Emit(Opcode::kRaise, {0});  // unreachable
  b.NewBlock();
  b.Emit(Opcode::kJump, {6});
  b.NewBlock();
  b.Return({});
  CHECK(CodeText(Encode(b.Finish())) == "0 JumpIf r0 2 | 1 Raise 0 | 2 Return []");
}

TEST_CASE("register code: a branch around a jump becomes the opposite branch", "[lower]") {
  LowBuilder b({kBool, kI64}, {kI64});
  b.Emit(Opcode::kJumpIfNot, {0, 2});
  b.NewBlock();
  b.Emit(Opcode::kJump, {3});
  b.NewBlock();
  b.Emit(Opcode::kLoadSmallInt, {1, 5});
  b.NewBlock();
  b.Return({1});
  CHECK(CodeText(Encode(b.Finish())) == "0 JumpIf r0 2 | 1 LoadSmallInt r1 5 | 2 Return [r1]");
}

TEST_CASE("register code: so does one around a jump on a constructor", "[lower]") {
  LowBuilder b({SlotKind::kObject, kI64}, {kI64});
  b.Emit(Opcode::kJumpIfNotTag, {0, 7, 2});
  b.NewBlock();
  b.Emit(Opcode::kJump, {3});
  b.NewBlock();
  b.Emit(Opcode::kLoadSmallInt, {1, 5});
  b.NewBlock();
  b.Return({1});
  CHECK(CodeText(Encode(b.Finish())) == "0 JumpIfTag r0! 7 3 | 2 LoadSmallInt r1 5 | 3 Return [r1]");
}

TEST_CASE("register code: a loop of jumps stays a loop", "[lower]") {
  LowBuilder b({kBool}, {});
  b.Emit(Opcode::kJumpIf, {0, 3});
  b.NewBlock();
  b.Emit(Opcode::kJump, {2});
  b.NewBlock();
  b.Emit(Opcode::kJump, {1});
  b.NewBlock();
  b.Return({});
  const Function code = Encode(b.Finish());
  CHECK(RunRegisterCode(code, {1}).output == "");
  CHECK(RunRegisterCode(code, {0}).output == "too many steps");
}

TEST_CASE("register code: what follows a raise is dropped", "[lower]") {
  LowBuilder b({}, {});
  b.Emit(Opcode::kRaise, {0});
  b.Int(3);
  CHECK(CodeText(Encode(b.Finish())) == "0 Raise 0");
}

TEST_CASE("register code: the debug table has one entry per run of a location", "[lower]") {
  LowBuilder b({kI64}, {kI64});
  b.Emit(Opcode::kAddI64, {0, 0, 0}).location = 3;
  b.Emit(Opcode::kAddI64, {0, 0, 0}).location = 3;
  b.Emit(Opcode::kAddI64, {0, 0, 0}).location = 1;
  b.Emit(Opcode::kReturn, {List{0}}).location = 3;
  CHECK(Encode(b.Finish()).debug == std::vector<DebugEntry>{{0, 3}, {2, 1}, {3, 3}});
}

TEST_CASE("register code: errors name the function", "[lower]") {
  LowBuilder b({kI64}, {});
  SECTION("too long lists") {
    b.Define(kTensor, Opcode::kMakeTensor, {1, List(901, 0)});
    b.Return({});
    const absl::Status status = EncodeRegister(b.Finish()).status();
    CHECK(status.code() == absl::StatusCode::kResourceExhausted);
    CHECK(status.message() ==
          "function 'f': MakeTensor takes 901 registers, an instruction has room for 900");
  }
  SECTION("no end") {
    b.Int(1);
    const absl::Status status = EncodeRegister(b.Finish()).status();
    CHECK(status.code() == absl::StatusCode::kInternal);
    CHECK(status.message() == "function 'f': control runs off the end");
  }
  SECTION("a label that is no block") {
    b.Emit(Opcode::kJump, {9});
    CHECK(EncodeRegister(b.Finish()).status().message() ==
          "function 'f': block 0 jumps to block 9, the function has 1");
  }
}

TEST_CASE("register code: random programs mean the same as their low form and hold no tensor at their end",
          "[lower]") {
  const uint32_t seed = GENERATE(range(0u, 400u));
  const LowFunction function = RandomLowFunction(seed);
  CAPTURE(seed);
  INFO(PrintLowFunction(function));
  const Function code = Encode(function);
  int64_t low_moves = 0, code_moves = 0;
  for (const std::vector<int64_t>& arguments : {std::vector<int64_t>{3, 5, 2, 9}, {0, 1, -4, 2}}) {
    const RunResult expected = RunLowForm(function, arguments);
    const RunResult found = RunRegisterCode(code, arguments);
    CHECK(found.output == expected.output);
    if (expected.output != "fails") CHECK(found.num_held == 0);
    low_moves += expected.num_moves;
    code_moves += found.num_moves;
  }
  CHECK(code_moves <= low_moves);
}

}  // namespace
}  // namespace baton
