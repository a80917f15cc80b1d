#include "tests/bytecode/verifier_stack_support.h"

#include "absl/strings/str_cat.h"

namespace baton::verifier_stack {
namespace {

int64_t ValidImmediate(Opcode opcode) {
  if (opcode == Opcode::kWrapI64) return static_cast<int64_t>(DType::kInt32);
  if (opcode == Opcode::kRoundF64) return static_cast<int64_t>(DType::kFloat16);
  return opcode == Opcode::kAlignDim ? 64 : 1;
}

int64_t ValidNumber(const OpcodeInfo& info, OperandKind kind) {
  switch (kind) {
    case OperandKind::kImm:
      return ValidImmediate(info.opcode);
    case OperandKind::kFunction:
      return info.opcode == Opcode::kTailCall ? 2 : 1;
    case OperandKind::kTypeIndex:
      return info.opcode == Opcode::kMakeTensor || info.opcode == Opcode::kStackSequence ? 0 : 1;
    case OperandKind::kUseLocal:
    case OperandKind::kDefLocal:
      return LocalOf(kTensor);
    case OperandKind::kUseWideLocal:
    case OperandKind::kDefWideLocal:
      return kWideLocal;
    default:
      return 0;
  }
}

void Pop(SlotKind kind, StackFunctionBuilder* f) {
  f->Append(IsReference(kind) ? Opcode::kRelease : Opcode::kDrop);
}

// Object type 0 holds (i64, tensor) in a reference, object types 1 and 2 are List's with integers.
void AddTypes(ExecutableBuilder* program) {
  const Type integer(DType::kInt64, Shape()), floats(DType::kFloat32, Shape{AnyDim()});
  const Type a = Type::Variable("A");
  program->Add(TypeDefinition{"List", {"A"}, {{"Nil", {}}, {"Cons", {a, Type::Data("List", {a})}}}});
  program->Add(ObjectType{Type::Reference(Type::Tuple({integer, floats})), 0, {kI64, kTensor}});
  program->Add(ObjectType{Type::Data("List", {integer}), 0, {}});
  program->Add(ObjectType{Type::Data("List", {integer}), 1, {kI64, kObject}});
  program->Add(Signature{{kI64, kTensor}, {kTensor}});
  program->Add(Signature{{kI64, kTensor}, {kF64}});
}

std::string VerifyInProgram(Function function) {
  ExecutableBuilder program;
  program.Add(std::move(function));
  program.Add(SimpleFunction("callee", {kTensor, kF64}));
  program.Add(SimpleFunction("tail", {kTensor}));
  AddTypes(&program);
  program.Add(Tensor::Scalar(1.0f));
  program.Add(KernelReference{"relu", {}, {KernelReference::kPassed}, 1});
  program.Add(AllocType{DType::kInt64, {2}});
  program.Add(AllocType{DType::kFloat32, {kDynamicExtent}});
  program.AddMessage("message");
  return VerifyMessage(std::move(program).Build());
}

}  // namespace

Kinds ValidList(Opcode opcode, const Operand& operand) {
  switch (opcode) {
    case Opcode::kMakeTensor:  // type 0 is Tensor[(2), int64]
      return {kI64, kI64};
    case Opcode::kReturn:
      return {kTensor};
    case Opcode::kCall:  // callee(i64, tensor) -> (tensor, f64)
    case Opcode::kFork:
    case Opcode::kAwait:
      return operand.kind == OperandKind::kUses ? Kinds{kI64, kTensor} : Kinds{kTensor, kF64};
    case Opcode::kMakeObject:  // object type 0 holds (i64, tensor)
    case Opcode::kGetFields:
    case Opcode::kSetFields:
    case Opcode::kMakeClosure:  // of callee
    case Opcode::kTailCall:     // tail(i64, tensor) -> (tensor)
      return {kI64, kTensor};
    case Opcode::kCallClosure:  // signature 0 is (i64, tensor) -> (tensor)
    case Opcode::kTailCallClosure:
      return operand.kind == OperandKind::kUses ? Kinds{kI64, kTensor} : Kinds{kTensor};
    case Opcode::kCallKernel:
    case Opcode::kCallKernelAlloc:
      return {kTensor};
    case Opcode::kAllocTensor:  // type 1 is Tensor[(?), float32]
    case Opcode::kAllocInArena:
    case Opcode::kView:
      return {kI64};
    default:
      return {};
  }
}

Subject ValidSubject(const OpcodeInfo& info, SlotKind any) {
  Subject subject{info, {}, {}, {}, {}};
  for (int i = 0; i < info.num_operands; ++i) {
    const Operand& operand = info.operands[i];
    const bool is_value = operand.kind == OperandKind::kUse || operand.kind == OperandKind::kDef;
    const Kinds kinds = is_value               ? Kinds{operand.slot.value_or(any)}
                        : IsList(operand.kind) ? ValidList(info.opcode, operand)
                                               : Kinds{};
    for (const SlotKind kind : kinds) {
      if (operand.kind != OperandKind::kUse && !IsUseList(operand.kind)) continue;
      subject.taken.push_back(kind);
      subject.operand_of.push_back(i);
    }
    if (operand.kind == OperandKind::kDef || IsPushedList(operand.kind))
      subject.pushed.insert(subject.pushed.end(), kinds.begin(), kinds.end());
    if (is_value) continue;
    subject.index_of[i] = static_cast<int>(subject.operands.size());
    if (IsList(operand.kind)) {
      subject.operands.push_back(kinds.size());
    } else {
      subject.operands.push_back(ValidNumber(info, operand.kind));
    }
  }
  return subject;
}
Subject ValidSubject(const OpcodeInfo& info) {
  return ValidSubject(info, info.opcode == Opcode::kDrop ? kI64 : kTensor);
}

Function SimpleFunction(absl::string_view name, const Kinds& results) {
  StackFunctionBuilder f(name, {kI64, kTensor}, results);
  f.Append("LocalTake", {1});
  if (results.size() == 2) f.Append("LoadFloat", {1.0});
  f.Append("Return", {results.size()});
  return std::move(f).Build();
}

void Push(SlotKind kind, StackFunctionBuilder* f) {
  if (kind != SlotKind::kFuture) {
    f->Append("LocalGet", {LocalOf(kind)});
    return;
  }
  for (const SlotKind argument : {kI64, kI64, kTensor}) Push(argument, f);
  f->Append("Fork", {1, 2});
}

// A function around one instruction: arenas are opened and closed as it needs, labels lead to its own start.
std::string VerifyOne(const Subject& subject) {
  Kinds parameters;
  for (int i = 0; i < LocalOf(kFuture); ++i) parameters.push_back(static_cast<SlotKind>(i));
  StackFunctionBuilder f("f", parameters, {kTensor});
  for (int i = LocalOf(kFuture); i < kNumLocals; ++i) f.NewLocal(i == LocalOf(kFuture) ? kFuture : kTensor);
  const Opcode opcode = subject.info.opcode;
  if (opcode == Opcode::kLocalGetWide || opcode == Opcode::kLocalTakeWide) {
    f.Append("LocalGet", {LocalOf(kTensor)});
    f.Append("LocalSetWide", {kWideLocal});
  }
  if (subject.has_future) {
    Push(kFuture, &f);
    f.Append("LocalSet", {LocalOf(kFuture)});
  }
  const bool in_arena = opcode == Opcode::kAllocInArena;
  if (in_arena || opcode == Opcode::kLeaveArena) {
    f.Append("LocalGet", {LocalOf(kI64)});
    f.Append("EnterArena");
  }
  for (const SlotKind kind : subject.taken) Push(kind, &f);
  f.Append(opcode, subject.operands);
  for (size_t i = subject.pushed.size(); i-- > 0;) Pop(subject.pushed[i], &f);
  if (in_arena || opcode == Opcode::kEnterArena) f.Append("LeaveArena");
  f.Append("LoadConst", {0});
  f.Append("Return", {1});
  return VerifyInProgram(std::move(f).Build());
}

void CheckRefused(const Subject& subject, int operand, const std::string& reason) {
  const std::string message = VerifyOne(subject);
  CAPTURE(std::string(subject.info.name), operand, message);
  CHECK_THAT(message, Catch::StartsWith("f stack code+") &&
                          Catch::Contains(absl::StrCat(" ", subject.info.name, ": operand '",
                                                       subject.info.operands[operand].name, "' ")) &&
                          Catch::Contains(reason));
}

void CheckRefused(const OpcodeInfo& info, int operand, const CodeOperand& wrong, const std::string& reason) {
  Subject subject = ValidSubject(info);
  subject.operands[static_cast<size_t>(subject.index_of[operand])] = wrong;
  CheckRefused(subject, operand, reason);
}

}  // namespace baton::verifier_stack
