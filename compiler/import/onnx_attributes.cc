#include "compiler/import/onnx_attributes.h"

#include <onnx/onnx_pb.h>

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace baton {
namespace {

std::string KindName(int kind) {
  return onnx::AttributeProto::AttributeType_IsValid(kind)
             ? onnx::AttributeProto::AttributeType_Name(
                   static_cast<onnx::AttributeProto::AttributeType>(kind))
             : absl::StrCat("kind ", kind);
}

}  // namespace

OnnxAttributes::OnnxAttributes(const onnx::NodeProto& node, const OnnxAttributeEnvironment* environment) {
  absl::flat_hash_set<absl::string_view> names;
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.name().empty()) Fail("", "has no name");
    if (!names.insert(attribute.name()).second) Fail(attribute.name(), "is given twice");
    if (attribute.ref_attr_name().empty()) {
      attributes_.emplace(attribute.name(), &attribute);
    } else if (environment == nullptr) {
      Fail(attribute.name(), "refers to an attribute of a function, outside any function");
    } else if (auto found = environment->find(attribute.ref_attr_name()); found != environment->end()) {
      attributes_.emplace(attribute.name(), found->second);
    }
  }
}

void OnnxAttributes::Fail(absl::string_view name, absl::string_view message) {
  if (!status_.ok()) return;
  status_ =
      absl::InvalidArgumentError(absl::StrCat("attribute '", absl::Utf8SafeCEscape(name), "' ", message));
}

const onnx::AttributeProto* OnnxAttributes::Read(absl::string_view name, int kind) {
  read_.emplace(name);
  auto found = attributes_.find(name);
  if (found == attributes_.end()) return nullptr;
  if (found->second->type() != kind) {
    Fail(name, absl::StrCat("is ", KindName(found->second->type()), ", expected ", KindName(kind)));
    return nullptr;
  }
  return found->second;
}

int64_t OnnxAttributes::Int(absl::string_view name, int64_t fallback) {
  const onnx::AttributeProto* attribute = Read(name, onnx::AttributeProto::INT);
  return attribute == nullptr ? fallback : attribute->i();
}

double OnnxAttributes::Float(absl::string_view name, double fallback) {
  const onnx::AttributeProto* attribute = Read(name, onnx::AttributeProto::FLOAT);
  return attribute == nullptr ? fallback : attribute->f();
}

std::string OnnxAttributes::String(absl::string_view name, absl::string_view fallback) {
  const onnx::AttributeProto* attribute = Read(name, onnx::AttributeProto::STRING);
  return attribute == nullptr ? std::string(fallback) : attribute->s();
}

const onnx::TypeProto* OnnxAttributes::Type(absl::string_view name) {
  const onnx::AttributeProto* attribute = Read(name, onnx::AttributeProto::TYPE_PROTO);
  return attribute == nullptr ? nullptr : &attribute->tp();
}

std::vector<int64_t> OnnxAttributes::Ints(absl::string_view name) {
  const onnx::AttributeProto* attribute = Read(name, onnx::AttributeProto::INTS);
  if (attribute == nullptr) return {};
  return {attribute->ints().begin(), attribute->ints().end()};
}

std::vector<double> OnnxAttributes::Floats(absl::string_view name) {
  const onnx::AttributeProto* attribute = Read(name, onnx::AttributeProto::FLOATS);
  if (attribute == nullptr) return {};
  return {attribute->floats().begin(), attribute->floats().end()};
}

std::vector<std::string> OnnxAttributes::Strings(absl::string_view name) {
  const onnx::AttributeProto* attribute = Read(name, onnx::AttributeProto::STRINGS);
  if (attribute == nullptr) return {};
  return {attribute->strings().begin(), attribute->strings().end()};
}

const onnx::TensorProto* OnnxAttributes::Tensor(absl::string_view name) {
  const onnx::AttributeProto* attribute = Read(name, onnx::AttributeProto::TENSOR);
  return attribute == nullptr ? nullptr : &attribute->t();
}

const onnx::SparseTensorProto* OnnxAttributes::SparseTensor(absl::string_view name) {
  const onnx::AttributeProto* attribute = Read(name, onnx::AttributeProto::SPARSE_TENSOR);
  return attribute == nullptr ? nullptr : &attribute->sparse_tensor();
}

int64_t OnnxAttributes::RequiredInt(absl::string_view name) {
  if (!Has(name)) Fail(name, "is missing");
  return Int(name, 0);
}

const onnx::GraphProto* OnnxAttributes::RequiredGraph(absl::string_view name) {
  if (!Has(name)) Fail(name, "is missing");
  const onnx::AttributeProto* attribute = Read(name, onnx::AttributeProto::GRAPH);
  return attribute == nullptr ? nullptr : &attribute->g();
}

absl::Status OnnxAttributes::Finish() const {
  if (!status_.ok()) return status_;
  std::vector<absl::string_view> unknown;
  for (const auto& [name, attribute] : attributes_) {
    // Left over from opset 1, where it meant nothing for inference.
    if (name != "consumed_inputs" && !read_.contains(name)) unknown.push_back(name);
  }
  if (unknown.empty()) return absl::OkStatus();
  // The first by name, so that the message does not depend on hashing.
  return absl::InvalidArgumentError(
      absl::StrCat("attribute '", absl::Utf8SafeCEscape(*std::min_element(unknown.begin(), unknown.end())),
                   "' is not one of this operator's at this opset version"));
}

}  // namespace baton
