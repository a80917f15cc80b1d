// Losses of classification, as compositions that need no extents.
#include <string>

#include "compiler/import/onnx_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

// `value`, and 0 where `ignored` (absent: nowhere).
Atom Counted(OnnxNode& node, Atom ignored, Atom value) {
  return ignored.empty() ? value : node.Call("where", {ignored, node.ScalarLike(value, 0), value});
}

// Classes as indices: an ignored one, which may be any number, as 0; a negative one, which would count from
// the end, as the first that does not exist.
Atom ClassIndices(OnnxNode& node, Atom target, Atom ignored, Atom log_probabilities) {
  const Atom classes =
      node.Call("shape_of", {log_probabilities}, {{"start", int64_t{1}}, {"end", int64_t{2}}});
  const Atom none = node.Cast(node.AsScalar(classes), node.ElementType(target));
  const Atom negative = node.Call("less", {target, node.ScalarLike(target, 0)});
  return Counted(node, ignored, node.Call("where", {negative, none, target}));
}

// How much each target counts: its class's weight, 1 without weights. Empty: all count 1.
Atom TargetWeights(OnnxNode& node, Atom index, Atom ignored, Atom log_probabilities) {
  const Atom weights = node.Input(2);
  if (!weights.empty()) {
    return Counted(node, ignored, node.Call("take", {weights, index}, {{"axis", int64_t{0}}}));
  }
  if (ignored.empty()) return {};
  const Atom one = node.ScalarLike(log_probabilities, 1);
  return Counted(node, ignored, node.Call("full", {node.ShapeOf(index), one}));
}

Atom Reduced(OnnxNode& node, absl::string_view op, Atom value) {
  return node.Call(op, {value}, {{"keepdims", false}});
}

// The loss of log probabilities [N, C, d...] for input 1, the classes [N, d...], and input 2, weights [C].
void SetLoss(OnnxNode& node, Atom log_probabilities) {
  const std::string reduction = node.attributes().String("reduction", "mean");
  if (reduction != "none" && reduction != "sum" && reduction != "mean") {
    return node.Invalid(
        absl::StrCat("attribute 'reduction' is '", reduction, "', expected none, sum or mean"));
  }
  const Atom target = node.Input(1);
  Atom ignored;
  if (node.attributes().Has("ignore_index")) {
    const double index = static_cast<double>(node.attributes().Int("ignore_index", 0));
    ignored = node.Call("equal", {target, node.ScalarLike(target, index)});
  }
  const Atom index = ClassIndices(node, target, ignored, log_probabilities);
  const Atom column = node.Call("unsqueeze", {index, node.Ints({1})});
  const Atom picked = node.Call("gather_elements", {log_probabilities, column}, {{"axis", int64_t{1}}});
  Atom loss = node.Call("negative", {node.Call("squeeze", {picked, node.Ints({1})})});
  const Atom weights = TargetWeights(node, index, ignored, log_probabilities);
  if (!node.Input(2).empty()) loss = node.Call("multiply", {loss, weights});
  loss = Counted(node, ignored, loss);
  if (reduction == "sum") loss = Reduced(node, "sum", loss);
  if (reduction == "mean" && weights.empty()) loss = Reduced(node, "mean", loss);
  if (reduction == "mean" && !weights.empty()) {
    loss = node.Call("divide", {Reduced(node, "sum", loss), Reduced(node, "sum", weights)});
  }
  node.SetOutput(0, loss);
}

}  // namespace

void ConvertNegativeLogLikelihoodLoss(OnnxNode& node) {
  SetLoss(node, node.Input(0));
}

void ConvertSoftmaxCrossEntropyLoss(OnnxNode& node) {
  const Atom log_probabilities = node.Call("nn.log_softmax", {node.Input(0)}, {{"axis", int64_t{1}}});
  SetLoss(node, log_probabilities);
  node.SetOutput(1, log_probabilities);
}

}  // namespace baton
