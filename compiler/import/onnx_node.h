// OnnxNode: one ONNX node under conversion, and what converters (onnx_ops/*.cc) build with. Errors do not
// interrupt a converter: the first is kept, and calls after it return placeholders. Internal to the importer.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "compiler/import/onnx_attributes.h"
#include "compiler/import/onnx_import.h"
#include "compiler/ir/module.h"
#include "ops/op_def.h"
#include "vm/core/attributes.h"
#include "vm/core/tensor.h"

namespace baton {

class OnnxNode {
 public:
  // `version` is the opset version to convert by.
  OnnxNode(OnnxImport& import, OnnxScope& scope, const onnx::NodeProto& proto, int64_t version);

  const std::string& op() const;
  int64_t version() const { return version_; }
  OnnxAttributes& attributes() { return attributes_; }
  const onnx::NodeProto& proto() const { return proto_; }

  // Operands; an index past the end is absent.
  int num_inputs() const { return static_cast<int>(inputs_.size()); }
  bool HasInput(int index) const { return !Input(index).empty(); }
  // Empty when absent.
  ir::Atom Input(int index) const;
  std::vector<ir::Atom> Inputs() const { return inputs_; }
  int num_outputs() const;
  bool WantsOutput(int index) const;
  void SetOutput(int index, ir::Atom value);

  // Appends a call of a Baton operator with one result. An operator that is not registered makes the node
  // unsupported.
  ir::Atom Call(absl::string_view op, std::vector<ir::Atom> args, Attributes attributes = {});
  // The same of an operator with several results, of which the first `count` are given.
  std::vector<ir::Atom> CallMany(absl::string_view op, std::vector<ir::Atom> args, Attributes attributes,
                                 size_t count);
  // Sets the node's outputs to the results of a call, position for position.
  void CallForOutputs(absl::string_view op, std::vector<ir::Atom> args, Attributes attributes = {});
  // Appends a binding; its type as far as known (OnnxImport::TypeOf).
  ir::Var* Bind(ir::Expr expr, const Type& type);
  ir::Var* Bind(ir::Expr expr, std::optional<DType> dtype);
  // Appends an operation on sequences; not kConcat and kStack.
  ir::Atom Sequence(ir::SequenceOperation operation, std::vector<ir::Atom> args);
  ir::Atom EmptySequence(DType dtype);
  // For the result of something unsupported or wrong.
  ir::Atom Placeholder() { return import_.Placeholder(hint_); }

  ir::Atom Constant(Tensor tensor);
  ir::Atom Ints(std::vector<int64_t> values);  // int64[n]
  ir::Atom Int(int64_t value);                 // int64, rank 0
  // `value` with rank 0 and the element type of `like`.
  ir::Atom ScalarLike(ir::Atom like, double value);
  ir::Atom Scalar(DType dtype, double value);
  // A tensor of one element in any shape as rank 0.
  ir::Atom AsScalar(ir::Atom value);
  ir::Atom Cast(ir::Atom value, DType dtype);
  // 16-bit floats as float32, for formulas whose intermediate results shall not be rounded; others as they
  // are.
  ir::Atom Widened(ir::Atom value);
  // A shape as int64 vector.
  ir::Atom ShapeOf(ir::Atom value) { return Call("shape_of", {value}); }

  // Of an operand or result. Unknown only after an error; then any.
  DType ElementType(ir::Atom value);
  // The number of dimensions, where it is known before type inference: of constants and parameters.
  std::optional<int> Rank(ir::Atom value) const;
  // The value of a constant of one element; nullopt for anything else.
  std::optional<double> ConstantScalar(ir::Atom value) const;
  // Reads a tensor that an attribute holds; nullopt when it is unsupported or wrong.
  std::optional<Tensor> ReadTensor(const onnx::TensorProto& tensor);
  std::optional<Tensor> ReadTensor(const onnx::SparseTensorProto& tensor);

  // Converts `graph`, whose inputs have `arguments` as values, into `region`, behind what that has already.
  // Gives the values of its outputs; as many, or none after an error.
  std::vector<ir::Atom> BuildGraph(const onnx::GraphProto& graph, absl::Span<const ir::Atom> arguments,
                                   ir::Region* region);
  // The results of `graph` for these inputs, computed in place. Empty after an error.
  std::vector<ir::Atom> Inlined(const onnx::GraphProto& graph, absl::Span<const ir::Atom> arguments);
  // What `build` appends goes to `region`.
  void InRegion(ir::Region* region, const std::function<void()>& build);
  OnnxImport& import() { return import_; }

  // The node is valid and not supported: `what` says why, if it is not the operator itself.
  void Unsupported(absl::string_view what = "");
  // The node stands in the list of what is not supported already.
  void Skip() { unsupported_ = true; }
  void Invalid(absl::string_view message);
  // Keeps an error that has its place already.
  void Fail(absl::Status status);
  bool ok() const { return status_.ok(); }

  // After the converter: checks attributes and defines the outputs. Errors: the first kept.
  absl::Status Finish();

 private:
  ir::OpCall MakeCall(const OpDef& op, std::vector<ir::Atom> args, const Attributes& attributes);
  std::vector<DType> ResultTypes(const ir::OpCall& call) const;
  // The call of an operator with several results, null after an error, and their element types as far as
  // known.
  ir::Var* BindTuple(const OpDef& op, std::vector<ir::Atom> args, const Attributes& attributes,
                     std::vector<DType>* types);
  ir::Atom ProjectField(ir::Var* tuple, size_t index, absl::Span<const DType> types);
  absl::Status DefineOutputs();
  template <typename Proto>
  std::optional<Tensor> ReadTensorProto(const Proto& tensor);

  OnnxImport& import_;
  OnnxScope& scope_;
  const onnx::NodeProto& proto_;
  int64_t version_;
  OnnxAttributes attributes_;
  std::vector<ir::Atom> inputs_;
  std::vector<ir::Atom> outputs_;
  ir::Region* region_;  // bindings go here
  std::string hint_;    // name of intermediate values
  int32_t location_;
  std::vector<const ir::Var*> own_vars_;
  bool unsupported_ = false;
  absl::Status status_;
};

// "operator Scan (opset 17)".
std::string DescribeOperator(const onnx::NodeProto& node, int64_t version);

}  // namespace baton
