// What a model chip holds between memory and arithmetic. Lanes are kept as the arithmetic wants them, not as
// memory has them: activations and weights widened to 16 bits, weights by pairs of the inner index, so that
// one multiply-add of pairs serves all columns.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "accel/vta/config.h"

namespace baton::vta {

// Numbers that begin at a cache line.
template <typename T>
class Lanes {
 public:
  explicit Lanes(size_t size) : lines_((size * sizeof(T) + 63) / 64) {}
  T* data() { return reinterpret_cast<T*>(lines_.data()); }
  const T* data() const { return reinterpret_cast<const T*>(lines_.data()); }
  void Clear() { std::memset(static_cast<void*>(lines_.data()), 0, lines_.size() * 64); }

 private:
  struct alignas(64) Line {
    uint8_t bytes[64];
  };
  std::vector<Line> lines_;
};

// Whether each element of a scratchpad has been written in this run.
class Written {
 public:
  explicit Written(uint32_t depth) : flags_(depth) {}
  void Clear() { std::fill(flags_.begin(), flags_.end(), 0); }
  void Add(uint32_t index) { flags_[index] = 1; }
  void Add(uint32_t begin, uint32_t count) { std::memset(flags_.data() + begin, 1, count); }
  bool Has(uint32_t index) const { return flags_[index] != 0; }
  // All of first to last.
  bool HasAll(uint32_t first, uint32_t last) const {
    return std::memchr(flags_.data() + first, 0, last - first + 1) == nullptr;
  }

 private:
  std::vector<uint8_t> flags_;
};

enum class OutState : uint8_t {
  kUndefined,  // never computed, or the accumulator was reset since
  kCurrent,    // the low bits of the accumulator
  kStale,      // the accumulator was loaded since; the bits are in `out`
};

struct Scratchpads {
  explicit Scratchpads(const Config& config);
  // As after power-on: zeros, nothing written.
  void Clear();

  Lanes<uint32_t> uop;
  Lanes<int16_t> inp;   // [element][batch][k]
  Lanes<int16_t> wgt;   // [element][k / 2][n][k % 2]
  Lanes<uint32_t> acc;  // [element][batch][n]; unsigned, since sums wrap
  Lanes<uint8_t> out;   // [element][batch][n], valid where stale
  Written uop_written;
  Written inp_written;
  Written wgt_written;
  Written acc_written;
  std::vector<OutState> out_state;
};

}  // namespace baton::vta
