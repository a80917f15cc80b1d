// The indices that GEMM and ALU instructions go through, at random, for vta_random_program.cc.
#pragma once

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
Window RandomWindow(uint32_t depth, uint32_t size, RandomNumbers& random);

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
IndexStream RandomStream(const Loops& loops, const Window& window, RandomNumbers& random);
// Each step the next element, when the window has so many; else anywhere.
IndexStream DenseStream(const Loops& loops, const Window& window, RandomNumbers& random);

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
bool KeepsDistance(const Loops& loops, const IndexStream& dst, const IndexStream* src);

}  // namespace baton::vta::test
