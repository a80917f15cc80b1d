// One ONNX backend test folder: a model and test_data_set_N/{input,output}_K.pb. Finding such folders.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace baton {

struct ConformanceCase {
  std::string name;                    // the folder's
  std::string model;                   // path of model.onnx, or of the folder's only .onnx
  std::vector<std::string> data_sets;  // paths of test_data_set_*, by number
};

// The tests in `folder`: itself, or those at most two levels below it, by name. Errors: NotFound,
// InvalidArgument when there is none.
absl::StatusOr<std::vector<ConformanceCase>> FindConformanceCases(const std::string& folder);

}  // namespace baton
