#include "accel/vta/program/loaded_program.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "vm/core/status.h"

namespace baton::vta {
namespace {

void Copy(absl::Span<const uint8_t> bytes, uint32_t address, DeviceMemory& memory) {
  std::copy(bytes.begin(), bytes.end(), memory.data() + address);
}

}  // namespace

absl::StatusOr<std::unique_ptr<LoadedProgram>> LoadedProgram::Load(const Program& program,
                                                                   DeviceMemory& memory) {
  std::unique_ptr<LoadedProgram> loaded(new LoadedProgram(program, memory));
  BATON_RETURN_IF_ERROR(loaded->LoadAll());
  return loaded;
}

LoadedProgram::~LoadedProgram() {
  for (const uint32_t address : allocated_) BATON_CHECK(memory_.Free(address).ok());
}

absl::StatusOr<uint32_t> LoadedProgram::Allocate(uint64_t num_bytes) {
  BATON_ASSIGN_OR_RETURN(const uint32_t address, memory_.Allocate(std::max<uint64_t>(num_bytes, 1)));
  allocated_.push_back(address);
  return address;
}

absl::Status LoadedProgram::LoadAll() {
  for (const ProgramBuffer& buffer : program_.buffers) {
    BATON_ASSIGN_OR_RETURN(const uint32_t address, Allocate(buffer.num_bytes));
    addresses_.push_back(address);
    Copy(buffer.contents, address, memory_);
  }
  BATON_ASSIGN_OR_RETURN(const std::vector<Word> words, Link(program_, addresses_));
  const std::vector<uint8_t> bytes = ToBytes(words);
  BATON_ASSIGN_OR_RETURN(request_.instruction_address, Allocate(bytes.size()));
  request_.instruction_count = static_cast<uint32_t>(words.size());
  Copy(bytes, request_.instruction_address, memory_);
  return absl::OkStatus();
}

absl::StatusOr<absl::Span<uint8_t>> LoadedProgram::Buffer(absl::string_view name) {
  const ProgramBuffer* buffer = FindBuffer(program_, name);
  if (buffer == nullptr) {
    return absl::InvalidArgumentError(absl::StrFormat("VTA program: there is no buffer '%s'", name));
  }
  return memory_.bytes().subspan(addresses_[buffer - program_.buffers.data()], buffer->num_bytes);
}

absl::Status LoadedProgram::Write(absl::string_view name, absl::Span<const uint8_t> bytes) {
  BATON_ASSIGN_OR_RETURN(const absl::Span<uint8_t> buffer, Buffer(name));
  if (buffer.size() != bytes.size()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("VTA program: %d bytes for buffer '%s' of %d", bytes.size(), name, buffer.size()));
  }
  std::copy(bytes.begin(), bytes.end(), buffer.begin());
  return absl::OkStatus();
}

}  // namespace baton::vta
