#include "tests/support/to_stack_code.h"

#include <algorithm>
#include <utility>

#include "compiler/lower/encode_stack.h"
#include "compiler/lower/low_form.h"
#include "vm/bytecode/code_view.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr int32_t kNoLocation = -1;

struct PlacedInstruction {
  size_t place;
  LowInstruction low;  // labels are places
};

LowInstruction ToLow(const Instruction& instruction, int32_t location) {
  LowInstruction low;
  low.opcode = instruction.opcode;
  low.location = location;
  const OpcodeInfo& info = GetOpcode(low.opcode);
  for (int i = 0; i < info.num_operands; ++i) {
    low.operands[i].number = instruction.operands[i].number;
    for (const uint16_t unit : instruction.operands[i].list)
      low.operands[i].list.push_back(ReadRegister(&unit));
  }
  return low;
}

class Converter {
 public:
  explicit Converter(const Function& function) : view_(function, Dispatch::kRegister) {
    low_.name = function.name;
    low_.kinds = function.register_kinds;
    low_.num_parameters = function.num_parameters;
    low_.result_kinds = function.result_kinds;
  }

  absl::StatusOr<LowFunction> Run() {
    BATON_RETURN_IF_ERROR(Decode());
    MakeBlocks();
    return std::move(low_);
  }

 private:
  absl::Status Decode() {
    starts_block_.assign(view_.size() + 1, false);
    Instruction instruction;
    size_t length = 0;
    for (size_t place = 0; place < view_.size(); place += length) {
      BATON_RETURN_IF_ERROR(view_.Decode(place, &instruction, &length));
      const OpcodeInfo& info = GetOpcode(instruction.opcode);
      for (int i = 0; i < info.num_operands; ++i) {
        if (info.operands[i].kind == OperandKind::kLabel)
          starts_block_[static_cast<size_t>(instruction.operands[i].number)] = true;
      }
      if (info.flow != Flow::kNext && info.flow != Flow::kCall) starts_block_[place + length] = true;
      instructions_.push_back({place, ToLow(instruction, LocationAt(place))});
    }
    return absl::OkStatus();
  }

  int32_t LocationAt(size_t place) const {
    int32_t location = kNoLocation;
    for (const DebugEntry& entry : view_.debug()) {
      if (entry.place <= place) location = static_cast<int32_t>(entry.location);
    }
    return location;
  }

  void MakeBlocks() {
    std::vector<int64_t> block_of(starts_block_.size(), 0);
    for (PlacedInstruction& placed : instructions_) {
      if (low_.blocks.empty() || starts_block_[placed.place]) low_.blocks.emplace_back();
      block_of[placed.place] = static_cast<int64_t>(low_.blocks.size()) - 1;
      low_.blocks.back().instructions.push_back(std::move(placed.low));
    }
    for (BasicBlock& block : low_.blocks) {
      for (LowInstruction& low : block.instructions) {
        const OpcodeInfo& info = GetOpcode(low.opcode);
        for (int i = 0; i < info.num_operands; ++i) {
          if (info.operands[i].kind == OperandKind::kLabel)
            low.operands[i].number = block_of[static_cast<size_t>(low.operands[i].number)];
        }
      }
    }
  }

  const CodeView view_;
  LowFunction low_;
  std::vector<bool> starts_block_;  // by place
  std::vector<PlacedInstruction> instructions_;
};

}  // namespace

absl::StatusOr<Executable> ToStackCode(Executable executable) {
  const size_t num_locations = executable.locations.size();
  for (Function& function : executable.functions) {
    BATON_ASSIGN_OR_RETURN(LowFunction low, Converter(function).Run());
    BATON_ASSIGN_OR_RETURN(Function encoded, EncodeStack(std::move(low)));
    std::vector<DebugEntry>& debug = encoded.stack.debug;
    const auto has_no_location = [&](const DebugEntry& entry) { return entry.location >= num_locations; };
    debug.erase(std::remove_if(debug.begin(), debug.end(), has_no_location), debug.end());
    function = std::move(encoded);
  }
  return executable;
}

}  // namespace baton
