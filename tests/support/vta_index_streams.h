// The indices that GEMM and ALU instructions go through, at random, for vta_random_program.cc.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace baton::vta::test {

// The same numbers everywhere, which the distributions of <random> are not.
class RandomNumbers {
 public:
  explicit RandomNumbers(uint32_t seed) : random_(seed) {}
  uint32_t Any() { return static_cast<uint32_t>(random_()); }
  uint32_t Below(uint32_t end) { return Any() % end; }
  uint32_t Between(uint32_t first, uint32_t last) { return first + Below(last - first + 1); }
  bool Chance(uint32_t percent) { return Below(100) < percent; }

 private:
  std::mt19937 random_;
};

// What a program uses of a scratchpad.
struct Window {
  uint32_t base;
  uint32_t size;
};
inline Window RandomWindow(uint32_t depth, uint32_t size, RandomNumbers& random) {
  const uint32_t used = std::min(depth, size);
  // The end of a scratchpad is where mistakes show.
  return {random.Chance(50) ? depth - used : random.Below(depth - used + 1), used};
}

struct Loops {
  uint32_t iter_out;
  uint32_t iter_in;
  uint32_t num_uops;
};

// One index of a loop nest.
struct IndexStream {
  std::vector<uint32_t> uops;
  uint32_t factor_out;
  uint32_t factor_in;
};

// Anywhere in the window.
inline IndexStream RandomStream(const Loops& loops, const Window& window, RandomNumbers& random) {
  const uint32_t outer = std::max(loops.iter_out, 1u) - 1;
  const uint32_t inner = std::max(loops.iter_in, 1u) - 1;
  IndexStream stream;
  stream.factor_out = outer == 0 ? 0 : random.Below((window.size - 1) / 2 / outer + 1);
  stream.factor_in = inner == 0 ? 0 : random.Below((window.size - 1) / 2 / inner + 1);
  const uint32_t reach = outer * stream.factor_out + inner * stream.factor_in;
  for (uint32_t u = 0; u < loops.num_uops; ++u) {
    stream.uops.push_back(window.base + random.Below(window.size - reach));
  }
  return stream;
}

// Each step the next element, when the window has so many; else anywhere.
inline IndexStream DenseStream(const Loops& loops, const Window& window, RandomNumbers& random) {
  const uint32_t count = loops.iter_out * loops.iter_in * loops.num_uops;
  if (count == 0 || count > window.size) return RandomStream(loops, window, random);
  IndexStream stream{{}, loops.iter_in * loops.num_uops, loops.num_uops};
  const uint32_t base = window.base + random.Below(window.size - count + 1);
  for (uint32_t u = 0; u < loops.num_uops; ++u) stream.uops.push_back(base + u);
  return stream;
}

// Calls visit(index) for each step, in order.
template <typename Visitor>
void VisitSteps(const Loops& loops, const IndexStream& stream, Visitor visit) {
  for (uint32_t o = 0; o < loops.iter_out; ++o) {
    for (uint32_t i = 0; i < loops.iter_in; ++i) {
      for (uint32_t u : stream.uops) visit(u + o * stream.factor_out + i * stream.factor_in);
    }
  }
}

// No step reads what one of the two before wrote: each reads its `dst` and, if there is one, its `src`.
inline bool KeepsDistance(const Loops& loops, const IndexStream& dst, const IndexStream* src) {
  std::vector<uint32_t> written, read;
  VisitSteps(loops, dst, [&](uint32_t index) { written.push_back(index); });
  if (src != nullptr) VisitSteps(loops, *src, [&](uint32_t index) { read.push_back(index); });
  for (size_t step = 0; step < written.size(); ++step) {
    for (size_t before = step - std::min<size_t>(step, 2); before < step; ++before) {
      if (written[before] == written[step] || (src != nullptr && written[before] == read[step])) return false;
    }
  }
  return true;
}

}  // namespace baton::vta::test
