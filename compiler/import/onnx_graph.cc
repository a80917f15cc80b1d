#include "compiler/import/onnx_graph.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <vector>

#include "absl/strings/escaping.h"
#include "compiler/import/onnx_node.h"
#include "compiler/import/onnx_ops.h"
#include "vm/core/status.h"

namespace baton {
namespace {

absl::Status ConvertNode(OnnxImport& import, OnnxScope& scope, const onnx::NodeProto& node);

std::vector<const onnx::NodeProto*> Pointers(
    const google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes) {
  std::vector<const onnx::NodeProto*> pointers;
  for (const onnx::NodeProto& node : nodes) pointers.push_back(&node);
  return pointers;
}

absl::Status ConvertNodes(OnnxImport& import, OnnxScope& scope,
                          const std::vector<const onnx::NodeProto*>& nodes) {
  const std::vector<int> order = import.order.Sort(nodes);
  if (!std::is_sorted(order.begin(), order.end())) import.Warn("nodes come before what they use: sorted");
  for (int index : order) BATON_RETURN_IF_ERROR(ConvertNode(import, scope, *nodes[index]));
  if (order.size() == nodes.size()) return absl::OkStatus();
  std::vector<bool> done(nodes.size());
  for (int index : order) done[index] = true;
  const size_t first = std::find(done.begin(), done.end(), false) - done.begin();
  return import.ErrorAt(*nodes[first], "nodes use each other's outputs in a cycle");
}

absl::Status DefineInitializers(const onnx::GraphProto& graph, OnnxScope& scope) {
  for (const onnx::TensorProto& tensor : graph.initializer()) {
    BATON_RETURN_IF_ERROR(scope.DefineTensor(tensor.name(), &tensor));
  }
  for (const onnx::SparseTensorProto& tensor : graph.sparse_initializer()) {
    BATON_RETURN_IF_ERROR(scope.DefineTensor(tensor.values().name(), &tensor));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ir::Atom>> Outputs(OnnxImport& import, const onnx::GraphProto& graph,
                                              OnnxScope& scope) {
  std::vector<ir::Atom> outputs;
  for (const onnx::ValueInfoProto& output : graph.output()) {
    BATON_ASSIGN_OR_RETURN(const ir::Atom value, scope.Lookup(output.name(), import));
    if (value.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("output '", absl::Utf8SafeCEscape(output.name()), "' is absent"));
    }
    outputs.push_back(value);
  }
  return outputs;
}

absl::Status DefineCallInputs(OnnxImport& import, OnnxScope& scope, const onnx::NodeProto& node,
                              const onnx::FunctionProto& proto, OnnxScope* body) {
  for (int i = 0; i < proto.input_size(); ++i) {
    ir::Atom value;
    if (i < node.input_size() && !node.input(i).empty()) {
      BATON_ASSIGN_OR_RETURN(value, scope.Lookup(node.input(i), import));
    }
    BATON_RETURN_IF_ERROR(body->Define(proto.input(i), value));
  }
  return absl::OkStatus();
}

absl::Status DefineCallOutputs(OnnxImport& import, OnnxScope& scope, const onnx::NodeProto& node,
                               const onnx::FunctionProto& proto, OnnxScope* body) {
  for (int i = 0; i < node.output_size(); ++i) {
    if (node.output(i).empty()) continue;
    BATON_ASSIGN_OR_RETURN(const ir::Atom value, body->Lookup(proto.output(i), import));
    if (value.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("output '", absl::Utf8SafeCEscape(proto.output(i)), "' of the function is absent"));
    }
    if (scope.IsVisibleOutside(node.output(i))) {
      return absl::InvalidArgumentError(absl::StrCat("output '", absl::Utf8SafeCEscape(node.output(i)),
                                                     "' has the name of a value of a graph around"));
    }
    BATON_RETURN_IF_ERROR(scope.Define(node.output(i), value));
  }
  return absl::OkStatus();
}

// The attributes of a call that the function declares, and its defaults for the others.
absl::StatusOr<OnnxAttributeEnvironment> CallEnvironment(OnnxImport& import, const OnnxScope& scope,
                                                         const onnx::NodeProto& node,
                                                         const OnnxFunction& function) {
  OnnxAttributes attributes(node, scope.environment);
  for (const std::string& name : function.proto->attribute()) attributes.Ignore(name);
  for (const auto& attribute : function.defaults) attributes.Ignore(attribute->name());
  BATON_RETURN_IF_ERROR(attributes.Finish());
  OnnxAttributeEnvironment environment = attributes.all();
  for (const auto& [name, attribute] : environment) {
    // Its nodes would see the names of the caller and of the function at once.
    if (attribute->has_g())
      import.unsupported.Add("a graph as attribute of a model-local function", node.name());
  }
  for (const auto& attribute : function.defaults) environment.emplace(attribute->name(), attribute.get());
  return environment;
}

absl::Status InlineCall(OnnxImport& import, OnnxScope& scope, const onnx::NodeProto& node,
                        const OnnxFunction& function) {
  const onnx::FunctionProto& proto = *function.proto;
  if (node.input_size() > proto.input_size() || node.output_size() > proto.output_size()) {
    return import.ErrorAt(
        node, absl::StrCat("the function has ", proto.input_size(), " inputs and ", proto.output_size(),
                           " outputs, the call ", node.input_size(), " and ", node.output_size()));
  }
  if (scope.IsInside(&function)) {
    return import.ErrorAt(node, absl::StrCat("function '", absl::Utf8SafeCEscape(function.name),
                                             "' calls itself, directly or through others"));
  }
  if (scope.depth >= kMaxOnnxNesting) {
    return import.ErrorAt(node, absl::StrCat("calls and graphs are nested deeper than ", kMaxOnnxNesting));
  }
  auto environment = CallEnvironment(import, scope, node, function);
  BATON_RETURN_IF_ERROR(import.At(node, environment.status()));
  OnnxScope body = OnnxScope::Body(scope, function, &*environment,
                                   absl::StrCat(import.LocationOf(node, scope.prefix).node, "/"));
  BATON_RETURN_IF_ERROR(import.At(node, DefineCallInputs(import, scope, node, proto, &body)));
  BATON_RETURN_IF_ERROR(ConvertNodes(import, body, Pointers(proto.node())));
  return import.At(node, DefineCallOutputs(import, scope, node, proto, &body));
}

void CheckCounts(const OnnxOp& op, OnnxNode& node) {
  const int inputs = node.num_inputs();
  if (inputs < op.min_inputs || inputs > op.max_inputs) {
    node.Invalid(absl::StrCat("has ", inputs, " inputs, expected ",
                              op.min_inputs == op.max_inputs ? absl::StrCat(op.min_inputs)
                              : op.max_inputs == kAnyNumber
                                  ? absl::StrCat(op.min_inputs, " or more")
                                  : absl::StrCat(op.min_inputs, " to ", op.max_inputs)));
  }
  if (node.num_outputs() < 1 || node.num_outputs() > op.max_outputs) {
    node.Invalid(absl::StrCat("has ", node.num_outputs(), " outputs, expected ",
                              op.max_outputs == 1 ? "" : "1 to ", op.max_outputs));
  }
}

absl::Status ConvertNode(OnnxImport& import, OnnxScope& scope, const onnx::NodeProto& node) {
  if (++import.num_nodes > kMaxOnnxNodes) {
    return import.At(node, absl::ResourceExhaustedError(
                               absl::StrCat("the model has more than ", kMaxOnnxNodes,
                                            " nodes, counting those of functions once for each call")));
  }
  BATON_ASSIGN_OR_RETURN(const int64_t version, ResolveVersion(import, *scope.opsets, node));
  if (const OnnxFunction* function = import.functions.Find(node))
    return InlineCall(import, scope, node, *function);
  OnnxNode conversion(import, scope, node, version);
  const OnnxOp* op = FindOnnxOp(QualifiedName(node.domain(), node.op_type()), version);
  if (op == nullptr) {
    conversion.Skip();  // CheckSupport has listed it.
  } else {
    CheckCounts(*op, conversion);
    if (conversion.ok() && op->convert != nullptr) op->convert(conversion);
    if (conversion.ok() && op->op != nullptr) conversion.CallForOutputs(op->op, conversion.Inputs());
  }
  return conversion.Finish();
}

}  // namespace

absl::StatusOr<int64_t> ResolveVersion(const OnnxImport& import, const OnnxOpsets& opsets,
                                       const onnx::NodeProto& node) {
  const absl::string_view domain = NormalizedDomain(node.domain());
  auto found = opsets.find(domain);
  if (found == opsets.end()) {
    return import.ErrorAt(node,
                          absl::StrCat("domain '", domain.empty() ? "ai.onnx" : absl::Utf8SafeCEscape(domain),
                                       "' is not in opset_import"));
  }
  if (!domain.empty() || found->second <= kNewestOpset) return found->second;
  if (import.options.allow_newer_opset) return kNewestOpset;
  // A function's; the model's own is looked at first of all.
  return import.At(node, absl::UnimplementedError(absl::StrCat("the function imports opset ", found->second,
                                                               ", the newest supported is ", kNewestOpset)));
}

absl::Status ConvertGraph(OnnxImport& import, const onnx::GraphProto& graph, OnnxScope& scope) {
  BATON_RETURN_IF_ERROR(import.InFile(DefineInitializers(graph, scope)));
  BATON_RETURN_IF_ERROR(ConvertNodes(import, scope, Pointers(graph.node())));
  absl::StatusOr<std::vector<ir::Atom>> outputs = Outputs(import, graph, scope);
  BATON_RETURN_IF_ERROR(import.InFile(outputs.status()));
  scope.region->results = *std::move(outputs);
  return absl::OkStatus();
}

absl::Status ConvertGraph(OnnxImport& import, const onnx::GraphProto& graph, OnnxScope& scope,
                          const onnx::NodeProto& owner) {
  if (scope.depth > kMaxOnnxNesting) {
    return import.ErrorAt(owner, absl::StrCat("calls and graphs are nested deeper than ", kMaxOnnxNesting));
  }
  return ConvertGraph(import, graph, scope);
}

}  // namespace baton
