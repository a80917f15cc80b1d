// Element-wise arithmetic, comparison and conversion.
#include <onnx/onnx_pb.h>

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
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

Atom RankOf(OnnxNode& node, Atom value) {
  return node.Call("ndarray_size", {node.ShapeOf(value)});
}

// The right operand with its axes under those of the left from `axis` on: with trailing axes of extent 1, as
// many as the ranks leave, which need not be known yet.
Atom AlignedAt(OnnxNode& node, int64_t axis) {
  const Atom right = node.Input(1);
  Atom under = node.Int(-axis);
  if (axis >= 0) under = node.Call("subtract", {RankOf(node, node.Input(0)), node.Int(axis)});
  const Atom trailing = node.Call("subtract", {under, RankOf(node, right)});
  const Atom count = node.Call("reshape", {trailing, node.Ints({1})});
  const Atom ones = node.Call("full", {count, node.Int(1)});
  const Atom shape = node.Call("concatenate", {node.ShapeOf(right), ones}, {{"axis", int64_t{0}}});
  return node.Call("reshape", {right, shape}, {{"allow_zero", true}});
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

// The data, or an error when the call is found to train with a ratio above 0. An absent ratio is 0.5.
Atom UnlessDropping(OnnxNode& node, Atom ratio, Atom training) {
  Atom drops = node.AsScalar(training);
  if (!ratio.empty()) {
    const Atom some = node.Call("not_equal", {node.AsScalar(ratio), node.ScalarLike(ratio, 0)});
    drops = node.Call("logical_and", {drops, some});
  }
  ir::If branch{drops, node.import().module.NewRegion(), node.import().module.NewRegion()};
  node.InRegion(branch.then_region, [&] {
    const std::string message = "Dropout: training_mode with a ratio above 0 is not supported";
    branch.then_region->results = {node.Bind(ir::Raise{message}, std::nullopt)};
    branch.then_region->diverges = true;
  });
  branch.else_region->results = {node.Input(0)};
  return node.Bind(std::move(branch), node.ElementType(node.Input(0)));
}

}  // namespace

void ConvertLegacyBinary(OnnxNode& node) {
  const bool broadcast = node.attributes().Int("broadcast", 0) != 0;
  const bool has_axis = broadcast && node.attributes().Has("axis");
  const int64_t axis = node.attributes().Int("axis", 0);
  Atom right = node.Input(1);
  if (has_axis) right = AlignedAt(node, axis);
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

void ConvertBitShift(OnnxNode& node) {
  const std::string direction = node.attributes().String("direction", "");
  if (direction != "LEFT" && direction != "RIGHT") {
    return node.Invalid(absl::StrCat("attribute 'direction' is '", direction, "', expected LEFT or RIGHT"));
  }
  node.SetOutput(0, node.Call(direction == "LEFT" ? "left_shift" : "right_shift", node.Inputs()));
}

void ConvertBitCast(OnnxNode& node) {
  const DType dtype = CastTarget(node, node.attributes().RequiredInt("to"));
  node.SetOutput(0, node.Call("reinterpret", {node.Input(0)}, {{"dtype", dtype}}));
}

void ConvertErf(OnnxNode& node) {
  const Atom data = node.Input(0);
  const DType dtype = node.ElementType(data);
  const Atom x = IsFloat(dtype) ? data : node.Cast(data, DType::kFloat32);
  node.SetOutput(0, node.Cast(node.Call("erf", {x}), dtype));
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

// Before version 6 `to` was the name of a TensorProto.DataType.
void ConvertCastByName(OnnxNode& node) {
  const std::string name = absl::AsciiStrToUpper(node.attributes().String("to", ""));
  onnx::TensorProto::DataType code;
  if (!onnx::TensorProto::DataType_Parse(name, &code)) {
    return node.Invalid(absl::StrCat("attribute 'to' is '", absl::Utf8SafeCEscape(name),
                                     "', expected the name of an element type"));
  }
  node.SetOutput(0, node.Call("cast", {node.Input(0)}, {{"dtype", CastTarget(node, code)}}));
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
  const Atom ratio = node.Input(1), training = node.Input(2);
  const std::optional<double> known_ratio = node.HasInput(1) ? node.ConstantScalar(ratio) : 0.5;
  const std::optional<double> known_training = node.HasInput(2) ? node.ConstantScalar(training) : 0.0;
  const bool keeps_all = known_ratio == 0.0 || known_training == 0.0;
  if (!keeps_all && known_ratio && known_training) return node.Unsupported("training_mode");
  node.SetOutput(0, keeps_all ? node.Input(0) : UnlessDropping(node, ratio, training));
  if (node.WantsOutput(1)) node.SetOutput(1, Ones(node, DType::kBool));
}

}  // namespace baton
