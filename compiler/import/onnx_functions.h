// The functions that a model defines itself (ONNX FunctionProto), and the opset versions that models and
// functions import. Internal to the importer; calls are inlined by onnx_graph.cc. Source: ONNX IR
// specification, "Functions".
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "compiler/import/onnx_attributes.h"

namespace onnx {
class FunctionProto;
class ModelProto;
}  // namespace onnx

namespace baton {

// Version by domain; "ai.onnx" is "".
using OnnxOpsets = std::map<std::string, int64_t, std::less<>>;

// "ai.onnx" and "" are the same domain: the default one.
absl::string_view NormalizedDomain(absl::string_view domain);
// "com.x.Foo", or "Foo" in the default domain.
std::string QualifiedName(absl::string_view domain, absl::string_view op);

struct OnnxFunction {
  const onnx::FunctionProto* proto = nullptr;
  std::string name;  // qualified, for messages
  OnnxOpsets opsets;
  // Attributes with defaults: fields that libonnx 1.12 does not know, parsed from the unknown ones.
  std::vector<std::shared_ptr<onnx::AttributeProto>> defaults;
};

class OnnxFunctions {
 public:
  // Borrows the model. Errors: InvalidArgument for two functions of one name, defaults that cannot be read,
  // an opset imported twice.
  absl::Status Add(const onnx::ModelProto& model);
  // The function that `node` calls, or null.
  const OnnxFunction* Find(const onnx::NodeProto& node) const;

 private:
  std::map<std::string, OnnxFunction> functions_;  // by domain, name and overload
};

// The imported versions of a model. Errors: InvalidArgument for a domain imported twice or a version below 1.
absl::Status ReadOpsets(const onnx::ModelProto& model, OnnxOpsets* opsets);

}  // namespace baton
