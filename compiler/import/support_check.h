// Walks a whole model before it is converted: what is not supported anywhere is listed at once, and the
// nesting of its graphs is bounded before anything recurses on it. Internal to the importer.
#pragma once

#include "absl/status/status.h"
#include "compiler/import/onnx_import.h"

namespace baton {

// Adds every operator that has no converter to import.unsupported: those of nested graphs and of functions
// that are called too. Iterative. Errors: InvalidArgument for graphs nested deeper than kMaxOnnxNesting, for
// nodes of a domain that is not imported and for names that are not UTF-8.
absl::Status CheckSupport(OnnxImport& import, const onnx::GraphProto& graph, const OnnxOpsets& opsets);

}  // namespace baton
