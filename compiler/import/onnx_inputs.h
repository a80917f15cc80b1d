// The inputs of the main graph: their types, with named and unnamed dimensions as symbols, and shapes that
// the user fixes. Internal to the importer.
#pragma once

#include "absl/status/status.h"
#include "compiler/import/onnx_import.h"

namespace baton {

// Defines in `scope` the graph's inputs that have no initialiser, as parameters of scope.region, and sets the
// function's input_names. Errors: InvalidArgument for an input without a type, an option for an unknown
// input, extents that contradict the declared ones or each other; what has no tensor type goes to
// import.unsupported.
absl::Status DefineGraphInputs(OnnxImport& import, const onnx::GraphProto& graph, OnnxScope& scope,
                               ir::Function* function);

}  // namespace baton
