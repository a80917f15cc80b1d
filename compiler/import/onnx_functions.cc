#include "compiler/import/onnx_functions.h"

#include <google/protobuf/unknown_field_set.h>
#include <onnx/onnx_pb.h>

#include "absl/strings/escaping.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// Fields of onnx.proto from IR 9 and 10 on, which libonnx 1.12 keeps as unknown ones.
constexpr int kFunctionAttributeProto = 11;
constexpr int kFunctionOverload = 13;
constexpr int kNodeOverload = 8;

// The last value of string field `number`; empty when absent.
std::string UnknownString(const google::protobuf::Message& message, int number) {
  std::string value;
  const google::protobuf::UnknownFieldSet& fields = message.GetReflection()->GetUnknownFields(message);
  for (int i = 0; i < fields.field_count(); ++i) {
    const google::protobuf::UnknownField& field = fields.field(i);
    if (field.number() == number && field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) {
      value = field.length_delimited();
    }
  }
  return value;
}

std::string Key(absl::string_view domain, absl::string_view name, absl::string_view overload) {
  return absl::StrCat(NormalizedDomain(domain), absl::string_view("\0", 1), name, absl::string_view("\0", 1),
                      overload);
}

template <typename Imports>
absl::Status ReadImports(const Imports& imports, OnnxOpsets* opsets) {
  for (const onnx::OperatorSetIdProto& import : imports) {
    if (import.version() < 1) {
      return absl::InvalidArgumentError(absl::StrCat("opset version ", import.version(), " of domain '",
                                                     absl::Utf8SafeCEscape(import.domain()),
                                                     "', expected at least 1"));
    }
    if (!opsets->emplace(NormalizedDomain(import.domain()), import.version()).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("domain '", absl::Utf8SafeCEscape(import.domain()), "' is imported twice"));
    }
  }
  return absl::OkStatus();
}

absl::Status ReadDefaults(const onnx::FunctionProto& proto, OnnxFunction* function) {
  const google::protobuf::UnknownFieldSet& fields = proto.GetReflection()->GetUnknownFields(proto);
  for (int i = 0; i < fields.field_count(); ++i) {
    const google::protobuf::UnknownField& field = fields.field(i);
    if (field.number() != kFunctionAttributeProto) continue;
    auto attribute = std::make_shared<onnx::AttributeProto>();
    if (field.type() != google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED ||
        !attribute->ParseFromString(field.length_delimited())) {
      return absl::InvalidArgumentError("an attribute's default cannot be read");
    }
    function->defaults.push_back(std::move(attribute));
  }
  return absl::OkStatus();
}

}  // namespace

absl::string_view NormalizedDomain(absl::string_view domain) {
  return domain == "ai.onnx" ? "" : domain;
}

std::string QualifiedName(absl::string_view domain, absl::string_view op) {
  domain = NormalizedDomain(domain);
  return domain.empty() ? std::string(op) : absl::StrCat(domain, ".", op);
}

absl::Status OnnxFunctions::Add(const onnx::ModelProto& model) {
  for (const onnx::FunctionProto& proto : model.functions()) {
    OnnxFunction function;
    function.proto = &proto;
    function.name = QualifiedName(proto.domain(), proto.name());
    absl::Status status = ReadImports(proto.opset_import(), &function.opsets);
    if (status.ok()) status = ReadDefaults(proto, &function);
    const std::string printable = absl::Utf8SafeCEscape(function.name);
    if (!status.ok()) return Annotate(status, absl::StrCat("in function '", printable, "'"));
    std::string key = Key(proto.domain(), proto.name(), UnknownString(proto, kFunctionOverload));
    if (!functions_.emplace(std::move(key), std::move(function)).second) {
      return absl::InvalidArgumentError(absl::StrCat("function '", printable, "' is defined twice"));
    }
  }
  return absl::OkStatus();
}

const OnnxFunction* OnnxFunctions::Find(const onnx::NodeProto& node) const {
  if (functions_.empty()) return nullptr;
  auto found = functions_.find(Key(node.domain(), node.op_type(), UnknownString(node, kNodeOverload)));
  return found == functions_.end() ? nullptr : &found->second;
}

absl::Status ReadOpsets(const onnx::ModelProto& model, OnnxOpsets* opsets) {
  return ReadImports(model.opset_import(), opsets);
}

}  // namespace baton
