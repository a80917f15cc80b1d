#include "compiler/import/onnx_test_data.h"

#include <google/protobuf/message_lite.h>
#include <onnx/onnx_pb.h>
// After the models' messages, which it needs.
#include <onnx/onnx-data.pb.h>

#include <limits>
#include <vector>

#include "compiler/import/onnx.h"
#include "compiler/import/onnx_tensor.h"
#include "compiler/import/onnx_types.h"
#include "vm/core/status.h"

namespace baton {
namespace {

bool Parse(absl::string_view bytes, google::protobuf::MessageLite* message) {
  return bytes.size() <= static_cast<size_t>(std::numeric_limits<int>::max()) &&
         message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

absl::StatusOr<Value> ReadTensor(const onnx::TensorProto& proto) {
  OnnxTensorReader reader("", OnnxImportOptions().max_tensor_bytes);
  BATON_ASSIGN_OR_RETURN(Tensor tensor, reader.Read(proto));
  return Value(std::move(tensor));
}

absl::StatusOr<Value> ReadSequence(const onnx::SequenceProto& proto) {
  if (proto.elem_type() != onnx::SequenceProto::TENSOR)
    return absl::UnimplementedError("a sequence of anything but tensors");
  std::vector<Value> elements;
  for (const onnx::TensorProto& element : proto.tensor_values()) {
    BATON_ASSIGN_OR_RETURN(Value value, ReadTensor(element));
    elements.push_back(std::move(value));
  }
  return Value::Sequence(std::move(elements));
}

// As the importer declares optionals: data of the type Option.
absl::StatusOr<Value> ReadOptional(const onnx::OptionalProto& proto) {
  Value content;
  if (proto.has_tensor_value()) {
    BATON_ASSIGN_OR_RETURN(content, ReadTensor(proto.tensor_value()));
  } else if (proto.has_sequence_value()) {
    BATON_ASSIGN_OR_RETURN(content, ReadSequence(proto.sequence_value()));
  } else if (proto.has_sparse_tensor_value() || proto.has_map_value() || proto.has_optional_value()) {
    return absl::UnimplementedError("an optional of anything but a tensor or a sequence");
  } else {
    return Value::Data("None");
  }
  return Value::Data("Some", {std::move(content)});
}

absl::StatusOr<Value> Read(absl::string_view bytes, OnnxValueKind kind) {
  switch (kind) {
    case OnnxValueKind::kTensor: {
      onnx::TensorProto proto;
      if (!Parse(bytes, &proto)) return absl::InvalidArgumentError("not an ONNX tensor");
      return ReadTensor(proto);
    }
    case OnnxValueKind::kSequence: {
      onnx::SequenceProto proto;
      if (!Parse(bytes, &proto)) return absl::InvalidArgumentError("not an ONNX sequence");
      return ReadSequence(proto);
    }
    case OnnxValueKind::kOptional: {
      onnx::OptionalProto proto;
      if (!Parse(bytes, &proto)) return absl::InvalidArgumentError("not an ONNX optional");
      return ReadOptional(proto);
    }
  }
  return absl::InternalError("no such kind of value");
}

// Keeps the rank. Types nest at most as deep as protobuf parses.
void EraseExtents(onnx::TypeProto* type) {
  switch (type->value_case()) {
    case onnx::TypeProto::kTensorType:
      if (!type->tensor_type().has_shape()) return;
      for (auto& dim : *type->mutable_tensor_type()->mutable_shape()->mutable_dim()) dim.Clear();
      return;
    case onnx::TypeProto::kSequenceType:
      return EraseExtents(type->mutable_sequence_type()->mutable_elem_type());
    case onnx::TypeProto::kOptionalType:
      return EraseExtents(type->mutable_optional_type()->mutable_elem_type());
    default:
      return;
  }
}

}  // namespace

std::optional<OnnxValueKind> OnnxValueKindOf(const Type& declared) {
  if (declared.is_tensor()) return OnnxValueKind::kTensor;
  if (declared.is_sequence()) return OnnxValueKind::kSequence;
  if (declared.is_data() && declared.name() == kOption) return OnnxValueKind::kOptional;
  return std::nullopt;
}

absl::StatusOr<Value> ParseOnnxValue(absl::string_view bytes, OnnxValueKind kind, absl::string_view name) {
  absl::StatusOr<Value> value = Read(bytes, kind);
  if (!value.ok())
    return absl::Status(value.status().code(), absl::StrCat(name, ": ", value.status().message()));
  return value;
}

absl::StatusOr<std::string> EraseOnnxShapes(absl::string_view model, absl::string_view name) {
  onnx::ModelProto proto;
  if (!Parse(model, &proto)) return absl::InvalidArgumentError(absl::StrCat(name, ": not an ONNX model"));
  onnx::GraphProto& graph = *proto.mutable_graph();
  graph.clear_value_info();
  for (onnx::ValueInfoProto& input : *graph.mutable_input()) EraseExtents(input.mutable_type());
  for (onnx::ValueInfoProto& output : *graph.mutable_output()) output.clear_type();
  return proto.SerializeAsString();
}

}  // namespace baton
