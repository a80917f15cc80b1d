// OnnxAttributes: the attributes of one node, read by kind. Remembers what was read, so that an attribute
// that the operator does not have is an error. Internal to the importer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace onnx {
class AttributeProto;
class GraphProto;
class NodeProto;
class SparseTensorProto;
class TensorProto;
class TypeProto;
class ValueInfoProto;
}  // namespace onnx

namespace baton {

// What `ref_attr_name` means inside a function: the attributes of the call, and defaults.
using OnnxAttributeEnvironment = absl::flat_hash_map<absl::string_view, const onnx::AttributeProto*>;

// Borrows the node. The first error is kept and later reads give defaults; see status().
class OnnxAttributes {
 public:
  // `environment` is null outside functions. Errors: an attribute given twice, without a name, or a reference
  // outside a function.
  OnnxAttributes(const onnx::NodeProto& node, const OnnxAttributeEnvironment* environment);

  bool Has(absl::string_view name) const { return attributes_.contains(name); }
  // The value, or `fallback` when absent. Errors: another kind.
  int64_t Int(absl::string_view name, int64_t fallback);
  double Float(absl::string_view name, double fallback);
  std::string String(absl::string_view name, absl::string_view fallback);
  // Empty or null when absent.
  std::vector<int64_t> Ints(absl::string_view name);
  std::vector<double> Floats(absl::string_view name);
  std::vector<std::string> Strings(absl::string_view name);
  const onnx::TensorProto* Tensor(absl::string_view name);
  const onnx::SparseTensorProto* SparseTensor(absl::string_view name);
  const onnx::TypeProto* Type(absl::string_view name);
  // Errors also: absent.
  int64_t RequiredInt(absl::string_view name);
  const onnx::GraphProto* RequiredGraph(absl::string_view name);
  // For those that change nothing in inference.
  void Ignore(absl::string_view name) { read_.emplace(name); }

  // The first error so far; InvalidArgument.
  const absl::Status& status() const { return status_; }
  // The first error, or InvalidArgument for an attribute that nobody read.
  absl::Status Finish() const;
  // As an environment for the body of a function that this node calls.
  const OnnxAttributeEnvironment& all() const { return attributes_; }

 private:
  const onnx::AttributeProto* Read(absl::string_view name, int kind);
  void Fail(absl::string_view name, absl::string_view message);

  OnnxAttributeEnvironment attributes_;
  absl::flat_hash_set<std::string> read_;
  absl::Status status_;
};

}  // namespace baton
