// One ONNX backend test folder: a model and test_data_set_N/{input,output}_K.pb. Finding such folders, and
// running one the way a user would: import, compile, save, load, run, compare.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tools/compare.h"
#include "vm/bytecode/executable.h"

namespace baton {

struct ConformanceCase {
  std::string name;                    // the folder's
  std::string model;                   // path of model.onnx, or of the folder's only .onnx
  std::vector<std::string> data_sets;  // paths of test_data_set_*, by number
};

// The tests in `folder`: itself, or those at most two levels below it, by name. Errors: NotFound,
// InvalidArgument when there is none.
absl::StatusOr<std::vector<ConformanceCase>> FindConformanceCases(const std::string& folder);

enum class ConformanceMode {
  kStatic,   // as the model declares itself
  kDynamic,  // every declared extent of an input is a symbol
  kNoFold,   // optimization level 0
  kReuse,    // one session over all data sets, twice
};
absl::StatusOr<ConformanceMode> ParseConformanceMode(absl::string_view name);

// Import, compile to the code named, save, read. Threads: safe to call concurrently.
absl::StatusOr<VerifiedExecutable> BuildConformanceProgram(const ConformanceCase& test, ConformanceMode mode,
                                                           const std::vector<Dispatch>& dispatches);

struct ConformanceOptions {
  ConformanceMode mode = ConformanceMode::kStatic;
  std::vector<Dispatch> dispatches;  // empty: register code; of two the outputs must have the same bits
  Tolerance tolerance;
  absl::Duration timeout = absl::Seconds(60);  // of one run
};

// OK when every data set gives what it should; Unimplemented when Baton says that it does not support the
// model; else what failed, naming data set and output. Threads: safe to call concurrently.
absl::Status RunConformanceCase(const ConformanceCase& test, const ConformanceOptions& options);

}  // namespace baton
