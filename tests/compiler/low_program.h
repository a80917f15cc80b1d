// Low-form functions for tests: a short way to write them, and random ones.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/lower/low_form.h"
#include "vm/bytecode/executable.h"

namespace baton {

class LowBuilder {
 public:
  explicit LowBuilder(std::vector<SlotKind> parameters, std::vector<SlotKind> results = {});

  VirtualRegister NewRegister(SlotKind kind) { return function_.NewRegister(kind); }
  // The next block; control falls through into it. Blocks are numbered from 0; the first is there already.
  int NewBlock();
  int current_block() const { return static_cast<int>(function_.blocks.size()) - 1; }

  struct Item {
    LowOperand operand;
    Item(int64_t number) : operand{number, {}} {}                             // NOLINT
    Item(std::vector<VirtualRegister> list) : operand{0, std::move(list)} {}  // NOLINT
  };
  LowInstruction& Emit(Opcode opcode, std::vector<Item> items);
  // Emits with a new register as first operand and returns it.
  VirtualRegister Define(SlotKind kind, Opcode opcode, std::vector<Item> items);
  void Move(VirtualRegister to, VirtualRegister from) { Emit(Opcode::kMove, {to, from}); }
  VirtualRegister Int(int value) { return Define(SlotKind::kI64, Opcode::kLoadSmallInt, {value}); }
  void Return(std::vector<VirtualRegister> results) { Emit(Opcode::kReturn, {std::move(results)}); }

  LowFunction& function() { return function_; }
  LowFunction Finish() { return std::move(function_); }

 private:
  LowFunction function_;
};

// The tables that functions of this file refer to: type i is int64[i], i < 8; kernel 4 * n + m - 1 takes n <
// 4 tensors and makes m in 1..4. `code` becomes function 0.
Executable MakeExecutable(Function code);

// Nested ifs and loops over integers, conditions and tensors, as lowering makes them. Takes two integers and
// two tensors and returns an integer and a tensor.
LowFunction RandomLowFunction(uint32_t seed);

}  // namespace baton
