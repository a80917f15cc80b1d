// Builds small ONNX models for tests, and shows and runs what the importer makes of them.
#pragma once

#ifndef ONNX_NAMESPACE
#define ONNX_NAMESPACE onnx
#define ONNX_ML 1
#endif
#include <onnx/onnx_pb.h>

#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/import/onnx.h"
#include "vm/core/tensor.h"

namespace baton {

// An extent: a number, a name, or "" for neither.
using TestDim = std::variant<int, const char*>;

class NodeBuilder {
 public:
  explicit NodeBuilder(onnx::NodeProto* node) : node_(node) {}
  NodeBuilder& Name(const std::string& name);
  NodeBuilder& Domain(const std::string& domain);
  NodeBuilder& Int(const std::string& name, int64_t value);
  NodeBuilder& Float(const std::string& name, float value);
  NodeBuilder& String(const std::string& name, const std::string& value);
  NodeBuilder& Ints(const std::string& name, const std::vector<int64_t>& values);
  NodeBuilder& Floats(const std::string& name, const std::vector<float>& values);
  NodeBuilder& Value(const std::string& name, const onnx::TensorProto& tensor);
  NodeBuilder& Graph(const std::string& name, const onnx::GraphProto& graph);
  // `name` has the value of the attribute `of` of the function that the node is in.
  NodeBuilder& Ref(const std::string& name, const std::string& of, onnx::AttributeProto::AttributeType type);
  onnx::NodeProto* proto() { return node_; }

 private:
  onnx::AttributeProto* Add(const std::string& name, onnx::AttributeProto::AttributeType type);
  onnx::NodeProto* node_;
};

class GraphBuilder {
 public:
  GraphBuilder() : graph_(&own_) {}
  explicit GraphBuilder(onnx::GraphProto* graph) : graph_(graph) {}
  NodeBuilder Node(const std::string& op, const std::vector<std::string>& inputs,
                   const std::vector<std::string>& outputs);
  GraphBuilder& Input(const std::string& name, int type, const std::vector<TestDim>& dims);
  GraphBuilder& Output(const std::string& name, int type = 0, const std::vector<TestDim>& dims = {});
  GraphBuilder& Initializer(const onnx::TensorProto& tensor);
  onnx::GraphProto& proto() { return *graph_; }

 private:
  onnx::GraphProto own_;
  onnx::GraphProto* graph_;
};

class ModelBuilder : public GraphBuilder {
 public:
  explicit ModelBuilder(int64_t opset = 17, int64_t ir_version = 8);
  ModelBuilder(const ModelBuilder&) = delete;
  onnx::ModelProto& model() { return *model_; }
  absl::StatusOr<std::unique_ptr<ir::Module>> Import(const OnnxImportOptions& options = {},
                                                     const std::string& folder = "");

 private:
  ModelBuilder(std::unique_ptr<onnx::ModelProto> model, int64_t opset, int64_t ir_version);
  std::unique_ptr<onnx::ModelProto> model_;
};

// A tensor as an ONNX file holds it, in the typed fields.
onnx::TensorProto FloatTensor(const std::string& name, const std::vector<int64_t>& dims,
                              const std::vector<float>& values);
onnx::TensorProto IntTensor(const std::string& name, const std::vector<int64_t>& dims,
                            const std::vector<int64_t>& values);

// The bindings of a function's body, one a line: "y = add(x, [1, 2])"; regions are indented.
std::string Dump(const ir::Module& module);

// Runs function main by kernels, with no pass before. `inputs` in order.
absl::StatusOr<std::vector<Tensor>> Evaluate(const ir::Module& module, const std::vector<Tensor>& inputs);

// Imports and runs; the message of an error is a test failure.
std::vector<Tensor> Run(ModelBuilder& builder, const std::vector<Tensor>& inputs);
std::vector<float> Floats(const Tensor& tensor);
std::vector<int64_t> Ints(const Tensor& tensor);
std::vector<int64_t> DimsOf(const Tensor& tensor);

inline Tensor F32(const std::vector<int64_t>& dims, const std::vector<float>& values) {
  return Tensor::FromValues<float>(dims, values);
}
inline Tensor I64(const std::vector<int64_t>& dims, const std::vector<int64_t>& values) {
  return Tensor::FromValues<int64_t>(dims, values);
}

}  // namespace baton
