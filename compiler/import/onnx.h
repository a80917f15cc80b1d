// ONNX ModelProto -> Module. PUBLIC. Opset 7 to kNewestOpset, external data, functions, control flow.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "compiler/ir/module.h"

namespace baton {

// The newest version of ONNX's default operator set whose operators are converted by their own rules.
inline constexpr int kNewestOpset = 27;

struct OnnxImportOptions {
  // Input name -> extents that it is fixed to ("--shape NAME=1,576"); kAnyExtent leaves one as declared.
  static constexpr int64_t kAnyExtent = -1;
  std::map<std::string, std::vector<int64_t>> shapes = {};
  bool check_dim_params = true;                 // false: every occurrence of a dim_param is its own symbol
  bool allow_newer_opset = false;               // resolve a newer opset to the newest known
  int64_t max_tensor_bytes = int64_t{4} << 30;  // a single initialiser; hostile files claim more
};

// Reads a file. Warnings, if any, one a line, are stored in `warnings`, which may be null. Errors: NotFound;
// InvalidArgument with file, node and operator for a malformed model; Unimplemented with everything that is
// not supported (operators, opsets, attribute values, element types), all in one message; ResourceExhausted
// for a model above a limit.
absl::StatusOr<std::unique_ptr<ir::Module>> ImportOnnxFile(const std::string& path,
                                                           const OnnxImportOptions& options = {},
                                                           std::string* warnings = nullptr);
// From bytes; `name` stands for the file in messages, external data is looked up under `folder` ("" refuses
// it).
absl::StatusOr<std::unique_ptr<ir::Module>> ImportOnnx(absl::string_view bytes, absl::string_view name,
                                                       const std::string& folder,
                                                       const OnnxImportOptions& options = {},
                                                       std::string* warnings = nullptr);

// A serialized TensorProto (".pb" test data). Errors: InvalidArgument, Unimplemented for its element type.
absl::StatusOr<Tensor> ParseTensorProto(absl::string_view bytes, absl::string_view name);

}  // namespace baton
