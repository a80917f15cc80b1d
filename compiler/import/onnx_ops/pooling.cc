// Pooling.
#include "compiler/import/onnx_ops/converters.h"
#include "compiler/import/onnx_ops/window_attributes.h"

namespace baton {
namespace {

// `dilations_since` is the version that brought ceil_mode or dilations to the operator.
Attributes PoolAttributes(OnnxNode& node, int ceil_mode_since, int dilations_since) {
  Attributes attributes;
  if (!node.attributes().Has("kernel_shape")) node.Invalid("attribute 'kernel_shape' is missing");
  CopyInts(node, {"kernel_shape", "strides", "pads"}, &attributes);
  if (node.version() >= dilations_since) CopyInts(node, {"dilations"}, &attributes);
  if (node.version() >= ceil_mode_since)
    attributes.emplace_back("ceil_mode", node.attributes().Int("ceil_mode", 0) != 0);
  attributes.emplace_back("auto_pad", node.attributes().String("auto_pad", "NOTSET"));
  return attributes;
}

// The exponent of a norm: a float in version 1, then an integer.
double Exponent(OnnxNode& node) {
  return node.version() < 2 ? node.attributes().Float("p", 2)
                            : static_cast<double>(node.attributes().Int("p", 2));
}

}  // namespace

void ConvertMaxPool(OnnxNode& node) {
  Attributes attributes = PoolAttributes(node, 10, 10);
  const int64_t storage_order = node.version() >= 8 ? node.attributes().Int("storage_order", 0) : 0;
  if (storage_order != 0 && storage_order != 1) {
    return node.Invalid(absl::StrCat("attribute 'storage_order' is ", storage_order, ", expected 0 or 1"));
  }
  if (!node.WantsOutput(1)) return node.CallForOutputs("nn.max_pool", node.Inputs(), attributes);
  attributes.emplace_back("storage_order", storage_order);
  node.CallForOutputs("nn.max_pool_with_indices", node.Inputs(), attributes);
}

void ConvertAveragePool(OnnxNode& node) {
  Attributes attributes = PoolAttributes(node, 10, 19);
  if (node.version() >= 7) {
    attributes.emplace_back("count_include_pad", node.attributes().Int("count_include_pad", 0) != 0);
  }
  node.CallForOutputs("nn.avg_pool", node.Inputs(), attributes);
}

void ConvertLpPool(OnnxNode& node) {
  Attributes attributes = PoolAttributes(node, 18, 18);
  attributes.emplace_back("p", Exponent(node));
  node.CallForOutputs("nn.lp_pool", node.Inputs(), attributes);
}

void ConvertGlobalLpPool(OnnxNode& node) {
  node.CallForOutputs("nn.global_lp_pool", node.Inputs(), {{"p", Exponent(node)}});
}

void ConvertMaxUnpool(OnnxNode& node) {
  if (!node.attributes().Has("kernel_shape")) return node.Invalid("attribute 'kernel_shape' is missing");
  Attributes attributes;
  CopyInts(node, {"kernel_shape", "strides", "pads"}, &attributes);
  node.SetOutput(0, node.Call("nn.max_unpool", node.Inputs(), attributes));
}

}  // namespace baton
