#include "tests/compiler/low_program.h"

#include <random>

#include "vm/core/status.h"

namespace baton {
namespace {

// Grows a function region by region. Values of outer regions stay in the pools; those of a closed region
// leave them.
class Generator {
 public:
  explicit Generator(uint32_t seed)
      : random_(seed),
        b_({SlotKind::kI64, SlotKind::kTensor, SlotKind::kI64, SlotKind::kTensor},
           {SlotKind::kI64, SlotKind::kTensor}) {
    ints_ = {0, 2};
    tensors_ = {1, 3};
  }

  LowFunction Run() {
    Kernel({1, 3});  // both parameters are read
    Statements(0);
    b_.Return({Any(ints_), Any(tensors_)});
    return b_.Finish();
  }

 private:
  using Pool = std::vector<VirtualRegister>;
  int Pick(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }
  VirtualRegister Any(const Pool& pool) { return pool[Pick(static_cast<int>(pool.size()))]; }
  Pool Several(const Pool& pool, int count) {
    Pool picked;
    for (int i = 0; i < count; ++i) picked.push_back(Any(pool));
    return picked;
  }

  void Statements(int depth) {
    const int count = 1 + Pick(6);
    for (int i = 0; i < count; ++i) {
      switch (Pick(depth < 4 ? 9 : 6)) {
        case 0:
          ints_.push_back(b_.Int(Pick(10)));
          break;
        case 1:
        case 2:
          ints_.push_back(b_.Define(SlotKind::kI64, Pick(2) ? Opcode::kAddI64 : Opcode::kSubI64,
                                    {Any(ints_), Any(ints_)}));
          break;
        case 3: {
          const int length = 1 + Pick(3);
          tensors_.push_back(
              b_.Define(SlotKind::kTensor, Opcode::kMakeTensor, {length, Several(ints_, length)}));
          break;
        }
        case 4:
          ints_.push_back(b_.Define(SlotKind::kI64, Opcode::kGetElementI64, {Any(tensors_), 0}));
          break;
        case 5:
          Kernel(Several(tensors_, 1 + Pick(3)));
          break;
        case 6:
        case 7:
          Branch(depth);
          break;
        case 8:
          Loop(depth);
          break;
      }
    }
  }

  void Kernel(const Pool& inputs) {
    Pool outputs;
    for (int i = 0, n = 1 + Pick(3); i < n; ++i) outputs.push_back(b_.NewRegister(SlotKind::kTensor));
    b_.Emit(Opcode::kCallKernelAlloc,
            {static_cast<int64_t>(4 * inputs.size() + outputs.size() - 1), inputs, outputs});
    tensors_.insert(tensors_.end(), outputs.begin(), outputs.end());
  }

  VirtualRegister Condition() {
    constexpr Opcode kComparisons[] = {Opcode::kLtI64, Opcode::kLeI64, Opcode::kEqI64, Opcode::kNeI64};
    const VirtualRegister condition =
        b_.Define(SlotKind::kBool, kComparisons[Pick(4)], {Any(ints_), Any(ints_)});
    return Pick(4) == 0 ? b_.Define(SlotKind::kBool, Opcode::kNotBool, {condition}) : condition;
  }

  // Runs `body` with pools that it may grow, and puts them back. False: control does not reach the end.
  template <typename Body>
  void Region(Body body) {
    const Pool ints = ints_, tensors = tensors_;
    body();
    ints_ = ints;
    tensors_ = tensors;
  }

  LowInstruction& OpenJump(Opcode opcode, std::vector<LowBuilder::Item> items, size_t* block) {
    items.push_back(0);
    *block = static_cast<size_t>(b_.current_block());
    return b_.Emit(opcode, std::move(items));
  }
  void Bind(size_t block) {
    LowInstruction& jump = b_.function().blocks[block].instructions.back();
    jump.operands[jump.opcode == Opcode::kJump ? 0 : 1].number = b_.current_block();
  }

  void Branch(int depth) {
    const VirtualRegister result = b_.NewRegister(SlotKind::kI64), tensor = b_.NewRegister(SlotKind::kTensor);
    size_t to_else = 0, to_end = 0;
    OpenJump(Pick(2) ? Opcode::kJumpIfNot : Opcode::kJumpIf, {Condition()}, &to_else);
    b_.NewBlock();
    const int early_end = Pick(8);  // 0: raises, 1: returns
    Region([&] {
      if (Pick(3) != 0) Statements(depth + 1);
      if (early_end == 0) {
        b_.Emit(Opcode::kRaise, {0});
      } else if (early_end == 1) {
        b_.Return({Any(ints_), Any(tensors_)});
      } else {
        b_.Move(result, Any(ints_));
        b_.Move(tensor, Any(tensors_));
        OpenJump(Opcode::kJump, {}, &to_end);
      }
    });
    b_.NewBlock();
    Bind(to_else);
    Region([&] {
      if (Pick(3) != 0) Statements(depth + 1);
      b_.Move(result, Any(ints_));
      b_.Move(tensor, Any(tensors_));
    });
    b_.NewBlock();
    if (early_end > 1) Bind(to_end);
    if (Pick(4) != 0) ints_.push_back(result);
    if (Pick(4) != 0) tensors_.push_back(tensor);
  }

  void Loop(int depth) {
    Pool carried = {b_.NewRegister(SlotKind::kI64), b_.NewRegister(SlotKind::kI64),
                    b_.NewRegister(SlotKind::kTensor), b_.NewRegister(SlotKind::kTensor)};
    const VirtualRegister counter = b_.NewRegister(SlotKind::kI64);
    b_.Move(counter, b_.Int(0));
    for (const VirtualRegister c : carried) b_.Move(c, Any(PoolOf(c)));
    const VirtualRegister one = b_.Int(1), limit = b_.Int(Pick(4));
    const int header = b_.NewBlock();
    size_t to_exit = 0;
    Region([&] {
      ints_.push_back(carried[0]);
      const VirtualRegister go_on = b_.Define(SlotKind::kBool, Opcode::kLtI64, {counter, limit});
      OpenJump(Opcode::kJumpIfNot, {go_on}, &to_exit);
    });
    b_.NewBlock();
    Region([&] {
      for (const VirtualRegister c : carried) PoolOf(c).push_back(c);
      ints_.push_back(counter);
      Statements(depth + 1);
      // All next values are read, through copies, before a carried register is written.
      Pool next;
      for (const VirtualRegister c : carried) {
        next.push_back(b_.NewRegister(b_.function().kinds[c]));
        b_.Move(next.back(), Any(PoolOf(c)));
      }
      for (size_t i = 0; i < carried.size(); ++i) b_.Move(carried[i], next[i]);
      b_.Emit(Opcode::kAddI64, {counter, counter, one});
      b_.Emit(Opcode::kJump, {header});
    });
    b_.NewBlock();
    Bind(to_exit);
    for (const VirtualRegister c : carried) {
      if (Pick(3) != 0) PoolOf(c).push_back(c);
    }
  }

  Pool& PoolOf(VirtualRegister r) { return IsReference(b_.function().kinds[r]) ? tensors_ : ints_; }

  std::mt19937 random_;
  LowBuilder b_;
  Pool ints_, tensors_;
};

}  // namespace

LowBuilder::LowBuilder(std::vector<SlotKind> parameters, std::vector<SlotKind> results) {
  function_.name = std::string(1, 'f');
  function_.num_parameters = static_cast<int32_t>(parameters.size());
  function_.kinds = std::move(parameters);
  function_.result_kinds = std::move(results);
  function_.blocks.emplace_back();
}

int LowBuilder::NewBlock() {
  function_.blocks.emplace_back();
  return current_block();
}

LowInstruction& LowBuilder::Emit(Opcode opcode, std::vector<Item> items) {
  BATON_CHECK(static_cast<int>(items.size()) == GetOpcode(opcode).num_operands);
  LowInstruction& instruction = function_.blocks.back().instructions.emplace_back();
  instruction.opcode = opcode;
  for (size_t i = 0; i < items.size(); ++i) instruction.operands[i] = std::move(items[i].operand);
  return instruction;
}

VirtualRegister LowBuilder::Define(SlotKind kind, Opcode opcode, std::vector<Item> items) {
  const VirtualRegister dst = NewRegister(kind);
  items.insert(items.begin(), Item(dst));
  Emit(opcode, std::move(items));
  return dst;
}

Executable MakeExecutable(Function code) {
  Executable executable;
  executable.functions.push_back(std::move(code));
  executable.locations.resize(8);
  executable.messages = {"message"};
  for (int64_t i = 0; i < 8; ++i) executable.types.push_back({DType::kInt64, {i}});
  for (int n = 0; n < 4; ++n) {
    for (int m = 1; m <= 4; ++m) {
      executable.kernels.push_back(
          {"op", {}, std::vector<int32_t>(static_cast<size_t>(n), KernelReference::kPassed), m});
    }
  }
  return executable;
}

LowFunction RandomLowFunction(uint32_t seed) {
  return Generator(seed).Run();
}

}  // namespace baton
