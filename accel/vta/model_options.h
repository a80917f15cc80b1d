// PUBLIC: how a model chip behaves.
#pragma once

#include <cstdint>

namespace baton::vta {

// Which machine is modelled. rules.def says what each traps; where implementations differ and nothing is
// trapped, all follow upstream's functional simulator but for the OUT scratchpad.
enum class ModelMode {
  kStrict,     // has an OUT scratchpad; traps whatever the specification forbids
  kUpstream,   // upstream's functional simulator: STORE truncates accumulators; scratchpads start as zeros
  kOutBuffer,  // has an OUT scratchpad, as hardware: LOAD ACC leaves it as it was; traps undefined elements
};

struct ModelOptions {
  ModelMode mode = ModelMode::kStrict;
  // Which of the queues that can go on does so: 0: the one whose instruction comes first in the program;
  // otherwise chosen at random, with long runs of one queue, to bring out missing tokens.
  uint64_t seed = 0;
  // Traps what independent implementations do differently (section 10.1), and gives each queue 512 entries.
  bool portable_only = false;
  bool advertises_mul = true;
  bool advertises_acc8 = true;
};

}  // namespace baton::vta
