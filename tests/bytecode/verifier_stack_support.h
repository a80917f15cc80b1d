// One instruction of stack code inside a program that gives it all it may refer to. Its right operands, and
// what the verifier says of wrong ones.
#pragma once

#include <string>
#include <vector>

#include "tests/bytecode/verifier_support.h"
#include "vm/bytecode/opcode.h"

namespace baton::verifier_stack {

using Kinds = std::vector<SlotKind>;
inline constexpr SlotKind kI64 = SlotKind::kI64, kF64 = SlotKind::kF64, kTensor = SlotKind::kTensor;
inline constexpr SlotKind kObject = SlotKind::kObject, kFuture = SlotKind::kFuture;

// The function under test has a local of each kind, whose number is the kind's, and tensors after them. All
// but the future, which cannot be, are parameters.
inline constexpr int kNumLocals = 305;
inline constexpr int kWideLocal = 300;
inline int LocalOf(SlotKind kind) {
  return static_cast<int>(kind);
}

// An instruction as it is put into a function.
struct Subject {
  const OpcodeInfo& info;
  Kinds taken;                                                     // what is pushed before it
  std::vector<int> operand_of;                                     // by value of `taken`: the operand
  Kinds pushed;                                                    // what is popped after it
  std::vector<CodeOperand> operands;                               // of the code
  std::vector<int> index_of = std::vector<int>(kMaxOperands, -1);  // by operand: its index in `operands`
  bool has_future = false;                                         // in its local, before the instruction
};

Kinds ValidList(Opcode opcode, const Operand& operand);

// With right operands. `any` is the kind of the values that may be of any kind.
Subject ValidSubject(const OpcodeInfo& info, SlotKind any);
Subject ValidSubject(const OpcodeInfo& info);

// Takes (i64, tensor) and gives a tensor, with a second result an f64 too.
Function SimpleFunction(absl::string_view name, const Kinds& results);

// The verifier's message about a function around this instruction, or "ok".
std::string VerifyOne(const Subject& subject);

template <typename Visit>
void ForEachRow(Visit visit) {
  for (const OpcodeInfo& info : AllOpcodes()) {
    if (info.IsIn(Dispatch::kStack)) visit(info);
  }
}

// The message must say where, which operand it is about, and why.
void CheckRefused(const Subject& subject, int operand, const std::string& reason);
// The same of right operands but this one.
void CheckRefused(const OpcodeInfo& info, int operand, const CodeOperand& wrong, const std::string& reason);

}  // namespace baton::verifier_stack
