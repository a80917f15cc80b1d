#include "accel/vta/program/region.h"

#include <algorithm>

#include "absl/strings/str_format.h"

namespace baton::vta {
namespace {

constexpr uint64_t kMaxStride = 0xffff;
constexpr uint32_t kMaxSize = 0xffff;
constexpr uint32_t kMaxPadding = 15;

// The same box with as few planes and rows as describe it.
Region Merged(Region region) {
  if (region.padding != Padding{}) return region;
  if (region.rows == 1 || (region.row_pitch == region.cols && region.rows * region.cols <= kMaxSize)) {
    region.cols *= region.rows;
    region.rows = 1;
  }
  if (region.rows == 1) {
    region.rows = region.planes;
    region.row_pitch = region.plane_pitch;
    region.planes = 1;
  } else if (region.rows * region.row_pitch == region.plane_pitch) {
    region.rows *= region.planes;
    region.planes = 1;
  }
  if (region.row_pitch == region.cols && region.rows * region.cols <= kMaxSize) {
    region.cols *= region.rows;
    region.rows = 1;
  }
  return region;
}

absl::Status CheckFields(const Region& region) {
  if (region.padding == Padding{}) return absl::OkStatus();
  if (region.rows > 1 && region.row_pitch > kMaxStride) {
    return absl::UnimplementedError(absl::StrFormat(
        "VTA: padded rows %d elements apart; at most %d can be told", region.row_pitch, kMaxStride));
  }
  const Padding& padding = region.padding;
  const uint32_t most = std::max({padding.top, padding.bottom, padding.left, padding.right});
  if (most > kMaxPadding) {
    return absl::UnimplementedError(
        absl::StrFormat("VTA: a padding of %d; at most %d can be told", most, kMaxPadding));
  }
  return absl::OkStatus();
}

}  // namespace

Region SlicePlanes(const Region& region, uint32_t begin, uint32_t end) {
  Region slice = region;
  slice.offset += begin * region.plane_pitch;
  slice.planes = end - begin;
  return slice;
}

absl::StatusOr<std::vector<MemoryInstruction>> MoveRegion(const Region& given, Opcode opcode, MemoryType type,
                                                          uint32_t sram_base) {
  const Region region = Merged(given);
  if (absl::Status status = CheckFields(region); !status.ok()) return status;
  // Rows too far apart for the field are moved one by one.
  const bool by_row = region.rows > 1 && region.row_pitch > kMaxStride;
  const uint32_t rows = by_row ? 1 : region.rows;
  std::vector<MemoryInstruction> instructions;
  for (uint32_t plane = 0; plane < region.planes; ++plane) {
    for (uint32_t row = 0; row < region.rows; row += rows) {
      MemoryInstruction move;
      move.opcode = static_cast<uint32_t>(opcode);
      move.memory_type = static_cast<uint32_t>(type);
      move.sram_base = sram_base + plane * region.plane_elements() + row * region.cols;
      move.dram_base =
          static_cast<uint32_t>(region.offset + plane * region.plane_pitch + row * region.row_pitch);
      move.y_size = rows;
      move.x_size = region.cols;
      move.x_stride = rows == 1 ? region.cols : static_cast<uint32_t>(region.row_pitch);
      move.y_pad_0 = region.padding.top;
      move.y_pad_1 = region.padding.bottom;
      move.x_pad_0 = region.padding.left;
      move.x_pad_1 = region.padding.right;
      instructions.push_back(move);
    }
  }
  return instructions;
}

}  // namespace baton::vta
