#include "tests/support/vta_index_streams.h"

#include <algorithm>

namespace baton::vta::test {

Window RandomWindow(uint32_t depth, uint32_t size, RandomNumbers& random) {
  const uint32_t used = std::min(depth, size);
  // The end of a scratchpad is where mistakes show.
  return {random.Chance(50) ? depth - used : random.Below(depth - used + 1), used};
}

IndexStream RandomStream(const Loops& loops, const Window& window, RandomNumbers& random) {
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

IndexStream DenseStream(const Loops& loops, const Window& window, RandomNumbers& random) {
  const uint32_t count = loops.iter_out * loops.iter_in * loops.num_uops;
  if (count == 0 || count > window.size) return RandomStream(loops, window, random);
  IndexStream stream{{}, loops.iter_in * loops.num_uops, loops.num_uops};
  const uint32_t base = window.base + random.Below(window.size - count + 1);
  for (uint32_t u = 0; u < loops.num_uops; ++u) stream.uops.push_back(base + u);
  return stream;
}

bool KeepsDistance(const Loops& loops, const IndexStream& dst, const IndexStream* src) {
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
