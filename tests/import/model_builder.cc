#include "tests/import/model_builder.h"

#include <catch2/catch.hpp>
#include <unordered_map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ops/registry.h"
#include "vm/core/status.h"

namespace baton {

NodeBuilder& NodeBuilder::Name(const std::string& name) {
  node_->set_name(name);
  return *this;
}
NodeBuilder& NodeBuilder::Domain(const std::string& domain) {
  node_->set_domain(domain);
  return *this;
}
onnx::AttributeProto* NodeBuilder::Add(const std::string& name, onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto* attribute = node_->add_attribute();
  attribute->set_name(name);
  attribute->set_type(type);
  return attribute;
}
NodeBuilder& NodeBuilder::Int(const std::string& name, int64_t value) {
  Add(name, onnx::AttributeProto::INT)->set_i(value);
  return *this;
}
NodeBuilder& NodeBuilder::Float(const std::string& name, float value) {
  Add(name, onnx::AttributeProto::FLOAT)->set_f(value);
  return *this;
}
NodeBuilder& NodeBuilder::String(const std::string& name, const std::string& value) {
  Add(name, onnx::AttributeProto::STRING)->set_s(value);
  return *this;
}
NodeBuilder& NodeBuilder::Ints(const std::string& name, const std::vector<int64_t>& values) {
  onnx::AttributeProto* attribute = Add(name, onnx::AttributeProto::INTS);
  for (int64_t value : values) attribute->add_ints(value);
  return *this;
}
NodeBuilder& NodeBuilder::Floats(const std::string& name, const std::vector<float>& values) {
  onnx::AttributeProto* attribute = Add(name, onnx::AttributeProto::FLOATS);
  for (float value : values) attribute->add_floats(value);
  return *this;
}
NodeBuilder& NodeBuilder::Value(const std::string& name, const onnx::TensorProto& tensor) {
  *Add(name, onnx::AttributeProto::TENSOR)->mutable_t() = tensor;
  return *this;
}
NodeBuilder& NodeBuilder::Graph(const std::string& name, const onnx::GraphProto& graph) {
  *Add(name, onnx::AttributeProto::GRAPH)->mutable_g() = graph;
  return *this;
}
NodeBuilder& NodeBuilder::Ref(const std::string& name, const std::string& of,
                              onnx::AttributeProto::AttributeType type) {
  Add(name, type)->set_ref_attr_name(of);
  return *this;
}

namespace {

void SetType(onnx::ValueInfoProto* value, int type, const std::vector<TestDim>& dims) {
  if (type == 0) return;
  onnx::TypeProto::Tensor* tensor = value->mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(type);
  tensor->mutable_shape();
  for (const TestDim& dim : dims) {
    onnx::TensorShapeProto::Dimension* added = tensor->mutable_shape()->add_dim();
    if (const int* extent = std::get_if<int>(&dim))
      added->set_dim_value(*extent);
    else if (*std::get<const char*>(dim) != '\0')
      added->set_dim_param(std::get<const char*>(dim));
  }
}

}  // namespace

NodeBuilder GraphBuilder::Node(const std::string& op, const std::vector<std::string>& inputs,
                               const std::vector<std::string>& outputs) {
  onnx::NodeProto* node = graph_->add_node();
  node->set_op_type(op);
  for (const std::string& input : inputs) node->add_input(input);
  for (const std::string& output : outputs) node->add_output(output);
  return NodeBuilder(node);
}
GraphBuilder& GraphBuilder::Input(const std::string& name, int type, const std::vector<TestDim>& dims) {
  onnx::ValueInfoProto* input = graph_->add_input();
  input->set_name(name);
  SetType(input, type, dims);
  return *this;
}
GraphBuilder& GraphBuilder::Output(const std::string& name, int type, const std::vector<TestDim>& dims) {
  onnx::ValueInfoProto* output = graph_->add_output();
  output->set_name(name);
  SetType(output, type, dims);
  return *this;
}
GraphBuilder& GraphBuilder::Initializer(const onnx::TensorProto& tensor) {
  *graph_->add_initializer() = tensor;
  return *this;
}

ModelBuilder::ModelBuilder(int64_t opset, int64_t ir_version)
    : ModelBuilder(std::make_unique<onnx::ModelProto>(), opset, ir_version) {}
ModelBuilder::ModelBuilder(std::unique_ptr<onnx::ModelProto> model, int64_t opset, int64_t ir_version)
    : GraphBuilder(model->mutable_graph()), model_(std::move(model)) {
  model_->set_ir_version(ir_version);
  onnx::OperatorSetIdProto* import = model_->add_opset_import();
  import->set_domain("");
  import->set_version(opset);
}
absl::StatusOr<std::unique_ptr<ir::Module>> ModelBuilder::Import(const OnnxImportOptions& options,
                                                                 const std::string& folder) {
  return ImportOnnx(model_->SerializeAsString(), "m.onnx", folder, options);
}

onnx::TensorProto FloatTensor(const std::string& name, const std::vector<int64_t>& dims,
                              const std::vector<float>& values) {
  onnx::TensorProto tensor;
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (int64_t dim : dims) tensor.add_dims(dim);
  for (float value : values) tensor.add_float_data(value);
  return tensor;
}
onnx::TensorProto IntTensor(const std::string& name, const std::vector<int64_t>& dims,
                            const std::vector<int64_t>& values) {
  onnx::TensorProto tensor;
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::INT64);
  for (int64_t dim : dims) tensor.add_dims(dim);
  for (int64_t value : values) tensor.add_int64_data(value);
  return tensor;
}

namespace {

std::string AtomText(const ir::Atom& atom) {
  if (atom.empty()) return "-";
  if (atom.var() != nullptr) return atom.var()->name;
  const Tensor& value = atom.constant()->value;
  return absl::StrCat(DTypeName(value.dtype()), ValueString(*value, 16));
}

std::string AtomsText(const std::vector<ir::Atom>& atoms) {
  return absl::StrJoin(atoms, ", ",
                       [](std::string* out, const ir::Atom& atom) { out->append(AtomText(atom)); });
}

void DumpRegion(const ir::Region& region, const std::string& indent, std::string* out);

struct DumpExpr {
  const std::string& indent;
  std::string operator()(const ir::OpCall& call) const {
    std::vector<ir::Atom> args = call.args;
    while (!args.empty() && args.back().empty()) args.pop_back();
    const Attributes defaults = OpAttrs(call.op, call.op->make_attrs()).ToAttributes();
    std::string text = absl::StrCat(call.op->name, "(", AtomsText(args));
    const Attributes attributes = call.attrs.ToAttributes();
    for (size_t i = 0; i < attributes.size(); ++i) {
      if (attributes[i].second == defaults[i].second) continue;
      absl::StrAppend(&text, ", ", attributes[i].first, "=", AttributeString(attributes[i].second));
    }
    return text + ")";
  }
  std::string operator()(const ir::MakeTuple& tuple) const {
    return absl::StrCat("(", AtomsText(tuple.fields), ")");
  }
  std::string operator()(const ir::Project& project) const {
    return absl::StrCat(AtomText(project.tuple), ".", project.index);
  }
  std::string operator()(const ir::If& branch) const {
    std::string text = absl::StrCat("if ", AtomText(branch.condition), "\n");
    DumpRegion(*branch.then_region, indent + "  ", &text);
    absl::StrAppend(&text, indent, "else\n");
    DumpRegion(*branch.else_region, indent + "  ", &text);
    text.pop_back();
    return text;
  }
  std::string operator()(const ir::Loop& loop) const {
    std::string text = absl::StrCat("loop ", AtomsText(loop.initial), "\n");
    DumpRegion(*loop.condition, indent + "  ", &text);
    absl::StrAppend(&text, indent, "do\n");
    DumpRegion(*loop.body, indent + "  ", &text);
    text.pop_back();
    return text;
  }
  std::string operator()(const ir::Raise& raise) const { return absl::StrCat("raise ", raise.message); }
  // ONNX has no such expression.
  template <typename Other>
  std::string operator()(const Other&) const {
    return "unexpected";
  }
};

void DumpRegion(const ir::Region& region, const std::string& indent, std::string* out) {
  if (!region.params.empty()) {
    std::vector<ir::Atom> params(region.params.begin(), region.params.end());
    absl::StrAppend(out, indent, "\\ ", AtomsText(params), "\n");
  }
  for (const ir::Binding& binding : region.bindings) {
    absl::StrAppend(out, indent, binding.var->name, " = ", std::visit(DumpExpr{indent}, binding.expr), "\n");
  }
  absl::StrAppend(out, indent, "=> ", AtomsText(region.results), "\n");
}

// The value of a Var: one tensor, or the fields of a tuple.
using Value = std::vector<Tensor>;

class Evaluator {
 public:
  absl::StatusOr<Value> Region(const ir::Region& region, const Value& arguments) {
    for (size_t i = 0; i < region.params.size(); ++i) values_[region.params[i]] = {arguments[i]};
    for (const ir::Binding& binding : region.bindings) {
      BATON_ASSIGN_OR_RETURN(values_[binding.var], Expression(binding.expr));
    }
    return Atoms(region.results);
  }

 private:
  Value Atoms(const std::vector<ir::Atom>& atoms) {
    Value tensors;
    for (const ir::Atom& atom : atoms) {
      if (atom.constant() != nullptr)
        tensors.push_back(atom.constant()->value);
      else
        tensors.push_back(atom.empty() ? Tensor() : values_.at(atom.var())[0]);
    }
    return tensors;
  }

  absl::StatusOr<Value> Expression(const ir::Expr& expr) {
    if (const auto* call = std::get_if<ir::OpCall>(&expr))
      return RunOp(*call->op, call->attrs, Atoms(call->args));
    if (const auto* project = std::get_if<ir::Project>(&expr)) {
      return Value{values_.at(project->tuple.var())[static_cast<size_t>(project->index)]};
    }
    if (const auto* tuple = std::get_if<ir::MakeTuple>(&expr)) return Atoms(tuple->fields);
    if (const auto* branch = std::get_if<ir::If>(&expr)) {
      return Region(IsTrue(Atoms({branch->condition})[0]) ? *branch->then_region : *branch->else_region, {});
    }
    if (const auto* raise = std::get_if<ir::Raise>(&expr)) return absl::InvalidArgumentError(raise->message);
    const auto& loop = std::get<ir::Loop>(expr);
    Value carried = Atoms(loop.initial);
    for (;;) {
      BATON_ASSIGN_OR_RETURN(const Value goes_on, Region(*loop.condition, carried));
      if (!IsTrue(goes_on[0])) return carried;
      BATON_ASSIGN_OR_RETURN(carried, Region(*loop.body, carried));
    }
  }

  static bool IsTrue(const Tensor& tensor) { return static_cast<bool>(tensor.values<Bool>()[0]); }

  std::unordered_map<const ir::Var*, Value> values_;
};

}  // namespace

std::string Dump(const ir::Module& module) {
  std::string text;
  DumpRegion(*module.functions()[0].body, "", &text);
  return text;
}

absl::StatusOr<std::vector<Tensor>> Evaluate(const ir::Module& module, const std::vector<Tensor>& inputs) {
  return Evaluator().Region(*module.functions()[0].body, inputs);
}

std::vector<Tensor> Run(ModelBuilder& builder, const std::vector<Tensor>& inputs) {
  auto module = builder.Import();
  INFO(module.status());
  REQUIRE(module.ok());
  auto outputs = Evaluate(**module, inputs);
  INFO(outputs.status());
  REQUIRE(outputs.ok());
  return *outputs;
}

std::vector<float> Floats(const Tensor& tensor) {
  REQUIRE(tensor.dtype() == DType::kFloat32);
  const absl::Span<float> values = tensor.values<float>();
  return {values.begin(), values.end()};
}
std::vector<int64_t> Ints(const Tensor& tensor) {
  REQUIRE(tensor.dtype() == DType::kInt64);
  const absl::Span<int64_t> values = tensor.values<int64_t>();
  return {values.begin(), values.end()};
}
std::vector<int64_t> DimsOf(const Tensor& tensor) {
  return {tensor.shape().begin(), tensor.shape().end()};
}

}  // namespace baton
