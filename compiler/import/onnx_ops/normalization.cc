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

// The node's output from normalised data of rank 3: with scale and bias, and the data's shape and type.
void SetScaled(OnnxNode& node, Atom normalized, Atom data) {
  const Atom scaled =
      ScaleChannels(node, normalized, node.Widened(node.Input(1)), node.Widened(node.Input(2)));
  node.SetOutput(0, node.Cast(WithShapeOf(node, scaled, data), node.ElementType(node.Input(0))));
}

void CheckStashType(OnnxNode& node) {
  const int64_t type = node.attributes().Int("stash_type", 1);
  // 1 is float32: what sums of 16-bit floats are computed in anyway.
  if (type != 1) node.Unsupported(absl::StrCat("stash_type ", type));
}

// Whether a batch normalisation takes its statistics from the batch: said by an attribute, or by a wish for
// more than one output.
bool IsBatchTraining(OnnxNode& node) {
  if (node.version() >= 14) return node.attributes().Int("training_mode", 0) != 0;
  if (node.version() < 7) return node.attributes().Int("is_test", 0) == 0;
  for (int i = 1; i < node.num_outputs(); ++i) {
    if (node.WantsOutput(i)) return true;
  }
  return false;
}

struct BatchStatistics {
  Atom mean, variance;  // the population variance
};

// Of data [N, C, ...] for each channel, or for each place in [C, ...].
BatchStatistics StatisticsOfBatch(OnnxNode& node, bool per_channel) {
  const Atom data = node.Widened(node.Input(0));
  const Atom x = per_channel ? node.Call("reshape", {data, node.Ints({0, 0, -1})}) : data;
  const Atom axes = per_channel ? node.Ints({0, 2}) : node.Ints({0});
  const Atom difference = node.Call("subtract", {x, Mean(node, x, axes)});
  const Atom squares = node.Call("multiply", {difference, difference});
  return {node.Call("mean", {x, axes}, {{"keepdims", false}}),
          node.Call("mean", {squares, axes}, {{"keepdims", false}})};
}

Atom RunningStatistic(OnnxNode& node, Atom old, Atom batch, double momentum) {
  const Atom before = node.Widened(old);
  const Atom kept = node.Call("multiply", {before, node.ScalarLike(before, momentum)});
  const Atom now = node.Cast(batch, node.ElementType(before));
  const Atom running =
      node.Call("add", {kept, node.Call("multiply", {now, node.ScalarLike(now, 1 - momentum)})});
  return node.Cast(running, node.ElementType(old));
}

// Batch normalisation with a mean, variance, scale and bias [C, ...] for each place of data [N, C, ...].
Atom NormalizedByActivation(OnnxNode& node, Atom mean, Atom variance, double epsilon) {
  const Atom data = node.Widened(node.Input(0));
  const Atom spread = node.Call("add", {node.Widened(variance), node.ScalarLike(data, epsilon)});
  const Atom difference = node.Call("subtract", {data, node.Widened(mean)});
  const Atom normal = node.Call("divide", {difference, node.Call("sqrt", {spread})});
  const Atom scaled = node.Call("multiply", {normal, node.Widened(node.Input(1))});
  const Atom result = node.Call("add", {scaled, node.Widened(node.Input(2))});
  return node.Cast(result, node.ElementType(node.Input(0)));
}

}  // namespace

void ConvertBatchNormalization(OnnxNode& node) {
  OnnxAttributes& attributes = node.attributes();
  const double epsilon = Epsilon(node);
  const double momentum = attributes.Float("momentum", 0.9f);
  const bool per_channel = node.version() >= 9 || attributes.Int("spatial", 1) != 0;
  if (!IsBatchTraining(node)) {
    if (per_channel)
      return node.SetOutput(0, node.Call("nn.batch_norm", node.Inputs(), {{"epsilon", epsilon}}));
    return node.SetOutput(0, NormalizedByActivation(node, node.Input(3), node.Input(4), epsilon));
  }
  const BatchStatistics batch = StatisticsOfBatch(node, per_channel);
  if (per_channel) {
    node.SetOutput(0, node.Call("nn.batch_norm",
                                {node.Input(0), node.Input(1), node.Input(2), batch.mean, batch.variance},
                                {{"epsilon", epsilon}}));
  } else {
    node.SetOutput(0, NormalizedByActivation(node, batch.mean, batch.variance, epsilon));
  }
  node.SetOutput(1, RunningStatistic(node, node.Input(3), batch.mean, momentum));
  node.SetOutput(2, RunningStatistic(node, node.Input(4), batch.variance, momentum));
  // Before version 14 two outputs more, for a gradient.
  const DType dtype = node.ElementType(node.Input(0));
  if (node.WantsOutput(3)) node.SetOutput(3, node.Cast(batch.mean, dtype));
  if (node.WantsOutput(4)) node.SetOutput(4, node.Cast(batch.variance, dtype));
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
  const Atom data = node.Widened(node.Input(0));
  const Atom flat = node.Call("reshape", {data, node.Ints({0, 0, -1})});
  const Atom normalized = Normalized(node, flat, node.Ints({2}), Epsilon(node));
  SetScaled(node, normalized, data);
}

void ConvertGroupNormalization(OnnxNode& node) {
  const Atom data = node.Widened(node.Input(0));
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
  SetScaled(node, normalized, data);
}

// (x - mean) / (standard deviation + 1e-9).
void ConvertMeanVarianceNormalization(OnnxNode& node) {
  const Atom data = node.Widened(node.Input(0));
  const Atom axes = node.Ints(node.attributes().Has("axes") ? node.attributes().Ints("axes")
                                                            : std::vector<int64_t>{0, 2, 3});
  const Atom difference = node.Call("subtract", {data, Mean(node, data, axes)});
  const Atom variance = Mean(node, node.Call("multiply", {difference, difference}), axes);
  const Atom deviation = node.Call("add", {node.Call("sqrt", {variance}), node.ScalarLike(data, 1e-9)});
  node.SetOutput(0, node.Cast(node.Call("divide", {difference, deviation}), node.ElementType(node.Input(0))));
}

void ConvertRmsNormalization(OnnxNode& node) {
  CheckStashType(node);
  const int64_t axis = node.attributes().Int("axis", -1);
  node.SetOutput(0, node.Call("nn.rms_norm", node.Inputs(), {{"axis", axis}, {"epsilon", Epsilon(node)}}));
}

}  // namespace baton
