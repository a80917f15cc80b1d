#include "accel/vta/program_file.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_format.h"
#include "accel/vta/isa.h"
#include "vm/core/status.h"

namespace baton::vta {
namespace {

constexpr char kMagic[] = {'V', 'T', 'A', 'G', 'O', 'L', 'D', '1'};
static_assert(sizeof(kMagic) == 8);

class Reader {
 public:
  explicit Reader(absl::Span<const uint8_t> bytes) : bytes_(bytes) {}

  size_t offset() const { return offset_; }
  size_t remaining() const { return bytes_.size() - offset_; }

  absl::StatusOr<absl::Span<const uint8_t>> Take(size_t count, absl::string_view what) {
    if (count > remaining()) {
      return absl::DataLossError(
          absl::StrFormat("VTA program: %s at byte %d needs %d bytes, the file has %d more", what, offset_,
                          count, remaining()));
    }
    const auto result = bytes_.subspan(offset_, count);
    offset_ += count;
    return result;
  }

  absl::StatusOr<uint32_t> TakeU32(absl::string_view what) {
    BATON_ASSIGN_OR_RETURN(const auto bytes, Take(4, what));
    return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | uint32_t{bytes[3]} << 24;
  }

 private:
  absl::Span<const uint8_t> bytes_;
  size_t offset_ = 0;
};

absl::StatusOr<std::vector<Segment>> ReadSegments(Reader& reader, uint32_t count, uint32_t image_bytes,
                                                  absl::string_view what) {
  std::vector<Segment> segments;
  for (uint32_t i = 0; i < count; ++i) {
    BATON_ASSIGN_OR_RETURN(const uint32_t address, reader.TakeU32(what));
    BATON_ASSIGN_OR_RETURN(const uint32_t size, reader.TakeU32(what));
    if (uint64_t{address} + size > image_bytes) {
      return absl::DataLossError(
          absl::StrFormat("VTA program: %s %d before byte %d ends at 0x%x, the image at 0x%x", what, i,
                          reader.offset(), uint64_t{address} + size, image_bytes));
    }
    BATON_ASSIGN_OR_RETURN(const auto bytes, reader.Take(size, what));
    segments.push_back({address, std::vector<uint8_t>(bytes.begin(), bytes.end())});
  }
  return segments;
}

absl::Status CheckInstructions(const ProgramFile& program) {
  const uint64_t end = program.instruction_address + uint64_t{program.instruction_count} * kInstructionBytes;
  if (program.instruction_address % kInstructionBytes != 0 || end > program.image_bytes) {
    return absl::DataLossError(
        absl::StrFormat("VTA program: instructions at 0x%x to 0x%x, expected a multiple of %d and an end "
                        "within the image of 0x%x bytes",
                        program.instruction_address, end, kInstructionBytes, program.image_bytes));
  }
  return absl::OkStatus();
}

void AppendU32(std::vector<uint8_t>& out, uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<uint8_t>(value >> shift));
}

void AppendSegments(std::vector<uint8_t>& out, const std::vector<Segment>& segments) {
  for (const Segment& segment : segments) {
    AppendU32(out, segment.address);
    AppendU32(out, static_cast<uint32_t>(segment.bytes.size()));
    out.insert(out.end(), segment.bytes.begin(), segment.bytes.end());
  }
}

}  // namespace

absl::StatusOr<ProgramFile> ReadProgramFile(absl::Span<const uint8_t> bytes) {
  Reader reader(bytes);
  BATON_ASSIGN_OR_RETURN(const auto magic, reader.Take(sizeof(kMagic), "the magic"));
  if (std::memcmp(magic.data(), kMagic, sizeof(kMagic)) != 0) {
    return absl::DataLossError("VTA program: does not begin with VTAGOLD1");
  }
  ProgramFile program;
  BATON_ASSIGN_OR_RETURN(program.instruction_address, reader.TakeU32("the instructions' address"));
  BATON_ASSIGN_OR_RETURN(program.instruction_count, reader.TakeU32("the number of instructions"));
  BATON_ASSIGN_OR_RETURN(program.image_bytes, reader.TakeU32("the size of the image"));
  BATON_ASSIGN_OR_RETURN(const uint32_t num_inputs, reader.TakeU32("the number of input segments"));
  BATON_ASSIGN_OR_RETURN(const uint32_t num_outputs, reader.TakeU32("the number of output segments"));
  BATON_RETURN_IF_ERROR(CheckInstructions(program));
  BATON_ASSIGN_OR_RETURN(program.inputs,
                         ReadSegments(reader, num_inputs, program.image_bytes, "input segment"));
  BATON_ASSIGN_OR_RETURN(program.outputs,
                         ReadSegments(reader, num_outputs, program.image_bytes, "output segment"));
  if (reader.remaining() != 0) {
    return absl::DataLossError(absl::StrFormat("VTA program: %d bytes are left over after byte %d",
                                               reader.remaining(), reader.offset()));
  }
  return program;
}

std::vector<uint8_t> WriteProgramFile(const ProgramFile& program) {
  std::vector<uint8_t> out(std::begin(kMagic), std::end(kMagic));
  AppendU32(out, program.instruction_address);
  AppendU32(out, program.instruction_count);
  AppendU32(out, program.image_bytes);
  AppendU32(out, static_cast<uint32_t>(program.inputs.size()));
  AppendU32(out, static_cast<uint32_t>(program.outputs.size()));
  AppendSegments(out, program.inputs);
  AppendSegments(out, program.outputs);
  return out;
}

absl::Status LoadInputs(const ProgramFile& program, DeviceMemory& memory) {
  if (memory.size() < program.image_bytes) {
    return absl::InvalidArgumentError(absl::StrFormat("VTA program: its image has %d bytes, the memory %d",
                                                      program.image_bytes, memory.size()));
  }
  for (const Segment& segment : program.inputs) {
    std::copy(segment.bytes.begin(), segment.bytes.end(), memory.data() + segment.address);
  }
  return absl::OkStatus();
}

std::optional<Difference> CompareOutputs(const ProgramFile& program, const DeviceMemory& memory) {
  std::optional<Difference> first;
  for (const Segment& segment : program.outputs) {
    for (size_t i = 0; i < segment.bytes.size(); ++i) {
      const uint32_t address = segment.address + static_cast<uint32_t>(i);
      const uint8_t found = memory.data()[address];
      if (found == segment.bytes[i]) continue;
      if (!first.has_value()) first = Difference{address, segment.bytes[i], found, 0};
      ++first->num_different;
    }
  }
  return first;
}

}  // namespace baton::vta
