// Every operand of every instruction of stack code: accepted with a right value, refused with each kind of
// wrong one.
#include <catch2/catch.hpp>
#include <set>

#include "absl/strings/str_cat.h"
#include "tests/bytecode/verifier_stack_support.h"

namespace baton::verifier_stack {
namespace {

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
        // A future that stays on the stack would have two places.
        const bool copies = opcode == Opcode::kLocalTee && value == LocalOf(kFuture);
        CHECK((message == "ok") == (local == value && !copies));
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
    take.has_future = kind == kFuture;
    CHECK(VerifyOne(take) == (IsReference(kind)
                                  ? "ok"
                                  : absl::StrCat("f stack code+0 LocalTake: takes local ", k, " of kind ",
                                                 name, ", which holds no reference")));
    CHECK(VerifyOne(ValidSubject(GetOpcode(Opcode::kRelease), kind)) ==
          (IsReference(kind) ? "ok"
                             : absl::StrCat("f stack code+2 Release: finds a value of kind ", name,
                                            ", which is no reference")));
    CHECK(VerifyOne(ValidSubject(GetOpcode(Opcode::kDrop), kind)) ==
          (IsReference(kind) ? absl::StrCat("f stack code+", kind == kFuture ? 13 : 2,
                                            " Drop: finds a value of kind ", name, ", which is a reference")
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
}  // namespace baton::verifier_stack
