// The options of `baton run` that feed a whole recording (--scan, --chunk, --context, --carry, --init), and
// the plan (stream.h) that they make for a model.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/stream.h"
#include "vm/bytecode/executable.h"

namespace CLI {
class App;
}

namespace baton {

struct StreamOptions {
  std::string scan;  // NAME=FILE; empty: no stream
  int64_t chunk = 0;
  int64_t context = 0;
  std::vector<std::string> carries;  // OUT=IN
  std::vector<std::string> initial;  // NAME=FILE
};
void AddStreamOptions(CLI::App* command, StreamOptions* options);

// `inputs` are those given otherwise, null where none was. A recording of rank 1 is fed as [1, ...] to an
// input of rank
// 2. A carried input without --init starts as zeros, of the extents that the signature gives; symbols have
// the extents of the scanned input, others are its batch (its first extent; 1 for a recording of rank 1).
// Errors: UsageError for names, inputs given twice or not at all, and carries whose element types differ.
absl::StatusOr<StreamPlan> MakeStreamPlan(const StreamOptions& options, const EntryPoint& entry,
                                          std::vector<Tensor> inputs);

}  // namespace baton
