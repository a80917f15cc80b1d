#include "compiler/lower/encode_stack.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "compiler/lower/control_flow.h"
#include "compiler/lower/fuse_scalars.h"
#include "compiler/lower/loops.h"
#include "tests/compiler/encoded.h"
#include "tests/compiler/low_machine.h"
#include "tests/compiler/low_program.h"
#include "vm/bytecode/stack_code.h"

namespace baton {
namespace {

using List = std::vector<VirtualRegister>;
constexpr SlotKind kI64 = SlotKind::kI64, kBool = SlotKind::kBool, kTensor = SlotKind::kTensor;

std::string CodeText(const Function& function) {
  return CodeText(function, Dispatch::kStack);
}

Function Encode(LowFunction function) {
  return Accepted(EncodeStack(std::move(function)), Dispatch::kStack);
}

TEST_CASE("stack encoder: a reference is taken when it is fetched for the last time", "[lower]") {
  LowBuilder b({kTensor}, {kI64});
  const VirtualRegister element = b.Define(kI64, Opcode::kGetElementI64, {0, 0});
  const VirtualRegister extent = b.Define(kI64, Opcode::kGetDim, {0, 1});
  b.Return({b.Define(kI64, Opcode::kAddI64, {element, extent})});
  CHECK(CodeText(Encode(b.Finish())) ==
        "0 LocalGet 0 | 2 GetElementI64 0 | 5 LocalTake 0 | 7 GetDim 1 | 10 AddI64 | 11 Return 1");
}

TEST_CASE("stack encoder: the last of several fetches for one instruction takes", "[lower]") {
  LowBuilder b({kTensor}, {kTensor});
  const VirtualRegister out = b.NewRegister(kTensor);
  b.Emit(Opcode::kCallKernelAlloc, {8, List{0, 0}, List{out}});
  b.Return({out});
  CHECK(CodeText(Encode(b.Finish())) ==
        "0 LocalGet 0 | 2 LocalTake 0 | 4 CallKernelAlloc 8 2 1 | 13 Return 1");
}

TEST_CASE("stack encoder: what a kernel writes into is held by nobody else", "[lower]") {
  LowBuilder b({kTensor}, {kTensor});
  const VirtualRegister out = b.Define(kTensor, Opcode::kAllocTensor, {1, List{}});
  b.Emit(Opcode::kCallKernel, {4, List{0}, List{out}});
  b.Emit(Opcode::kCallKernel, {4, List{0}, List{out}});
  b.Return({out});
  CHECK(CodeText(Encode(b.Finish())) ==
        "0 LocalGet 0 | 2 LocalTake 0 | 4 AllocTensor 1 0 | 11 CallKernel 4 1 1 | 20 CallKernel 4 1 1 | "
        "29 Return 1");
}

TEST_CASE("stack encoder: so it is when it lies in a local before", "[lower]") {
  LowBuilder b({kTensor, kBool}, {kTensor});
  const VirtualRegister out = b.Define(kTensor, Opcode::kAllocTensor, {1, List{}});
  b.Emit(Opcode::kJumpIf, {1, 2});
  b.NewBlock();
  b.Emit(Opcode::kRaise, {0});
  b.NewBlock();
  b.Emit(Opcode::kCallKernel, {4, List{0}, List{out}});
  b.Return({out});
  CHECK_THAT(CodeText(Encode(b.Finish())),
             Catch::Contains("LocalTake 0 | 29 LocalTake 2 | 31 CallKernel 4 1 1 | 40 Return 1"));
}

TEST_CASE("stack encoder: what nobody reads is released", "[lower]") {
  LowBuilder b({kI64}, {});
  b.Define(kTensor, Opcode::kMakeTensor, {1, List{0}});
  b.Return({});
  CHECK(CodeText(Encode(b.Finish())) == "0 LocalGet 0 | 2 MakeTensor 1 1 | 9 Release | 10 Return 0");
}

TEST_CASE("stack encoder: a tensor that one arm reads is released in the other", "[lower]") {
  LowBuilder b({kTensor, kBool, kI64}, {kI64});
  b.Emit(Opcode::kJumpIfNot, {1, 2});
  b.NewBlock();
  b.Emit(Opcode::kGetDim, {2, 0, 0});
  b.Emit(Opcode::kJump, {3});
  b.NewBlock();
  b.NewBlock();
  b.Return({2});
  CHECK(CodeText(Encode(b.Finish())) ==
        "0 LocalGet 1 | 2 JumpIfNot 19 | 7 LocalTake 0 | 9 GetDim 0 | 12 LocalSet 2 | 14 Jump 22 | "
        "19 LocalTake 0 | 21 Release | 22 LocalGet 2 | 24 Return 1");
}

TEST_CASE("stack encoder: locals of copies are one, and the copies gone", "[lower]") {
  LowBuilder b({kBool}, {kI64});
  const VirtualRegister result = b.NewRegister(kI64);
  b.Emit(Opcode::kJumpIfNot, {0, 2});
  b.NewBlock();
  b.Move(result, b.Int(1));
  b.Emit(Opcode::kJump, {3});
  b.NewBlock();
  b.Move(result, b.Int(2));
  b.NewBlock();
  b.Return({result});
  CHECK(CodeText(Encode(b.Finish())) ==
        "0 LocalGet 0 | 2 JumpIfNot 17 | 7 LoadSmallInt 1 | 10 LocalSet 1 | 12 Jump 22 | "
        "17 LoadSmallInt 2 | 20 LocalSet 1 | 22 LocalGet 1 | 24 Return 1");
}

TEST_CASE("stack encoder: locals above 255 are named by wide instructions", "[lower]") {
  LowBuilder b({}, {kI64});
  List values;
  for (int i = 0; i < 300; ++i) values.push_back(b.Int(i));
  VirtualRegister sum = b.Int(0);
  b.NewBlock();  // all live in locals here
  for (const VirtualRegister v : values) sum = b.Define(kI64, Opcode::kAddI64, {sum, v});
  for (const VirtualRegister v : values) sum = b.Define(kI64, Opcode::kAddI64, {v, sum});
  b.Return({sum});
  const Function code = Encode(b.Finish());
  CHECK(code.stack.local_kinds.size() > 256);
  const std::string text = CodeText(code);
  CHECK_THAT(text, Catch::Contains("LocalSetWide 256") && Catch::Contains("LocalGetWide 256") &&
                       Catch::Contains("LocalSet 255") && !Catch::Contains("Wide 255 "));
  CHECK(RunStackCode(code, {}).output == absl::StrCat(2 * 299 * 150 % 10007));
}

TEST_CASE("stack encoder: the debug table has one entry per run of a location", "[lower]") {
  LowBuilder b({kI64}, {kI64});
  b.Emit(Opcode::kAddImm, {0, 0, 1}).location = 3;
  b.Emit(Opcode::kAddImm, {0, 0, 2}).location = 3;
  b.Emit(Opcode::kAddImm, {0, 0, 3}).location = 1;
  b.Emit(Opcode::kReturn, {List{0}}).location = 3;
  CHECK(Encode(b.Finish()).stack.debug == std::vector<DebugEntry>{{0, 3}, {8, 1}, {11, 3}});
}

TEST_CASE("stack encoder: the function has stack code only", "[lower]") {
  LowBuilder b({kTensor, kI64}, {kI64});
  b.Return({b.Define(kI64, Opcode::kAddImm, {1, 5})});
  const Function code = Encode(b.Finish());
  CHECK(code.code.empty());
  CHECK(code.debug.empty());
  CHECK(code.register_kinds == std::vector<SlotKind>{kTensor, kI64});
  CHECK(code.num_parameters == 2);
  CHECK(code.result_kinds == std::vector<SlotKind>{kI64});
  CHECK(code.stack.local_kinds.empty());
  CHECK(code.stack.max_height == 1);
}

TEST_CASE("stack encoder: errors name the function", "[lower]") {
  LowBuilder b({kI64}, {});
  SECTION("too long lists") {
    b.Define(kTensor, Opcode::kMakeTensor, {1, List(901, 0)});
    b.Return({});
    const absl::Status status = EncodeStack(b.Finish()).status();
    CHECK(status.code() == absl::StatusCode::kResourceExhausted);
    CHECK_THAT(std::string(status.message()), Catch::StartsWith("function 'f': MakeTensor takes 901 "));
  }
  SECTION("an immediate of more than 16 bits") {
    b.Emit(Opcode::kAddImm, {0, 0, 40000});
    b.Return({});
    const absl::Status status = EncodeStack(b.Finish()).status();
    CHECK(status.code() == absl::StatusCode::kInternal);
    CHECK(status.message() == "function 'f': AddImm: operand 'b' is 40000, expected 16 bits");
  }
  SECTION("no end") {
    b.Int(1);
    CHECK(EncodeStack(b.Finish()).status().message() == "function 'f': control runs off the end");
  }
  SECTION("a label that is no block") {
    b.Emit(Opcode::kJump, {9});
    CHECK(EncodeStack(b.Finish()).status().message() ==
          "function 'f': block 0 jumps to block 9, the function has 1");
  }
}

// All values are live at the start of the second block.
LowFunction ManyLive(int count) {
  LowBuilder b({}, {kI64});
  List values;
  for (int i = 0; i < count; ++i) values.push_back(b.Int(i % 100));
  b.NewBlock();
  VirtualRegister sum = b.Int(0);
  for (const VirtualRegister v : values) sum = b.Define(kI64, Opcode::kAddI64, {sum, v});
  b.Return({sum});
  return b.Finish();
}

TEST_CASE("stack encoder: more live values than locals are refused", "[lower]") {
  const Function code = Encode(ManyLive(kMaxLocals - 1));
  CHECK(code.stack.local_kinds.size() <= static_cast<size_t>(kMaxLocals));
  const absl::Status status = EncodeStack(ManyLive(kMaxLocals + 1)).status();
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
  CHECK_THAT(std::string(status.message()),
             Catch::Contains("function 'f'") && Catch::Contains("32767") && Catch::Contains("live at once"));
}

TEST_CASE("stack encoder: a function of 100,000 values that die in time fits", "[lower]") {
  LowBuilder b({kI64, kTensor}, {kI64, kTensor});
  VirtualRegister x = 0, t = 1;
  int64_t expected = 3;
  for (int i = 0; i < 50000; ++i) {
    expected = (2 * expected + i % 7) % 10007;  // as the machine counts
    const VirtualRegister y = b.Define(kI64, Opcode::kAddImm, {x, i % 7});
    x = b.Define(kI64, Opcode::kAddI64, {y, x});
    if (i % 10 != 0) continue;
    const VirtualRegister next = b.NewRegister(kTensor);
    b.Emit(Opcode::kCallKernelAlloc, {4, List{t}, List{next}});
    t = next;
    if (i % 100 == 0) b.NewBlock();
  }
  b.Return({x, t});
  LowFunction function = b.Finish();
  REQUIRE(function.kinds.size() > 100000);
  const Function code = Encode(std::move(function));
  CHECK(code.stack.local_kinds.size() < 10);
  CHECK(RunStackCode(code, {3, 5}).output == absl::StrCat(expected, ", [5]"));
}

TEST_CASE("stack encoder: random programs mean the same as their low form and hold no tensor at their end",
          "[lower]") {
  const uint32_t seed = GENERATE(range(0u, 600u));
  LowFunction function = RandomLowFunction(seed);
  const LowFunction original = function;
  if (seed % 3 == 0) {
    // As the compiler improves it.
    REQUIRE(RemoveUnreachableCode(&function).ok());
    FuseScalars(&function);
    HoistLoads(&function);
    RotateLoops(&function);
    REQUIRE(SimplifyJumps(&function).ok());
  }
  CAPTURE(seed);
  INFO(PrintLowFunction(function));
  const Function code = Encode(function);
  INFO(CodeText(code));
  for (const std::vector<int64_t>& arguments : {std::vector<int64_t>{3, 5, 2, 9}, {0, 1, -4, 2}}) {
    const RunResult expected = RunLowForm(original, arguments);
    const RunResult found = RunStackCode(code, arguments);
    if (expected.output == "too many steps" || found.output == "too many steps") continue;
    CHECK(found.output == expected.output);
    if (expected.output != "fails") CHECK(found.num_held == 0);
  }
}

}  // namespace
}  // namespace baton
