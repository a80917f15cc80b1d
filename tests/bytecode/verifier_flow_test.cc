// What the verifier says about paths: ends of code, jump targets, assignment before use, last uses, arenas.
#include <catch2/catch.hpp>
#include <random>

#include "tests/bytecode/verifier_support.h"
#include "vm/bytecode/verify_function.h"

namespace baton {
namespace {

constexpr SlotKind kI64 = SlotKind::kI64;
constexpr SlotKind kBool = SlotKind::kBool;
constexpr SlotKind kTensor = SlotKind::kTensor;

TEST_CASE("verifier: code must not be empty, cut or run off its end", "[bytecode]") {
  CHECK(VerifyMessage(FunctionBuilder("f", {}, {})) == "f: has no code");
  FunctionBuilder next("f", {kI64}, {});
  next.Append(Opcode::kNegI64, {next.parameter(0), next.parameter(0)});
  CHECK(VerifyMessage(next) == "f+0 NegI64: the code ends here, but control continues");
  FunctionBuilder branch("f", {kBool}, {});
  branch.Append(Opcode::kJumpIf, {branch.parameter(0), 0});
  CHECK(VerifyMessage(branch) == "f+0 JumpIf: the code ends here, but control continues");
  FunctionBuilder returns("f", {}, {});
  returns.Append(Opcode::kReturn, {{}});
  Function cut = std::move(returns).Build();
  cut.code.push_back(0);
  CHECK(VerifyMessage(cut) == "f: has 5 units of code, not a whole number of words");
  cut.code = {0x0114, 0, 0, 0, 0x02EE, 0, 0, 0};
  CHECK(VerifyMessage(cut) == "f+1: there is no opcode 0xEE");
}

TEST_CASE("verifier: jump, return and raise end a function", "[bytecode]") {
  FunctionBuilder jump("f", {}, {});
  jump.Append(Opcode::kJump, {0});
  CHECK(VerifyMessage(jump) == "ok");
  FunctionBuilder raise("f", {}, {kTensor});
  raise.Append(Opcode::kRaise, {0});
  CHECK(VerifyMessage(raise) == "ok");
}

TEST_CASE("verifier: labels lead to the start of an instruction", "[bytecode]") {
  FunctionBuilder f("f", {}, {});
  const CodeRegister r = f.NewRegister(kI64);
  f.Append(Opcode::kLoadInt, {r, 1});  // two words
  f.Append(Opcode::kJump, {1});
  CHECK(VerifyMessage(f) == "f+2 Jump: operand 'target' is 1, where no instruction starts");
}

TEST_CASE("verifier: a register is assigned before it is read", "[bytecode]") {
  FunctionBuilder f("f", {kI64}, {kI64});
  const CodeRegister r = f.NewRegister(kI64);
  f.Append(Opcode::kAddI64, {r, f.parameter(0), r});
  f.Append(Opcode::kReturn, {{r}});
  CHECK(VerifyMessage(f) == "f+0 AddI64: reads r1, which is not assigned on every path to here");
}

// if (cond) { r := 1 } [else { r := 2 }] return r
FunctionBuilder Diamond(bool assign_in_else) {
  FunctionBuilder f("f", {kBool}, {kI64});
  const CodeRegister r = f.NewRegister(kI64);
  const CodeLabel otherwise = f.NewLabel(), end = f.NewLabel();
  f.Append(Opcode::kJumpIfNot, {f.parameter(0), otherwise});
  f.Append(Opcode::kLoadSmallInt, {r, 1});
  f.Append(Opcode::kJump, {end});
  f.Bind(otherwise);
  if (assign_in_else) f.Append(Opcode::kLoadSmallInt, {r, 2});
  f.Bind(end);
  f.Append(Opcode::kReturn, {{r}});
  return f;
}

TEST_CASE("verifier: both sides of a branch must assign what follows reads", "[bytecode]") {
  CHECK(VerifyMessage(Diamond(true)) == "ok");
  CHECK(VerifyMessage(Diamond(false)) == "f+3 Return: reads r1, which is not assigned on every path to here");
}

TEST_CASE("verifier: what a loop gives up is unassigned in the next round", "[bytecode]") {
  const auto loop = [](bool reassign) {
    FunctionBuilder f("f", {kTensor, kBool}, {});
    const CodeRegister t = f.parameter(0);
    const CodeLabel top = f.NewLabel();
    f.Bind(top);
    const CodeRegister moved = f.NewRegister(kTensor);
    f.Append(Opcode::kMove, {moved, t.Last()});
    if (reassign) f.Append(Opcode::kMove, {t, moved.Last()});
    f.Append(Opcode::kJumpIf, {f.parameter(1), top});
    f.Append(Opcode::kReturn, {{}});
    return VerifyMessage(f);
  };
  CHECK(loop(true) == "ok");
  CHECK(loop(false) == "f+0 Move: reads r0, which is not assigned on every path to here");
}

TEST_CASE("verifier: nothing reads a register after its last use", "[bytecode]") {
  for (const Opcode opcode : {Opcode::kMove, Opcode::kRelease}) {
    FunctionBuilder f("f", {kTensor}, {kTensor});
    const CodeRegister moved = f.NewRegister(kTensor);
    if (opcode == Opcode::kMove) {
      f.Append(Opcode::kMove, {moved, f.parameter(0).Last()});
    } else {
      f.Append(Opcode::kRelease, {f.parameter(0)});  // needs no mark
    }
    f.Append(Opcode::kReturn, {{f.parameter(0)}});
    CHECK(VerifyMessage(f) == "f+1 Return: operand 'results' reads r0 after its last use");
  }
}

TEST_CASE("verifier: within an instruction the last use comes last", "[bytecode]") {
  const auto returns = [](bool first, bool second) {
    FunctionBuilder f("f", {kTensor}, {kTensor, kTensor});
    const CodeRegister t = f.parameter(0);
    f.Append(Opcode::kReturn, {{{t.number, first}, {t.number, second}}});
    return VerifyMessage(f);
  };
  const std::string error =
      "f+0 Return: operand 'results' reads r0 after its last use in the same instruction";
  CHECK(returns(false, false) == "ok");
  CHECK(returns(false, true) == "ok");
  CHECK(returns(true, false) == error);
  CHECK(returns(true, true) == error);
}

TEST_CASE("verifier: an instruction may overwrite what it uses for the last time", "[bytecode]") {
  FunctionBuilder f("f", {kTensor}, {kTensor});
  const CodeRegister t = f.parameter(0);
  f.Append(Opcode::kView, {t, t.Last(), 0, {}});
  f.Append(Opcode::kReturn, {{t.Last()}});
  CHECK(VerifyMessage(f) == "ok");
}

TEST_CASE("verifier: outputs of CallKernel must exist", "[bytecode]") {
  FunctionBuilder f("f", {kTensor}, {});
  const CodeRegister out = f.NewRegister(kTensor);
  f.Append(Opcode::kCallKernel, {0, {f.parameter(0)}, {out}});
  f.Append(Opcode::kReturn, {{}});
  CHECK(VerifyMessage(f) == "f+0 CallKernel: reads r1, which is not assigned on every path to here");
}

TEST_CASE("verifier: code that is never reached needs no assignments", "[bytecode]") {
  FunctionBuilder f("f", {}, {});
  const CodeRegister r = f.NewRegister(kI64);
  f.Append(Opcode::kReturn, {{}});
  f.Append(Opcode::kNegI64, {r, r});
  f.Append(Opcode::kLeaveArena, {});
  f.Append(Opcode::kReturn, {{}});
  CHECK(VerifyMessage(f) == "ok");
}

TEST_CASE("verifier: arenas are balanced", "[bytecode]") {
  FunctionBuilder open("f", {kI64}, {});
  open.Append(Opcode::kEnterArena, {open.parameter(0)});
  open.Append(Opcode::kReturn, {{}});
  CHECK(VerifyMessage(open) == "f+1 Return: returns with open arenas: 1");
  FunctionBuilder leave("f", {}, {});
  leave.Append(Opcode::kLeaveArena, {});
  leave.Append(Opcode::kReturn, {{}});
  CHECK(VerifyMessage(leave) == "f+0 LeaveArena: no arena is open here");
  FunctionBuilder alloc("f", {kI64}, {});
  const CodeRegister t = alloc.NewRegister(kTensor);
  alloc.Append(Opcode::kAllocInArena, {t, 0, alloc.parameter(0), {}});
  alloc.Append(Opcode::kReturn, {{}});
  CHECK(VerifyMessage(alloc) == "f+0 AllocInArena: no arena is open here");
}

TEST_CASE("verifier: tail calls close all arenas", "[bytecode]") {
  FunctionBuilder call("f", {kI64}, {});
  call.Append(Opcode::kEnterArena, {call.parameter(0)});
  call.Append(Opcode::kTailCall, {0, {call.parameter(0)}});
  CHECK(VerifyMessage(call) == "f+1 TailCall: returns with open arenas: 1");
  FunctionBuilder closure("f", {kI64, SlotKind::kObject}, {});
  closure.Append(Opcode::kEnterArena, {closure.parameter(0)});
  closure.Append(Opcode::kTailCallClosure, {closure.parameter(1), 0, {}});
  ExecutableBuilder program;
  program.Add(std::move(closure).Build());
  program.Add(Signature{});
  CHECK(VerifyMessage(std::move(program).Build()) == "f+1 TailCallClosure: returns with open arenas: 1");
}

TEST_CASE("verifier: tail calls end a function", "[bytecode]") {
  FunctionBuilder f("f", {kTensor}, {kTensor});
  f.Append(Opcode::kTailCall, {0, {f.parameter(0).Last()}});
  CHECK(VerifyMessage(f) == "ok");
}

TEST_CASE("verifier: paths meet with the same arenas open", "[bytecode]") {
  FunctionBuilder f("f", {kI64, kBool}, {});
  const CodeLabel end = f.NewLabel();
  f.Append(Opcode::kJumpIf, {f.parameter(1), end});
  f.Append(Opcode::kEnterArena, {f.parameter(0)});
  f.Bind(end);
  f.Append(Opcode::kReturn, {{}});
  CHECK(VerifyMessage(f) == "f+1 EnterArena: continues at 2 with 1 open arenas, another path with 0");
  FunctionBuilder loop("f", {kI64, kBool}, {});
  const CodeLabel top = loop.NewLabel();
  loop.Bind(top);
  loop.Append(Opcode::kEnterArena, {loop.parameter(0)});
  loop.Append(Opcode::kJumpIf, {loop.parameter(1), top});
  loop.Append(Opcode::kLeaveArena, {});
  loop.Append(Opcode::kReturn, {{}});
  CHECK(VerifyMessage(loop) == "f+1 JumpIf: continues at 0 with 1 open arenas, another path with 0");
}

TEST_CASE("verifier: following paths has a limit", "[bytecode]") {
  Executable executable;
  FunctionBuilder diamond = Diamond(true);
  executable.functions.push_back(std::move(diamond).Build());
  CodeMap map;
  REQUIRE(CheckInstructions(executable, 0, Dispatch::kRegister, &map).ok());
  int64_t visits_left = 1000;
  CHECK(CheckFlow(executable, 0, Dispatch::kRegister, map, &visits_left).ok());
  CHECK(visits_left < 1000 - 3);  // four blocks, one group of registers
  visits_left = 3;
  const absl::Status status = CheckFlow(executable, 0, Dispatch::kRegister, map, &visits_left);
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
  CHECK(status.message() == "f: has 4 blocks and 2 registers, too many to follow all paths");
}

// Definite assignment the slow, obvious way: the set of assigned registers on entry of each instruction,
// intersected over all paths until nothing changes.
bool IsAssignedBeforeUse(const Function& function) {
  const size_t num_words = function.code.size() / kUnitsPerWord;
  const size_t num_registers = function.register_kinds.size();
  std::vector<bool> entry(num_registers, false);
  for (int i = 0; i < function.num_parameters; ++i) entry[i] = true;
  std::vector<std::vector<bool>> assigned(num_words, std::vector<bool>(num_registers, true));
  std::vector<bool> reached(num_words, false);
  assigned[0] = entry;
  reached[0] = true;
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t word = 0; word < num_words;) {
      Instruction instruction;
      size_t num_units = 0;
      REQUIRE(DecodeInstruction(function.code, word * kUnitsPerWord, &instruction, &num_units).ok());
      const size_t next = word + num_units / kUnitsPerWord;
      const OpcodeInfo& info = GetOpcode(instruction.opcode);
      std::vector<bool> after = assigned[word];
      std::vector<size_t> successors;
      if (reached[word] && info.flow != Flow::kReturn && info.flow != Flow::kJump) successors.push_back(next);
      for (int i = 0; i < info.num_operands; ++i) {
        const OperandValue& value = instruction.operands[i];
        if (info.operands[i].kind == OperandKind::kUse && value.last_use) after[value.number] = false;
        if (info.operands[i].kind == OperandKind::kDef) after[value.number] = true;
        if (info.operands[i].kind == OperandKind::kLabel && reached[word]) successors.push_back(value.number);
        if (info.operands[i].kind == OperandKind::kUse && reached[word] && !assigned[word][value.number])
          return false;
      }
      // Defs are listed before uses: an instruction that overwrites its own last use leaves it assigned.
      if (info.num_operands > 0 && info.operands[0].kind == OperandKind::kDef)
        after[instruction.operands[0].number] = true;
      for (const size_t successor : successors) {
        for (size_t r = 0; r < num_registers; ++r) {
          const bool both = assigned[successor][r] && after[r];
          changed |= both != assigned[successor][r] || !reached[successor];
          assigned[successor][r] = both;
        }
        reached[successor] = true;
      }
      word = next;
    }
  }
  return true;
}

TEST_CASE("verifier: assignment agrees with a slow analysis on random code", "[bytecode]") {
  std::mt19937 random(7);
  int accepted = 0, refused = 0;
  for (int round = 0; round < 3000; ++round) {
    // More registers than are solved together, few of them in use.
    FunctionBuilder f("f", {kTensor, kTensor, kBool}, {});
    std::vector<CodeRegister> tensors = {f.parameter(0), f.parameter(1)};
    for (int i = 0; i < 70; ++i) {
      const CodeRegister r = f.NewRegister(kTensor);
      if (i % 35 == 0) tensors.push_back(r);
    }
    const auto pick = [&] { return tensors[random() % tensors.size()]; };
    const uint32_t length = 4 + random() % 10;
    for (uint32_t i = 0; i < length; ++i) {
      const uint32_t target = random() % (length + 1);
      switch (random() % 4) {
        case 0:
          f.Append(Opcode::kJumpIf, {f.parameter(2), target});
          break;
        case 1:
          f.Append(Opcode::kMove, {pick(), CodeRegister{pick().number, random() % 3 == 0}});
          break;
        case 2:
          f.Append(Opcode::kLoadConst, {pick(), 0});
          break;
        case 3:
          random() % 4 == 0 ? f.Append(Opcode::kJump, {target}) : f.Append(Opcode::kRelease, {pick().Last()});
          break;
      }
    }
    f.Append(Opcode::kReturn, {{}});
    const Function function = std::move(f).Build();
    const bool expected = IsAssignedBeforeUse(function);
    ExecutableBuilder program;
    program.Add(function);
    program.Add(Tensor::Scalar(1.0f));
    const std::string message = VerifyMessage(std::move(program).Build());
    CAPTURE(round, message);
    REQUIRE((message == "ok") == expected);
    ++(expected ? accepted : refused);
  }
  CHECK(accepted > 100);
  CHECK(refused > 100);
}

TEST_CASE("verifier: long functions with many blocks and registers are no trouble", "[bytecode]") {
  FunctionBuilder f("f", {kBool}, {});
  std::vector<CodeRegister> registers;
  for (int i = 0; i < 5000; ++i) registers.push_back(f.NewRegister(kI64));
  for (const CodeRegister r : registers) f.Append(Opcode::kLoadSmallInt, {r, 1});
  const CodeLabel end = f.NewLabel();
  for (const CodeRegister r : registers) {
    f.Append(Opcode::kJumpIf, {f.parameter(0), end});
    f.Append(Opcode::kNegI64, {r, r});
  }
  f.Bind(end);
  f.Append(Opcode::kReturn, {{}});
  CHECK(VerifyMessage(std::move(f)) == "ok");
}

}  // namespace
}  // namespace baton
