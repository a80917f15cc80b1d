#include "compiler/import/name_check.h"

#include <google/protobuf/stubs/common.h>
#include <onnx/onnx_pb.h>

#include "absl/strings/escaping.h"
#include "vm/core/status.h"

namespace baton {
namespace {

absl::Status CheckName(const std::string& name) {
  if (google::protobuf::internal::IsStructurallyValidUTF8(name)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the name '", absl::CHexEscape(name.substr(0, 200)), "' is not UTF-8"));
}

template <typename Names>
absl::Status CheckAll(const Names& names) {
  for (const std::string& name : names) BATON_RETURN_IF_ERROR(CheckName(name));
  return absl::OkStatus();
}

absl::Status CheckNode(const onnx::NodeProto& node) {
  for (const std::string* name : {&node.name(), &node.op_type(), &node.domain()}) {
    BATON_RETURN_IF_ERROR(CheckName(*name));
  }
  BATON_RETURN_IF_ERROR(CheckAll(node.input()));
  BATON_RETURN_IF_ERROR(CheckAll(node.output()));
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    BATON_RETURN_IF_ERROR(CheckName(attribute.name()));
  }
  return absl::OkStatus();
}

absl::Status CheckValue(const onnx::ValueInfoProto& value) {
  BATON_RETURN_IF_ERROR(CheckName(value.name()));
  for (const onnx::TensorShapeProto::Dimension& dim : value.type().tensor_type().shape().dim()) {
    BATON_RETURN_IF_ERROR(CheckName(dim.dim_param()));
  }
  return absl::OkStatus();
}

absl::Status CheckGraph(const onnx::GraphProto& graph) {
  for (const onnx::ValueInfoProto& input : graph.input()) BATON_RETURN_IF_ERROR(CheckValue(input));
  for (const onnx::ValueInfoProto& output : graph.output()) BATON_RETURN_IF_ERROR(CheckValue(output));
  for (const onnx::TensorProto& tensor : graph.initializer()) BATON_RETURN_IF_ERROR(CheckName(tensor.name()));
  for (const onnx::SparseTensorProto& tensor : graph.sparse_initializer()) {
    BATON_RETURN_IF_ERROR(CheckName(tensor.values().name()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckNames(const OnnxImport& import, const onnx::NodeProto& node) {
  return import.At(node, CheckNode(node));
}

absl::Status CheckNames(const OnnxImport& import, const onnx::GraphProto& graph,
                        const onnx::NodeProto* owner) {
  const absl::Status status = CheckGraph(graph);
  return owner != nullptr ? import.At(*owner, status) : import.InFile(status);
}

}  // namespace baton
