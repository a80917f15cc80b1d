#include "vm/bytecode/opcode.h"

#include <map>

#include "vm/bytecode/opcode_table.h"
#include "vm/core/status.h"

namespace baton {
namespace {

using opcode_table::kRowIndex;
using opcode_table::kRows;

constexpr bool CodesAscend() {
  for (int i = 1; i < opcode_table::kNumRows; ++i) {
    if (kRows[i - 1].opcode >= kRows[i].opcode) return false;
  }
  return true;
}
static_assert(CodesAscend(), "opcodes.def: codes must be unique and in ascending order");

}  // namespace

absl::Span<const OpcodeInfo> AllOpcodes() {
  return kRows;
}

const OpcodeInfo* FindOpcode(uint8_t code) {
  const int row = kRowIndex.row[code];
  return row < 0 ? nullptr : &kRows[row];
}

const OpcodeInfo* FindOpcode(absl::string_view name) {
  static const auto& by_name = *[] {
    auto* map = new std::map<absl::string_view, const OpcodeInfo*>;
    for (const OpcodeInfo& info : kRows) map->emplace(info.name, &info);
    return map;
  }();
  const auto found = by_name.find(name);
  return found == by_name.end() ? nullptr : found->second;
}

absl::string_view DispatchName(Dispatch dispatch) {
  return dispatch == Dispatch::kRegister ? "register" : "stack";
}

const OpcodeInfo& GetOpcode(Opcode opcode) {
  const OpcodeInfo* info = FindOpcode(static_cast<uint8_t>(opcode));
  BATON_CHECK(info != nullptr);
  return *info;
}

}  // namespace baton
