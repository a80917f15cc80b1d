// LOAD and STORE: the specification's section 4.
#include <algorithm>
#include <bit>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "accel/vta/instruction_checks.h"
#include "accel/vta/model_core.h"

namespace baton::vta {

static_assert(std::endian::native == std::endian::little, "memory is copied as it is");

namespace {

int LanesOf(const Config& config) {
  return config.batch() * config.block();
}

}  // namespace

// Before accumulators are loaded: OUT keeps what was computed last.
void ModelCore::KeepOut(uint32_t index, uint32_t count) {
  const int lanes = LanesOf(config_);
  for (uint32_t i = index; i < index + count; ++i) {
    if (pads_.out_state[i] != OutState::kCurrent) continue;
    const uint32_t* acc = pads_.acc.data() + size_t{i} * lanes;
    uint8_t* out = pads_.out.data() + size_t{i} * lanes;
    for (int lane = 0; lane < lanes; ++lane) out[lane] = static_cast<uint8_t>(acc[lane]);
    pads_.out_state[i] = OutState::kStale;
  }
}

void ModelCore::WriteAccumulators(uint32_t index, uint32_t count, const uint8_t* bytes) {
  KeepOut(index, count);
  uint32_t* acc = pads_.acc.data() + size_t{index} * LanesOf(config_);
  if (bytes == nullptr) {
    std::memset(acc, 0, size_t{count} * config_.acc_bytes());
  } else {
    std::memcpy(acc, bytes, size_t{count} * config_.acc_bytes());
  }
}

void ModelCore::WriteAccumulators8(uint32_t index, uint32_t count, const uint8_t* bytes) {
  if (bytes == nullptr) return WriteAccumulators(index, count, nullptr);
  KeepOut(index, count);
  const size_t lanes = LanesOf(config_);
  uint32_t* acc = pads_.acc.data() + index * lanes;
  for (size_t i = 0; i < count * lanes; ++i) {
    acc[i] = static_cast<uint32_t>(int32_t{static_cast<int8_t>(bytes[i])});
  }
}

// [n][k] in memory, [k / 2][n][k % 2] here.
void ModelCore::WriteWeights(uint32_t index, uint32_t count, const uint8_t* bytes) {
  const int block = config_.block();
  const size_t lanes = size_t{config_.wgt_bytes()};
  int16_t* wgt = pads_.wgt.data() + index * lanes;
  if (bytes == nullptr) {
    std::fill(wgt, wgt + count * lanes, 0);
    return;
  }
  for (uint32_t i = 0; i < count; ++i, wgt += lanes, bytes += lanes) {
    for (int n = 0; n < block; ++n) {
      const uint8_t* row = bytes + n * block;
      for (int k = 0; k < block; k += 2) {
        wgt[k * block + 2 * n] = static_cast<int8_t>(row[k]);
        wgt[k * block + 2 * n + 1] = static_cast<int8_t>(row[k + 1]);
      }
    }
  }
}

// Writes `count` elements from memory, or zeros.
void ModelCore::WriteRun(MemoryType type, uint32_t index, uint32_t count, const uint8_t* bytes) {
  if (count == 0) return;
  switch (type) {
    case MemoryType::kUop:
      if (bytes == nullptr) {
        std::memset(pads_.uop.data() + index, 0, count * sizeof(uint32_t));
      } else {
        std::memcpy(pads_.uop.data() + index, bytes, count * sizeof(uint32_t));
      }
      return pads_.uop_written.Add(index, count);
    case MemoryType::kInp: {
      const size_t lanes = LanesOf(config_);
      int16_t* inp = pads_.inp.data() + index * lanes;
      for (size_t i = 0; i < count * lanes; ++i) {
        inp[i] = bytes == nullptr ? 0 : static_cast<int8_t>(bytes[i]);
      }
      return pads_.inp_written.Add(index, count);
    }
    case MemoryType::kWgt:
      WriteWeights(index, count, bytes);
      return pads_.wgt_written.Add(index, count);
    case MemoryType::kAcc:
      WriteAccumulators(index, count, bytes);
      return pads_.acc_written.Add(index, count);
    case MemoryType::kAcc8:
      WriteAccumulators8(index, count, bytes);
      return pads_.acc_written.Add(index, count);
    case MemoryType::kOut:
      break;  // In no LOAD: instruction_checks.cc, CheckType.
  }
}

void ModelCore::CountRead(const MemoryInstruction& memory) {
  const uint64_t bytes = uint64_t{memory.y_size} * memory.x_size * ElementBytes(config_, memory.memory_type);
  switch (static_cast<MemoryType>(memory.memory_type)) {
    case MemoryType::kUop:
      counters_.uop_bytes_read += bytes;
      break;
    case MemoryType::kWgt:
      counters_.wgt_bytes_read += bytes;
      break;
    case MemoryType::kInp:
      counters_.inp_bytes_read += bytes;
      break;
    case MemoryType::kAcc:
    case MemoryType::kAcc8:
      counters_.acc_bytes_read += bytes;
      break;
    case MemoryType::kOut:
      break;
  }
}

// In range: instruction_checks.cc, CheckScratchpad and CheckMemory.
void ModelCore::Load(const MemoryInstruction& memory) {
  const auto type = static_cast<MemoryType>(memory.memory_type);
  const uint32_t element_bytes = ElementBytes(config_, memory.memory_type);
  const uint32_t width = memory.x_pad_0 + memory.x_size + memory.x_pad_1;
  uint32_t index = memory.sram_base;
  WriteRun(type, index, memory.y_pad_0 * width, nullptr);
  index += memory.y_pad_0 * width;
  for (uint32_t y = 0; y < memory.y_size; ++y, index += width) {
    WriteRun(type, index, memory.x_pad_0, nullptr);
    WriteRun(type, index + memory.x_pad_0, memory.x_size,
             memory_.data() + RowAddress(memory, y, element_bytes));
    WriteRun(type, index + memory.x_pad_0 + memory.x_size, memory.x_pad_1, nullptr);
  }
  WriteRun(type, index, memory.y_pad_1 * width, nullptr);
  CountRead(memory);
}

std::optional<Violation> ModelCore::CheckOut(const MemoryInstruction& memory) const {
  const bool traps_stale = Traps(Rule::out_stale);
  if (!Traps(Rule::out_undefined)) return std::nullopt;
  const uint32_t end = memory.sram_base + memory.y_size * memory.x_size;
  for (uint32_t i = memory.sram_base; i < end; ++i) {
    if (pads_.out_state[i] == OutState::kUndefined) {
      return Violation{Rule::out_undefined, "sram_base",
                       absl::StrCat("is ", memory.sram_base, " and element ", i,
                                    " is undefined, expected the result of a computation")};
    }
    if (pads_.out_state[i] == OutState::kStale && traps_stale) {
      return Violation{Rule::out_stale, "sram_base",
                       absl::StrCat("is ", memory.sram_base, " and accumulator ", i,
                                    " was loaded after it was computed, expected a computation since")};
    }
  }
  return std::nullopt;
}

void ModelCore::Store(const MemoryInstruction& memory) {
  const int lanes = LanesOf(config_);
  const bool has_out = options_.mode != ModelMode::kUpstream;
  uint32_t index = memory.sram_base;
  for (uint32_t y = 0; y < memory.y_size; ++y) {
    uint8_t* bytes = memory_.data() + RowAddress(memory, y, config_.out_bytes());
    for (uint32_t x = 0; x < memory.x_size; ++x, ++index, bytes += lanes) {
      if (has_out && pads_.out_state[index] == OutState::kStale) {
        std::memcpy(bytes, pads_.out.data() + size_t{index} * lanes, lanes);
        continue;
      }
      const uint32_t* acc = pads_.acc.data() + size_t{index} * lanes;
      for (int lane = 0; lane < lanes; ++lane) bytes[lane] = static_cast<uint8_t>(acc[lane]);
    }
  }
  counters_.out_bytes_written += uint64_t{memory.y_size} * memory.x_size * config_.out_bytes();
}

std::optional<Violation> ModelCore::Run(const MemoryInstruction& memory) {
  if (memory.x_size == 0) return std::nullopt;
  if (memory.opcode == static_cast<uint32_t>(Opcode::kLoad)) {
    Load(memory);
    return std::nullopt;
  }
  if (auto violation = CheckOut(memory)) return violation;
  Store(memory);
  return std::nullopt;
}

}  // namespace baton::vta
