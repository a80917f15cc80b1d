#include "accel/vta/program/program.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "vm/core/status.h"

namespace baton::vta {
namespace {

constexpr int kDramBaseBit = 26;  // of word 0; checked against the table below
constexpr uint64_t kDramBaseMask = uint64_t{0xffffffff} << kDramBaseBit;

absl::Status CheckAddresses(const Program& program, absl::Span<const uint32_t> addresses) {
  if (addresses.size() != program.buffers.size()) {
    return absl::InvalidArgumentError(absl::StrFormat("VTA program: %d addresses for %d buffers",
                                                      addresses.size(), program.buffers.size()));
  }
  for (size_t i = 0; i < addresses.size(); ++i) {
    const ProgramBuffer& buffer = program.buffers[i];
    if (addresses[i] == 0 && buffer.num_bytes > 0) {
      return absl::InvalidArgumentError(
          absl::StrFormat("VTA program: buffer '%s' has address 0", buffer.name));
    }
    if (addresses[i] % buffer.element_bytes != 0) {
      return absl::InvalidArgumentError(
          absl::StrFormat("VTA program: buffer '%s' has address 0x%x, its elements need a multiple of %d",
                          buffer.name, addresses[i], buffer.element_bytes));
    }
    if (addresses[i] + buffer.num_bytes > uint64_t{1} << 32) {
      return absl::InvalidArgumentError(
          absl::StrFormat("VTA program: buffer '%s' of %d bytes at 0x%x ends behind 4 GiB", buffer.name,
                          buffer.num_bytes, addresses[i]));
    }
  }
  return absl::OkStatus();
}

}  // namespace

const ProgramBuffer* FindBuffer(const Program& program, absl::string_view name) {
  for (const ProgramBuffer& buffer : program.buffers) {
    if (buffer.name == name) return &buffer;
  }
  return nullptr;
}

absl::StatusOr<std::vector<Word>> Link(const Program& program, absl::Span<const uint32_t> addresses) {
  BATON_RETURN_IF_ERROR(CheckAddresses(program, addresses));
  std::vector<Word> words = program.instructions;
  for (const Relocation& relocation : program.relocations) {
    uint64_t& w0 = words[relocation.instruction].w0;
    const uint64_t base = addresses[relocation.buffer] / program.buffers[relocation.buffer].element_bytes;
    const uint64_t dram_base = ((w0 & kDramBaseMask) >> kDramBaseBit) + base;
    w0 = (w0 & ~kDramBaseMask) | (dram_base << kDramBaseBit & kDramBaseMask);
  }
  return words;
}

std::vector<uint8_t> ToBytes(absl::Span<const Word> instructions) {
  std::vector<uint8_t> bytes;
  bytes.reserve(instructions.size() * kInstructionBytes);
  for (const Word& word : instructions) {
    for (const uint64_t half : {word.w0, word.w1}) {
      for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<uint8_t>(half >> (8 * i)));
    }
  }
  return bytes;
}

std::string DisassembleProgram(const Program& program) {
  std::string text;
  size_t next = 0;
  for (uint32_t i = 0; i < program.instructions.size(); ++i) {
    absl::StrAppend(&text, i, ": ", Disassemble(program.config, program.instructions[i]));
    if (next < program.relocations.size() && program.relocations[next].instruction == i) {
      absl::StrAppend(&text, "  # ", program.buffers[program.relocations[next++].buffer].name);
    }
    text += '\n';
  }
  return text;
}

}  // namespace baton::vta
