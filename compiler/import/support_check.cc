#include "compiler/import/support_check.h"

#include <onnx/onnx_pb.h>

#include <set>
#include <vector>

#include "compiler/import/name_check.h"
#include "compiler/import/onnx_graph.h"
#include "compiler/import/onnx_node.h"
#include "compiler/import/onnx_ops.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// The nodes of a graph or a function's body that are still to be visited.
struct Frame {
  const google::protobuf::RepeatedPtrField<onnx::NodeProto>* nodes;
  const OnnxOpsets* opsets;
  int depth;
};

void CheckOperator(OnnxImport& import, const onnx::NodeProto& node, int64_t version) {
  const bool known = FindOnnxOp(QualifiedName(node.domain(), node.op_type()), version) != nullptr;
  if (!known) import.unsupported.Add(DescribeOperator(node, version), import.LocationOf(node).node);
}

}  // namespace

absl::Status CheckSupport(OnnxImport& import, const onnx::GraphProto& graph, const OnnxOpsets& opsets) {
  std::vector<Frame> frames = {{&graph.node(), &opsets, 0}};
  std::set<const OnnxFunction*> called;
  while (!frames.empty()) {
    const Frame frame = frames.back();
    frames.pop_back();
    for (const onnx::NodeProto& node : *frame.nodes) {
      BATON_RETURN_IF_ERROR(CheckNames(import, node));
      BATON_ASSIGN_OR_RETURN(const int64_t version, ResolveVersion(import, *frame.opsets, node));
      const OnnxFunction* function = import.functions.Find(node);
      if (function == nullptr) CheckOperator(import, node, version);
      // How deep calls nest is seen when they are inlined.
      if (function != nullptr && called.insert(function).second) {
        frames.push_back({&function->proto->node(), &function->opsets, 0});
      }
      for (const onnx::AttributeProto& attribute : node.attribute()) {
        if (!attribute.has_g()) continue;
        if (frame.depth >= kMaxOnnxNesting) {
          return import.ErrorAt(node, absl::StrCat("graphs are nested deeper than ", kMaxOnnxNesting));
        }
        BATON_RETURN_IF_ERROR(CheckNames(import, attribute.g(), &node));
        frames.push_back({&attribute.g().node(), frame.opsets, frame.depth + 1});
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace baton
