#include "vm/bytecode/verify_function.h"

#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "vm/bytecode/verify_operands.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr size_t kMaxNameInMessage = 100;

class InstructionChecker {
 public:
  InstructionChecker(const Executable& executable, int function, Dispatch dispatch, CodeMap* map)
      : executable_(executable),
        index_(function),
        function_(executable.functions[function]),
        view_(function_, dispatch),
        map_(map) {}

  absl::Status Run();

 private:
  absl::Status Check();
  absl::Status CheckLabel(const Operand& operand, int64_t target);
  absl::Status CheckLocal(const Operand& operand, int64_t number);
  absl::Status CheckRegister(const Operand& operand, uint16_t unit);
  absl::Status CheckList(int operand);
  absl::Status CheckLabels();

  const OpcodeInfo& info() const { return GetOpcode(instruction_.opcode); }
  SlotKind KindOf(uint16_t unit) const { return function_.register_kinds[ReadRegister(&unit)]; }
  template <typename... Parts>
  absl::Status Fail(const Parts&... parts) const {
    return absl::DataLossError(absl::StrCat(PlaceLabel(executable_, index_, view_.dispatch(), place_), " ",
                                            info().name, ": ", parts...));
  }
  template <typename... Parts>
  absl::Status FailOperand(const Operand& operand, const Parts&... parts) const {
    return Fail("operand '", operand.name, "' ", parts...);
  }

  const Executable& executable_;
  const int index_;
  const Function& function_;
  const CodeView view_;
  CodeMap* map_;
  Instruction instruction_;
  size_t place_ = 0;  // of instruction_

  // Of the current instruction: what its "any" registers are, and which registers it has given up or written
  // so far.
  std::optional<SlotKind> any_kind_;
  uint32_t serial_ = 0;
  std::vector<uint32_t> given_up_, written_;  // by register: the serial number of the instruction

  struct Jump {
    uint32_t place, target;
  };
  std::vector<Jump> jumps_;
};

absl::Status InstructionChecker::Run() {
  const std::string label = FunctionLabel(executable_, index_);
  const size_t size = view_.size();
  if (size == 0) return absl::DataLossError(absl::StrCat(label, ": has no code"));
  if (view_.dispatch() == Dispatch::kRegister && function_.code.size() % kUnitsPerWord != 0) {
    return absl::DataLossError(
        absl::StrCat(label, ": has ", function_.code.size(), " units of code, not a whole number of words"));
  }
  if (size > INT32_MAX)
    return absl::DataLossError(absl::StrCat(label, ": has 2^31 ", view_.unit_name(), " of code or more"));
  map_->starts.assign(size, false);
  map_->leaders.assign(size, false);
  map_->leaders[0] = true;
  given_up_.assign(function_.register_kinds.size(), 0);
  written_.assign(function_.register_kinds.size(), 0);
  size_t length = 0;
  for (place_ = 0; place_ < size; place_ += length) {
    if (absl::Status status = view_.Decode(place_, &instruction_, &length); !status.ok()) {
      return absl::DataLossError(
          absl::StrCat(PlaceLabel(executable_, index_, view_.dispatch(), place_), ": ", status.message()));
    }
    BATON_RETURN_IF_ERROR(Check());
    map_->starts[place_] = true;
    const Flow flow = info().flow;
    if (flow != Flow::kNext && flow != Flow::kCall && place_ + length < size)
      map_->leaders[place_ + length] = true;
  }
  place_ -= length;
  const Flow last = info().flow;
  if (last == Flow::kNext || last == Flow::kCall || last == Flow::kBranch) {
    return Fail("the code ends here, but control continues");
  }
  return CheckLabels();
}

absl::Status InstructionChecker::Check() {
  ++serial_;
  any_kind_.reset();
  if (absl::Status status = CheckNumbers(executable_, function_, instruction_); !status.ok())
    return Fail(status.message());
  // Operands are read in order, so that a register can be read before its last use but not after it.
  for (int i = 0; i < info().num_operands; ++i) {
    const Operand& operand = info().operands[i];
    const OperandValue& value = instruction_.operands[i];
    const bool in_registers = view_.dispatch() == Dispatch::kRegister;
    switch (operand.kind) {
      case OperandKind::kDef:
      case OperandKind::kUse:
        if (!in_registers) break;
        BATON_RETURN_IF_ERROR(
            CheckRegister(operand, static_cast<uint16_t>(value.number | (value.last_use ? kLastUse : 0))));
        break;
      case OperandKind::kUses:
      case OperandKind::kUpdates:
      case OperandKind::kDefs:
        BATON_RETURN_IF_ERROR(CheckList(i));
        break;
      case OperandKind::kUseLocal:
      case OperandKind::kDefLocal:
      case OperandKind::kUseWideLocal:
      case OperandKind::kDefWideLocal:
        BATON_RETURN_IF_ERROR(CheckLocal(operand, value.number));
        break;
      case OperandKind::kLabel:
        BATON_RETURN_IF_ERROR(CheckLabel(operand, value.number));
        break;
      default:
        break;
    }
  }
  if (instruction_.opcode != Opcode::kRelease || !any_kind_ || IsReference(*any_kind_))
    return absl::OkStatus();
  return FailOperand(info().operands[0], "is r", instruction_.operands[0].number, " of kind ",
                     SlotKindName(*any_kind_), ", which holds no reference");
}

absl::Status InstructionChecker::CheckLabel(const Operand& operand, int64_t target) {
  if (static_cast<size_t>(target) >= view_.size()) {
    return FailOperand(operand, "is ", target, ", the function has ", view_.size(), " ", view_.unit_name());
  }
  jumps_.push_back({static_cast<uint32_t>(place_), static_cast<uint32_t>(target)});
  return absl::OkStatus();
}

// Its kind is looked at where the operand stack is: operand_stack.cc.
absl::Status InstructionChecker::CheckLocal(const Operand& operand, int64_t number) {
  if (static_cast<size_t>(number) >= view_.num_slots()) {
    return FailOperand(operand, "is local ", number, ", the function has ", view_.num_slots(), " locals");
  }
  const bool is_wide =
      operand.kind == OperandKind::kUseWideLocal || operand.kind == OperandKind::kDefWideLocal;
  if (is_wide && number <= kMaxNarrowLocal)
    return FailOperand(operand, "is local ", number, ", which needs no wide instruction");
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
  if (!IsLastUse(unit)) {
    // Release gives up its register whether or not it is marked.
    return kind != SlotKind::kFuture || instruction_.opcode == Opcode::kRelease
               ? absl::OkStatus()
               : FailOperand(operand, "is r", number, ", a future, which any use must mark as its last");
  }
  given_up_[number] = serial_;
  return IsReference(kind)
             ? absl::OkStatus()
             : FailOperand(operand, "marks the last use of r", number, ", which holds no reference");
}

absl::Status InstructionChecker::CheckList(int index) {
  const Operand& operand = info().operands[index];
  const std::vector<uint16_t>& list = instruction_.operands[index].list;
  const ListKinds expected = ExpectedList(executable_, function_, instruction_, index);
  const auto source = [&] { return ExpectedListSource(executable_, instruction_, index); };
  const bool in_registers = view_.dispatch() == Dispatch::kRegister;
  for (size_t i = 0; in_registers && i < list.size(); ++i)
    BATON_RETURN_IF_ERROR(CheckRegister(operand, list[i]));
  if (list.size() != expected.size()) {
    return FailOperand(operand, "lists ", list.size(), " values, ", source(), " has ", expected.size());
  }
  for (size_t i = 0; in_registers && i < list.size(); ++i) {
    if (KindOf(list[i]) == expected[i]) continue;
    return FailOperand(operand, "has r", ReadRegister(&list[i]), " of kind ", SlotKindName(KindOf(list[i])),
                       " at place ", i, ", ", source(), " has ", SlotKindName(expected[i]));
  }
  return absl::OkStatus();
}

absl::Status InstructionChecker::CheckLabels() {
  for (const Jump& jump : jumps_) {
    if (!map_->starts[jump.target]) {
      size_t length = 0;
      place_ = jump.place;
      BATON_RETURN_IF_ERROR(view_.Decode(place_, &instruction_, &length));
      return Fail("operand 'target' is ", jump.target, ", where no instruction starts");
    }
    map_->leaders[jump.target] = true;
  }
  return absl::OkStatus();
}

}  // namespace

std::string PlaceLabel(const Executable& executable, int function, Dispatch dispatch, size_t place) {
  return absl::StrCat(FunctionLabel(executable, function),
                      dispatch == Dispatch::kStack ? " stack code+" : "+", place);
}

std::string FunctionLabel(const Executable& executable, int function) {
  const std::string& name = executable.functions[function].name;
  if (name.empty()) return absl::StrCat("function ", function);
  std::string label = absl::Utf8SafeCEscape(name.substr(0, kMaxNameInMessage));
  return name.size() > kMaxNameInMessage ? label + "..." : label;
}

absl::Status CheckInstructions(const Executable& executable, int function, Dispatch dispatch, CodeMap* map) {
  return InstructionChecker(executable, function, dispatch, map).Run();
}

}  // namespace baton
