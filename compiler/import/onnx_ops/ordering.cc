// Order and choice along an axis.
#include "compiler/import/onnx_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

Atom Flattened(OnnxNode& node, Atom data) {
  return node.Call("reshape", {data, node.Ints({-1})});
}

Attributes TopKOrder(OnnxNode& node) {
  Attributes attributes = {{"axis", node.attributes().Int("axis", -1)}};
  const bool has_order = node.version() >= 11;
  attributes.emplace_back("largest", !has_order || node.attributes().Int("largest", 1) != 0);
  attributes.emplace_back("sorted", !has_order || node.attributes().Int("sorted", 1) != 0);
  return attributes;
}

}  // namespace

void ConvertTopKAttribute(OnnxNode& node) {
  const int64_t k = node.attributes().RequiredInt("k");
  node.CallForOutputs("topk", {node.Input(0), node.Ints({k})}, TopKOrder(node));
}

void ConvertTopK(OnnxNode& node) {
  node.CallForOutputs("topk", node.Inputs(), TopKOrder(node));
}

void ConvertUnique(OnnxNode& node) {
  const bool has_axis = node.attributes().Has("axis");
  const Atom data = has_axis ? node.Input(0) : Flattened(node, node.Input(0));
  node.CallForOutputs(
      "unique", {data},
      {{"axis", node.attributes().Int("axis", 0)}, {"sorted", node.attributes().Int("sorted", 1) != 0}});
}

void ConvertReverseSequence(OnnxNode& node) {
  node.SetOutput(0, node.Call("reverse_sequence", node.Inputs(),
                              {{"seq_axis", node.attributes().Int("time_axis", 0)},
                               {"batch_axis", node.attributes().Int("batch_axis", 1)}}));
}

void ConvertCompress(OnnxNode& node) {
  // The positions of the true elements, as a vector.
  const Atom positions = node.Call("squeeze", {node.Call("nonzero", {node.Input(1)}), node.Ints({0})});
  Atom data = node.Input(0);
  int64_t axis = 0;
  if (node.attributes().Has("axis")) {
    axis = node.attributes().Int("axis", 0);
  } else {
    data = Flattened(node, data);
  }
  node.SetOutput(0, node.Call("take", {data, positions}, {{"axis", axis}}));
}

}  // namespace baton
