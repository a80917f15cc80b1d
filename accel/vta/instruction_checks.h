// What can be said of an instruction without running it: the rules (rules.def) that its fields break.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "accel/vta/isa.h"
#include "accel/vta/rules.h"

namespace baton::vta {

// The instruction, or the rule that its bits break. Modes that do not trap reserved bits take them for 0.
std::variant<Instruction, Violation> Decode(const Config& config, const ModelOptions& options, Word word);

// The first rule that the fields break, in a memory of `memory_bytes`.
std::optional<Violation> CheckInstruction(const Config& config, const ModelOptions& options,
                                          const Instruction& instruction, uint64_t memory_bytes);

// The byte address of row `y` of a LOAD or a STORE: modulo 2^32, as the hardware adds.
inline uint32_t RowAddress(const MemoryInstruction& memory, uint32_t y, uint32_t element_bytes) {
  return (memory.dram_base + y * memory.x_stride) * element_bytes;
}

}  // namespace baton::vta
