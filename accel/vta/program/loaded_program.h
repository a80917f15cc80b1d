// PUBLIC: a program in a chip's memory, with buffers of its own, ready to run.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "accel/vta/chip.h"
#include "accel/vta/device_memory.h"
#include "accel/vta/program/program.h"

namespace baton::vta {

// Gives its memory back at the end. Threads: as its memory.
class LoadedProgram {
 public:
  // Allocates all buffers, fills the constants, and links. `program` and `memory` must outlive the result.
  // Errors: ResourceExhausted when the memory is too small.
  static absl::StatusOr<std::unique_ptr<LoadedProgram>> Load(const Program& program, DeviceMemory& memory);
  ~LoadedProgram();
  LoadedProgram(const LoadedProgram&) = delete;
  LoadedProgram& operator=(const LoadedProgram&) = delete;

  // The bytes of a buffer. Errors: InvalidArgument when the program has none of that name.
  absl::StatusOr<absl::Span<uint8_t>> Buffer(absl::string_view name);
  // Errors: InvalidArgument as Buffer, and when the sizes differ.
  absl::Status Write(absl::string_view name, absl::Span<const uint8_t> bytes);

  RunRequest request() const { return request_; }

 private:
  LoadedProgram(const Program& program, DeviceMemory& memory) : program_(program), memory_(memory) {}
  absl::StatusOr<uint32_t> Allocate(uint64_t num_bytes);
  absl::Status LoadAll();

  const Program& program_;
  DeviceMemory& memory_;
  std::vector<uint32_t> addresses_;  // of the buffers
  std::vector<uint32_t> allocated_;
  RunRequest request_;
};

}  // namespace baton::vta
