#include "compiler/lower/encode_register.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/lower/control_flow.h"
#include "compiler/lower/encodable.h"
#include "compiler/lower/liveness.h"
#include "compiler/lower/registers.h"
#include "compiler/lower/releases.h"
#include "vm/bytecode/register_code.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// Writes the code of a function whose registers are physical.
class Encoder {
 public:
  explicit Encoder(const LowFunction& function) : function_(function) {}

  absl::StatusOr<Function> Run() {
    BATON_RETURN_IF_ERROR(FindLastUses());
    result_.name = function_.name;
    result_.register_kinds = function_.kinds;
    result_.num_parameters = function_.num_parameters;
    result_.result_kinds = function_.result_kinds;
    for (uint32_t b = 0; b < function_.blocks.size(); ++b) {
      block_words_.push_back(NextWord());
      const std::vector<LowInstruction>& instructions = function_.blocks[b].instructions;
      for (uint32_t i = 0; i < instructions.size(); ++i) BATON_RETURN_IF_ERROR(Append(b, i, instructions[i]));
    }
    for (const auto& [unit, block] : labels_) PatchLabel(&result_.code, unit, block_words_[block]);
    return std::move(result_);
  }

 private:
  absl::Status FindLastUses();
  absl::Status Append(uint32_t block, uint32_t index, const LowInstruction& low);
  Instruction Convert(const LowInstruction& low);
  void MarkLastUse(const LowInstruction& low, VirtualRegister reg, Instruction* instruction) const;
  uint32_t NextWord() const { return static_cast<uint32_t>(result_.code.size() / kUnitsPerWord); }

  const LowFunction& function_;
  std::vector<Liveness::Point> last_uses_;  // in order of the code
  size_t next_last_use_ = 0;
  Function result_;
  std::vector<uint32_t> block_words_;
  std::vector<std::pair<size_t, int64_t>> labels_;  // unit of a jump, block
};

absl::Status Encoder::FindLastUses() {
  BATON_ASSIGN_OR_RETURN(Liveness liveness, ComputeLiveness(function_));
  last_uses_ = std::move(liveness.last_uses);
  std::sort(last_uses_.begin(), last_uses_.end(), [](const Liveness::Point& a, const Liveness::Point& b) {
    return std::tie(a.block, a.instruction, a.reg) < std::tie(b.block, b.instruction, b.reg);
  });
  return absl::OkStatus();
}

absl::Status Encoder::Append(uint32_t block, uint32_t index, const LowInstruction& low) {
  BATON_RETURN_IF_ERROR(CheckEncodable(function_.name, low));
  Instruction instruction = Convert(low);
  for (; next_last_use_ < last_uses_.size(); ++next_last_use_) {
    const Liveness::Point& point = last_uses_[next_last_use_];
    if (point.block != block || point.instruction != index) break;
    MarkLastUse(low, point.reg, &instruction);
  }
  const uint32_t location = static_cast<uint32_t>(low.location);
  if (result_.debug.empty() || result_.debug.back().location != location)
    result_.debug.push_back({NextWord(), location});
  const int label = LabelOperand(low);
  if (label >= 0) labels_.emplace_back(result_.code.size(), low.operands[label].number);
  EncodeInstruction(instruction, &result_.code);
  return absl::OkStatus();
}

Instruction Encoder::Convert(const LowInstruction& low) {
  Instruction instruction;
  instruction.opcode = low.opcode;
  for (int i = 0; i < GetOpcode(low.opcode).num_operands; ++i) {
    if (i == LabelOperand(low)) continue;  // patched later
    instruction.operands[i].number = low.operands[i].number;
    instruction.operands[i].list.assign(low.operands[i].list.begin(), low.operands[i].list.end());
  }
  return instruction;
}

// Marks the last occurrence. A register that the instruction also writes gives up its old value by that.
void Encoder::MarkLastUse(const LowInstruction& low, VirtualRegister reg, Instruction* instruction) const {
  const OpcodeInfo& info = GetOpcode(low.opcode);
  bool written = false;
  VisitRegisters(
      low, [](auto) {}, [&](auto def) { written |= static_cast<VirtualRegister>(def) == reg; });
  if (written || low.opcode == Opcode::kRelease) return;
  for (int i = info.num_operands - 1; i >= 0; --i) {
    OperandValue& operand = instruction->operands[i];
    if (info.operands[i].kind == OperandKind::kUse && operand.number == reg) {
      operand.last_use = true;
      return;
    }
    if (!IsUseList(info.operands[i].kind)) continue;
    const auto last = std::find(operand.list.rbegin(), operand.list.rend(), static_cast<uint16_t>(reg));
    if (last == operand.list.rend()) continue;
    *last |= kLastUse;
    return;
  }
}

}  // namespace

absl::StatusOr<Function> EncodeRegister(LowFunction function) {
  BATON_RETURN_IF_ERROR(RemoveUnreachableCode(&function));
  BATON_RETURN_IF_ERROR(InsertReleases(&function));
  BATON_ASSIGN_OR_RETURN(RegisterAssignment assignment, AssignRegisters(function));
  ReplaceRegisters(std::move(assignment), &function);
  BATON_RETURN_IF_ERROR(SimplifyJumps(&function));
  return Encoder(function).Run();
}

}  // namespace baton
