// What the verifier says about paths through stack code and about what surrounds the code: heights, kinds
// where paths meet, assignment of locals, arenas, headers, debug tables.
#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "tests/bytecode/verifier_support.h"
#include "vm/bytecode/operand_stack.h"

namespace baton {
namespace {

using Kinds = std::vector<SlotKind>;
constexpr SlotKind kI64 = SlotKind::kI64, kF64 = SlotKind::kF64, kBool = SlotKind::kBool;
constexpr SlotKind kTensor = SlotKind::kTensor, kObject = SlotKind::kObject;

std::string MessageOf(StackFunctionBuilder builder) {
  return VerifyMessage(std::move(builder).Build());
}

StackFunctionBuilder ReturnsNothing(const Kinds& parameters = {}) {
  return StackFunctionBuilder("f", parameters, {});
}

TEST_CASE("verifier of stack code: code must not be cut or run off its end", "[bytecode]") {
  StackFunctionBuilder next = ReturnsNothing();
  next.Append("LoadSmallInt", {1});
  CHECK(MessageOf(next) == "f stack code+0 LoadSmallInt: the code ends here, but control continues");
  StackFunctionBuilder branch = ReturnsNothing({kBool});
  branch.Append("LocalGet", {0});
  branch.Append("JumpIf", {0});
  CHECK(MessageOf(branch) == "f stack code+2 JumpIf: the code ends here, but control continues");
  StackFunctionBuilder cut = ReturnsNothing();
  cut.Append("Return", {0});
  Function function = std::move(cut).Build();
  function.stack.code.pop_back();
  CHECK(VerifyMessage(function) == "f stack code+0: Return: has 3 bytes, the code ends after 2");
}

// if (b) { push first } else { push second }; what follows finds one value.
StackFunctionBuilder Meet(Opcode first, Opcode second) {
  StackFunctionBuilder f = ReturnsNothing({kBool});
  const CodeLabel otherwise = f.NewLabel(), end = f.NewLabel();
  f.Append("LocalGet", {0});
  f.Append("JumpIfNot", {otherwise});
  f.Append(first, {1});
  f.Append("Jump", {end});
  f.Bind(otherwise);
  f.Append(second, {1});
  f.Bind(end);
  f.Append("Drop");
  f.Append("Return", {0});
  return f;
}

TEST_CASE("verifier of stack code: values may lie on the stack where paths meet, if all agree",
          "[bytecode]") {
  CHECK(MessageOf(Meet(Opcode::kLoadSmallInt, Opcode::kLoadInt)) == "ok");
  CHECK(MessageOf(Meet(Opcode::kLoadSmallInt, Opcode::kLoadBool)) ==
        "f stack code+15 LoadBool: continues at 18 with (bool) on the stack, another path with (i64)");
}

TEST_CASE("verifier of stack code: a loop leaves the stack as it found it", "[bytecode]") {
  StackFunctionBuilder f = ReturnsNothing();
  const CodeLabel top = f.NewLabel();
  f.Bind(top);
  f.Append("LoadSmallInt", {1});
  f.Append("Jump", {top});
  CHECK(MessageOf(f) == "f stack code+3 Jump: continues at 0 with (i64) on the stack, another path with ()");
}

TEST_CASE("verifier of stack code: a branch that falls through meets the other way there", "[bytecode]") {
  StackFunctionBuilder f = ReturnsNothing({kBool});
  const CodeLabel end = f.NewLabel();
  f.Append("LocalGet", {0});
  f.Append("JumpIf", {end});
  f.Append("LoadSmallInt", {1});
  f.Bind(end);
  f.Append("Return", {0});
  const std::string message = MessageOf(f);
  CHECK(message ==
        "f stack code+7 LoadSmallInt: continues at 10 with (i64) on the stack, another path with ()");
}

TEST_CASE("verifier of stack code: no more values than the function says", "[bytecode]") {
  const auto with_height = [](int height) {
    StackFunctionBuilder f = ReturnsNothing();
    for (int i = 0; i < 3; ++i) f.Append("LoadSmallInt", {i});
    for (int i = 0; i < 3; ++i) f.Append("Drop");
    f.Append("Return", {0});
    f.SetMaxHeight(height);
    return MessageOf(f);
  };
  CHECK(with_height(3) == "ok");
  CHECK(with_height(kMaxStackHeight) == "ok");
  CHECK(with_height(2) == "f stack code+6 LoadSmallInt: puts more than 2 values on the stack");
  CHECK(with_height(0) == "f stack code+0 LoadSmallInt: puts more than 0 values on the stack");
}

TEST_CASE("verifier of stack code: results of calls count, and updates do", "[bytecode]") {
  ExecutableBuilder program;
  StackFunctionBuilder f("f", {}, {});
  f.Append("Call", {1, 0, 2});
  f.Append("Drop");
  f.Append("Drop");
  f.Append("Return", {0});
  f.SetMaxHeight(1);
  StackFunctionBuilder two("two", {}, {kI64, kI64});
  two.Append("LoadSmallInt", {1});
  two.Append("LoadSmallInt", {2});
  two.Append("Return", {2});
  program.Add(std::move(f).Build());
  program.Add(std::move(two).Build());
  CHECK(VerifyMessage(std::move(program).Build()) ==
        "f stack code+0 Call: puts more than 1 values on the stack");
  StackFunctionBuilder update = ReturnsNothing({kTensor});
  update.Append("LocalGet", {0});
  update.Append("LocalGet", {0});
  update.Append("CallKernel", {0, 1, 1});
  update.Append("Return", {0});
  CHECK(MessageOf(update) == "f stack code+13 Return: leaves (tensor) on the stack");
}

TEST_CASE("verifier of stack code: a local is assigned before it is read", "[bytecode]") {
  StackFunctionBuilder f = ReturnsNothing({kI64});
  const int local = f.NewLocal(kI64);
  f.Append("LocalGet", {local});
  f.Append("Drop");
  f.Append("Return", {0});
  CHECK(MessageOf(f) ==
        "f stack code+0 LocalGet: reads local 1, which is not assigned on every path to here");
  StackFunctionBuilder one_path = ReturnsNothing({kBool});
  one_path.NewLocal(kI64);
  const CodeLabel end = one_path.NewLabel();
  one_path.Append("LocalGet", {0});
  one_path.Append("JumpIf", {end});
  one_path.Append("LoadSmallInt", {1});
  one_path.Append("LocalSet", {1});
  one_path.Bind(end);
  one_path.Append("LocalGet", {1});
  one_path.Append("Drop");
  one_path.Append("Return", {0});
  CHECK(MessageOf(one_path) ==
        "f stack code+12 LocalGet: reads local 1, which is not assigned on every path to here");
}

TEST_CASE("verifier of stack code: LocalSet and LocalTee assign, narrow and wide", "[bytecode]") {
  for (const bool tee : {false, true}) {
    for (const int local : {7, 299}) {
      StackFunctionBuilder f = ReturnsNothing();
      for (int i = 0; i < 300; ++i) f.NewLocal(kI64);
      const bool wide = local > kMaxNarrowLocal;
      f.Append("LoadSmallInt", {1});
      f.Append(absl::StrCat(tee ? "LocalTee" : "LocalSet", wide ? "Wide" : ""), {local});
      if (tee) f.Append("Drop");
      f.Append(wide ? "LocalGetWide" : "LocalGet", {local});
      f.Append("Drop");
      f.Append("Return", {0});
      CHECK(MessageOf(f) == "ok");
    }
  }
}

TEST_CASE("verifier of stack code: what LocalTake has taken is not read again", "[bytecode]") {
  for (const char* again : {"LocalGet", "LocalTake"}) {
    StackFunctionBuilder f = ReturnsNothing({kTensor});
    f.Append("LocalTake", {0});
    f.Append("Release");
    f.Append(again, {0});
    f.Append("Release");
    f.Append("Return", {0});
    CHECK(MessageOf(f) ==
          absl::StrCat("f stack code+3 ", again, ": operand 'local' reads local 0 after its last use"));
  }
  StackFunctionBuilder loop = ReturnsNothing({kTensor});
  const CodeLabel top = loop.NewLabel();
  loop.Bind(top);
  loop.Append("LocalTake", {0});
  loop.Append("Release");
  loop.Append("Jump", {top});
  CHECK(MessageOf(loop) ==
        "f stack code+0 LocalTake: reads local 0, which is not assigned on every path to here");
  StackFunctionBuilder set_again = ReturnsNothing({kTensor});
  const CodeLabel around = set_again.NewLabel();
  set_again.Bind(around);
  set_again.Append("LocalTake", {0});
  set_again.Append("LocalSet", {0});
  set_again.Append("Jump", {around});
  CHECK(MessageOf(set_again) == "ok");
}

TEST_CASE("verifier of stack code: arenas are opened and closed in pairs", "[bytecode]") {
  StackFunctionBuilder left_open = ReturnsNothing();
  left_open.Append("LoadSmallInt", {64});
  left_open.Append("EnterArena");
  left_open.Append("Return", {0});
  CHECK(MessageOf(left_open) == "f stack code+4 Return: returns with open arenas: 1");
  StackFunctionBuilder closed = ReturnsNothing();
  closed.Append("LeaveArena");
  closed.Append("Return", {0});
  CHECK(MessageOf(closed) == "f stack code+0 LeaveArena: no arena is open here");
  StackFunctionBuilder alloc = ReturnsNothing();
  alloc.Append("LoadSmallInt", {0});
  alloc.Append("AllocInArena", {0, 0});
  alloc.Append("Release");
  alloc.Append("Return", {0});
  CHECK(MessageOf(alloc) == "f stack code+3 AllocInArena: no arena is open here");
  StackFunctionBuilder meet = ReturnsNothing({kBool});
  const CodeLabel end = meet.NewLabel();
  meet.Append("LocalGet", {0});
  meet.Append("JumpIf", {end});
  meet.Append("LoadSmallInt", {64});
  meet.Append("EnterArena");
  meet.Bind(end);
  meet.Append("Raise", {0});
  CHECK_THAT(MessageOf(meet), Catch::Contains("continues at 11 with ") && Catch::Contains("open arenas"));
}

TEST_CASE("verifier of stack code: code that nothing reaches is well formed, no more", "[bytecode]") {
  StackFunctionBuilder f = ReturnsNothing();
  f.NewLocal(kTensor);
  f.Append("Return", {0});
  f.Append("LocalTake", {0});
  f.Append("AddI64");
  f.Append("LeaveArena");
  f.Append("Return", {0});
  CHECK(MessageOf(f) == "ok");
  StackFunctionBuilder bad = ReturnsNothing();
  bad.Append("Return", {0});
  bad.Append("LoadConst", {0});
  bad.Append("Return", {0});
  CHECK(MessageOf(bad) == "f stack code+3 LoadConst: operand 'k' is 0, the executable has 0 constants");
}

Function Nothing(bool in_registers, bool on_stack) {
  Function function;
  function.name = "f";
  if (in_registers) {
    FunctionBuilder f("f", {}, {});
    f.Append("Return", {{}});
    function = std::move(f).Build();
  }
  if (on_stack) {
    StackFunctionBuilder f = ReturnsNothing();
    f.Append("Return", {0});
    function.stack = std::move(f).Build().stack;
  }
  return function;
}

TEST_CASE("verifier of stack code: all functions hold the same encodings", "[bytecode]") {
  const auto verify = [](std::vector<Function> functions) {
    ExecutableBuilder program;
    for (Function& function : functions) program.Add(std::move(function));
    return VerifyMessage(std::move(program).Build());
  };
  CHECK(verify({Nothing(true, true), Nothing(true, true)}) == "ok");
  CHECK(verify({Nothing(false, true), Nothing(false, true)}) == "ok");
  CHECK(verify({Nothing(false, false)}) == "f: has no code");
  CHECK(verify({Nothing(true, false), Nothing(true, true)}) ==
        "f: has stack code, unlike the first function");
  CHECK(verify({Nothing(true, true), Nothing(true, false)}) ==
        "f: has no stack code, unlike the first function");
  CHECK(verify({Nothing(true, true), Nothing(false, true)}) ==
        "f: has no register code, unlike the first function");
  CHECK(verify({Nothing(false, true), Nothing(true, true)}) ==
        "f: has register code, unlike the first function");
}

TEST_CASE("verifier of stack code: both encodings are checked", "[bytecode]") {
  Function wrong_stack = Nothing(true, true);
  wrong_stack.stack.code[0] = 0xEE;
  CHECK(VerifyMessage(wrong_stack) == "f stack code+0: there is no opcode 0xEE");
  Function wrong_registers = Nothing(true, true);
  wrong_registers.code[0] = 0x01EE;
  CHECK(VerifyMessage(wrong_registers) == "f+0: there is no opcode 0xEE");
}

TEST_CASE("verifier of stack code: headers", "[bytecode]") {
  Function registers = Nothing(false, true);
  registers.register_kinds = {kI64};
  CHECK(VerifyMessage(registers) == "f: has registers but no register code");
  Function locals = Nothing(true, false);
  locals.stack.local_kinds = {kI64};
  CHECK(VerifyMessage(locals) == "f: has locals but no stack code");
  Function many = Nothing(false, true);
  many.stack.local_kinds.assign(kMaxLocals + 1, kI64);
  CHECK(VerifyMessage(many) == "f: has 32768 locals, at most 32767 are allowed");
  many.stack.local_kinds.pop_back();
  CHECK(VerifyMessage(many) == "ok");
  Function kinds = Nothing(false, true);
  kinds.stack.local_kinds = {kI64, static_cast<SlotKind>(kNumSlotKinds)};
  CHECK(VerifyMessage(kinds) == "f: local 1 has kind code 6, which does not exist");
  for (const int32_t height : {-1, kMaxStackHeight + 1, INT32_MAX}) {
    Function function = Nothing(false, true);
    function.stack.max_height = height;
    CHECK(VerifyMessage(function) ==
          absl::StrCat("f: has an operand stack of height ", height, ", expected 0 to 32767"));
  }
}

TEST_CASE("verifier of stack code: debug entries ascend and lie in the code", "[bytecode]") {
  const auto verify = [](std::vector<DebugEntry> debug) {
    ExecutableBuilder program;
    Function function = Nothing(true, true);
    function.stack.debug = std::move(debug);
    program.Add(std::move(function));
    program.Add(SourceLocation{});
    return VerifyMessage(std::move(program).Build());
  };
  CHECK(verify({{0, 0}, {2, 0}}) == "ok");
  CHECK(verify({{3, 0}}) == "f: debug entry 0 is for byte 3, the function has 3 bytes");
  CHECK(verify({{0, 0}, {0, 0}}) == "f: debug entry 1 is for byte 0, not after that of the entry before, 0");
  CHECK(verify({{0, 1}}) == "f: debug entry 0 has location 1, the executable has 1");
}

TEST_CASE("verifier of stack code: little code that moves many values is refused in time", "[bytecode]") {
  // Each call takes 900 values and pushes 900, in 9 bytes.
  const Kinds many(kMaxListLength, kI64);
  ExecutableBuilder program;
  StackFunctionBuilder f("f", {}, {});
  for (int i = 0; i < kMaxListLength; ++i) f.Append("LoadSmallInt", {i});
  for (int i = 0; i < 20000; ++i) f.Append("Call", {1, kMaxListLength, kMaxListLength});
  f.Append("Raise", {0});
  StackFunctionBuilder callee("callee", many, many);
  callee.Append("Raise", {0});
  program.Add(std::move(f).Build());
  program.Add(std::move(callee).Build());
  program.AddMessage("message");
  const absl::Status status = Verify(std::move(program).Build()).status();
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
  CHECK(status.message() == "f: moves too many values on the operand stack to follow");
}

TEST_CASE("verifier of stack code: a long function of short instructions is followed to its end",
          "[bytecode]") {
  StackFunctionBuilder f = ReturnsNothing();
  f.Append("LoadSmallInt", {1});
  for (int i = 0; i < 300000; ++i) f.Append("NegI64");
  f.Append("Drop");
  f.Append("Return", {0});
  CHECK(MessageOf(f) == "ok");
}

TEST_CASE("operand stack: what lies on it before each instruction", "[bytecode]") {
  StackFunctionBuilder f("f", {kTensor, kObject}, {});
  const uint32_t get = f.Append("LocalGet", {0});
  const uint32_t load = f.Append("LoadFloat", {1.0});
  const uint32_t take = f.Append("LocalTake", {1});
  const uint32_t release = f.Append("Release");
  f.Append("Drop");
  f.Append("Release");
  const uint32_t end = f.Append("Return", {0});
  const uint32_t unreachable = f.Append("Return", {0});
  ExecutableBuilder program;
  program.Add(std::move(f).Build());
  const Executable executable = std::move(program).Build();
  const OperandStacks stacks(executable, 0);
  CHECK(stacks.At(get).empty());
  CHECK(stacks.At(load) == Kinds{kTensor});
  CHECK(stacks.At(take) == Kinds{kTensor, kF64});
  CHECK(stacks.At(release) == Kinds{kTensor, kF64, kObject});
  CHECK(stacks.At(release + 1) == Kinds{kTensor, kF64});
  CHECK(stacks.At(end).empty());
  CHECK(stacks.At(load + 1).empty());  // no instruction
  CHECK(stacks.At(unreachable).empty());
  CHECK(stacks.At(1000).empty());
}

}  // namespace
}  // namespace baton
