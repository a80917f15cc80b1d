#include "vm/bytecode/verify_operands.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "vm/bytecode/verify_function.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// The kind of slot that an element of a tensor becomes.
SlotKind ElementKind(DType dtype) {
  if (IsFloat(dtype)) return SlotKind::kF64;
  return IsInteger(dtype) ? SlotKind::kI64 : SlotKind::kBool;
}

size_t NumDynamicExtents(const AllocType& type) {
  size_t count = 0;
  for (const int64_t extent : type.dims) count += extent == kDynamicExtent ? 1 : 0;
  return count;
}

class NumberChecker {
 public:
  NumberChecker(const Executable& executable, const Function& function, const Instruction& instruction)
      : executable_(executable), function_(function), instruction_(instruction) {}

  absl::Status Run() {
    const OpcodeInfo& info = GetOpcode(instruction_.opcode);
    for (int i = 0; i < info.num_operands; ++i) BATON_RETURN_IF_ERROR(CheckIndex(i, info.operands[i].kind));
    return CheckRules();
  }

 private:
  template <typename... Parts>
  absl::Status Fail(int operand, const Parts&... parts) const {
    return absl::DataLossError(absl::StrCat(OperandLabel(instruction_, operand), parts...));
  }
  int64_t number(int operand) const { return instruction_.operands[operand].number; }

  absl::Status CheckIndex(int operand, OperandKind kind) const {
    switch (kind) {
      case OperandKind::kConst:
        return CheckIndex(operand, executable_.constants.size(), "constants");
      case OperandKind::kKernel:
        return CheckIndex(operand, executable_.kernels.size(), "kernels");
      case OperandKind::kFunction:
        return CheckIndex(operand, executable_.functions.size(), "functions");
      case OperandKind::kTypeIndex:
        return CheckIndex(operand, executable_.types.size(), "types");
      case OperandKind::kObjectType:
        return CheckIndex(operand, executable_.object_types.size(), "object types");
      case OperandKind::kSignature:
        return CheckIndex(operand, executable_.signatures.size(), "signatures");
      case OperandKind::kMessage:
        return CheckIndex(operand, executable_.messages.size(), "messages");
      default:
        return absl::OkStatus();
    }
  }

  absl::Status CheckIndex(int operand, size_t size, absl::string_view table) const {
    if (static_cast<size_t>(number(operand)) < size) return absl::OkStatus();
    return Fail(operand, "is ", number(operand), ", the executable has ", size, " ", table);
  }

  // What the operand list in opcodes.def cannot say.
  absl::Status CheckRules() const {
    switch (instruction_.opcode) {
      case Opcode::kWrapI64:
        return CheckDTypeCode(2, IsInteger, "an integer type");
      case Opcode::kRoundF64:
        return CheckDTypeCode(2, IsFloat, "a float type");
      case Opcode::kGetDim:
        return CheckRange(2, kMaxRank - 1);
      case Opcode::kGetElementI64:
      case Opcode::kGetElementF64:
      case Opcode::kGetElementBool:
        return CheckRange(2, INT16_MAX);
      case Opcode::kJumpIfTag:
      case Opcode::kJumpIfNotTag:
        return CheckRange(1, INT16_MAX);
      case Opcode::kAlignDim:
        if (number(2) > 0 && (number(2) & (number(2) - 1)) == 0) return absl::OkStatus();
        return Fail(2, "is ", number(2), ", expected a power of two");
      case Opcode::kMakeTensor:
        return CheckStatic(1);
      case Opcode::kStackSequence:
        return CheckStatic(3);
      case Opcode::kSetFields:
        if (executable_.object_types[number(1)].type.is_reference()) return absl::OkStatus();
        return Fail(1, "is ", number(1), ", which is no reference: its fields do not change");
      case Opcode::kMakeClosure:
        return CheckCaptured();
      case Opcode::kFork:
        return CheckForked();
      case Opcode::kTailCall:
        return CheckTailResults(0, executable_.functions[number(0)].result_kinds,
                                FunctionLabel(executable_, static_cast<int>(number(0))));
      case Opcode::kTailCallClosure:
        return CheckTailResults(1, executable_.signatures[number(1)].results,
                                absl::StrCat("signature ", number(1)));
      default:
        return absl::OkStatus();
    }
  }

  absl::Status CheckDTypeCode(int operand, bool (*fits)(DType), absl::string_view what) const {
    const int64_t code = number(operand);
    if (code >= 0 && code < kNumDTypes && fits(static_cast<DType>(code))) return absl::OkStatus();
    return Fail(operand, "is ", code, ", expected the code of ", what);
  }

  absl::Status CheckStatic(int operand) const {
    if (NumDynamicExtents(executable_.types[number(operand)]) == 0) return absl::OkStatus();
    return Fail(operand, "is ", number(operand), ", a type with dynamic extents");
  }

  absl::Status CheckRange(int operand, int64_t highest) const {
    if (number(operand) >= 0 && number(operand) <= highest) return absl::OkStatus();
    return Fail(operand, "is ", number(operand), ", expected 0 to ", highest);
  }

  absl::Status CheckCaptured() const {
    const int callee = static_cast<int>(number(1));
    const int num_parameters = executable_.functions[callee].num_parameters;
    const size_t num_captured = instruction_.operands[2].list.size();
    if (num_captured <= static_cast<size_t>(num_parameters)) return absl::OkStatus();
    return Fail(2, "lists ", num_captured, " values, ", FunctionLabel(executable_, callee), " has ",
                num_parameters, " parameters");
  }

  // A future has room for the arguments or the results.
  absl::Status CheckForked() const {
    const Function& callee = executable_.functions[number(1)];
    const size_t num_slots = std::max(callee.parameters().size(), callee.result_kinds.size());
    if (num_slots <= kMaxForkedSlots) return absl::OkStatus();
    return Fail(1, "is ", FunctionLabel(executable_, static_cast<int>(number(1))), ", which has ", num_slots,
                " parameters or results; a call that is forked has at most ", kMaxForkedSlots);
  }

  // A tail call returns what its callee does.
  absl::Status CheckTailResults(int operand, absl::Span<const SlotKind> results,
                                absl::string_view whose) const {
    if (results == absl::MakeConstSpan(function_.result_kinds)) return absl::OkStatus();
    return Fail(operand, "gives other results (", SlotKindsText(results), ") than the function (",
                SlotKindsText(function_.result_kinds), "): ", whose);
  }

  const Executable& executable_;
  const Function& function_;
  const Instruction& instruction_;
};

}  // namespace

std::string OperandLabel(const Instruction& instruction, int operand) {
  return absl::StrCat("operand '", GetOpcode(instruction.opcode).operands[operand].name, "' ");
}

absl::Status CheckNumbers(const Executable& executable, const Function& function,
                          const Instruction& instruction) {
  return NumberChecker(executable, function, instruction).Run();
}

ListKinds ExpectedList(const Executable& executable, const Function& function, const Instruction& instruction,
                       int operand) {
  const auto number = [&](int i) { return instruction.operands[i].number; };
  const auto extents = [&](int type) {
    return ListKinds(NumDynamicExtents(executable.types[number(type)]), SlotKind::kI64);
  };
  switch (instruction.opcode) {
    case Opcode::kCall:
      if (operand == 2) return absl::MakeConstSpan(executable.functions[number(0)].result_kinds);
      [[fallthrough]];
    case Opcode::kTailCall:
      return executable.functions[number(0)].parameters();
    case Opcode::kFork:
      return executable.functions[number(1)].parameters();
    case Opcode::kAwait:
      return absl::MakeConstSpan(executable.functions[number(1)].result_kinds);
    case Opcode::kCallClosure:
      if (operand == 3) return absl::MakeConstSpan(executable.signatures[number(1)].results);
      [[fallthrough]];
    case Opcode::kTailCallClosure:
      return absl::MakeConstSpan(executable.signatures[number(1)].params);
    case Opcode::kMakeClosure:
      return executable.functions[number(1)].parameters().first(instruction.operands[2].list.size());
    case Opcode::kReturn:
      return absl::MakeConstSpan(function.result_kinds);
    case Opcode::kMakeObject:
    case Opcode::kGetFields:
    case Opcode::kSetFields:
      return absl::MakeConstSpan(executable.object_types[number(1)].fields);
    case Opcode::kMakeSequence:
      return {instruction.operands[1].list.size(), SlotKind::kTensor};
    case Opcode::kMakeTensor: {
      // No overflow: verifier.cc, CheckTypes.
      const AllocType& type = executable.types[number(1)];
      return {static_cast<size_t>(CheckedNumBytes(type.dims, 1).value_or(-1)), ElementKind(type.dtype)};
    }
    case Opcode::kAllocTensor:
    case Opcode::kAllocInArena:
      return extents(1);
    case Opcode::kView:
      return extents(2);
    case Opcode::kCallKernel:
    case Opcode::kCallKernelAlloc: {
      const KernelReference& kernel = executable.kernels[number(0)];
      return {static_cast<size_t>(operand == 1 ? kernel.num_passed() : kernel.num_outputs),
              SlotKind::kTensor};
    }
    default:
      BATON_CHECK(false && "an instruction with a list that has no rule");
  }
  return absl::Span<const SlotKind>();
}

std::string ExpectedListSource(const Executable& executable, const Instruction& instruction, int operand) {
  const OpcodeInfo& info = GetOpcode(instruction.opcode);
  const absl::string_view part =
      info.operands[operand].kind == OperandKind::kDefs ? "the result list of " : "the signature of ";
  for (int i = 0; i < info.num_operands; ++i) {
    const int64_t number = instruction.operands[i].number;
    switch (info.operands[i].kind) {
      case OperandKind::kFunction:
        return absl::StrCat(part, FunctionLabel(executable, static_cast<int>(number)));
      case OperandKind::kSignature:
        return absl::StrCat(info.operands[operand].kind == OperandKind::kDefs ? part : "", "signature ",
                            number);
      case OperandKind::kObjectType:
        return absl::StrCat("object type ", number);
      case OperandKind::kTypeIndex:
        return "the type";
      case OperandKind::kKernel:
        return "the kernel";
      default:
        break;
    }
  }
  return "the result list of the function";
}

}  // namespace baton
