// The ONNX operators that Baton imports, from onnx_ops.def, and the search in them. Internal to the importer.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace baton {

class OnnxNode;

// Converts one node: reads its attributes and inputs, adds bindings, sets its outputs. Errors are kept by the
// node.
using OnnxConverter = void (*)(OnnxNode& node);

// What Baton knows of one ONNX operator in a range of opset versions.
struct OnnxOp {
  const char* name;                 // with its domain before it, if that is not the default one
  int first_version, last_version;  // of the domain's opset, inclusive
  int min_inputs, max_inputs, max_outputs;
  OnnxConverter convert;
  const char*
      op;  // Baton's operator when the meaning is the same, operand for operand, and there are no attributes
};

inline constexpr int kAnyNumber = 1 << 30;

// All rows, by name. For tests and documentation.
absl::Span<const OnnxOp> AllOnnxOps();
// The row for `name` at opset `version`, or null. A name of another domain than ONNX's is "domain.operator".
const OnnxOp* FindOnnxOp(absl::string_view name, int64_t version);

}  // namespace baton
