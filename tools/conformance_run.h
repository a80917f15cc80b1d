// One conformance test in one mode, the way a user would run the model: import, compile, save, load, run,
// compare.
#pragma once

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "compiler/passes/forking.h"
#include "tools/compare.h"
#include "tools/conformance_case.h"
#include "tools/conformance_result.h"
#include "vm/bytecode/executable.h"
#include "vm/core/value_tree.h"
#include "vm/exec/scheduler.h"

namespace baton {

struct ConformanceOptions {
  std::vector<Dispatch> dispatches;  // empty: register code; of two the outputs must have the same bits
  Tolerance tolerance;
  int64_t memory_bytes = int64_t{4} << 30;  // of one run
  Forking forking = Forking::kWhereWorthwhile;
  // Runs use each in turn, and must give the same bits; empty: the calling thread alone.
  std::vector<SchedulerOptions> schedulers;
  int64_t repeats = 1;  // of each run; all give the same bits
};

// Never ends in an error: that too is an outcome. `on_part` hears what is about to be done, so that it can be
// told if the process does not survive it: "run register code, test_data_set_0".
ConformanceResult RunConformanceCase(const ConformanceCase& test, ConformanceMode mode,
                                     const ConformanceOptions& options,
                                     const std::function<void(absl::string_view part)>& on_part = nullptr);

// Inputs like `inputs` whose leading extents are larger by one, and smaller by one. Empty when no input has
// an extent to change.
absl::StatusOr<std::vector<std::vector<Value>>> WithOtherExtents(const std::vector<Value>& inputs);

}  // namespace baton
