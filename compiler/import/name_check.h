// Names in a model must be UTF-8: they end up in messages, in IR text and in the names of inputs and outputs.
// Internal to the importer.
#pragma once

#include "absl/status/status.h"
#include "compiler/import/onnx_import.h"

namespace baton {

// The names of the node itself: its own, its operator's, its operands', results' and attributes'. Errors:
// InvalidArgument with the node.
absl::Status CheckNames(const OnnxImport& import, const onnx::NodeProto& node);
// The names of the graph's inputs, outputs, initialisers and dimensions; not those of its nodes. `owner` is
// the node that holds the graph, null for the main graph.
absl::Status CheckNames(const OnnxImport& import, const onnx::GraphProto& graph,
                        const onnx::NodeProto* owner = nullptr);

}  // namespace baton
