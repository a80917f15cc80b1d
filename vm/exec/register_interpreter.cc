// The loop over register code: the operand policy of interpreter.inc. Operands are units of the instruction
// at `pc` and name registers of the window at `registers`; both live in machine registers. One indirect jump
// per instruction.
#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

#include "vm/bytecode/opcode_table.h"
#include "vm/bytecode/register_code.h"
#include "vm/exec/interpreter.h"
#include "vm/exec/scalar_ops.h"

namespace baton {
namespace {

template <Opcode opcode, int index>
inline constexpr int kOffset = OperandOffset(opcode, index);

// The length of instructions without lists; 0 for others, which carry it.
constexpr int FixedUnits(Opcode opcode) {
  const OpcodeInfo& info = opcode_table::kRows[opcode_table::kRowIndex.row[static_cast<uint8_t>(opcode)]];
  int units = 1;
  for (int i = 0; i < info.num_operands; ++i) {
    if (IsList(info.operands[i].kind)) return 0;
    units += OperandUnits(info.operands[i].kind);
  }
  return (units + kUnitsPerWord - 1) / kUnitsPerWord * kUnitsPerWord;
}
template <Opcode opcode>
inline constexpr int kFixedUnits = FixedUnits(opcode);

inline TensorObject* Take(uint16_t unit, Slot* registers) {
  Slot& source = registers[ReadRegister(&unit)];
  TensorObject* tensor = source.tensor;
  assert(tensor != nullptr);
  if (IsLastUse(unit)) {
    source.tensor = nullptr;
  } else {
    tensor->Ref();
  }
  return tensor;
}

inline void Release(uint16_t unit, Slot* registers) {
  Slot& source = registers[ReadRegister(&unit)];
  // Null already when the list names the register twice.
  if (source.tensor == nullptr) return;
  source.tensor->Unref();
  source.tensor = nullptr;
}

inline void SetTensor(Slot* target, TensorObject* tensor) {
  TensorObject* old = target->tensor;
  target->tensor = tensor;
  if (old != nullptr) old->Unref();
}

// A list operand. Copies of references into it: frames do not move while it is in use.
class RegisterList {
 public:
  RegisterList(const uint16_t* units, Slot* registers) : units_(ReadList(units)), registers_(registers) {}
  size_t size() const { return units_.size(); }
  Slot& slot(size_t i) const { return registers_[ReadRegister(&units_[i])]; }
  int64_t i64(size_t i) const { return slot(i).i64; }
  TensorObject* tensor(size_t i) const {
    assert(slot(i).tensor != nullptr);
    return slot(i).tensor;
  }
  // REQUIRES: room for size() values. At most kMaxRank in lists of dims: verify_function.cc, CheckExtents.
  void CopyTo(int64_t* values) const {
    for (size_t i = 0; i < size(); ++i) values[i] = i64(i);
  }
  // Releases references on their last use.
  void Drop() const {
    for (const uint16_t unit : units_) {
      if (IsLastUse(unit)) Release(unit, registers_);
    }
  }
  void Set(size_t i, TensorObject* tensor) const { SetTensor(&registers_[units_[i]], tensor); }

 private:
  absl::Span<const uint16_t> units_;
  Slot* registers_;
};

// Copies or moves the arguments of a call into the callee's parameters.
inline void PassArguments(const LoadedFunction& callee, absl::Span<const uint16_t> arguments, Slot* caller,
                          Slot* parameters) {
  for (size_t i = 0; i < arguments.size(); ++i) parameters[i] = caller[ReadRegister(&arguments[i])];
  for (const uint16_t index : callee.reference_parameters()) {
    parameters[index].tensor = Take(arguments[index], caller);
  }
}

// Copies or moves results into the registers that `targets` names.
inline void PassResults(const LoadedFunction& callee, absl::Span<const uint16_t> results, Slot* registers,
                        const uint16_t* targets, Slot* caller) {
  if (callee.reference_results.empty()) {
    for (size_t i = 0; i < results.size(); ++i) caller[targets[i]] = registers[ReadRegister(&results[i])];
    return;
  }
  const std::vector<SlotKind>& kinds = callee.source->result_kinds;
  for (size_t i = 0; i < results.size(); ++i) {
    if (IsReference(kinds[i])) {
      SetTensor(&caller[targets[i]], Take(results[i], registers));
    } else {
      caller[targets[i]] = registers[ReadRegister(&results[i])];
    }
  }
}

struct LabelTable {
  const void* labels[256] = {};
};

// `by_row` are the handlers in the order of opcodes.def.
LabelTable MakeLabelTable(const void* const* by_row, const void* move_reference) {
  LabelTable table;
  for (int i = 0; i < opcode_table::kNumRows; ++i) {
    table.labels[static_cast<uint8_t>(opcode_table::kRows[i].opcode)] = by_row[i];
  }
  table.labels[kMoveReferenceCode] = move_reference;
  return table;
}

}  // namespace

#define DISPATCH()                           \
  do {                                       \
    if constexpr (kCounting) ++instructions; \
    goto* labels[pc[0] & 0xFF];              \
  } while (false)
#define HANDLER(name) \
  handle_##name : if constexpr ([[maybe_unused]] constexpr Opcode kOpcode = OpcodeOf::name; true)
#define UNIT(k) (pc + kOffset<kOpcode, k>)
#define SLOT(k) registers[ReadRegister(UNIT(k))]
#define I64(k) SLOT(k).i64
#define F64(k) SLOT(k).f64
#define BOOL(k) SLOT(k).boolean
#define TENSOR(k) SLOT(k).tensor
#define TAKE(k) Take(*UNIT(k), registers)
#define RELEASE(k) Release(*UNIT(k), registers)
#define DROP(k) \
  if (IsLastUse(*UNIT(k))) RELEASE(k)
#define SET_SLOT(k, value) registers[*UNIT(k)] = (value)
#define SET_I64(k, value) registers[*UNIT(k)].i64 = (value)
#define SET_F64(k, value) registers[*UNIT(k)].f64 = (value)
#define SET_BOOL(k, value) registers[*UNIT(k)].boolean = (value)
#define SET_TENSOR(k, value) SetTensor(&registers[*UNIT(k)], (value))
#define IMM(k) ReadImm(UNIT(k))
#define IMM64(k) ReadImm64(UNIT(k))
#define INDEX(k) ReadIndex(UNIT(k))
#define LIST(k) RegisterList(UNIT(k), registers)
#define NEXT_LIST(k) RegisterList(NextList(UNIT(k)), registers)
#define NEXT()                                                                     \
  do {                                                                             \
    pc += kFixedUnits<kOpcode> != 0 ? kFixedUnits<kOpcode> : InstructionUnits(pc); \
    DISPATCH();                                                                    \
  } while (false)
#define FAIL_UNLESS(condition)     \
  do {                             \
    if (!(condition)) [[unlikely]] \
      goto failed;                 \
  } while (false)
// Labels are relative (loaded_program.h): not forward means a back edge.
#define JUMP(k)                                               \
  do {                                                        \
    const int64_t num_words = static_cast<int32_t>(INDEX(k)); \
    if (num_words <= 0) FAIL_UNLESS(vm.Step());               \
    pc += num_words * kUnitsPerWord;                          \
    DISPATCH();                                               \
  } while (false)
#define CALL(function_index, arguments)                                            \
  do {                                                                             \
    const LoadedFunction& callee = program.functions[INDEX(function_index)];       \
    vm.frames_.top().pc = pc;                                                      \
    Slot* parameters = vm.frames_.Push(callee);                                    \
    FAIL_UNLESS(parameters != nullptr || vm.FailCall(callee));                     \
    Slot* caller = vm.frames_.registers(vm.frames_.frame(vm.frames_.depth() - 2)); \
    PassArguments(callee, ReadList(UNIT(arguments)), caller, parameters);          \
    registers = parameters;                                                        \
    pc = callee.code;                                                              \
    DISPATCH();                                                                    \
  } while (false)
#define RETURN(values)                                                             \
  do {                                                                             \
    const LoadedFunction& callee = *vm.frames_.top().function;                     \
    const absl::Span<const uint16_t> units = ReadList(UNIT(values));               \
    if (vm.frames_.depth() == 1) {                                                 \
      for (size_t i = 0; i < units.size(); ++i)                                    \
        SetTensor(&vm.frames_.results()[i], Take(units[i], registers));            \
      goto returned;                                                               \
    }                                                                              \
    const Frame& caller = vm.frames_.frame(vm.frames_.depth() - 2);                \
    Slot* caller_registers = vm.frames_.registers(caller);                         \
    const uint16_t* targets = NextList(caller.pc + kOffset<Opcode::kCall, 1>) + 1; \
    PassResults(callee, units, registers, targets, caller_registers);              \
    vm.frames_.ReleaseReferences();                                                \
    vm.frames_.Pop();                                                              \
    registers = caller_registers;                                                  \
    pc = caller.pc + InstructionUnits(caller.pc);                                  \
    DISPATCH();                                                                    \
  } while (false)

namespace {
// Handlers find their row by name; MoveReference has the operands of Move.
struct OpcodeOf {
#define OPCODE(code, name, operands, flow, meaning) static constexpr Opcode name = Opcode::k##name;
#include "vm/bytecode/opcodes.def"
#undef OPCODE
  static constexpr Opcode MoveReference = Opcode::kMove;
};
}  // namespace

template <bool kCounting>
bool Interpreter::RunRegisterCode(Interpreter& vm) {
  static const void* const kByRow[] = {
#define OPCODE(code, name, operands, flow, meaning) &&handle_##name,
#include "vm/bytecode/opcodes.def"
#undef OPCODE
  };
  static const LabelTable table = MakeLabelTable(kByRow, &&handle_MoveReference);
  const void* const* const labels = table.labels;
  const LoadedProgram& program = vm.program_;
  Slot* registers = vm.frames_.registers(vm.frames_.top());
  const uint16_t* pc = vm.frames_.top().function->code;
  [[maybe_unused]] int64_t instructions = 0;
  DISPATCH();

#include "vm/exec/interpreter.inc"

failed:
  if (vm.frames_.depth() > 0) vm.frames_.top().pc = pc;
returned:
  if constexpr (kCounting) vm.instructions_ += instructions;
  return vm.status_.ok();
}

template bool Interpreter::RunRegisterCode<false>(Interpreter& vm);
template bool Interpreter::RunRegisterCode<true>(Interpreter& vm);

}  // namespace baton
