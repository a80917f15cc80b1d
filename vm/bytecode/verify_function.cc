#include "vm/bytecode/verify_function.h"

#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr size_t kMaxNameInMessage = 100;

// The kind of slot that an element of a tensor becomes.
SlotKind ElementKind(DType dtype) {
  if (IsFloat(dtype)) return SlotKind::kF64;
  return IsInteger(dtype) ? SlotKind::kI64 : SlotKind::kBool;
}

int NumDynamicExtents(const AllocType& type) {
  int count = 0;
  for (const int64_t extent : type.dims) count += extent == kDynamicExtent;
  return count;
}

class InstructionChecker {
 public:
  InstructionChecker(const Executable& executable, int function, CodeMap* map)
      : executable_(executable), index_(function), function_(executable.functions[function]), map_(map) {}

  absl::Status Run();

 private:
  absl::Status Check();
  absl::Status CheckOperand(int operand);
  absl::Status CheckRegister(const Operand& operand, uint16_t unit);
  absl::Status CheckList(const Operand& operand, const std::vector<uint16_t>& list);
  absl::Status CheckIndex(const Operand& operand, int64_t index, size_t size, absl::string_view table);
  absl::Status CheckRules();
  absl::Status CheckDTypeCode(bool (*fits)(DType), absl::string_view what);
  absl::Status CheckImm(int operand, int64_t lowest, int64_t highest);
  absl::Status CheckAlignment();
  absl::Status CheckElements();
  absl::Status CheckExtents(int type_operand, int list_operand);
  absl::Status CheckCall();
  absl::Status CheckReturn();
  absl::Status CheckRelease();
  absl::Status CheckObject();
  absl::Status CheckClosure();
  absl::Status CheckClosureCall();
  absl::Status CheckTailResults(int operand, absl::Span<const SlotKind> results, absl::string_view whose);
  absl::Status CheckKernelCall();
  absl::Status CheckKinds(int operand, absl::Span<const SlotKind> kinds, absl::string_view whose);
  absl::Status CheckLabels();

  const OpcodeInfo& info() const { return GetOpcode(instruction_.opcode); }
  size_t num_words() const { return function_.code.size() / kUnitsPerWord; }
  SlotKind KindOf(uint16_t unit) const { return function_.register_kinds[ReadRegister(&unit)]; }
  std::string Where() const {
    return absl::StrCat(FunctionLabel(executable_, index_), "+", word_, " ", info().name);
  }
  template <typename... Parts>
  absl::Status Fail(const Parts&... parts) const {
    return absl::DataLossError(absl::StrCat(Where(), ": ", parts...));
  }
  template <typename... Parts>
  absl::Status FailOperand(const Operand& operand, const Parts&... parts) const {
    return Fail("operand '", operand.name, "' ", parts...);
  }

  const Executable& executable_;
  const int index_;
  const Function& function_;
  CodeMap* map_;
  Instruction instruction_;
  size_t word_ = 0;  // of instruction_

  // Of the current instruction: what its "any" registers are, and which registers it has given up or written
  // so far.
  std::optional<SlotKind> any_kind_;
  uint32_t serial_ = 0;
  std::vector<uint32_t> given_up_, written_;  // by register: the serial number of the instruction

  struct Jump {
    uint32_t word, target;
  };
  std::vector<Jump> jumps_;
};

absl::Status InstructionChecker::Run() {
  const std::string label = FunctionLabel(executable_, index_);
  if (function_.code.empty()) return absl::DataLossError(absl::StrCat(label, ": has no code"));
  if (function_.code.size() % kUnitsPerWord != 0 || num_words() > INT32_MAX) {
    return absl::DataLossError(absl::StrCat(label, ": has ", function_.code.size(),
                                            " units of code, not a whole number of words below 2^31"));
  }
  map_->starts.assign(num_words(), false);
  map_->leaders.assign(num_words(), false);
  map_->leaders[0] = true;
  given_up_.assign(function_.register_kinds.size(), 0);
  written_.assign(function_.register_kinds.size(), 0);
  size_t num_units = 0;
  for (size_t unit = 0; unit < function_.code.size(); unit += num_units) {
    word_ = unit / kUnitsPerWord;
    if (absl::Status status = DecodeInstruction(function_.code, unit, &instruction_, &num_units);
        !status.ok()) {
      return absl::DataLossError(absl::StrCat(label, "+", word_, ": ", status.message()));
    }
    BATON_RETURN_IF_ERROR(Check());
    map_->starts[word_] = true;
    const size_t next = (unit + num_units) / kUnitsPerWord;
    const Flow flow = info().flow;
    if (flow != Flow::kNext && flow != Flow::kCall && next < num_words()) map_->leaders[next] = true;
  }
  const Flow last = info().flow;
  if (last == Flow::kNext || last == Flow::kCall || last == Flow::kBranch) {
    return Fail("the code ends here, but control continues");
  }
  return CheckLabels();
}

absl::Status InstructionChecker::Check() {
  ++serial_;
  any_kind_.reset();
  // Operands are read in order, so that a register can be read before its last use but not after it.
  for (int i = 0; i < info().num_operands; ++i) BATON_RETURN_IF_ERROR(CheckOperand(i));
  return CheckRules();
}

absl::Status InstructionChecker::CheckOperand(int index) {
  const Operand& operand = info().operands[index];
  const OperandValue& value = instruction_.operands[index];
  switch (operand.kind) {
    case OperandKind::kDef:
    case OperandKind::kUse:
      return CheckRegister(operand, static_cast<uint16_t>(value.number | (value.last_use ? kLastUse : 0)));
    case OperandKind::kUses:
    case OperandKind::kDefs:
      return CheckList(operand, value.list);
    case OperandKind::kImm:
    case OperandKind::kImm64:
      return absl::OkStatus();
    case OperandKind::kConst:
      return CheckIndex(operand, value.number, executable_.constants.size(), "constants");
    case OperandKind::kKernel:
      return CheckIndex(operand, value.number, executable_.kernels.size(), "kernels");
    case OperandKind::kFunction:
      return CheckIndex(operand, value.number, executable_.functions.size(), "functions");
    case OperandKind::kTypeIndex:
      return CheckIndex(operand, value.number, executable_.types.size(), "types");
    case OperandKind::kObjectType:
      return CheckIndex(operand, value.number, executable_.object_types.size(), "object types");
    case OperandKind::kSignature:
      return CheckIndex(operand, value.number, executable_.signatures.size(), "signatures");
    case OperandKind::kMessage:
      return CheckIndex(operand, value.number, executable_.messages.size(), "messages");
    case OperandKind::kLabel:
      if (static_cast<size_t>(value.number) >= num_words()) {
        return FailOperand(operand, "is ", value.number, ", the function has ", num_words(), " words");
      }
      jumps_.push_back({static_cast<uint32_t>(word_), static_cast<uint32_t>(value.number)});
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status InstructionChecker::CheckRegister(const Operand& operand, uint16_t unit) {
  const uint16_t number = ReadRegister(&unit);
  if (number >= function_.register_kinds.size()) {
    return FailOperand(operand, "is r", number, ", the function has ", function_.register_kinds.size(),
                       " registers");
  }
  const SlotKind kind = function_.register_kinds[number];
  const auto expect = [&](SlotKind expected) {
    return kind == expected ? absl::OkStatus()
                            : FailOperand(operand, "is r", number, " of kind ", SlotKindName(kind),
                                          ", expected ", SlotKindName(expected));
  };
  if (operand.slot.has_value()) {
    BATON_RETURN_IF_ERROR(expect(*operand.slot));
  } else if (!IsList(operand.kind)) {
    if (!any_kind_.has_value()) any_kind_ = kind;
    BATON_RETURN_IF_ERROR(expect(*any_kind_));
  }
  if (operand.kind == OperandKind::kDef) return absl::OkStatus();
  if (operand.kind == OperandKind::kDefs) {
    if (std::exchange(written_[number], serial_) == serial_)
      return FailOperand(operand, "has r", number, " twice");
    return absl::OkStatus();
  }
  if (given_up_[number] == serial_) {
    return FailOperand(operand, "reads r", number, " after its last use in the same instruction");
  }
  if (!IsLastUse(unit)) return absl::OkStatus();
  given_up_[number] = serial_;
  return IsReference(kind)
             ? absl::OkStatus()
             : FailOperand(operand, "marks the last use of r", number, ", which holds no reference");
}

absl::Status InstructionChecker::CheckList(const Operand& operand, const std::vector<uint16_t>& list) {
  for (const uint16_t unit : list) BATON_RETURN_IF_ERROR(CheckRegister(operand, unit));
  return absl::OkStatus();
}

absl::Status InstructionChecker::CheckIndex(const Operand& operand, int64_t index, size_t size,
                                            absl::string_view table) {
  if (static_cast<size_t>(index) < size) return absl::OkStatus();
  return FailOperand(operand, "is ", index, ", the executable has ", size, " ", table);
}

// What the operand list in opcodes.def cannot say.
absl::Status InstructionChecker::CheckRules() {
  switch (instruction_.opcode) {
    case Opcode::kWrapI64:
      return CheckDTypeCode(IsInteger, "an integer type");
    case Opcode::kRoundF64:
      return CheckDTypeCode(IsFloat, "a float type");
    case Opcode::kGetDim:
      return CheckImm(2, 0, kMaxRank - 1);
    case Opcode::kGetElementI64:
    case Opcode::kGetElementF64:
    case Opcode::kGetElementBool:
      return CheckImm(2, 0, INT16_MAX);
    case Opcode::kAlignDim:
      return CheckAlignment();
    case Opcode::kMakeTensor:
      return CheckElements();
    case Opcode::kAllocTensor:
      return CheckExtents(1, 2);
    case Opcode::kAllocInArena:
      return CheckExtents(1, 3);
    case Opcode::kView:
      return CheckExtents(2, 3);
    case Opcode::kCall:
      return CheckCall();
    case Opcode::kTailCall:
      return CheckCall();
    case Opcode::kReturn:
      return CheckReturn();
    case Opcode::kRelease:
      return CheckRelease();
    case Opcode::kMakeObject:
    case Opcode::kGetFields:
    case Opcode::kSetFields:
      return CheckObject();
    case Opcode::kJumpIfTag:
    case Opcode::kJumpIfNotTag:
      return CheckImm(1, 0, INT16_MAX);
    case Opcode::kMakeClosure:
      return CheckClosure();
    case Opcode::kCallClosure:
    case Opcode::kTailCallClosure:
      return CheckClosureCall();
    case Opcode::kCallKernel:
    case Opcode::kCallKernelAlloc:
      return CheckKernelCall();
    default:
      return absl::OkStatus();
  }
}

absl::Status InstructionChecker::CheckDTypeCode(bool (*fits)(DType), absl::string_view what) {
  const int64_t code = instruction_.operands[2].number;
  if (code >= 0 && code < kNumDTypes && fits(static_cast<DType>(code))) return absl::OkStatus();
  return FailOperand(info().operands[2], "is ", code, ", expected the code of ", what);
}

absl::Status InstructionChecker::CheckImm(int operand, int64_t lowest, int64_t highest) {
  const int64_t number = instruction_.operands[operand].number;
  if (number >= lowest && number <= highest) return absl::OkStatus();
  return FailOperand(info().operands[operand], "is ", number, ", expected ", lowest, " to ", highest);
}

absl::Status InstructionChecker::CheckAlignment() {
  const int64_t alignment = instruction_.operands[2].number;
  if (alignment > 0 && (alignment & (alignment - 1)) == 0) return absl::OkStatus();
  return FailOperand(info().operands[2], "is ", alignment, ", expected a power of two");
}

absl::Status InstructionChecker::CheckElements() {
  const AllocType& type = executable_.types[instruction_.operands[1].number];
  const std::vector<uint16_t>& elements = instruction_.operands[2].list;
  if (NumDynamicExtents(type) != 0) {
    return FailOperand(info().operands[1], "is ", instruction_.operands[1].number,
                       ", a type with dynamic extents");
  }
  // No overflow: verifier.cc, CheckTypes.
  const int64_t num_elements = CheckedNumBytes(type.dims, 1).value_or(-1);
  if (static_cast<int64_t>(elements.size()) != num_elements) {
    return FailOperand(info().operands[2], "lists ", elements.size(), " registers, the type has ",
                       num_elements, " elements");
  }
  const SlotKind expected = ElementKind(type.dtype);
  for (const uint16_t unit : elements) {
    if (KindOf(unit) != expected) {
      return FailOperand(info().operands[2], "has r", ReadRegister(&unit), " of kind ",
                         SlotKindName(KindOf(unit)), ", an element of ", DTypeName(type.dtype), " is ",
                         SlotKindName(expected));
    }
  }
  return absl::OkStatus();
}

absl::Status InstructionChecker::CheckExtents(int type_operand, int list_operand) {
  const int count = NumDynamicExtents(executable_.types[instruction_.operands[type_operand].number]);
  const size_t listed = instruction_.operands[list_operand].list.size();
  if (listed == static_cast<size_t>(count)) return absl::OkStatus();
  return FailOperand(info().operands[list_operand], "lists ", listed, " registers, the type has ", count,
                     " dynamic extents");
}

absl::Status InstructionChecker::CheckKinds(int operand, absl::Span<const SlotKind> kinds,
                                            absl::string_view whose) {
  const std::vector<uint16_t>& list = instruction_.operands[operand].list;
  if (list.size() != kinds.size()) {
    return FailOperand(info().operands[operand], "lists ", list.size(), " registers, ", whose, " has ",
                       kinds.size());
  }
  for (size_t i = 0; i < list.size(); ++i) {
    if (KindOf(list[i]) != kinds[i]) {
      return FailOperand(info().operands[operand], "has r", ReadRegister(&list[i]), " of kind ",
                         SlotKindName(KindOf(list[i])), " at place ", i, ", ", whose, " has ",
                         SlotKindName(kinds[i]));
    }
  }
  return absl::OkStatus();
}

absl::Status InstructionChecker::CheckCall() {
  const int callee = static_cast<int>(instruction_.operands[0].number);
  const Function& function = executable_.functions[callee];
  // The callee's own header: verifier.cc, CheckFunctionHeader.
  const auto parameters = absl::MakeConstSpan(function.register_kinds).subspan(0, function.num_parameters);
  const std::string label = FunctionLabel(executable_, callee);
  BATON_RETURN_IF_ERROR(CheckKinds(1, parameters, absl::StrCat("the signature of ", label)));
  if (instruction_.opcode == Opcode::kTailCall) return CheckTailResults(0, function.result_kinds, label);
  return CheckKinds(2, function.result_kinds, absl::StrCat("the result list of ", label));
}

absl::Status InstructionChecker::CheckReturn() {
  return CheckKinds(0, function_.result_kinds, "the result list of the function");
}

// A tail call returns what its callee does.
absl::Status InstructionChecker::CheckTailResults(int operand, absl::Span<const SlotKind> results,
                                                  absl::string_view whose) {
  if (results == absl::MakeConstSpan(function_.result_kinds)) return absl::OkStatus();
  return FailOperand(info().operands[operand], "gives other results (", SlotKindsText(results),
                     ") than the function (", SlotKindsText(function_.result_kinds), "): ", whose);
}

absl::Status InstructionChecker::CheckRelease() {
  if (IsReference(*any_kind_)) return absl::OkStatus();
  return FailOperand(info().operands[0], "is r", instruction_.operands[0].number, " of kind ",
                     SlotKindName(*any_kind_), ", which holds no reference");
}

absl::Status InstructionChecker::CheckObject() {
  const int64_t index = instruction_.operands[1].number;
  const ObjectType& type = executable_.object_types[index];
  if (instruction_.opcode == Opcode::kSetFields && !type.type.is_reference()) {
    return FailOperand(info().operands[1], "is ", index, ", which is no reference: its fields do not change");
  }
  return CheckKinds(2, type.fields, absl::StrCat("object type ", index));
}

absl::Status InstructionChecker::CheckClosure() {
  const int callee = static_cast<int>(instruction_.operands[1].number);
  const Function& function = executable_.functions[callee];
  const size_t num_captured = instruction_.operands[2].list.size();
  const std::string label = FunctionLabel(executable_, callee);
  if (num_captured > static_cast<size_t>(function.num_parameters)) {
    return FailOperand(info().operands[2], "lists ", num_captured, " registers, ", label, " has ",
                       function.num_parameters, " parameters");
  }
  const auto captured = absl::MakeConstSpan(function.register_kinds).first(num_captured);
  return CheckKinds(2, captured, absl::StrCat("the signature of ", label));
}

absl::Status InstructionChecker::CheckClosureCall() {
  const int64_t index = instruction_.operands[1].number;
  const Signature& signature = executable_.signatures[index];
  const std::string label = absl::StrCat("signature ", index);
  BATON_RETURN_IF_ERROR(CheckKinds(2, signature.params, label));
  if (instruction_.opcode == Opcode::kTailCallClosure) {
    return CheckTailResults(1, signature.results, label);
  }
  return CheckKinds(3, signature.results, absl::StrCat("the result list of ", label));
}

absl::Status InstructionChecker::CheckKernelCall() {
  const KernelReference& kernel = executable_.kernels[instruction_.operands[0].number];
  const size_t num_inputs = instruction_.operands[1].list.size();
  const std::vector<uint16_t>& outputs = instruction_.operands[2].list;
  if (num_inputs != static_cast<size_t>(kernel.num_passed())) {
    return FailOperand(info().operands[1], "lists ", num_inputs, " registers, the kernel takes ",
                       kernel.num_passed());
  }
  if (outputs.size() != static_cast<size_t>(kernel.num_outputs)) {
    return FailOperand(info().operands[2], "lists ", outputs.size(), " registers, the kernel gives ",
                       kernel.num_outputs);
  }
  for (const uint16_t unit : outputs) {
    if (KindOf(unit) != SlotKind::kTensor) {
      return FailOperand(info().operands[2], "has r", ReadRegister(&unit), " of kind ",
                         SlotKindName(KindOf(unit)), ", expected tensor");
    }
  }
  return absl::OkStatus();
}

absl::Status InstructionChecker::CheckLabels() {
  for (const Jump& jump : jumps_) {
    if (!map_->starts[jump.target]) {
      const uint8_t opcode = static_cast<uint8_t>(function_.code[size_t{jump.word} * kUnitsPerWord] & 0xFF);
      return absl::DataLossError(absl::StrCat(FunctionLabel(executable_, index_), "+", jump.word, " ",
                                              FindOpcode(opcode)->name, ": operand 'target' is ", jump.target,
                                              ", where no instruction starts"));
    }
    map_->leaders[jump.target] = true;
  }
  return absl::OkStatus();
}

}  // namespace

std::string FunctionLabel(const Executable& executable, int function) {
  const std::string& name = executable.functions[function].name;
  if (name.empty()) return absl::StrCat("function ", function);
  std::string label = absl::Utf8SafeCEscape(name.substr(0, kMaxNameInMessage));
  return name.size() > kMaxNameInMessage ? label + "..." : label;
}

absl::Status CheckInstructions(const Executable& executable, int function, CodeMap* map) {
  return InstructionChecker(executable, function, map).Run();
}

}  // namespace baton
