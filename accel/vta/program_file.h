// PUBLIC: a .vtag file: an accelerator program with the memory that it starts from and the memory that it
// must leave. Little endian: "VTAGOLD1"; u32 address of the first instruction, their count, bytes of the
// image, input segments, output segments; then each segment as u32 address, u32 bytes, the bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "accel/vta/device_memory.h"

namespace baton::vta {

struct Segment {
  uint32_t address = 0;
  std::vector<uint8_t> bytes;

  friend bool operator==(const Segment&, const Segment&) = default;
};

struct ProgramFile {
  uint32_t instruction_address = 0;
  uint32_t instruction_count = 0;
  uint32_t image_bytes = 0;
  std::vector<Segment> inputs;   // the rest of the image starts as zeros
  std::vector<Segment> outputs;  // expected

  friend bool operator==(const ProgramFile&, const ProgramFile&) = default;
};

// Errors: DataLoss with what was found, what was expected and the byte offset: a wrong magic, an end too
// early, bytes left over,
//   a segment or instructions outside the image, instructions at no multiple of 16.
absl::StatusOr<ProgramFile> ReadProgramFile(absl::Span<const uint8_t> bytes);
std::vector<uint8_t> WriteProgramFile(const ProgramFile& program);

// Copies the inputs. Errors: InvalidArgument when the memory is smaller than the image.
absl::Status LoadInputs(const ProgramFile& program, DeviceMemory& memory);

// The first byte where memory is not as the outputs say.
struct Difference {
  uint32_t address;
  uint8_t expected;
  uint8_t found;
  uint64_t num_different;  // bytes in all outputs
};
// None when all are equal. REQUIRES: the memory holds the image.
std::optional<Difference> CompareOutputs(const ProgramFile& program, const DeviceMemory& memory);

}  // namespace baton::vta
