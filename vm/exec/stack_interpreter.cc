// The loop over stack code: the operand policy of interpreter.inc. Operands are bytes of the instruction at
// `pc` and values below `sp`, the first free slot of the operand stack; locals lie at `locals`. All three
// live in machine registers. One indirect jump per instruction. The arguments of a call become the callee's
// first locals where they lie, and its results come to lie where its arguments were.
#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>
#include <utility>

#include "vm/bytecode/stack_code.h"
#include "vm/exec/interpreter.h"
#include "vm/exec/label_table.h"
#include "vm/exec/scalar_ops.h"

namespace baton {
namespace {

template <Opcode opcode, int index>
inline constexpr int kPlace = StackOperandOffset(opcode, index);
template <Opcode opcode>
inline constexpr int kLength = StackOperandOffset(opcode, kMaxOperands);
template <Opcode opcode, int index>
inline constexpr OperandKind kKind = TableRow(opcode).operands[index].kind;

using KindPredicate = bool (*)(OperandKind);

// The number of values in operand `index` if it is a list of such a kind.
template <Opcode opcode, int index, KindPredicate counts>
inline int64_t ListLength(const uint8_t* pc) {
  if constexpr (index < TableRow(opcode).num_operands) {
    if constexpr (counts(kKind<opcode, index>)) return ReadStackNumber<uint16_t>(pc + kPlace<opcode, index>);
  }
  return 0;
}

// The values in lists of such a kind before operand `end`.
template <Opcode opcode, KindPredicate counts, int end = kMaxOperands>
inline int64_t ListLengths(const uint8_t* pc) {
  static_assert(kMaxOperands == 5);
  int64_t count = 0;
  if constexpr (end > 0) count += ListLength<opcode, 0, counts>(pc);
  if constexpr (end > 1) count += ListLength<opcode, 1, counts>(pc);
  if constexpr (end > 2) count += ListLength<opcode, 2, counts>(pc);
  if constexpr (end > 3) count += ListLength<opcode, 3, counts>(pc);
  if constexpr (end > 4) count += ListLength<opcode, 4, counts>(pc);
  return count;
}

// How many values the instruction takes off the stack, and how many it puts there.
template <Opcode opcode>
inline int64_t NumTaken(const uint8_t* pc) {
  return NumStackUses(opcode) + ListLengths<opcode, IsUseList>(pc);
}
template <Opcode opcode>
inline int64_t NumPushed(const uint8_t* pc) {
  return NumStackDefs(opcode) + ListLengths<opcode, IsPushedList>(pc);
}

// The values of a list operand, on the stack. References among them belong to the list.
class StackList {
 public:
  // `results`: where the instruction's results begin.
  StackList(Slot* first, int64_t size, Slot* results)
      : first_(first), size_(static_cast<size_t>(size)), results_(results) {}
  size_t size() const { return size_; }
  Slot& slot(size_t i) const { return first_[i]; }
  TensorObject* tensor(size_t i) const {
    assert(first_[i].tensor != nullptr);
    return first_[i].tensor;
  }
  // REQUIRES: room for size() values. At most kMaxRank in lists of dims: operand lists are as long as the
  // type has dynamic extents.
  void CopyTo(int64_t* values) const {
    for (size_t i = 0; i < size_; ++i) values[i] = first_[i].i64;
  }
  Counted* Take(size_t i) const { return first_[i].reference; }
  // Moves everything; where references are does not matter.
  void TakeTo(Slot* targets, absl::Span<const uint16_t>) const { std::copy(first_, first_ + size_, targets); }
  void DropTensors() const {
    for (size_t i = 0; i < size_; ++i) first_[i].tensor->Unref();
  }
  void LeaveTensors() const { std::copy(first_, first_ + size_, results_); }
  void Set(size_t i, TensorObject* tensor) const { first_[i].tensor = tensor; }
  void SetReference(size_t i, Counted* value, ObjectHeap*) const { first_[i].reference = value; }

 private:
  Slot* first_;
  size_t size_;
  Slot* results_;
};

// The values of list operand `index`: those that are taken lie behind the single values, those that are
// pushed where the first value that is taken lies.
template <Opcode opcode, int index>
inline StackList ListAt(const uint8_t* pc, Slot* sp) {
  Slot* const results = sp - NumTaken<opcode>(pc);
  Slot* first = results;
  if constexpr (IsUseList(kKind<opcode, index>))
    first += NumStackUses(opcode) + ListLengths<opcode, IsUseList, index>(pc);
  return {first, ListLength<opcode, index, IsList>(pc), results};
}

// Gives up the reference and leaves null: should the instruction fail after all, nothing is released twice.
inline void Release(Slot* slot, ObjectHeap* heap) {
  heap->Release(std::exchange(slot->reference, nullptr));
}

inline void SetReference(Slot* target, Counted* value, ObjectHeap* heap) {
  Counted* old = std::exchange(target->reference, value);
  if (old != nullptr) heap->Release(old);
}

// Turns a closure and the `num_arguments` values behind it into the parameters of its function. REQUIRES:
// room.
inline void UnpackClosure(Slot* closure_slot, int64_t num_arguments, ObjectHeap* heap) {
  auto* closure = static_cast<Object*>(closure_slot->reference);
  const size_t num_captured = closure->layout->fields.size();
  std::memmove(closure_slot + num_captured, closure_slot + 1,
               static_cast<size_t>(num_arguments) * sizeof(Slot));
  heap->Unpack(closure, [closure_slot](size_t i, Slot value) { closure_slot[i] = value; });
}

// What the verifier guarantees: operand_stack.cc.
[[maybe_unused]] inline bool IsOnOperandStack(const FrameStack& frames, const Slot* sp) {
  const Slot* const locals = frames.slots(frames.top());
  const LoadedFunction& function = *frames.top().function;
  return sp >= locals + function.num_locals && sp <= locals + function.num_slots;
}

// Of an instruction that calls.
static_assert(kLength<Opcode::kCall> == kLength<Opcode::kCallClosure>);
inline int LengthOfCall(const uint8_t* pc) {
  return *pc == static_cast<uint8_t>(Opcode::kAwait) ? kLength<Opcode::kAwait> : kLength<Opcode::kCall>;
}

// Handlers find their row by name; those of references have the operands of the others.
struct OpcodeOf {
#define OPCODE(code, name, operands, flow, meaning) static constexpr Opcode name = Opcode::k##name;
#include "vm/bytecode/opcodes.def"
#undef OPCODE
  static constexpr Opcode LocalGetReference = Opcode::kLocalGet;
  static constexpr Opcode LocalGetReferenceWide = Opcode::kLocalGetWide;
  static constexpr Opcode LocalSetReference = Opcode::kLocalSet;
  static constexpr Opcode LocalSetReferenceWide = Opcode::kLocalSetWide;
  static constexpr Opcode LocalTeeReference = Opcode::kLocalTee;
  static constexpr Opcode LocalTeeReferenceWide = Opcode::kLocalTeeWide;
};

}  // namespace

#define DISPATCH()                            \
  do {                                        \
    assert(IsOnOperandStack(vm.frames_, sp)); \
    if constexpr (kCounting) ++instructions;  \
    goto* labels[*pc];                        \
  } while (false)
#define HANDLER(name) \
  handle_##name : if constexpr ([[maybe_unused]] constexpr Opcode kOpcode = OpcodeOf::name; true)
#define NUM_TAKEN() NumTaken<kOpcode>(pc)
#define AT(k) (pc + kPlace<kOpcode, k>)
#define SLOT(k) sp[NumStackUses(kOpcode, k) - NUM_TAKEN()]
#define I64(k) SLOT(k).i64
#define F64(k) SLOT(k).f64
#define BOOL(k) SLOT(k).boolean
#define TENSOR(k) SLOT(k).tensor
#define OBJECT(k) SLOT(k).object
#define TAKE(k) SLOT(k).reference
#define TAKE_OBJECT(k) static_cast<Object*>(TAKE(k))
#define LAST_USE(k) true
#define RELEASE(k) Release(&SLOT(k), vm.heap_)
#define DROP(k) RELEASE(k)
// No instruction with more than one single definition: where the first value that is taken lies.
#define RESULT() sp[-NUM_TAKEN()]
#define SET_SLOT(k, value) RESULT() = (value)
#define SET_I64(k, value) RESULT().i64 = (value)
#define SET_F64(k, value) RESULT().f64 = (value)
#define SET_BOOL(k, value) RESULT().boolean = (value)
#define SET_TENSOR(k, value) RESULT().tensor = (value)
#define SET_REFERENCE(k, value) RESULT().reference = (value)
#define SET_OBJECT(k, value) SET_REFERENCE(k, value)
#define IMM(k) ReadStackNumber<int16_t>(AT(k))
#define IMM64(k) ReadStackNumber<int64_t>(AT(k))
#define INDEX(k) ReadStackNumber<uint32_t>(AT(k))
#define LIST(k) ListAt<kOpcode, k>(pc, sp)
#define NEXT_LIST(k) ListAt<kOpcode, (k) + 1>(pc, sp)
#define NEXT()                                  \
  do {                                          \
    sp += NumPushed<kOpcode>(pc) - NUM_TAKEN(); \
    pc += kLength<kOpcode>;                     \
    DISPATCH();                                 \
  } while (false)
#define FAIL_UNLESS(condition)     \
  do {                             \
    if (!(condition)) [[unlikely]] \
      goto failed;                 \
  } while (false)
// Labels are relative (loaded_program.h): not forward means a back edge.
#define JUMP(k)                                               \
  do {                                                        \
    const int32_t distance = ReadStackNumber<int32_t>(AT(k)); \
    if (distance <= 0) FAIL_UNLESS(vm.Step());                \
    sp -= NUM_TAKEN();                                        \
    pc += distance;                                           \
    DISPATCH();                                               \
  } while (false)
#define CALLEE(k) program.functions[INDEX(k)]
#define CLOSURE_CALLEE(k) *OBJECT(k)->layout->function
// Runs the code of `callee`, whose parameters lie at `locals`.
#define START(callee)                  \
  do {                                 \
    sp = locals + (callee).num_locals; \
    pc = (callee).code;                \
    DISPATCH();                        \
  } while (false)
#define CALL(k, l)                                                    \
  do {                                                                \
    const LoadedFunction& callee = CALLEE(k);                         \
    vm.frames_.top().pc = pc;                                         \
    Slot* parameters = vm.frames_.PushOver(callee, sp - NUM_TAKEN()); \
    FAIL_UNLESS(parameters != nullptr || vm.FailCall(callee));        \
    callee.ClearLocals(parameters);                                   \
    locals = parameters;                                              \
    START(callee);                                                    \
  } while (false)
#define CALL_CLOSURE(k, l)                                            \
  do {                                                                \
    const LoadedFunction& callee = CLOSURE_CALLEE(k);                 \
    vm.frames_.top().pc = pc;                                         \
    Slot* parameters = vm.frames_.PushOver(callee, sp - NUM_TAKEN()); \
    FAIL_UNLESS(parameters != nullptr || vm.FailCall(callee));        \
    UnpackClosure(parameters, NUM_TAKEN() - 1, vm.heap_);             \
    callee.ClearLocals(parameters);                                   \
    locals = parameters;                                              \
    START(callee);                                                    \
  } while (false)
// The parameters begin where the future, which is on top, lies.
#define CALL_FORKED(k, callee)                                                 \
  do {                                                                         \
    vm.frames_.top().pc = pc;                                                  \
    Slot* parameters = vm.frames_.PushOver(callee, sp - NUM_TAKEN());          \
    FAIL_UNLESS(parameters != nullptr || vm.FailCall(callee));                 \
    vm.frames_.top().forked_sequence = HeaderOf(parameters->object)->sequence; \
    TakeArguments(HeaderOf(parameters->object), parameters, vm.heap_);         \
    callee.ClearLocals(parameters);                                            \
    locals = parameters;                                                       \
    START(callee);                                                             \
  } while (false)
#define SUSPEND() goto suspended
#define TAIL_CALL(k, l)                                                  \
  do {                                                                   \
    const LoadedFunction& callee = CALLEE(k);                            \
    Slot* staged = vm.frames_.StageParameters(callee, sp - NUM_TAKEN()); \
    FAIL_UNLESS(staged != nullptr || vm.FailTailCall(callee));           \
    locals = vm.frames_.ReplaceTop(callee, staged);                      \
    START(callee);                                                       \
  } while (false)
#define TAIL_CALL_CLOSURE(k, l)                                          \
  do {                                                                   \
    const LoadedFunction& callee = CLOSURE_CALLEE(k);                    \
    Slot* staged = vm.frames_.StageParameters(callee, sp - NUM_TAKEN()); \
    FAIL_UNLESS(staged != nullptr || vm.FailTailCall(callee));           \
    UnpackClosure(staged, NUM_TAKEN() - 1, vm.heap_);                    \
    locals = vm.frames_.ReplaceTop(callee, staged);                      \
    START(callee);                                                       \
  } while (false)
// The entry point's results are references: verifier.cc, CheckEntryPoint.
#define RETURN(values)                          \
  do {                                          \
    const StackList results = LIST(values);     \
    if (vm.frames_.depth() == 1) {              \
      results.TakeTo(vm.frames_.results(), {}); \
      goto returned;                            \
    }                                           \
    vm.frames_.ReleaseReferences();             \
    results.TakeTo(locals, {});                 \
    sp = locals + results.size();               \
    vm.frames_.Pop();                           \
    const Frame& caller = vm.frames_.top();     \
    locals = vm.frames_.slots(caller);          \
    pc = caller.pc + LengthOfCall(caller.pc);   \
    DISPATCH();                                 \
  } while (false)
#define LOCALS(suffix, Number)                                                         \
  HANDLER(LocalGet##suffix) {                                                          \
    *sp = locals[ReadStackNumber<Number>(AT(1))];                                      \
    NEXT();                                                                            \
  }                                                                                    \
  HANDLER(LocalGetReference##suffix) {                                                 \
    sp->reference = locals[ReadStackNumber<Number>(AT(1))].reference;                  \
    assert(sp->reference != nullptr);                                                  \
    sp->reference->Ref();                                                              \
    NEXT();                                                                            \
  }                                                                                    \
  HANDLER(LocalTake##suffix) {                                                         \
    Slot& local = locals[ReadStackNumber<Number>(AT(1))];                              \
    sp->reference = std::exchange(local.reference, nullptr);                           \
    assert(sp->reference != nullptr);                                                  \
    NEXT();                                                                            \
  }                                                                                    \
  HANDLER(LocalSet##suffix) {                                                          \
    locals[ReadStackNumber<Number>(AT(0))] = sp[-1];                                   \
    NEXT();                                                                            \
  }                                                                                    \
  HANDLER(LocalSetReference##suffix) {                                                 \
    SetReference(&locals[ReadStackNumber<Number>(AT(0))], sp[-1].reference, vm.heap_); \
    NEXT();                                                                            \
  }                                                                                    \
  HANDLER(LocalTee##suffix) {                                                          \
    locals[ReadStackNumber<Number>(AT(1))] = sp[-1];                                   \
    NEXT();                                                                            \
  }                                                                                    \
  HANDLER(LocalTeeReference##suffix) {                                                 \
    sp[-1].reference->Ref();                                                           \
    SetReference(&locals[ReadStackNumber<Number>(AT(1))], sp[-1].reference, vm.heap_); \
    NEXT();                                                                            \
  }

template <bool kCounting>
StrandOutcome Interpreter::RunStackCode(Interpreter& vm) {
  static const void* const kByRow[] = {
#define OPCODE(code, name, operands, flow, meaning) &&handle_##name,
#define REGISTER_OPCODE(code, name, operands, flow, meaning) nullptr,
#include "vm/bytecode/opcodes.def"
#undef OPCODE
  };
  static const LabelTable table =
      MakeLabelTable(kByRow, {{Opcode::kLocalGet, &&handle_LocalGetReference},
                              {Opcode::kLocalGetWide, &&handle_LocalGetReferenceWide},
                              {Opcode::kLocalSet, &&handle_LocalSetReference},
                              {Opcode::kLocalSetWide, &&handle_LocalSetReferenceWide},
                              {Opcode::kLocalTee, &&handle_LocalTeeReference},
                              {Opcode::kLocalTeeWide, &&handle_LocalTeeReferenceWide}});
  const void* const* const labels = table.labels;
  const LoadedProgram& program = vm.program_;
  Slot* locals = vm.frames_.slots(vm.frames_.top());
  Slot* sp = locals + vm.frames_.top().function->num_locals + vm.operand_stack_height_;
  const uint8_t* pc = vm.frames_.top().pc;
  StrandOutcome outcome = StrandOutcome::kReturned;
  [[maybe_unused]] int64_t instructions = 0;
  DISPATCH();

#include "vm/exec/interpreter.inc"

  LOCALS(, uint8_t)
  LOCALS(Wide, uint16_t)
  HANDLER(Drop) {
    NEXT();
  }

failed:
  outcome = StrandOutcome::kFailed;
  goto stopped;
suspended:
  vm.operand_stack_height_ = sp - locals - vm.frames_.top().function->num_locals;
  outcome = StrandOutcome::kSuspended;
stopped:
  vm.frames_.top().pc = pc;
returned:
  if constexpr (kCounting) vm.instructions_ += instructions;
  return outcome;
}

template StrandOutcome Interpreter::RunStackCode<false>(Interpreter& vm);
template StrandOutcome Interpreter::RunStackCode<true>(Interpreter& vm);

}  // namespace baton
