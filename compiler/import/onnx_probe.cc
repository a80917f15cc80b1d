#include "compiler/import/onnx_probe.h"

#include <onnx/onnx_pb.h>

#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/import/onnx.h"

namespace baton {
namespace {

struct AttributeGuess {
  const char* name;
  std::variant<int64_t, float, std::vector<int64_t>, std::vector<float>, const char*> value;
};

// What ONNX's operators require, by attributes: the first list that a node takes is right.
const std::vector<std::vector<AttributeGuess>>& Guesses() {
  using Ints = std::vector<int64_t>;
  using Floats = std::vector<float>;
  static const auto& guesses = *new std::vector<std::vector<AttributeGuess>>{
      {},
      {{"axis", int64_t{0}}},
      {{"axes", Ints{0}}},
      {{"k", int64_t{1}}},
      {{"pads", Ints{0, 0}}},
      {{"starts", Ints{0}}, {"ends", Ints{1}}},
      {{"to", int64_t{onnx::TensorProto::FLOAT}}},
      {{"to", "FLOAT"}},
      {{"scales", Floats{1, 1, 1, 1}}},
      {{"height_scale", 1.0f}, {"width_scale", 1.0f}},
      {{"blocksize", int64_t{1}}},
      {{"kernel_shape", Ints{1, 1}}},
      {{"pooled_shape", Ints{1, 1}}},
      {{"hidden_size", int64_t{1}}},
      {{"num_groups", int64_t{1}}},
      {{"num_heads", int64_t{1}}},
      {{"q_num_heads", int64_t{1}}, {"kv_num_heads", int64_t{1}}},
      {{"size", int64_t{1}}},
      {{"value_int", int64_t{1}}},
      {{"direction", "LEFT"}},
      {{"equation", "ij->ji"}},
      {{"equation", "ij,jk->ik"}},
  };
  return guesses;
}

void SetAttribute(const AttributeGuess& guess, onnx::NodeProto* node) {
  onnx::AttributeProto* attribute = node->add_attribute();
  attribute->set_name(guess.name);
  if (const auto* number = std::get_if<int64_t>(&guess.value)) {
    attribute->set_type(onnx::AttributeProto::INT);
    attribute->set_i(*number);
  } else if (const auto* real = std::get_if<float>(&guess.value)) {
    attribute->set_type(onnx::AttributeProto::FLOAT);
    attribute->set_f(*real);
  } else if (const auto* numbers = std::get_if<std::vector<int64_t>>(&guess.value)) {
    attribute->set_type(onnx::AttributeProto::INTS);
    attribute->mutable_ints()->Assign(numbers->begin(), numbers->end());
  } else if (const auto* reals = std::get_if<std::vector<float>>(&guess.value)) {
    attribute->set_type(onnx::AttributeProto::FLOATS);
    attribute->mutable_floats()->Assign(reals->begin(), reals->end());
  } else {
    attribute->set_type(onnx::AttributeProto::STRING);
    attribute->set_s(std::get<const char*>(guess.value));
  }
}

void Declare(const TensorType& type, onnx::ValueInfoProto* value) {
  auto* tensor = value->mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(DTypeToOnnx(type.dtype));
  if (!type.shape.has_rank()) return;
  auto* shape = tensor->mutable_shape();
  for (const Dim& dim : type.shape.dims()) {
    if (dim.is_constant()) {
      shape->add_dim()->set_dim_value(dim.value());
    } else {
      shape->add_dim()->set_dim_param(dim.ToString());
    }
  }
}

onnx::ModelProto MakeModel(const OnnxOp& op, absl::Span<const TensorType> inputs) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(op.last_version);
  onnx::NodeProto* node = model.mutable_graph()->add_node();
  node->set_op_type(op.name);
  for (size_t i = 0; i < inputs.size(); ++i) {
    onnx::ValueInfoProto* input = model.mutable_graph()->add_input();
    input->set_name(absl::StrCat("input", i));
    node->add_input(input->name());
    Declare(inputs[i], input);
  }
  node->add_output("output");
  model.mutable_graph()->add_output()->set_name("output");
  return model;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ir::Module>> ImportOnnxProbe(const OnnxOp& op,
                                                            absl::Span<const TensorType> inputs) {
  onnx::ModelProto model = MakeModel(op, inputs);
  onnx::NodeProto* node = model.mutable_graph()->mutable_node(0);
  absl::Status first_error;
  for (const std::vector<AttributeGuess>& guess : Guesses()) {
    node->clear_attribute();
    for (const AttributeGuess& attribute : guess) SetAttribute(attribute, node);
    absl::StatusOr<std::unique_ptr<ir::Module>> module = ImportOnnx(model.SerializeAsString(), op.name, "");
    if (module.ok()) return module;
    if (first_error.ok()) first_error = module.status();
  }
  return first_error;
}

}  // namespace baton
