// The loop over register code: the operand policy of interpreter.inc. Operands are units of the instruction
// at `pc` and name registers of the window at `registers`; both live in machine registers. One indirect jump
// per instruction.
#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <utility>

#include "vm/bytecode/opcode_table.h"
#include "vm/bytecode/register_code.h"
#include "vm/exec/interpreter.h"
#include "vm/exec/label_table.h"
#include "vm/exec/scalar_ops.h"

namespace baton {
namespace {

template <Opcode opcode, int index>
inline constexpr int kOffset = OperandOffset(opcode, index);

// The length of instructions without lists; 0 for others, which carry it.
constexpr int FixedUnits(Opcode opcode) {
  const OpcodeInfo& info = TableRow(opcode);
  int units = 1;
  for (int i = 0; i < info.num_operands; ++i) {
    if (IsList(info.operands[i].kind)) return 0;
    units += OperandUnits(info.operands[i].kind);
  }
  return (units + kUnitsPerWord - 1) / kUnitsPerWord * kUnitsPerWord;
}
template <Opcode opcode>
inline constexpr int kFixedUnits = FixedUnits(opcode);

inline Counted* Take(uint16_t unit, Slot* registers) {
  Slot& source = registers[ReadRegister(&unit)];
  Counted* value = source.reference;
  assert(value != nullptr);
  if (IsLastUse(unit)) {
    source.reference = nullptr;
  } else {
    value->Ref();
  }
  return value;
}

inline void Release(uint16_t unit, Slot* registers, ObjectHeap* heap) {
  heap->Release(std::exchange(registers[ReadRegister(&unit)].reference, nullptr));
}

inline void SetReference(Slot* target, Counted* value, ObjectHeap* heap) {
  Counted* old = std::exchange(target->reference, value);
  if (old != nullptr) heap->Release(old);
}

// Of a register of kind tensor: without asking for the kind.
inline void SetTensor(Slot* target, TensorObject* tensor) {
  TensorObject* old = std::exchange(target->tensor, tensor);
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
  Counted* Take(size_t i) const { return baton::Take(units_[i], registers_); }
  // Copies or moves everything; `references` are the places of references.
  void TakeTo(Slot* targets, absl::Span<const uint16_t> references) const {
    for (size_t i = 0; i < size(); ++i) targets[i] = slot(i);
    for (const uint16_t index : references) targets[index].reference = Take(index);
  }
  // Releases tensors on their last use.
  void DropTensors() const {
    for (const uint16_t unit : units_) {
      if (!IsLastUse(unit)) continue;
      // Null already when the list names the register twice.
      TensorObject* tensor = std::exchange(registers_[ReadRegister(&unit)].tensor, nullptr);
      if (tensor != nullptr) tensor->Unref();
    }
  }
  void LeaveTensors() const { DropTensors(); }
  void Set(size_t i, TensorObject* tensor) const { SetTensor(&registers_[units_[i]], tensor); }
  void SetReference(size_t i, Counted* value, ObjectHeap* heap) const {
    baton::SetReference(&registers_[units_[i]], value, heap);
  }

 private:
  absl::Span<const uint16_t> units_;
  Slot* registers_;
};

// Copies or moves the arguments of a call into the callee's parameters from number `first` on.
inline void PassArguments(const LoadedFunction& callee, size_t first, absl::Span<const uint16_t> arguments,
                          Slot* caller, Slot* parameters) {
  for (size_t i = 0; i < arguments.size(); ++i) parameters[first + i] = caller[ReadRegister(&arguments[i])];
  for (const uint16_t index : callee.reference_parameters()) {
    if (index >= first) parameters[index].reference = Take(arguments[index - first], caller);
  }
}

// The same for a closure: what it has captured comes first.
inline void PassClosure(uint16_t closure_unit, absl::Span<const uint16_t> arguments, Slot* caller,
                        Slot* parameters, ObjectHeap* heap) {
  auto* closure = static_cast<Object*>(Take(closure_unit, caller));
  const ObjectLayout& layout = *closure->layout;
  heap->Unpack(closure, [parameters](size_t i, Slot value) { parameters[i] = value; });
  PassArguments(*layout.function, layout.fields.size(), arguments, caller, parameters);
}

// The same for a call that was forked: the future has the arguments.
inline void PassForked(uint16_t future_unit, Slot* caller, Slot* parameters, Frame* frame, ObjectHeap* heap) {
  FutureHeader* future = HeaderOf(static_cast<Object*>(Take(future_unit, caller)));
  frame->forked_sequence = future->sequence;
  TakeArguments(future, parameters, heap);
}

// The results of the first frame.
inline void PassFirstResults(const LoadedFunction& callee, absl::Span<const uint16_t> results,
                             Slot* registers, Slot* targets, ObjectHeap* heap) {
  for (size_t i = 0; i < results.size(); ++i) {
    if (IsReference(callee.source->result_kinds[i])) {
      SetReference(&targets[i], Take(results[i], registers), heap);
    } else {
      targets[i] = registers[ReadRegister(&results[i])];
    }
  }
}

// The registers that the results of a call go to; `pc` is at an instruction that calls.
inline const uint16_t* ResultTargets(const uint16_t* pc) {
  switch (static_cast<Opcode>(pc[0] & 0xFF)) {
    case Opcode::kCall:
      return NextList(pc + kOffset<Opcode::kCall, 1>) + 1;
    case Opcode::kAwait:
      return pc + kOffset<Opcode::kAwait, 2> + 1;
    default:
      return NextList(pc + kOffset<Opcode::kCallClosure, 2>) + 1;
  }
}

// Copies or moves results into the registers that `targets` names.
inline void PassResults(const LoadedFunction& callee, absl::Span<const uint16_t> results, Slot* registers,
                        const uint16_t* targets, Slot* caller, ObjectHeap* heap) {
  if (callee.reference_results.empty()) {
    for (size_t i = 0; i < results.size(); ++i) caller[targets[i]] = registers[ReadRegister(&results[i])];
    return;
  }
  const std::vector<SlotKind>& kinds = callee.source->result_kinds;
  for (size_t i = 0; i < results.size(); ++i) {
    if (IsReference(kinds[i])) {
      SetReference(&caller[targets[i]], Take(results[i], registers), heap);
    } else {
      caller[targets[i]] = registers[ReadRegister(&results[i])];
    }
  }
}

const uint16_t* UnitsOf(const uint8_t* code) {
  return reinterpret_cast<const uint16_t*>(code);
}
const uint8_t* BytesOf(const uint16_t* pc) {
  return reinterpret_cast<const uint8_t*>(pc);
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
// Only uses of references are marked as last uses: verify_function.cc, CheckRegister.
#define SLOT(k) registers[*UNIT(k)]
#define I64(k) SLOT(k).i64
#define F64(k) SLOT(k).f64
#define BOOL(k) SLOT(k).boolean
#define TENSOR(k) registers[ReadRegister(UNIT(k))].tensor
#define OBJECT(k) registers[ReadRegister(UNIT(k))].object
#define TAKE(k) Take(*UNIT(k), registers)
#define TAKE_OBJECT(k) static_cast<Object*>(TAKE(k))
#define LAST_USE(k) IsLastUse(*UNIT(k))
#define RELEASE(k) Release(*UNIT(k), registers, vm.heap_)
#define DROP(k) \
  if (IsLastUse(*UNIT(k))) RELEASE(k)
#define SET_SLOT(k, value) registers[*UNIT(k)] = (value)
#define SET_I64(k, value) registers[*UNIT(k)].i64 = (value)
#define SET_F64(k, value) registers[*UNIT(k)].f64 = (value)
#define SET_BOOL(k, value) registers[*UNIT(k)].boolean = (value)
#define SET_TENSOR(k, value) SetTensor(&registers[*UNIT(k)], (value))
#define SET_REFERENCE(k, value) SetReference(&registers[*UNIT(k)], (value), vm.heap_)
#define SET_OBJECT(k, value) SET_REFERENCE(k, value)
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
// Starts `callee` in a new frame. `pass` is a statement that fills its `parameters` from the registers of
// the `caller`: no lambda, which could force `registers` and `pc` out of machine registers.
#define ENTER(callee, pass)                                                    \
  do {                                                                         \
    vm.frames_.top().pc = BytesOf(pc);                                         \
    Slot* parameters = vm.frames_.Push(callee);                                \
    FAIL_UNLESS(parameters != nullptr || vm.FailCall(callee));                 \
    Slot* caller = vm.frames_.slots(vm.frames_.frame(vm.frames_.depth() - 2)); \
    pass;                                                                      \
    registers = parameters;                                                    \
    pc = UnitsOf((callee).code);                                               \
    DISPATCH();                                                                \
  } while (false)
// The same in the frame of the caller.
#define REPLACE(callee, pass)                                      \
  do {                                                             \
    Slot* parameters = vm.frames_.StageParameters(callee);         \
    FAIL_UNLESS(parameters != nullptr || vm.FailTailCall(callee)); \
    Slot* caller = vm.frames_.slots(vm.frames_.top());             \
    pass;                                                          \
    registers = vm.frames_.ReplaceTop(callee, parameters);         \
    pc = UnitsOf((callee).code);                                   \
    DISPATCH();                                                    \
  } while (false)
#define CALLEE(k) program.functions[INDEX(k)]
#define CLOSURE_CALLEE(k) *OBJECT(k)->layout->function
#define PASS(callee, l) PassArguments(callee, 0, ReadList(UNIT(l)), caller, parameters)
#define PASS_CLOSURE(k, l) PassClosure(*UNIT(k), ReadList(UNIT(l)), caller, parameters, vm.heap_)
#define CALL(k, l)                            \
  do {                                        \
    const LoadedFunction& callee = CALLEE(k); \
    ENTER(callee, PASS(callee, l));           \
  } while (false)
#define TAIL_CALL(k, l)                       \
  do {                                        \
    const LoadedFunction& callee = CALLEE(k); \
    REPLACE(callee, PASS(callee, l));         \
  } while (false)
#define CALL_CLOSURE(k, l)                            \
  do {                                                \
    const LoadedFunction& callee = CLOSURE_CALLEE(k); \
    ENTER(callee, PASS_CLOSURE(k, l));                \
  } while (false)
#define CALL_FORKED(k, callee) \
  ENTER(callee, PassForked(*UNIT(k), caller, parameters, &vm.frames_.top(), vm.heap_))
#define SUSPEND() goto suspended
#define TAIL_CALL_CLOSURE(k, l)                       \
  do {                                                \
    const LoadedFunction& callee = CLOSURE_CALLEE(k); \
    REPLACE(callee, PASS_CLOSURE(k, l));              \
  } while (false)
// The entry point's results are references: verifier.cc, CheckEntryPoint.
#define RETURN(values)                                                                      \
  do {                                                                                      \
    const LoadedFunction& callee = *vm.frames_.top().function;                              \
    const absl::Span<const uint16_t> units = ReadList(UNIT(values));                        \
    if (vm.frames_.depth() == 1) {                                                          \
      PassFirstResults(callee, units, registers, vm.frames_.results(), vm.heap_);           \
      goto returned;                                                                        \
    }                                                                                       \
    const Frame& caller = vm.frames_.frame(vm.frames_.depth() - 2);                         \
    const uint16_t* call = UnitsOf(caller.pc);                                              \
    Slot* caller_registers = vm.frames_.slots(caller);                                      \
    PassResults(callee, units, registers, ResultTargets(call), caller_registers, vm.heap_); \
    vm.frames_.ReleaseReferences();                                                         \
    vm.frames_.Pop();                                                                       \
    registers = caller_registers;                                                           \
    pc = call + InstructionUnits(call);                                                     \
    DISPATCH();                                                                             \
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
StrandOutcome Interpreter::RunRegisterCode(Interpreter& vm) {
  static const void* const kByRow[] = {
#define OPCODE(code, name, operands, flow, meaning) &&handle_##name,
#define STACK_OPCODE(code, name, operands, flow, meaning) nullptr,
#include "vm/bytecode/opcodes.def"
#undef OPCODE
  };
  static const LabelTable table = MakeLabelTable(kByRow, {{Opcode::kMove, &&handle_MoveReference}});
  const void* const* const labels = table.labels;
  const LoadedProgram& program = vm.program_;
  Slot* registers = vm.frames_.slots(vm.frames_.top());
  const uint16_t* pc = UnitsOf(vm.frames_.top().pc);
  StrandOutcome outcome = StrandOutcome::kReturned;
  [[maybe_unused]] int64_t instructions = 0;
  DISPATCH();

#include "vm/exec/interpreter.inc"

  HANDLER(Move) {
    SET_SLOT(0, SLOT(1));
    NEXT();
  }
  HANDLER(MoveReference) {
    Counted* moved = TAKE(1);
    SET_REFERENCE(0, moved);
    NEXT();
  }

failed:
  outcome = StrandOutcome::kFailed;
  goto stopped;
suspended:
  outcome = StrandOutcome::kSuspended;
stopped:
  vm.frames_.top().pc = BytesOf(pc);
returned:
  if constexpr (kCounting) vm.instructions_ += instructions;
  return outcome;
}

template StrandOutcome Interpreter::RunRegisterCode<false>(Interpreter& vm);
template StrandOutcome Interpreter::RunRegisterCode<true>(Interpreter& vm);

}  // namespace baton
