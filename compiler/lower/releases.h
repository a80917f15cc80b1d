// Release instructions for references that die without being read: so that memory goes back to the pool as
// soon as a value is dead, on every path. Internal to compiler/lower.
#pragma once

#include "absl/status/status.h"
#include "compiler/lower/low_form.h"

namespace baton {

// Inserts a Release after definitions that nobody reads, and on edges between blocks where a value's life
// ends: at the start of the edge's target when the value is at hand on all paths there, else in a new block
// on the edge. Afterwards each reference that is written is read last by some instruction on every path to a
// return. REQUIRES: RemoveUnreachableCode accepted the function. Errors: those of ComputeLiveness.
absl::Status InsertReleases(LowFunction* function);

}  // namespace baton
