#include "compiler/lower/stack_form.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/lower/control_flow.h"
#include "tests/compiler/low_program.h"

namespace baton {
namespace {

using List = std::vector<VirtualRegister>;
constexpr SlotKind kI64 = SlotKind::kI64, kBool = SlotKind::kBool, kF64 = SlotKind::kF64;
constexpr SlotKind kTensor = SlotKind::kTensor;

// One word per instruction, with the local that it names: "get0 get1 AddI64 set2 | get2 Return". What is not
// of locals stands for itself; "|" between blocks.
std::string Text(const LowFunction& function) {
  std::vector<std::string> blocks;
  for (const BasicBlock& block : function.blocks) {
    std::vector<std::string> words;
    for (const LowInstruction& low : block.instructions) {
      switch (low.opcode) {
        case Opcode::kLocalGet:
          words.push_back(absl::StrCat("get", low.operands[1].number));
          break;
        case Opcode::kLocalSet:
          words.push_back(absl::StrCat("set", low.operands[0].number));
          break;
        case Opcode::kLocalTee:
          words.push_back(absl::StrCat("tee", low.operands[1].number));
          break;
        default:
          words.push_back(std::string(GetOpcode(low.opcode).name));
      }
    }
    blocks.push_back(absl::StrJoin(words, " "));
  }
  return absl::StrJoin(blocks, " | ");
}

std::string StackForm(LowFunction function) {
  const absl::Status status = ToStackForm(&function);
  INFO(status.ToString());
  REQUIRE(status.ok());
  return Text(function);
}

TEST_CASE("stack form: an expression becomes a tree without locals", "[lower]") {
  LowBuilder b({kI64, kI64}, {kI64});
  const VirtualRegister sum = b.Define(kI64, Opcode::kAddI64, {0, 1});
  const VirtualRegister difference = b.Define(kI64, Opcode::kSubI64, {0, 1});
  b.Return({b.Define(kI64, Opcode::kMulI64, {sum, difference})});
  CHECK(StackForm(b.Finish()) == "get0 get1 AddI64 get0 get1 SubI64 MulI64 Return");
}

TEST_CASE("stack form: operands in another order go through a local", "[lower]") {
  LowBuilder b({kI64, kI64}, {kI64});
  const VirtualRegister sum = b.Define(kI64, Opcode::kAddI64, {0, 1});
  const VirtualRegister difference = b.Define(kI64, Opcode::kSubI64, {0, 1});
  b.Return({b.Define(kI64, Opcode::kMulI64, {difference, sum})});
  CHECK(StackForm(b.Finish()) == "get0 get1 AddI64 set2 get0 get1 SubI64 get2 MulI64 Return");
}

TEST_CASE("stack form: a value that is read again stays on the stack and goes to a local", "[lower]") {
  LowBuilder b({kI64}, {kI64});
  const VirtualRegister x = b.Define(kI64, Opcode::kNegI64, {0});
  b.Return({b.Define(kI64, Opcode::kMulI64, {x, x})});
  CHECK(StackForm(b.Finish()) == "get0 NegI64 tee1 get1 MulI64 Return");
}

TEST_CASE("stack form: a value that another block reads goes to a local as well", "[lower]") {
  LowBuilder b({kI64}, {kI64});
  const VirtualRegister x = b.Define(kI64, Opcode::kNegI64, {0});
  b.Emit(Opcode::kJumpIfLt, {x, 0, 1});
  b.NewBlock();
  b.Return({x});
  CHECK(StackForm(b.Finish()) == "get0 NegI64 tee1 get0 JumpIfLt | get1 Return");
}

TEST_CASE("stack form: a register that several blocks use, each for a value of its own, needs no local",
          "[lower]") {
  // As a loop's test that is repeated at its bottom.
  LowBuilder b({kF64, kF64}, {kF64});
  const VirtualRegister test = b.NewRegister(kBool);
  b.Emit(Opcode::kLtF64, {test, 0, 1});
  b.Emit(Opcode::kJumpIfNot, {test, 2});
  b.NewBlock();
  b.Emit(Opcode::kAddF64, {0, 0, 1});
  b.Emit(Opcode::kLtF64, {test, 0, 1});
  b.Emit(Opcode::kJumpIf, {test, 1});
  b.NewBlock();
  b.Return({0});
  CHECK(StackForm(b.Finish()) ==
        "get0 get1 LtF64 JumpIfNot | get0 get1 AddF64 tee0 get1 LtF64 JumpIf | get0 Return");
}

TEST_CASE("stack form: an operand that the tree writes is fetched first", "[lower]") {
  // v1 := v0 + 1; v0 := -v0; v2 := v0 * v1: v1 is old, v0 new.
  LowBuilder b({kI64}, {kI64});
  const VirtualRegister old = b.Define(kI64, Opcode::kAddImm, {0, 1});
  b.Emit(Opcode::kNegI64, {0, 0});
  b.Return({b.Define(kI64, Opcode::kMulI64, {old, 0})});
  CHECK(StackForm(b.Finish()) == "get0 AddImm get0 NegI64 MulI64 Return");
  // sub(v0, v0) where the second v0 is new in the machine's registers too: both read the new one.
  LowBuilder c({kI64}, {kI64});
  c.Emit(Opcode::kNegI64, {0, 0});
  c.Return({c.Define(kI64, Opcode::kSubI64, {0, 0})});
  CHECK(StackForm(c.Finish()) == "get0 NegI64 tee0 get0 SubI64 Return");
}

TEST_CASE("stack form: nothing that a pending operand names is written within its tree", "[lower]") {
  // The sum's first operand is fetched before its second is computed, so that may not write it.
  LowBuilder b({kI64}, {kI64});
  b.Emit(Opcode::kAddImm, {0, 0, 1});
  const VirtualRegister t = b.Define(kI64, Opcode::kNegI64, {0});
  b.Return({b.Define(kI64, Opcode::kAddI64, {0, t})});
  CHECK(StackForm(b.Finish()) == "get0 AddImm tee0 get0 NegI64 AddI64 Return");
  LowBuilder c({kI64, kI64}, {kI64});
  c.Define(kI64, Opcode::kNegI64, {1});                            // v2, waits between
  const VirtualRegister u = c.Define(kI64, Opcode::kAbsI64, {0});  // v3
  c.Emit(Opcode::kAddImm, {0, 0, 1});
  const VirtualRegister v = c.Define(kI64, Opcode::kNegI64, {0});  // v4
  const VirtualRegister w = c.Define(kI64, Opcode::kAddI64, {0, v});
  c.Return({c.Define(kI64, Opcode::kMulI64, {c.Define(kI64, Opcode::kAddI64, {u, w}), 2})});
  CHECK(StackForm(c.Finish()) ==
        "get1 NegI64 set2 get0 AbsI64 get0 AddImm tee0 get0 NegI64 AddI64 AddI64 get2 MulI64 Return");
}

TEST_CASE("stack form: moves are a get and a set, or nothing within a tree", "[lower]") {
  LowBuilder b({kI64, kI64}, {kI64});
  b.Move(0, 1);
  const VirtualRegister copy = b.NewRegister(kI64);
  b.Move(copy, b.Define(kI64, Opcode::kNegI64, {1}));
  b.Return({b.Define(kI64, Opcode::kAddI64, {copy, 0})});
  CHECK(StackForm(b.Finish()) == "get1 set0 get1 NegI64 get0 AddI64 Return");
}

TEST_CASE("stack form: what a kernel call updates comes back on the stack", "[lower]") {
  LowBuilder b({kTensor}, {kTensor});
  const VirtualRegister out = b.Define(kTensor, Opcode::kAllocTensor, {1, List{}});
  b.Emit(Opcode::kCallKernel, {4, List{0}, List{out}});
  b.Return({out});
  CHECK(StackForm(b.Finish()) == "get0 AllocTensor CallKernel Return");
}

TEST_CASE("stack form: results of a call are stored from the last, the first may stay", "[lower]") {
  LowBuilder b({kTensor}, {kTensor, kTensor});
  const VirtualRegister first = b.NewRegister(kTensor), second = b.NewRegister(kTensor);
  b.Emit(Opcode::kCallKernelAlloc, {5, List{0}, List{first, second}});
  b.Return({first, second});
  CHECK(StackForm(b.Finish()) == "get0 CallKernelAlloc set2 get2 Return");
}

TEST_CASE("stack form: what nobody reads is dropped or released at once", "[lower]") {
  LowBuilder b({kTensor, kI64}, {});
  b.Define(kI64, Opcode::kNegI64, {1});
  const VirtualRegister first = b.NewRegister(kTensor), second = b.NewRegister(kTensor);
  b.Emit(Opcode::kCallKernelAlloc, {5, List{0}, List{first, second}});
  b.Return({});
  CHECK(StackForm(b.Finish()) == "get1 NegI64 Drop get0 CallKernelAlloc Release Release Return");
}

TEST_CASE("stack form: so is what a kernel call updates for the last time", "[lower]") {
  LowBuilder b({kTensor}, {kTensor});
  const VirtualRegister used = b.Define(kTensor, Opcode::kAllocTensor, {1, List{}});
  const VirtualRegister unused = b.Define(kTensor, Opcode::kAllocTensor, {1, List{}});
  b.Emit(Opcode::kCallKernel, {5, List{0}, List{used, unused}});
  b.Return({used});
  CHECK(StackForm(b.Finish()) == "get0 AllocTensor AllocTensor CallKernel Release Return");
}

TEST_CASE("stack form: a value that is overwritten unread is dropped", "[lower]") {
  LowBuilder b({kI64}, {kI64});
  const VirtualRegister x = b.NewRegister(kI64);
  b.Emit(Opcode::kNegI64, {x, 0});
  b.Emit(Opcode::kAbsI64, {x, 0});
  b.Return({x});
  CHECK(StackForm(b.Finish()) == "get0 NegI64 Drop get0 AbsI64 Return");
}

TEST_CASE("stack form: very deep trees are cut", "[lower]") {
  LowBuilder b({kI64}, {kI64});
  VirtualRegister x = 0;
  for (int i = 0; i < 100000; ++i) x = b.Define(kI64, Opcode::kNegI64, {x});
  b.Return({x});
  LowFunction function = b.Finish();
  REQUIRE(ToStackForm(&function).ok());
  CHECK(function.blocks[0].instructions.size() < 102000);
  CHECK(MaxStackHeight(function) == 1);
}

TEST_CASE("stack form: the height counts operands and results, updates too", "[lower]") {
  LowBuilder b({kI64}, {kTensor});
  b.Return({b.Define(kTensor, Opcode::kMakeTensor, {5, List{0, 0, 0, 0, 0}})});
  LowFunction wide = b.Finish();
  REQUIRE(ToStackForm(&wide).ok());
  CHECK(MaxStackHeight(wide) == 5);
  LowBuilder c({kTensor}, {kTensor});
  const VirtualRegister out = c.NewRegister(kTensor), other = c.NewRegister(kTensor);
  c.Emit(Opcode::kCallKernelAlloc, {5, List{0}, List{out, other}});
  c.Return({out});
  LowFunction results = c.Finish();
  REQUIRE(ToStackForm(&results).ok());
  CHECK(MaxStackHeight(results) == 2);
}

TEST_CASE("stack form: the stack is empty between blocks", "[lower]") {
  for (uint32_t seed = 0; seed < 100; ++seed) {
    LowFunction function = RandomLowFunction(seed);
    REQUIRE(RemoveUnreachableCode(&function).ok());
    REQUIRE(ToStackForm(&function).ok());
    for (const BasicBlock& block : function.blocks) {
      int32_t height = 0;
      for (const LowInstruction& low : block.instructions) {
        const OpcodeInfo& info = GetOpcode(low.opcode);
        int32_t pushed = 0;
        for (int i = 0; i < info.num_operands; ++i) {
          const OperandKind kind = info.operands[i].kind;
          const auto length = static_cast<int32_t>(low.operands[i].list.size());
          if (kind == OperandKind::kUse) --height;
          if (IsUseList(kind)) height -= length;
          if (kind == OperandKind::kDef) ++pushed;
          if (IsPushedList(kind)) pushed += length;
        }
        REQUIRE(height >= 0);
        height += pushed;
      }
      CHECK(height == 0);
    }
  }
}

}  // namespace
}  // namespace baton
