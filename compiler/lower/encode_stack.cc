#include "compiler/lower/encode_stack.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/lower/control_flow.h"
#include "compiler/lower/encodable.h"
#include "compiler/lower/liveness.h"
#include "compiler/lower/registers.h"
#include "compiler/lower/releases.h"
#include "compiler/lower/stack_form.h"
#include "vm/bytecode/stack_code.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// What fetches the last value of a local takes it away.
absl::Status TakeOnLastUse(LowFunction* function) {
  BATON_ASSIGN_OR_RETURN(const Liveness liveness, ComputeLiveness(*function));
  for (const Liveness::Point& point : liveness.last_uses) {
    LowInstruction& get = function->blocks[point.block].instructions[point.instruction];
    BATON_CHECK(get.opcode == Opcode::kLocalGet);
    get.opcode = Opcode::kLocalTake;
  }
  return absl::OkStatus();
}

Opcode WideForm(Opcode opcode) {
  switch (opcode) {
    case Opcode::kLocalGet:
      return Opcode::kLocalGetWide;
    case Opcode::kLocalTake:
      return Opcode::kLocalTakeWide;
    case Opcode::kLocalSet:
      return Opcode::kLocalSetWide;
    default:
      BATON_CHECK(opcode == Opcode::kLocalTee);
      return Opcode::kLocalTeeWide;
  }
}

// Writes the code of a function in stack form with locals assigned.
class Encoder {
 public:
  explicit Encoder(const LowFunction& function) : function_(function) {}

  absl::StatusOr<Function> Run() {
    Function result;
    result.name = function_.name;
    result.num_parameters = function_.num_parameters;
    result.register_kinds.assign(function_.kinds.begin(), function_.kinds.begin() + function_.num_parameters);
    result.result_kinds = function_.result_kinds;
    code_.local_kinds.assign(function_.kinds.begin() + function_.num_parameters, function_.kinds.end());
    code_.max_height = MaxStackHeight(function_);
    if (code_.max_height > kMaxStackHeight) {
      return absl::ResourceExhaustedError(
          absl::StrCat("function '", function_.name, "': puts ", code_.max_height,
                       " values on the operand stack, at most ", kMaxStackHeight, " are allowed"));
    }
    for (const BasicBlock& block : function_.blocks) {
      block_places_.push_back(NextPlace());
      for (const LowInstruction& low : block.instructions) BATON_RETURN_IF_ERROR(Append(low));
    }
    for (const auto& [place, block] : labels_) PatchStackLabel(&code_.code, place, block_places_[block]);
    result.stack = std::move(code_);
    return result;
  }

 private:
  absl::Status Append(const LowInstruction& low) {
    BATON_RETURN_IF_ERROR(CheckEncodable(function_.name, low));
    const auto location = static_cast<uint32_t>(low.location);
    if (code_.debug.empty() || code_.debug.back().location != location)
      code_.debug.push_back({NextPlace(), location});
    const int label = LabelOperand(low);
    if (label >= 0) labels_.emplace_back(code_.code.size(), low.operands[label].number);
    EncodeStackInstruction(Convert(low), &code_.code);
    return absl::OkStatus();
  }

  Instruction Convert(const LowInstruction& low) const {
    Instruction instruction;
    instruction.opcode = low.opcode;
    const OpcodeInfo& info = GetOpcode(low.opcode);
    for (int i = 0; i < info.num_operands; ++i) {
      if (i == LabelOperand(low)) continue;  // patched later
      instruction.operands[i].number = low.operands[i].number;
      instruction.operands[i].list.resize(low.operands[i].list.size());
      const OperandKind kind = info.operands[i].kind;
      const bool is_local = kind == OperandKind::kUseLocal || kind == OperandKind::kDefLocal;
      if (is_local && low.operands[i].number > kMaxNarrowLocal) instruction.opcode = WideForm(low.opcode);
    }
    return instruction;
  }

  uint32_t NextPlace() const { return static_cast<uint32_t>(code_.code.size()); }

  const LowFunction& function_;
  StackCode code_;
  std::vector<uint32_t> block_places_;
  std::vector<std::pair<size_t, int64_t>> labels_;  // place of a jump, block
};

}  // namespace

absl::StatusOr<Function> EncodeStack(LowFunction function) {
  BATON_RETURN_IF_ERROR(RemoveUnreachableCode(&function));
  BATON_RETURN_IF_ERROR(InsertReleases(&function));
  BATON_RETURN_IF_ERROR(CoalesceCopies(&function));
  BATON_RETURN_IF_ERROR(SimplifyJumps(&function));
  JoinBlocks(&function);  // longer blocks have larger trees
  BATON_RETURN_IF_ERROR(ToStackForm(&function));
  BATON_ASSIGN_OR_RETURN(RegisterAssignment assignment, AssignRegisters(function));
  ReplaceRegisters(std::move(assignment), &function);
  BATON_RETURN_IF_ERROR(TakeOnLastUse(&function));
  return Encoder(function).Run();
}

}  // namespace baton
