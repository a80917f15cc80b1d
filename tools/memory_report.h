// The memory plan in words, with its peak for extents of the user's choice: `baton inspect --memory`.
#pragma once

#include <ostream>
#include <vector>

#include "absl/status/status.h"
#include "tools/bench_inputs.h"
#include "vm/bytecode/executable.h"

namespace baton {

// Peaks are those of the entry points, each in the model's dimensions and evaluated for `combinations`.
absl::Status PrintMemoryPlan(const Executable& executable, const std::vector<Combination>& combinations,
                             std::ostream& out);

}  // namespace baton
