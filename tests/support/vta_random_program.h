// Random programs that break no rule, with the results that they must have: for holding chips against each
// other and against the slow twin (vta_plain_model.h). The same options give the same program everywhere.
#pragma once

#include <cstdint>

#include "accel/vta/config.h"
#include "accel/vta/program_file.h"

namespace baton::vta::test {

struct RandomProgramOptions {
  uint32_t seed = 1;
  int num_operations = 40;    // besides what the scratchpads start from, micro-ops and clean-up
  double extra_tokens = 0.2;  // share of instructions that push or pop a token without need
  bool is_serial = false;     // every instruction waits for all before it
  // Beyond the portable subset (section 10.1).
  bool wgt_padding = false;
  bool mul = false;
  bool acc8 = false;
  bool any_shift = false;        // amounts of -32768 to 32767, and tensors that hold anything
  bool dependent_steps = false;  // ALU steps that use what one of the two steps before wrote
  bool empty_loops = false;
};
// The same with all that the portable subset leaves out.
RandomProgramOptions BeyondPortable(RandomProgramOptions options);

// The inputs hold instructions, data and what lies where results go; the outputs are the twin's. Loads and
// stores use rows, strides and padding; load, compute and store overlap as far as data allow.
ProgramFile RandomProgram(const Config& config, const RandomProgramOptions& options);

}  // namespace baton::vta::test
