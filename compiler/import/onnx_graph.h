// Graphs, nodes and calls of model-local functions -> bindings. Internal to the importer.
#pragma once

#include "absl/status/status.h"
#include "compiler/import/onnx_import.h"

namespace baton {

// Appends the graph's nodes, in an order that works, to scope.region and sets its results to the graph's
// outputs. The graph's inputs are defined in `scope` already. Initialisers are read when used. Errors:
// InvalidArgument with node and file; what is unsupported goes to import.unsupported. `owner` is the node
// that holds the graph, for messages; the main graph has none.
absl::Status ConvertGraph(OnnxImport& import, const onnx::GraphProto& graph, OnnxScope& scope);
absl::Status ConvertGraph(OnnxImport& import, const onnx::GraphProto& graph, OnnxScope& scope,
                          const onnx::NodeProto& owner);

// The version of the node's domain in `opsets`, no newer than the newest known. Errors: InvalidArgument when
// the domain is not imported; Unimplemented for a newer version, unless the options allow it.
absl::StatusOr<int64_t> ResolveVersion(const OnnxImport& import, const OnnxOpsets& opsets,
                                       const onnx::NodeProto& node);

}  // namespace baton
