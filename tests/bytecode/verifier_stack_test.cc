// Every operand of every instruction of stack code: accepted with a right value, refused with each kind of
// wrong one.
#include <catch2/catch.hpp>
#include <set>

#include "absl/strings/str_cat.h"
#include "tests/bytecode/verifier_support.h"

namespace baton {
namespace {

using Kinds = std::vector<SlotKind>;
constexpr SlotKind kI64 = SlotKind::kI64, kF64 = SlotKind::kF64, kTensor = SlotKind::kTensor;
constexpr SlotKind kObject = SlotKind::kObject;

// The function under test has a parameter of each kind, whose number is the kind's, and tensors after them.
constexpr int kNumLocals = 305;
constexpr int kWideLocal = 300;
int LocalOf(SlotKind kind) {
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
};

int64_t ValidImmediate(Opcode opcode) {
  if (opcode == Opcode::kWrapI64) return static_cast<int64_t>(DType::kInt32);
  if (opcode == Opcode::kRoundF64) return static_cast<int64_t>(DType::kFloat16);
  return opcode == Opcode::kAlignDim ? 64 : 1;
}

Kinds ValidList(Opcode opcode, const Operand& operand) {
  switch (opcode) {
    case Opcode::kMakeTensor:  // type 0 is Tensor[(2), int64]
      return {kI64, kI64};
    case Opcode::kReturn:
      return {kTensor};
    case Opcode::kCall:  // callee(i64, tensor) -> (tensor, f64)
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

// With right operands. `any` is the kind of the values that may be of any kind.
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

void Pop(SlotKind kind, StackFunctionBuilder* f) {
  f->Append(IsReference(kind) ? Opcode::kRelease : Opcode::kDrop);
}

Function SimpleFunction(absl::string_view name, const Kinds& results) {
  StackFunctionBuilder f(name, {kI64, kTensor}, results);
  f.Append("LocalTake", {1});
  if (results.size() == 2) f.Append("LoadFloat", {1.0});
  f.Append("Return", {results.size()});
  return std::move(f).Build();
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

// A function around one instruction: arenas are opened and closed as it needs, labels lead to its own start.
std::string VerifyOne(const Subject& subject) {
  Kinds parameters;
  for (int i = 0; i < kNumSlotKinds; ++i) parameters.push_back(static_cast<SlotKind>(i));
  StackFunctionBuilder f("f", parameters, {kTensor});
  for (int i = kNumSlotKinds; i < kNumLocals; ++i) f.NewLocal(kTensor);
  const Opcode opcode = subject.info.opcode;
  if (opcode == Opcode::kLocalGetWide || opcode == Opcode::kLocalTakeWide) {
    f.Append("LocalGet", {LocalOf(kTensor)});
    f.Append("LocalSetWide", {kWideLocal});
  }
  const bool in_arena = opcode == Opcode::kAllocInArena;
  if (in_arena || opcode == Opcode::kLeaveArena) {
    f.Append("LocalGet", {LocalOf(kI64)});
    f.Append("EnterArena");
  }
  for (const SlotKind kind : subject.taken) f.Append("LocalGet", {LocalOf(kind)});
  f.Append(opcode, subject.operands);
  for (size_t i = subject.pushed.size(); i-- > 0;) Pop(subject.pushed[i], &f);
  if (in_arena || opcode == Opcode::kEnterArena) f.Append("LeaveArena");
  f.Append("LoadConst", {0});
  f.Append("Return", {1});
  return VerifyInProgram(std::move(f).Build());
}

template <typename Visit>
void ForEachRow(Visit visit) {
  for (const OpcodeInfo& info : AllOpcodes()) {
    if (info.IsIn(Dispatch::kStack)) visit(info);
  }
}

// The message must say where, which operand it is about, and why.
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

TEST_CASE("verifier of stack code: every instruction is accepted with right operands", "[bytecode]") {
  ForEachRow([](const OpcodeInfo& info) {
    CAPTURE(std::string(info.name));
    CHECK(VerifyOne(ValidSubject(info)) == "ok");
  });
}

TEST_CASE("verifier of stack code: every value has the kind that its operand takes", "[bytecode]") {
  int num_refused = 0;
  ForEachRow([&](const OpcodeInfo& info) {
    const Subject valid = ValidSubject(info);
    for (size_t i = 0; i < valid.taken.size(); ++i) {
      const int operand = valid.operand_of[i];
      const bool any = info.operands[operand].kind == OperandKind::kUse && !info.operands[operand].slot;
      // Drop and Release take more than one kind: a test of their own.
      if (any && valid.operands.empty()) continue;
      for (int k = 0; k < kNumSlotKinds; ++k) {
        const auto wrong = static_cast<SlotKind>(k);
        if (wrong == valid.taken[i]) continue;
        Subject subject = valid;
        subject.taken[i] = wrong;
        CheckRefused(subject, operand,
                     absl::StrCat("finds a value of kind ", SlotKindName(wrong), " on the stack, expected ",
                                  SlotKindName(valid.taken[i])));
        ++num_refused;
      }
    }
  });
  CHECK(num_refused > 400);
}

TEST_CASE("verifier of stack code: an instruction finds all that it takes", "[bytecode]") {
  ForEachRow([](const OpcodeInfo& info) {
    const Subject valid = ValidSubject(info);
    for (size_t missing = 1; missing <= valid.taken.size(); ++missing) {
      Subject subject = valid;
      subject.taken.erase(subject.taken.begin(), subject.taken.begin() + static_cast<ptrdiff_t>(missing));
      CheckRefused(subject, valid.operand_of[missing - 1], "finds no value on the stack");
    }
  });
}

TEST_CASE("verifier of stack code: what is left at the end of a function is refused", "[bytecode]") {
  ForEachRow([](const OpcodeInfo& info) {
    if (info.flow != Flow::kReturn) return;
    Subject subject = ValidSubject(info);
    subject.taken.insert(subject.taken.begin(), kF64);
    CAPTURE(std::string(info.name));
    CHECK_THAT(VerifyOne(subject), Catch::EndsWith(absl::StrCat(info.name, ": leaves (f64) on the stack")));
  });
}

TEST_CASE("verifier of stack code: lists are as long as what they are held against", "[bytecode]") {
  ForEachRow([](const OpcodeInfo& info) {
    const Subject valid = ValidSubject(info);
    for (int i = 0; i < info.num_operands; ++i) {
      if (!IsList(info.operands[i].kind)) continue;
      if (info.opcode == Opcode::kMakeSequence) continue;  // of any length
      const size_t length = ValidList(info.opcode, info.operands[i]).size();
      // A closure may capture fewer values.
      if (info.opcode != Opcode::kMakeClosure)
        CheckRefused(info, i, length - 1, absl::StrCat("lists ", length - 1, " values, "));
      CheckRefused(info, i, length + 1, absl::StrCat("lists ", length + 1, " values, "));
      CheckRefused(info, i, kMaxListLength, absl::StrCat("lists ", kMaxListLength, " values, "));
    }
  });
}

TEST_CASE("verifier of stack code: a list that is too long for any instruction is refused", "[bytecode]") {
  Subject subject = ValidSubject(GetOpcode(Opcode::kCallKernel));
  subject.operands[1] = kMaxListLength + 1;
  CHECK(VerifyOne(subject) ==
        "f stack code+4: CallKernel: operand 'inputs' lists 901 values, at most 900 are allowed");
}

TEST_CASE("verifier of stack code: indices must be inside their table", "[bytecode]") {
  std::set<OperandKind> tested;
  const auto table = [](OperandKind kind) -> std::string {
    switch (kind) {
      case OperandKind::kConst:
        return "1 constants";
      case OperandKind::kKernel:
        return "1 kernels";
      case OperandKind::kFunction:
        return "3 functions";
      case OperandKind::kTypeIndex:
        return "2 types";
      case OperandKind::kObjectType:
        return "3 object types";
      case OperandKind::kSignature:
        return "2 signatures";
      case OperandKind::kMessage:
        return "1 messages";
      default:
        return "";
    }
  };
  ForEachRow([&](const OpcodeInfo& info) {
    for (int i = 0; i < info.num_operands; ++i) {
      const std::string entries = table(info.operands[i].kind);
      if (entries.empty()) continue;
      tested.insert(info.operands[i].kind);
      const int size = entries[0] - '0';
      CheckRefused(info, i, size, absl::StrCat("is ", size, ", the executable has ", entries));
      CheckRefused(info, i, int64_t{0xFFFFFFFF}, "is 4294967295, the executable has " + entries);
    }
  });
  CHECK(tested.size() == 7);
}

TEST_CASE("verifier of stack code: labels lead to the start of an instruction", "[bytecode]") {
  int num_labels = 0;
  ForEachRow([&](const OpcodeInfo& info) {
    for (int i = 0; i < info.num_operands; ++i) {
      if (info.operands[i].kind != OperandKind::kLabel) continue;
      ++num_labels;
      const Subject valid = ValidSubject(info);
      const size_t size =
          2 * valid.taken.size() + static_cast<size_t>(StackOperandOffset(info.opcode, kMaxOperands)) + 5 + 3;
      const std::string has = absl::StrCat(", the function has ", size, " bytes");
      CheckRefused(info, i, size, absl::StrCat("is ", size, has));
      CheckRefused(info, i, int64_t{0xFFFFFFFF}, "is 4294967295" + has);
      CheckRefused(info, i, size - 1, absl::StrCat("is ", size - 1, ", where no instruction starts"));
      CheckRefused(info, i, 2 * valid.taken.size() + 1, "where no instruction starts");  // its own middle
    }
  });
  CHECK(num_labels == 13);
}

TEST_CASE("verifier of stack code: locals exist, and wide instructions are for those that need them",
          "[bytecode]") {
  int num_locals = 0;
  ForEachRow([&](const OpcodeInfo& info) {
    for (int i = 0; i < info.num_operands; ++i) {
      const OperandKind kind = info.operands[i].kind;
      if (kind == OperandKind::kUseWideLocal || kind == OperandKind::kDefWideLocal) {
        ++num_locals;
        CheckRefused(info, i, kNumLocals, "is local 305, the function has 305 locals");
        CheckRefused(info, i, 0xFFFF, "is local 65535, the function has 305 locals");
        for (const int narrow : {LocalOf(kTensor), kMaxNarrowLocal})
          CheckRefused(info, i, narrow, absl::StrCat("is local ", narrow, ", which needs no wide"));
      }
      if (kind != OperandKind::kUseLocal && kind != OperandKind::kDefLocal) continue;
      ++num_locals;
      StackFunctionBuilder f("f", {kTensor}, {});
      if (NumStackUses(info.opcode) > 0) f.Append("LocalGet", {0});
      f.Append(info.opcode, {1});
      if (NumStackDefs(info.opcode) > 0) f.Append("Release");
      f.Append("Return", {0});
      CHECK_THAT(VerifyMessage(std::move(f).Build()),
                 Catch::EndsWith(
                     absl::StrCat(info.name, ": operand 'local' is local 1, the function has 1 locals")));
    }
  });
  CHECK(num_locals == 8);
}

TEST_CASE("verifier of stack code: what is stored has the kind of the local", "[bytecode]") {
  for (const Opcode opcode : {Opcode::kLocalSet, Opcode::kLocalTee}) {
    for (int local = 0; local < kNumSlotKinds; ++local) {
      for (int value = 0; value < kNumSlotKinds; ++value) {
        Subject subject = ValidSubject(GetOpcode(opcode), static_cast<SlotKind>(value));
        subject.operands[0] = local;
        const std::string message = VerifyOne(subject);
        CAPTURE(message);
        CHECK((message == "ok") == (local == value));
      }
    }
  }
}

TEST_CASE("verifier of stack code: only references are taken and released, only scalars dropped",
          "[bytecode]") {
  for (int k = 0; k < kNumSlotKinds; ++k) {
    const auto kind = static_cast<SlotKind>(k);
    const std::string name(SlotKindName(kind));
    Subject take = ValidSubject(GetOpcode(Opcode::kLocalTake), kind);
    take.operands[0] = k;
    CHECK(VerifyOne(take) == (IsReference(kind)
                                  ? "ok"
                                  : absl::StrCat("f stack code+0 LocalTake: takes local ", k, " of kind ",
                                                 name, ", which holds no reference")));
    CHECK(VerifyOne(ValidSubject(GetOpcode(Opcode::kRelease), kind)) ==
          (IsReference(kind) ? "ok"
                             : absl::StrCat("f stack code+2 Release: finds a value of kind ", name,
                                            ", which is no reference")));
    CHECK(VerifyOne(ValidSubject(GetOpcode(Opcode::kDrop), kind)) ==
          (IsReference(kind)
               ? absl::StrCat("f stack code+2 Drop: finds a value of kind ", name, ", which is a reference")
               : "ok"));
  }
  StackFunctionBuilder wide("f", {}, {});
  for (int i = 0; i < kNumLocals; ++i) wide.NewLocal(kI64);
  wide.Append("LoadSmallInt", {1});
  wide.Append("LocalSetWide", {kWideLocal});
  wide.Append("LocalTakeWide", {kWideLocal});
  wide.Append("Drop");
  wide.Append("Return", {0});
  CHECK(VerifyMessage(std::move(wide).Build()) ==
        "f stack code+6 LocalTakeWide: takes local 300 of kind i64, which holds no reference");
}

TEST_CASE("verifier of stack code: immediates that name something must name the right thing", "[bytecode]") {
  const auto refused = [](Opcode opcode, int operand, int value, const std::string& reason) {
    CheckRefused(GetOpcode(opcode), operand, value, reason);
  };
  for (const int bad : {-1, kNumDTypes, static_cast<int>(DType::kFloat32), static_cast<int>(DType::kBool)})
    refused(Opcode::kWrapI64, 2, bad, absl::StrCat("is ", bad, ", expected the code of an integer type"));
  for (const int bad : {-1, kNumDTypes, static_cast<int>(DType::kInt8), static_cast<int>(DType::kBool)})
    refused(Opcode::kRoundF64, 2, bad, absl::StrCat("is ", bad, ", expected the code of a float type"));
  refused(Opcode::kGetDim, 2, -1, "is -1, expected 0 to 7");
  refused(Opcode::kGetDim, 2, kMaxRank, "is 8, expected 0 to 7");
  for (const Opcode opcode : {Opcode::kGetElementI64, Opcode::kGetElementF64, Opcode::kGetElementBool})
    refused(opcode, 2, -1, "is -1, expected 0 to 32767");
  for (const int bad : {0, -64, 3, -32768}) refused(Opcode::kAlignDim, 2, bad, "expected a power of two");
  for (const Opcode opcode : {Opcode::kJumpIfTag, Opcode::kJumpIfNotTag})
    refused(opcode, 1, -1, "is -1, expected 0 to 32767");
}

TEST_CASE("verifier of stack code: tables say what instructions may do", "[bytecode]") {
  CheckRefused(GetOpcode(Opcode::kMakeTensor), 1, 1, "is 1, a type with dynamic extents");
  CheckRefused(GetOpcode(Opcode::kSetFields), 1, 2, "is 2, which is no reference: its fields do not change");
  CheckRefused(GetOpcode(Opcode::kTailCall), 0, 1,
               "gives other results (tensor, f64) than the function (tensor): callee");
  CheckRefused(GetOpcode(Opcode::kTailCallClosure), 1, 1,
               "gives other results (f64) than the function (tensor): signature 1");
}

TEST_CASE("verifier of stack code: messages name place, operand, what is there and what should be",
          "[bytecode]") {
  Subject call = ValidSubject(GetOpcode(Opcode::kCall));
  call.taken = {kF64, kTensor};
  CHECK(VerifyOne(call) ==
        "f stack code+4 Call: operand 'args' finds a value of kind f64 on the stack, expected i64");
  Subject closure = ValidSubject(GetOpcode(Opcode::kCallClosure));
  closure.operands[2] = 2;
  CHECK(VerifyOne(closure) ==
        "f stack code+6 CallClosure: operand 'results' lists 2 values, the result list of signature 0 has 1");
}

TEST_CASE("verifier of stack code: instructions of register code are none of stack code", "[bytecode]") {
  Function f = SimpleFunction("f", {kTensor});
  f.stack.code[0] = static_cast<uint8_t>(Opcode::kMove);
  CHECK(VerifyMessage(f) == "f stack code+0: Move: is no instruction of stack code");
}

}  // namespace
}  // namespace baton
