// If, and what the converters of control flow share.
#include "compiler/import/onnx_ops/control_flow.h"

#include <onnx/onnx_pb.h>

#include <utility>

#include "absl/strings/escaping.h"
#include "compiler/import/onnx_ops/converters.h"

namespace baton {

using ir::Atom;

Atom StackScanned(OnnxNode& node, Atom sequence, const onnx::ValueInfoProto& declared, int64_t axis) {
  const onnx::TypeProto::Tensor& type = declared.type().tensor_type();
  ir::SequenceOp stack;
  stack.operation = ir::SequenceOperation::kStack;
  stack.args = {sequence};
  stack.axis = axis;
  stack.what = absl::StrCat("scanned values of output '", absl::Utf8SafeCEscape(declared.name()), "'");
  const Type element = node.import().TypeOf(sequence);
  if (!element.is_sequence()) return node.Placeholder();
  stack.empty = {element.element().tensor().dtype, Shape::Unranked()};
  if (type.has_shape() && type.shape().dim_size() < kMaxRank) {
    Dims dims;
    for (const onnx::TensorShapeProto::Dimension& dim : type.shape().dim()) {
      dims.push_back(dim.has_dim_value() && dim.dim_value() >= 0 ? Dim(dim.dim_value()) : AnyDim());
    }
    const int64_t rank = static_cast<int64_t>(dims.size()) + 1;
    const int64_t place = axis < 0 ? axis + rank : axis;
    if (place < 0 || place >= rank) {
      node.Invalid(absl::StrCat("scan output axis ", axis, " is outside [", -rank, ", ", rank, ")"));
      return node.Placeholder();
    }
    dims.insert(dims.begin() + place, Dim(0));
    stack.empty.shape = Shape(std::move(dims));
  }
  const Type result(stack.empty.dtype, Shape::Unranked());
  return node.Bind(std::move(stack), result);
}

Atom Select(OnnxNode& node, Atom condition, const std::function<Atom()>& then_value,
            const std::function<Atom()>& else_value) {
  ir::If branch;
  branch.condition = condition;
  branch.then_region = node.import().module.NewRegion();
  branch.else_region = node.import().module.NewRegion();
  node.InRegion(branch.then_region, [&] { branch.then_region->results = {then_value()}; });
  node.InRegion(branch.else_region, [&] { branch.else_region->results = {else_value()}; });
  const Type type = node.import().TypeOf(branch.then_region->results[0]);
  return node.Bind(std::move(branch), type);
}

Atom Require(OnnxNode& node, Atom condition, absl::string_view message, Atom value) {
  return Select(
      node, condition, [&] { return value; },
      [&]() -> Atom { return node.Bind(ir::Raise{std::string(message)}, node.import().TypeOf(value)); });
}

void ConvertIf(OnnxNode& node) {
  const onnx::GraphProto* then_graph = node.attributes().RequiredGraph("then_branch");
  const onnx::GraphProto* else_graph = node.attributes().RequiredGraph("else_branch");
  if (then_graph == nullptr || else_graph == nullptr) return;
  ir::If branch;
  branch.condition = node.AsScalar(node.Input(0));
  branch.then_region = node.import().module.NewRegion();
  branch.else_region = node.import().module.NewRegion();
  branch.then_region->results = node.BuildGraph(*then_graph, {}, branch.then_region);
  branch.else_region->results = node.BuildGraph(*else_graph, {}, branch.else_region);
  if (!node.ok()) return;
  const std::vector<Atom> results = branch.then_region->results;
  const size_t count = results.size();
  if (count != branch.else_region->results.size() || count != static_cast<size_t>(node.num_outputs())) {
    return node.Invalid(absl::StrCat("has ", node.num_outputs(), " outputs, its branches ", count, " and ",
                                     branch.else_region->results.size()));
  }
  if (count == 1) {
    node.SetOutput(0, node.Bind(std::move(branch), node.import().TypeOf(results[0])));
    return;
  }
  ir::Var* tuple = node.Bind(std::move(branch), std::nullopt);
  for (size_t i = 0; i < count; ++i) {
    const int index = static_cast<int>(i);
    if (!node.WantsOutput(index)) continue;
    node.SetOutput(index, node.Bind(ir::Project{tuple, index}, node.import().TypeOf(results[i])));
  }
}

}  // namespace baton
