// Normalisations.
#include "compiler/import/onnx_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

// ONNX's default, a float32.
double Epsilon(OnnxNode& node) {
  return node.attributes().Float("epsilon", 1e-5f);
}

Atom Mean(OnnxNode& node, Atom data, Atom axes) {
  return node.Call("mean", {data, axes}, {{"keepdims", true}});
}

// (data - mean) / sqrt(variance + epsilon) over `axes`; the variance from differences, which does not cancel.
Atom Normalized(OnnxNode& node, Atom data, Atom axes, double epsilon) {
  const Atom difference = node.Call("subtract", {data, Mean(node, data, axes)});
  const Atom variance = Mean(node, node.Call("multiply", {difference, difference}), axes);
  const Atom deviation = node.Call("sqrt", {node.Call("add", {variance, node.ScalarLike(data, epsilon)})});
  return node.Call("divide", {difference, deviation});
}

// data * scale + bias with one of each per extent of axis 1 of data, which has rank 3.
Atom ScaleChannels(OnnxNode& node, Atom data, Atom scale, Atom bias) {
  const Atom scaled = node.Call("multiply", {data, node.Call("unsqueeze", {scale, node.Ints({1})})});
  return node.Call("add", {scaled, node.Call("unsqueeze", {bias, node.Ints({1})})});
}

Atom WithShapeOf(OnnxNode& node, Atom data, Atom like) {
  return node.Call("reshape", {data, node.ShapeOf(like)}, {{"allow_zero", true}});
}

void CheckStashType(OnnxNode& node) {
  const int64_t type = node.attributes().Int("stash_type", 1);
  // 1 is float32: what sums of 16-bit floats are computed in anyway.
  if (type != 1) node.Unsupported(absl::StrCat("stash_type ", type));
}

}  // namespace

void ConvertBatchNormalization(OnnxNode& node) {
  OnnxAttributes& attributes = node.attributes();
  attributes.Ignore("momentum");
  if (node.version() < 7 && attributes.Int("is_test", 0) == 0)
    return node.Unsupported("training (is_test 0)");
  if (node.version() < 9 && attributes.Int("spatial", 1) != 1) return node.Unsupported("spatial 0");
  if (node.version() >= 14 && attributes.Int("training_mode", 0) != 0)
    return node.Unsupported("training_mode 1");
  node.SetOutput(0, node.Call("nn.batch_norm", node.Inputs(), {{"epsilon", Epsilon(node)}}));
}

// data / norm, of 16-bit floats in float32; a line of zeros stays as it is.
void ConvertLpNormalization(OnnxNode& node) {
  const int64_t p = node.attributes().Int("p", 2);
  if (p != 1 && p != 2) return node.Invalid(absl::StrCat("attribute 'p' is ", p, ", expected 1 or 2"));
  const DType dtype = node.ElementType(node.Input(0));
  const Atom data = DTypeSize(dtype) == 2 ? node.Cast(node.Input(0), DType::kFloat32) : node.Input(0);
  const Atom axes = node.Ints({node.attributes().Int("axis", -1)});
  const Atom norm = node.Call(p == 1 ? "l1" : "l2", {data, axes}, {{"keepdims", true}});
  const Atom is_zero = node.Call("equal", {norm, node.ScalarLike(data, 0)});
  const Atom divisor = node.Call("where", {is_zero, node.ScalarLike(data, 1), norm});
  node.SetOutput(0, node.Cast(node.Call("divide", {data, divisor}), dtype));
}

void ConvertLrn(OnnxNode& node) {
  OnnxAttributes& from = node.attributes();
  node.SetOutput(0, node.Call("nn.lrn", {node.Input(0)},
                              {{"size", from.RequiredInt("size")},
                               {"alpha", from.Float("alpha", 1e-4f)},
                               {"beta", from.Float("beta", 0.75)},
                               {"bias", from.Float("bias", 1)}}));
}

void ConvertLayerNormalization(OnnxNode& node) {
  CheckStashType(node);
  const int64_t axis = node.attributes().Int("axis", -1);
  node.CallForOutputs("nn.layer_norm", node.Inputs(), {{"axis", axis}, {"epsilon", Epsilon(node)}});
}

void ConvertInstanceNormalization(OnnxNode& node) {
  const Atom data = node.Input(0);
  const Atom flat = node.Call("reshape", {data, node.Ints({0, 0, -1})});
  const Atom normalized = Normalized(node, flat, node.Ints({2}), Epsilon(node));
  node.SetOutput(0, WithShapeOf(node, ScaleChannels(node, normalized, node.Input(1), node.Input(2)), data));
}

void ConvertGroupNormalization(OnnxNode& node) {
  const Atom data = node.Input(0);
  const int64_t groups = node.attributes().RequiredInt("num_groups");
  const double epsilon = Epsilon(node);
  const bool per_channel = node.version() >= 21;
  if (per_channel) CheckStashType(node);
  if (node.attributes().status().ok() && groups < 1) {
    return node.Invalid(absl::StrCat("attribute 'num_groups' is ", groups, ", expected at least 1"));
  }
  const Atom grouped = node.Call("reshape", {data, node.Ints({0, groups, -1})});
  Atom normalized = Normalized(node, grouped, node.Ints({2}), epsilon);
  // From version 21 on there is a scale per channel, before that one per group.
  if (per_channel)
    normalized = node.Call("reshape", {WithShapeOf(node, normalized, data), node.Ints({0, 0, -1})});
  node.SetOutput(0, WithShapeOf(node, ScaleChannels(node, normalized, node.Input(1), node.Input(2)), data));
}

// (x - mean) / (standard deviation + 1e-9).
void ConvertMeanVarianceNormalization(OnnxNode& node) {
  const Atom data = node.Input(0);
  const Atom axes = node.Ints(node.attributes().Has("axes") ? node.attributes().Ints("axes")
                                                            : std::vector<int64_t>{0, 2, 3});
  const Atom difference = node.Call("subtract", {data, Mean(node, data, axes)});
  const Atom variance = Mean(node, node.Call("multiply", {difference, difference}), axes);
  const Atom deviation = node.Call("add", {node.Call("sqrt", {variance}), node.ScalarLike(data, 1e-9)});
  node.SetOutput(0, node.Call("divide", {difference, deviation}));
}

void ConvertRmsNormalization(OnnxNode& node) {
  CheckStashType(node);
  const Atom data = node.Input(0);
  int64_t first = node.attributes().Int("axis", -1);
  if (const std::optional<int> rank = node.Rank(data); rank && first >= 0) first -= *rank;
  if (first >= 0) return node.Unsupported("axis from the front on data of unknown rank");
  if (first < -kMaxRank) return node.Invalid(absl::StrCat("attribute 'axis' is ", first));
  std::vector<int64_t> axes;
  for (int64_t axis = first; axis < 0; ++axis) axes.push_back(axis);
  // 16-bit floats are normalised in float32 and rounded before they are scaled.
  const DType dtype = node.ElementType(data);
  const Atom x = DTypeSize(dtype) == 2 ? node.Cast(data, DType::kFloat32) : data;
  const Atom squares = Mean(node, node.Call("multiply", {x, x}), node.Ints(axes));
  const Atom norm = node.Call("sqrt", {node.Call("add", {squares, node.ScalarLike(x, Epsilon(node))})});
  const Atom normalized = node.Cast(node.Call("divide", {x, norm}), dtype);
  node.SetOutput(0, node.Call("multiply", {normalized, node.Input(1)}));
}

}  // namespace baton
