// PUBLIC: a program for a VTA, built for one operator and one set of shapes: instructions and micro-ops, and
// the buffers that they use, whose addresses are not known yet. Programs are kept per (operator, shapes); a
// call only links. Who builds them: dense.h, conv2d.h, add.h, max_pool.h. Source: the specification's section
// 14.1.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "accel/vta/config.h"
#include "accel/vta/isa.h"

namespace baton::vta {

enum class BufferRole { kConstant, kInput, kOutput };

// A tensor in device memory in its packed layout (layout.h).
struct ProgramBuffer {
  std::string name;  // "data", "weight", "bias", ...
  BufferRole role = BufferRole::kInput;
  uint32_t element_bytes = 1;  // its address is a multiple of this; a page always is
  uint64_t num_bytes = 0;
  std::vector<uint8_t> contents;  // of a constant: what whoever links puts there
};

// Instruction `instruction` counts dram_base from the start of buffer `buffer`.
struct Relocation {
  uint32_t instruction = 0;
  uint32_t buffer = 0;

  friend bool operator==(const Relocation&, const Relocation&) = default;
};

struct Program {
  Config config;
  std::vector<Word> instructions;  // dram_base: elements from the start of the buffer
  std::vector<uint32_t> uops;      // buffer 0, a constant, holds them
  std::vector<ProgramBuffer> buffers;
  std::vector<Relocation> relocations;  // by instruction
  uint64_t gemm_steps = 0;              // without reset: at best a cycle each
  uint64_t macs = 0;                    // of the operator itself, without padding
  uint64_t predicted_cycles = 0;        // cost_model.h, for the machine it was built for
  std::string tiling;                   // how it was cut, for people
};

// The buffer of that name; null when there is none.
const ProgramBuffer* FindBuffer(const Program& program, absl::string_view name);

// The instructions with the addresses of the buffers put in: one for each of program.buffers, in bytes.
// Errors: InvalidArgument when an address is no multiple of its buffer's elements, is 0, or the buffer does
// not end within 4 GiB; when there are not as many as buffers.
absl::StatusOr<std::vector<Word>> Link(const Program& program, absl::Span<const uint32_t> addresses);

// Memory order: what a chip reads.
std::vector<uint8_t> ToBytes(absl::Span<const Word> instructions);

// The instructions, a line each with what they are about; relocated ones name their buffer.
std::string DisassembleProgram(const Program& program);

}  // namespace baton::vta
