// Element-wise arithmetic, comparison and conversion.
#include <string>
#include <utility>

#include "compiler/import/onnx_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

// Baton's name of an operator that broadcast on request before opset 7.
absl::string_view LegacyBinaryName(absl::string_view op) {
  constexpr std::pair<absl::string_view, absl::string_view> kNames[] = {
      {"Add", "add"},     {"Sub", "subtract"},    {"Mul", "multiply"},  {"Div", "divide"},
      {"Pow", "power"},   {"And", "logical_and"}, {"Or", "logical_or"}, {"Xor", "logical_xor"},
      {"Equal", "equal"}, {"Greater", "greater"}, {"Less", "less"},
  };
  for (const auto& [onnx_name, name] : kNames) {
    if (onnx_name == op) return name;
  }
  return "";
}

Atom Fold(OnnxNode& node, absl::string_view op) {
  Atom result = node.Input(0);
  for (int i = 1; i < node.num_inputs(); ++i) result = node.Call(op, {result, node.Input(i)});
  return result;
}

DType CastTarget(OnnxNode& node, int64_t code) {
  absl::StatusOr<DType> dtype = DTypeOfOnnxCode(code < 0 || code > 1000 ? 1000 : static_cast<int>(code));
  if (dtype.ok()) return *dtype;
  if (absl::IsUnimplemented(dtype.status())) {
    node.Unsupported(dtype.status().message());
  } else {
    node.Invalid(absl::StrCat("attribute 'to' ", dtype.status().message()));
  }
  return DType::kFloat32;
}

Atom Ones(OnnxNode& node, DType dtype) {
  return node.Call("full", {node.ShapeOf(node.Input(0)), node.Scalar(dtype, 1)});
}

}  // namespace

void ConvertLegacyBinary(OnnxNode& node) {
  const bool broadcast = node.attributes().Int("broadcast", 0) != 0;
  const bool has_axis = broadcast && node.attributes().Has("axis");
  const int64_t axis = node.attributes().Int("axis", 0);
  Atom right = node.Input(1);
  if (has_axis) {
    // The right operand's axes lie under those of the left from `axis` on: give it trailing axes of extent 1.
    const std::optional<int> left_rank = node.Rank(node.Input(0));
    const std::optional<int> right_rank = node.Rank(right);
    if (!left_rank || !right_rank) return node.Unsupported("attribute axis with operands of unknown rank");
    const int64_t start = axis < 0 ? axis + *left_rank : axis;
    const int64_t trailing = *left_rank - start - *right_rank;
    if (start < 0 || trailing < 0) return node.Invalid("attribute 'axis' does not fit the operands' ranks");
    std::vector<int64_t> axes;
    for (int64_t i = 0; i < trailing; ++i) axes.push_back(*right_rank + i);
    if (!axes.empty()) right = node.Call("unsqueeze", {right, node.Ints(axes)});
  }
  node.SetOutput(0, node.Call(LegacyBinaryName(node.op()), {node.Input(0), right}));
}

void ConvertMod(OnnxNode& node) {
  const bool truncates = node.attributes().Int("fmod", 0) != 0;
  node.SetOutput(0, node.Call(truncates ? "mod" : "floor_mod", {node.Input(0), node.Input(1)}));
}

void ConvertMax(OnnxNode& node) {
  node.SetOutput(0, Fold(node, "maximum"));
}
void ConvertMin(OnnxNode& node) {
  node.SetOutput(0, Fold(node, "minimum"));
}
void ConvertSum(OnnxNode& node) {
  node.SetOutput(0, Fold(node, "add"));
}

void ConvertMean(OnnxNode& node) {
  const Atom sum = Fold(node, "add");
  node.SetOutput(
      0, node.num_inputs() == 1 ? sum : node.Call("divide", {sum, node.ScalarLike(sum, node.num_inputs())}));
}

void ConvertTan(OnnxNode& node) {
  node.SetOutput(0,
                 node.Call("divide", {node.Call("sin", {node.Input(0)}), node.Call("cos", {node.Input(0)})}));
}

void ConvertIsInf(OnnxNode& node) {
  const bool negative = node.attributes().Int("detect_negative", 1) != 0;
  const bool positive = node.attributes().Int("detect_positive", 1) != 0;
  node.SetOutput(
      0, node.Call("isinf", {node.Input(0)}, {{"detect_negative", negative}, {"detect_positive", positive}}));
}

void ConvertReciprocal(OnnxNode& node) {
  node.SetOutput(0, node.Call("divide", {node.ScalarLike(node.Input(0), 1), node.Input(0)}));
}

void ConvertCast(OnnxNode& node) {
  // These two are about 8-bit floats only.
  if (node.version() >= 19) node.attributes().Ignore("saturate");
  if (node.version() >= 24) node.attributes().Ignore("round_mode");
  const DType dtype = CastTarget(node, node.attributes().RequiredInt("to"));
  node.SetOutput(0, node.Call("cast", {node.Input(0)}, {{"dtype", dtype}}));
}

void ConvertCastLike(OnnxNode& node) {
  if (node.version() >= 19) node.attributes().Ignore("saturate");
  if (node.version() >= 24) node.attributes().Ignore("round_mode");
  node.SetOutput(0, node.Call("cast", {node.Input(0)}, {{"dtype", node.ElementType(node.Input(1))}}));
}

void ConvertClipAttributes(OnnxNode& node) {
  const Atom data = node.Input(0);
  Atom min, max;
  if (node.attributes().Has("min")) min = node.ScalarLike(data, node.attributes().Float("min", 0));
  if (node.attributes().Has("max")) max = node.ScalarLike(data, node.attributes().Float("max", 0));
  node.SetOutput(0, node.Call("clip", {data, min, max}));
}

void ConvertIdentity(OnnxNode& node) {
  node.SetOutput(0, node.Input(0));
}

void ConvertDropoutAttributes(OnnxNode& node) {
  node.attributes().Ignore("ratio");
  if (node.version() < 7 && node.attributes().Int("is_test", 0) == 0)
    return node.Unsupported("training (is_test 0)");
  node.SetOutput(0, node.Input(0));
  // Before version 10 the mask had the element type of the data.
  const DType dtype = node.version() < 10 ? node.ElementType(node.Input(0)) : DType::kBool;
  if (node.WantsOutput(1)) node.SetOutput(1, Ones(node, dtype));
}

void ConvertDropout(OnnxNode& node) {
  node.attributes().Ignore("seed");
  const bool keeps_all = node.ConstantScalar(node.Input(1)) == 0.0;
  const bool inference = !node.HasInput(2) || node.ConstantScalar(node.Input(2)) == 0.0;
  if (!keeps_all && !inference) return node.Unsupported("training_mode that is not a constant false");
  node.SetOutput(0, node.Input(0));
  if (node.WantsOutput(1)) node.SetOutput(1, Ones(node, DType::kBool));
}

}  // namespace baton
