// Every operand of every instruction: accepted with a right value, refused with each kind of wrong one.
#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "tests/bytecode/verifier_support.h"
#include "vm/bytecode/register_code.h"

namespace baton {
namespace {

constexpr int kRegistersOfEachKind = 3;
constexpr int kNumRegisters = kRegistersOfEachKind * kNumSlotKinds;

// The function under test has three registers of each kind; all but futures, which cannot be, are parameters.
CodeRegister RegisterOf(SlotKind kind, int which = 0) {
  return {static_cast<int>(kind) * kRegistersOfEachKind + which};
}
// As an operand that is read.
CodeRegister UseOf(SlotKind kind, int which = 0) {
  const CodeRegister r = RegisterOf(kind, which);
  return kind == SlotKind::kFuture ? r.Last() : r;
}
SlotKind OtherKind(SlotKind kind) {
  return static_cast<SlotKind>((static_cast<int>(kind) + 1) % kNumSlotKinds);
}

// An instruction's operands before they are encoded.
using Operands = std::vector<CodeOperand>;

int64_t ValidImmediate(Opcode opcode) {
  if (opcode == Opcode::kWrapI64) return static_cast<int64_t>(DType::kInt32);
  if (opcode == Opcode::kRoundF64) return static_cast<int64_t>(DType::kFloat16);
  return opcode == Opcode::kAlignDim ? 64 : 1;
}

std::vector<CodeRegister> ValidList(Opcode opcode, const Operand& operand) {
  switch (opcode) {
    case Opcode::kMakeTensor:  // type 0 is Tensor[(2), int64]
      return {RegisterOf(SlotKind::kI64), RegisterOf(SlotKind::kI64, 1)};
    case Opcode::kReturn:
      return {RegisterOf(SlotKind::kTensor)};
    case Opcode::kCall:  // callee(i64, tensor) -> (tensor, f64)
    case Opcode::kFork:
    case Opcode::kAwait:
      if (operand.kind == OperandKind::kUses)
        return {RegisterOf(SlotKind::kI64), RegisterOf(SlotKind::kTensor)};
      return {RegisterOf(SlotKind::kTensor), RegisterOf(SlotKind::kF64)};
    case Opcode::kMakeObject:  // object type 0 holds (i64, tensor)
    case Opcode::kGetFields:
    case Opcode::kSetFields:
    case Opcode::kMakeClosure:  // of callee
    case Opcode::kTailCall:     // tail(i64, tensor) -> (tensor)
      return {RegisterOf(SlotKind::kI64), RegisterOf(SlotKind::kTensor)};
    case Opcode::kCallClosure:  // signature 0 is (i64, tensor) -> (tensor)
    case Opcode::kTailCallClosure:
      if (operand.kind == OperandKind::kUses)
        return {RegisterOf(SlotKind::kI64), RegisterOf(SlotKind::kTensor)};
      return {RegisterOf(SlotKind::kTensor)};
    case Opcode::kCallKernel:
    case Opcode::kCallKernelAlloc:
      return {RegisterOf(SlotKind::kTensor, operand.name == "inputs" ? 0 : 1)};
    default:
      return {};  // extents of a static type
  }
}

Operands ValidOperands(const OpcodeInfo& info) {
  Operands operands;
  for (int i = 0; i < info.num_operands; ++i) {
    const Operand& operand = info.operands[i];
    if (operand.kind == OperandKind::kDef) {
      operands.push_back(RegisterOf(operand.slot.value_or(SlotKind::kTensor), i % kRegistersOfEachKind));
    } else if (operand.kind == OperandKind::kUse) {
      operands.push_back(UseOf(operand.slot.value_or(SlotKind::kTensor), i % kRegistersOfEachKind));
    } else if (IsList(operand.kind)) {
      operands.push_back(ValidList(info.opcode, operand));
    } else if (operand.kind == OperandKind::kImm) {
      operands.push_back(ValidImmediate(info.opcode));
    } else if (operand.kind == OperandKind::kFunction) {
      operands.push_back(info.opcode == Opcode::kTailCall ? 2 : 1);
    } else {
      operands.push_back(0);
    }
  }
  return operands;
}

Function Callee() {
  FunctionBuilder f("callee", {SlotKind::kI64, SlotKind::kTensor}, {SlotKind::kTensor, SlotKind::kF64});
  const CodeRegister result = f.NewRegister(SlotKind::kF64);
  f.Append(Opcode::kLoadFloat, {result, 1.0});
  f.Append(Opcode::kReturn, {{f.parameter(1), result}});
  return std::move(f).Build();
}

Function TailCallee() {
  FunctionBuilder f("tail", {SlotKind::kI64, SlotKind::kTensor}, {SlotKind::kTensor});
  f.Append(Opcode::kReturn, {{f.parameter(1)}});
  return std::move(f).Build();
}

// Object type 0 holds (i64, tensor) in a reference, object types 1 and 2 are List's with integers.
void AddTypes(ExecutableBuilder* program) {
  const Type integer(DType::kInt64, Shape()), floats(DType::kFloat32, Shape{AnyDim()});
  const Type a = Type::Variable("A");
  program->Add(TypeDefinition{"List", {"A"}, {{"Nil", {}}, {"Cons", {a, Type::Data("List", {a})}}}});
  program->Add(
      ObjectType{Type::Reference(Type::Tuple({integer, floats})), 0, {SlotKind::kI64, SlotKind::kTensor}});
  program->Add(ObjectType{Type::Data("List", {integer}), 0, {}});
  program->Add(ObjectType{Type::Data("List", {integer}), 1, {SlotKind::kI64, SlotKind::kObject}});
  program->Add(Signature{{SlotKind::kI64, SlotKind::kTensor}, {SlotKind::kTensor}});
  program->Add(Signature{{SlotKind::kI64, SlotKind::kTensor}, {SlotKind::kF64}});
}

// Registers of futures get some; the others are parameters.
void ForkAll(FunctionBuilder* f) {
  for (int i = 0; i < kRegistersOfEachKind; ++i) {
    f->Append(Opcode::kFork, {RegisterOf(SlotKind::kFuture, i),
                              1,
                              RegisterOf(SlotKind::kI64),
                              {RegisterOf(SlotKind::kI64), RegisterOf(SlotKind::kTensor)}});
  }
}

// A function around one instruction: arenas are opened and closed and calls forked as it needs, labels lead
// to its own start, which is at word 0 unless futures come before it.
std::string VerifyOne(Opcode opcode, const Operands& operands, bool has_futures = false) {
  std::vector<SlotKind> parameters;
  for (int i = 0; i < kNumRegisters - kRegistersOfEachKind; ++i)
    parameters.push_back(static_cast<SlotKind>(i / kRegistersOfEachKind));
  FunctionBuilder f("f", parameters, {SlotKind::kTensor});
  for (int i = 0; i < kRegistersOfEachKind; ++i) f.NewRegister(SlotKind::kFuture);
  if (has_futures || opcode == Opcode::kAwait) ForkAll(&f);
  const bool in_arena = opcode == Opcode::kAllocInArena;
  if (in_arena || opcode == Opcode::kLeaveArena) f.Append(Opcode::kEnterArena, {RegisterOf(SlotKind::kI64)});
  f.Append(opcode, operands);
  if (in_arena || opcode == Opcode::kEnterArena) f.Append(Opcode::kLeaveArena, {});
  f.Append(Opcode::kReturn, {{RegisterOf(SlotKind::kTensor, 2)}});
  ExecutableBuilder program;
  program.Add(std::move(f).Build());
  program.Add(Callee());
  program.Add(TailCallee());
  AddTypes(&program);
  program.Add(Tensor::Scalar(1.0f));
  program.Add(KernelReference{"relu", {}, {KernelReference::kPassed}, 1});
  program.Add(AllocType{DType::kInt64, {2}});
  program.AddMessage("message");
  return VerifyMessage(std::move(program).Build());
}

// The message must say which operand it is about.
void CheckRefused(const OpcodeInfo& info, int operand, const CodeOperand& wrong, absl::string_view reason) {
  Operands operands = ValidOperands(info);
  operands[operand] = wrong;
  const std::string message = VerifyOne(info.opcode, operands);
  CAPTURE(std::string(info.name), operand, message);
  CHECK_THAT(message, Catch::StartsWith("f+") &&
                          Catch::Contains(std::string(info.name) + ": operand '" +
                                          std::string(info.operands[operand].name) + "' ") &&
                          Catch::Contains(std::string(reason)));
}

TEST_CASE("verifier: every instruction is accepted with right operands", "[bytecode]") {
  for (const OpcodeInfo& info : AllOpcodes()) {
    if (!info.IsIn(Dispatch::kRegister)) continue;
    CAPTURE(std::string(info.name));
    CHECK(VerifyOne(info.opcode, ValidOperands(info)) == "ok");
  }
}

TEST_CASE("verifier: registers must exist and have the operand's kind", "[bytecode]") {
  for (const OpcodeInfo& info : AllOpcodes()) {
    if (!info.IsIn(Dispatch::kRegister)) continue;
    for (int i = 0; i < info.num_operands; ++i) {
      const Operand& operand = info.operands[i];
      if (operand.kind != OperandKind::kDef && operand.kind != OperandKind::kUse) continue;
      CheckRefused(info, i, CodeRegister{kNumRegisters}, "is r18, the function has 18 registers");
      CheckRefused(info, i, CodeRegister{0x7FFF}, "is r32767, the function has 18 registers");
      if (!operand.slot.has_value()) continue;
      const SlotKind other = OtherKind(*operand.slot);
      CheckRefused(info, i, RegisterOf(other), "of kind " + std::string(SlotKindName(other)));
      if (operand.kind == OperandKind::kUse && !IsReference(*operand.slot)) {
        CheckRefused(info, i, RegisterOf(*operand.slot).Last(), "which holds no reference");
      }
    }
  }
}

TEST_CASE("verifier: registers of a move have the same kind", "[bytecode]") {
  for (int a = 0; a < kNumSlotKinds; ++a) {
    for (int b = 0; b < kNumSlotKinds; ++b) {
      const std::string message = VerifyOne(
          Opcode::kMove, {RegisterOf(static_cast<SlotKind>(a)), UseOf(static_cast<SlotKind>(b), 1)}, true);
      CHECK((message == "ok") == (a == b));
    }
  }
}

TEST_CASE("verifier: registers of lists must exist and have the list's kind", "[bytecode]") {
  for (const OpcodeInfo& info : AllOpcodes()) {
    if (!info.IsIn(Dispatch::kRegister)) continue;
    for (int i = 0; i < info.num_operands; ++i) {
      const Operand& operand = info.operands[i];
      if (!IsList(operand.kind)) continue;
      CheckRefused(info, i, std::vector<CodeRegister>{{kNumRegisters}}, "has 18 registers");
      if (operand.slot.has_value()) {
        CheckRefused(info, i, std::vector<CodeRegister>{RegisterOf(OtherKind(*operand.slot))}, "of kind");
      }
      if (info.opcode == Opcode::kMakeSequence) continue;  // of any length
      // One more than fits; of a kind that every list takes.
      std::vector<CodeRegister> longer = ValidList(info.opcode, operand);
      longer.push_back(operand.slot == SlotKind::kI64 ? RegisterOf(SlotKind::kI64, 2)
                                                      : RegisterOf(SlotKind::kTensor, 2));
      CheckRefused(info, i, longer, absl::StrCat("lists ", longer.size(), " values"));
    }
  }
}

TEST_CASE("verifier: indices must be inside their table", "[bytecode]") {
  for (const OpcodeInfo& info : AllOpcodes()) {
    if (!info.IsIn(Dispatch::kRegister)) continue;
    for (int i = 0; i < info.num_operands; ++i) {
      switch (info.operands[i].kind) {
        case OperandKind::kConst:
          CheckRefused(info, i, 1, "is 1, the executable has 1 constants");
          break;
        case OperandKind::kKernel:
          CheckRefused(info, i, 1, "is 1, the executable has 1 kernels");
          break;
        case OperandKind::kFunction:
          CheckRefused(info, i, 3, "is 3, the executable has 3 functions");
          break;
        case OperandKind::kTypeIndex:
          CheckRefused(info, i, UINT32_MAX, "is 4294967295, the executable has 1 types");
          break;
        case OperandKind::kMessage:
          CheckRefused(info, i, 1, "is 1, the executable has 1 messages");
          break;
        case OperandKind::kLabel:
          // Jumps with two more operands have two words.
          if (info.num_operands == 3) {
            CheckRefused(info, i, 3, "is 3, the function has 3 words");
          } else {
            CheckRefused(info, i, 90, "is 90, the function has 2 words");
            CheckRefused(info, i, 2, "is 2, the function has 2 words");
          }
          break;
        case OperandKind::kObjectType:
          CheckRefused(info, i, 3, "is 3, the executable has 3 object types");
          break;
        case OperandKind::kSignature:
          CheckRefused(info, i, 2, "is 2, the executable has 2 signatures");
          break;
        default:
          break;
      }
    }
  }
}

TEST_CASE("verifier: immediates that name something must name the right thing", "[bytecode]") {
  const auto refused = [](Opcode opcode, int value, absl::string_view reason) {
    CheckRefused(GetOpcode(opcode), 2, value, reason);
  };
  for (const int bad : {-1, kNumDTypes, static_cast<int>(DType::kFloat32), static_cast<int>(DType::kBool)}) {
    refused(Opcode::kWrapI64, bad, "expected the code of an integer type");
  }
  for (const int bad : {-1, kNumDTypes, static_cast<int>(DType::kInt8), static_cast<int>(DType::kBool)}) {
    refused(Opcode::kRoundF64, bad, "expected the code of a float type");
  }
  refused(Opcode::kGetDim, -1, "is -1, expected 0 to 7");
  refused(Opcode::kGetDim, kMaxRank, "is 8, expected 0 to 7");
  for (const Opcode opcode : {Opcode::kGetElementI64, Opcode::kGetElementF64, Opcode::kGetElementBool}) {
    refused(opcode, -1, "is -1, expected 0 to 32767");
  }
  for (const int bad : {0, -64, 3, -32768}) refused(Opcode::kAlignDim, bad, "expected a power of two");
}

TEST_CASE("verifier: result kinds of calls and returns must match", "[bytecode]") {
  const CodeRegister i64 = RegisterOf(SlotKind::kI64), f64 = RegisterOf(SlotKind::kF64);
  const CodeRegister tensor = RegisterOf(SlotKind::kTensor);
  CHECK(VerifyOne(Opcode::kCall, {1, {f64, tensor}, {tensor, f64}}) ==
        "f+0 Call: operand 'args' has r3 of kind f64 at place 0, the signature of callee has i64");
  CHECK(VerifyOne(Opcode::kCall, {1, {i64, tensor}, {tensor, i64}}) ==
        "f+0 Call: operand 'results' has r0 of kind i64 at place 1, the result list of callee has f64");
  CHECK(VerifyOne(Opcode::kReturn, {{f64}}) ==
        "f+0 Return: operand 'results' has r3 of kind f64 at place 0, the result list of the function has "
        "tensor");
  CHECK(VerifyOne(Opcode::kCallKernelAlloc, {0, {tensor}, {f64}}) ==
        "f+0 CallKernelAlloc: operand 'outputs' has r3 of kind f64 at place 0, the kernel has tensor");
  CHECK(VerifyOne(Opcode::kMakeTensor, {tensor, 0, {i64, f64}}) ==
        "f+0 MakeTensor: operand 'elements' has r3 of kind f64 at place 1, the type has i64");
}

TEST_CASE("verifier: only references are released", "[bytecode]") {
  for (int i = 0; i < kNumSlotKinds; ++i) {
    const SlotKind kind = static_cast<SlotKind>(i);
    const std::string message = VerifyOne(Opcode::kRelease, {UseOf(kind)}, true);
    CAPTURE(message);
    CHECK((message == "ok") == IsReference(kind));
    if (!IsReference(kind))
      CHECK_THAT(message, Catch::Contains("operand 'src'") && Catch::Contains("no reference"));
  }
}

TEST_CASE("verifier: fields have the kinds of the object type", "[bytecode]") {
  const CodeRegister i64 = RegisterOf(SlotKind::kI64), tensor = RegisterOf(SlotKind::kTensor);
  const CodeRegister object = RegisterOf(SlotKind::kObject), other = RegisterOf(SlotKind::kObject, 1);
  CHECK(VerifyOne(Opcode::kMakeObject, {object, 2, {i64, other}}) == "ok");
  CHECK(VerifyOne(Opcode::kMakeObject, {object, 2, {i64, tensor}}) ==
        "f+0 MakeObject: operand 'fields' has r9 of kind tensor at place 1, object type 2 has object");
  CHECK(VerifyOne(Opcode::kMakeObject, {object, 1, {i64}}) ==
        "f+0 MakeObject: operand 'fields' lists 1 values, object type 1 has 0");
  CHECK(VerifyOne(Opcode::kGetFields, {object, 2, {i64, other}}) == "ok");
  CHECK(VerifyOne(Opcode::kGetFields, {object, 2, {tensor, other}}) ==
        "f+0 GetFields: operand 'fields' has r9 of kind tensor at place 0, object type 2 has i64");
  CHECK(VerifyOne(Opcode::kGetFields, {object, 0, {i64, object}}) ==
        "f+0 GetFields: operand 'fields' has r12 of kind object at place 1, object type 0 has tensor");
}

TEST_CASE("verifier: only cells are written", "[bytecode]") {
  const CodeRegister i64 = RegisterOf(SlotKind::kI64);
  const CodeRegister object = RegisterOf(SlotKind::kObject), other = RegisterOf(SlotKind::kObject, 1);
  CHECK(VerifyOne(Opcode::kSetFields, {object, 2, {i64, other}}) ==
        "f+0 SetFields: operand 'type' is 2, which is no reference: its fields do not change");
}

TEST_CASE("verifier: tags are not negative", "[bytecode]") {
  for (const Opcode opcode : {Opcode::kJumpIfTag, Opcode::kJumpIfNotTag}) {
    CheckRefused(GetOpcode(opcode), 1, -1, "is -1, expected 0 to 32767");
  }
}

TEST_CASE("verifier: closures capture the first parameters", "[bytecode]") {
  const CodeRegister i64 = RegisterOf(SlotKind::kI64), tensor = RegisterOf(SlotKind::kTensor);
  const CodeRegister object = RegisterOf(SlotKind::kObject);
  CHECK(VerifyOne(Opcode::kMakeClosure, {object, 1, {}}) == "ok");
  CHECK(VerifyOne(Opcode::kMakeClosure, {object, 1, {i64}}) == "ok");
  CHECK(VerifyOne(Opcode::kMakeClosure, {object, 1, {tensor}}) ==
        "f+0 MakeClosure: operand 'captured' has r9 of kind tensor at place 0, the signature of callee has "
        "i64");
  CHECK(VerifyOne(Opcode::kMakeClosure, {object, 1, {i64, tensor, tensor}}) ==
        "f+0 MakeClosure: operand 'captured' lists 3 values, callee has 2 parameters");
}

TEST_CASE("verifier: calls of closures fit the signature", "[bytecode]") {
  const CodeRegister i64 = RegisterOf(SlotKind::kI64), tensor = RegisterOf(SlotKind::kTensor);
  const CodeRegister object = RegisterOf(SlotKind::kObject), f64 = RegisterOf(SlotKind::kF64);
  CHECK(VerifyOne(Opcode::kCallClosure, {object, 1, {i64, tensor}, {f64}}) == "ok");
  CHECK(VerifyOne(Opcode::kCallClosure, {object, 1, {tensor, tensor}, {f64}}) ==
        "f+0 CallClosure: operand 'args' has r9 of kind tensor at place 0, signature 1 has i64");
  CHECK(VerifyOne(Opcode::kCallClosure, {object, 1, {i64, tensor}, {tensor}}) ==
        "f+0 CallClosure: operand 'results' has r9 of kind tensor at place 0, the result list of signature 1 "
        "has "
        "f64");
}

TEST_CASE("verifier: tail calls give what the function promises", "[bytecode]") {
  const CodeRegister i64 = RegisterOf(SlotKind::kI64), tensor = RegisterOf(SlotKind::kTensor);
  const CodeRegister object = RegisterOf(SlotKind::kObject);
  CHECK(
      VerifyOne(Opcode::kTailCall, {1, {i64, tensor}}) ==
      "f+0 TailCall: operand 'callee' gives other results (tensor, f64) than the function (tensor): callee");
  CHECK(VerifyOne(Opcode::kTailCall, {2, {tensor, tensor}}) ==
        "f+0 TailCall: operand 'args' has r9 of kind tensor at place 0, the signature of tail has i64");
  CHECK(VerifyOne(Opcode::kTailCallClosure, {object, 1, {i64, tensor}}) ==
        "f+0 TailCallClosure: operand 'signature' gives other results (f64) than the function (tensor): "
        "signature "
        "1");
}

TEST_CASE("verifier: a register is not written twice by one instruction", "[bytecode]") {
  ExecutableBuilder program;
  FunctionBuilder f("f", {SlotKind::kTensor}, {});
  f.Append(Opcode::kCallKernelAlloc, {0, {f.parameter(0)}, {f.parameter(0), f.parameter(0)}});
  f.Append(Opcode::kReturn, {{}});
  program.Add(std::move(f).Build());
  program.Add(KernelReference{"split", {}, {KernelReference::kPassed}, 2});
  CHECK(VerifyMessage(std::move(program).Build()) == "f+0 CallKernelAlloc: operand 'outputs' has r0 twice");
}

}  // namespace
}  // namespace baton
