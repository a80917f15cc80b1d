#include "compiler/import/onnx_node.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "compiler/import/element_types.h"
#include "compiler/import/onnx_graph.h"
#include "ops/registry.h"
#include "vm/core/status.h"

namespace baton {

using ir::Atom;

OnnxNode::OnnxNode(OnnxImport& import, OnnxScope& scope, const onnx::NodeProto& proto, int64_t version)
    : import_(import),
      scope_(scope),
      proto_(proto),
      version_(version),
      attributes_(proto, scope.environment),
      outputs_(static_cast<size_t>(proto.output_size())),
      region_(scope.region),
      location_(import.module.AddLocation(import.LocationOf(proto, scope.prefix))) {
  hint_ = absl::StrCat(scope.prefix, proto.output_size() > 0 ? proto.output(0) : proto.op_type());
  for (const std::string& name : proto.input()) {
    inputs_.emplace_back();
    if (name.empty()) continue;
    absl::StatusOr<Atom> value = scope.Lookup(name, import);
    if (value.ok()) {
      inputs_.back() = *value;
    } else {
      Fail(import.At(proto, value.status()));
    }
  }
  while (!inputs_.empty() && inputs_.back().empty()) inputs_.pop_back();
  if (!attributes_.status().ok()) Invalid(attributes_.status().message());
}

const std::string& OnnxNode::op() const {
  return proto_.op_type();
}

Atom OnnxNode::Input(int index) const {
  return index < num_inputs() ? inputs_[index] : Atom();
}

int OnnxNode::num_outputs() const {
  return proto_.output_size();
}

bool OnnxNode::WantsOutput(int index) const {
  return index < num_outputs() && !proto_.output(index).empty();
}

void OnnxNode::SetOutput(int index, Atom value) {
  if (!WantsOutput(index)) return;
  outputs_[index] = value;
  if (std::find(own_vars_.begin(), own_vars_.end(), value.var()) != own_vars_.end()) {
    value.var()->name = absl::StrCat(scope_.prefix, proto_.output(index));
  }
}

void OnnxNode::Unsupported(absl::string_view what) {
  unsupported_ = true;
  const std::string description = DescribeOperator(proto_, version_);
  import_.unsupported.Add(what.empty() ? description : absl::StrCat(description, ": ", what),
                          import_.LocationOf(proto_, scope_.prefix).node);
}

void OnnxNode::Invalid(absl::string_view message) {
  // What was read from a wrong attribute may be what is wrong now.
  Fail(import_.ErrorAt(proto_, attributes_.status().ok() ? message : attributes_.status().message()));
}

void OnnxNode::Fail(absl::Status status) {
  if (status_.ok()) status_ = std::move(status);
}

ir::Var* OnnxNode::Bind(ir::Expr expr, std::optional<DType> dtype) {
  return Bind(std::move(expr), dtype ? Type(*dtype, Shape::Unranked()) : Type());
}

ir::Var* OnnxNode::Bind(ir::Expr expr, const Type& type) {
  ir::Var* var = import_.module.NewVar(hint_);
  own_vars_.push_back(var);
  import_.SetType(var, type);
  region_->bindings.push_back({.var = var, .expr = std::move(expr), .location = location_, .checks = {}});
  return var;
}

ir::OpCall OnnxNode::MakeCall(const OpDef& op, std::vector<Atom> args, const Attributes& attributes) {
  ir::OpCall call{&op, {}, std::move(args)};
  while (!call.args.empty() && call.args.back().empty()) call.args.pop_back();
  if (!op.IsVariadic() && call.args.size() > op.inputs.size()) {
    Invalid(absl::StrCat(op.name, " has ", op.inputs.size(), " operands, found ", call.args.size()));
  }
  // Positions past the end are absent operands, so that type rules may look at them.
  if (call.args.size() < op.inputs.size()) call.args.resize(op.inputs.size());
  for (size_t i = 0; i < call.args.size(); ++i) {
    const InputDef& input = op.input(static_cast<int>(i));
    if (call.args[i].empty() && !input.optional)
      Invalid(absl::StrCat("operand '", input.name, "' is missing"));
  }
  absl::StatusOr<OpAttrs> attrs = op.ParseAttrs(attributes);
  if (attrs.ok()) {
    call.attrs = *std::move(attrs);
  } else if (absl::IsUnimplemented(attrs.status())) {
    Unsupported(attrs.status().message());
  } else {
    Invalid(attrs.status().message());
  }
  return call;
}

std::vector<DType> OnnxNode::ResultTypes(const ir::OpCall& call) const {
  std::vector<std::optional<DType>> inputs;
  for (const Atom& arg : call.args) {
    inputs.push_back(arg.empty() ? std::nullopt : import_.ElementType(arg));
    if (!arg.empty() && !inputs.back()) return {};
  }
  return InferElementTypes(*call.op, call.attrs, inputs);
}

Atom OnnxNode::Call(absl::string_view op_name, std::vector<Atom> args, Attributes attributes) {
  if (!ok() || unsupported_) return Placeholder();
  const OpDef* op = FindOp(op_name);
  if (op == nullptr) Unsupported();
  if (op == nullptr) return Placeholder();
  ir::OpCall call = MakeCall(*op, std::move(args), attributes);
  if (!ok() || unsupported_) return Placeholder();
  const std::vector<DType> types = ResultTypes(call);
  return Bind(std::move(call), types.empty() ? std::nullopt : std::optional<DType>(types[0]));
}

ir::Var* OnnxNode::BindTuple(const OpDef& op, std::vector<Atom> args, const Attributes& attributes,
                             std::vector<DType>* types) {
  ir::OpCall call = MakeCall(op, std::move(args), attributes);
  if (!ok() || unsupported_) return nullptr;
  *types = ResultTypes(call);
  return Bind(std::move(call), std::nullopt);
}

Atom OnnxNode::ProjectField(ir::Var* tuple, size_t index, absl::Span<const DType> types) {
  const std::optional<DType> dtype = index < types.size() ? std::optional<DType>(types[index]) : std::nullopt;
  return Bind(ir::Project{tuple, static_cast<int>(index)}, dtype);
}

std::vector<Atom> OnnxNode::CallMany(absl::string_view op_name, std::vector<Atom> args, Attributes attributes,
                                     size_t count) {
  std::vector<Atom> results(count);
  const OpDef* op = FindOp(op_name);
  if (op == nullptr) Unsupported();
  std::vector<DType> types;
  ir::Var* tuple = ok() && !unsupported_ ? BindTuple(*op, std::move(args), attributes, &types) : nullptr;
  for (size_t i = 0; i < count; ++i) {
    results[i] = tuple == nullptr ? Placeholder() : ProjectField(tuple, i, types);
  }
  return results;
}

void OnnxNode::CallForOutputs(absl::string_view op_name, std::vector<Atom> args, Attributes attributes) {
  if (!ok() || unsupported_) return;
  const OpDef* op = FindOp(op_name);
  if (op == nullptr) return Unsupported();
  if (op->outputs.size() == 1 && !op->variadic_outputs) {
    return SetOutput(0, Call(op_name, std::move(args), std::move(attributes)));
  }
  std::vector<DType> types;
  ir::Var* tuple = BindTuple(*op, std::move(args), attributes, &types);
  if (tuple == nullptr) return;
  const size_t count = op->variadic_outputs ? outputs_.size() : op->outputs.size();
  for (size_t i = 0; i < std::min(count, outputs_.size()); ++i) {
    if (WantsOutput(static_cast<int>(i))) SetOutput(static_cast<int>(i), ProjectField(tuple, i, types));
  }
}

void OnnxNode::InRegion(ir::Region* region, const std::function<void()>& build) {
  ir::Region* outer = std::exchange(region_, region);
  build();
  region_ = outer;
}

std::vector<Atom> OnnxNode::BuildGraph(const onnx::GraphProto& graph, absl::Span<const Atom> arguments,
                                       ir::Region* region) {
  if (!ok()) return {};
  OnnxScope scope = OnnxScope::Nested(scope_, region);
  if (graph.input_size() != static_cast<int>(arguments.size())) {
    Invalid(absl::StrCat("a graph of this node has ", graph.input_size(), " inputs, expected ",
                         arguments.size()));
    return {};
  }
  for (int i = 0; i < graph.input_size(); ++i) {
    absl::Status status = scope.Define(graph.input(i).name(), arguments[i]);
    if (!status.ok()) Invalid(status.message());
  }
  if (!ok()) return {};
  absl::Status status = ConvertGraph(import_, graph, scope, proto_);
  if (!status.ok()) Fail(std::move(status));
  return ok() ? std::exchange(region->results, {}) : std::vector<Atom>();
}

std::vector<Atom> OnnxNode::Inlined(const onnx::GraphProto& graph, absl::Span<const Atom> arguments) {
  return BuildGraph(graph, arguments, region_);
}

absl::Status OnnxNode::DefineOutputs() {
  for (int i = 0; i < num_outputs(); ++i) {
    if (!WantsOutput(i)) continue;
    const std::string& name = proto_.output(i);
    if (outputs_[i].empty()) {
      if (!unsupported_) Unsupported(absl::StrCat("output ", i));
      outputs_[i] = Placeholder();
    }
    if (scope_.IsVisibleOutside(name)) {
      return import_.ErrorAt(proto_, absl::StrCat("output '", absl::Utf8SafeCEscape(name),
                                                  "' has the name of a value of a graph around"));
    }
    BATON_RETURN_IF_ERROR(import_.At(proto_, scope_.Define(name, outputs_[i])));
  }
  return absl::OkStatus();
}

absl::Status OnnxNode::Finish() {
  if (ok() && !attributes_.status().ok()) Invalid(attributes_.status().message());
  // A converter that gave up has not read them all.
  if (ok() && !unsupported_) {
    if (absl::Status status = attributes_.Finish(); !status.ok()) Invalid(status.message());
  }
  BATON_RETURN_IF_ERROR(status_);
  return DefineOutputs();
}

std::string DescribeOperator(const onnx::NodeProto& node, int64_t version) {
  return absl::StrCat("operator ", QualifiedName(node.domain(), node.op_type()), " (opset ", version, ")");
}

}  // namespace baton
