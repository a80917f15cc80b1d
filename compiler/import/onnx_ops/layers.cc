// Linear algebra, convolution, pooling and recurrent layers.
#include <string>

#include "compiler/import/onnx_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

// Adds those of these integer lists that the node has; operators know the defaults.
void CopyInts(OnnxNode& node, std::initializer_list<const char*> names, Attributes* attributes) {
  for (const char* name : names) {
    if (node.attributes().Has(name)) attributes->emplace_back(name, node.attributes().Ints(name));
  }
}

// Checks kernel_shape, which only repeats the weight's spatial extents.
void CheckKernelShape(OnnxNode& node) {
  if (!node.attributes().Has("kernel_shape")) return;
  const std::vector<int64_t> kernel = node.attributes().Ints("kernel_shape");
  if (node.Input(1).constant() == nullptr) return;
  const absl::Span<const int64_t> weight = node.Input(1).constant()->value.shape();
  if (weight.size() < 2 || weight.subspan(2) != absl::MakeConstSpan(kernel)) {
    node.Invalid("attribute 'kernel_shape' differs from the spatial extents of the weight");
  }
}

Attributes ConvolutionAttributes(OnnxNode& node) {
  CheckKernelShape(node);
  Attributes attributes;
  CopyInts(node, {"strides", "pads", "dilations"}, &attributes);
  attributes.emplace_back("group", node.attributes().Int("group", 1));
  attributes.emplace_back("auto_pad", node.attributes().String("auto_pad", "NOTSET"));
  return attributes;
}

Attributes PoolAttributes(OnnxNode& node, int dilations_since) {
  Attributes attributes;
  if (!node.attributes().Has("kernel_shape")) node.Invalid("attribute 'kernel_shape' is missing");
  CopyInts(node, {"kernel_shape", "strides", "pads"}, &attributes);
  if (node.version() >= dilations_since) CopyInts(node, {"dilations"}, &attributes);
  if (node.version() >= 10) attributes.emplace_back("ceil_mode", node.attributes().Int("ceil_mode", 0) != 0);
  attributes.emplace_back("auto_pad", node.attributes().String("auto_pad", "NOTSET"));
  return attributes;
}

// What LSTM, GRU and RNN share.
Attributes RecurrentAttributes(OnnxNode& node) {
  OnnxAttributes& from = node.attributes();
  Attributes attributes = {{"direction", from.String("direction", "forward")},
                           {"hidden_size", from.Int("hidden_size", 0)},
                           {"clip", from.Float("clip", 0)}};
  if (from.Has("activations")) attributes.emplace_back("activations", from.Strings("activations"));
  for (const char* name : {"activation_alpha", "activation_beta"}) {
    if (from.Has(name)) attributes.emplace_back(name, from.Floats(name));
  }
  if (node.version() >= 14) attributes.emplace_back("layout", from.Int("layout", 0));
  // Before version 7 it asked for the output Y, which the node's outputs tell.
  if (node.version() < 7) from.Ignore("output_sequence");
  return attributes;
}

// 16-bit floats are computed in float32.
void CallRecurrent(OnnxNode& node, absl::string_view op, const Attributes& attributes) {
  const DType dtype = node.ElementType(node.Input(0));
  if (!IsFloat(dtype) || DTypeSize(dtype) > 2) return node.CallForOutputs(op, node.Inputs(), attributes);
  std::vector<Atom> inputs;
  for (const Atom& input : node.Inputs()) inputs.push_back(node.Widened(input));
  const std::vector<Atom> results = node.CallMany(op, inputs, attributes, node.num_outputs());
  for (int i = 0; i < node.num_outputs(); ++i) {
    if (node.WantsOutput(i)) node.SetOutput(i, node.Cast(results[i], dtype));
  }
}

}  // namespace

void ConvertGemm(OnnxNode& node) {
  // Broadcasting C was on request before version 7; where it was not asked for, the shapes are equal.
  if (node.version() < 7) node.attributes().Int("broadcast", 0);
  const Attributes attributes = {{"alpha", node.attributes().Float("alpha", 1)},
                                 {"beta", node.attributes().Float("beta", 1)},
                                 {"trans_a", node.attributes().Int("transA", 0) != 0},
                                 {"trans_b", node.attributes().Int("transB", 0) != 0}};
  node.SetOutput(0, node.Call("nn.gemm", node.Inputs(), attributes));
}

void ConvertEinsum(OnnxNode& node) {
  const std::string equation = node.attributes().String("equation", "");
  node.SetOutput(0, node.Call("einsum", node.Inputs(), {{"equation", equation}}));
}

void ConvertConv(OnnxNode& node) {
  node.SetOutput(0, node.Call("nn.conv", node.Inputs(), ConvolutionAttributes(node)));
}

void ConvertConvTranspose(OnnxNode& node) {
  Attributes attributes = ConvolutionAttributes(node);
  CopyInts(node, {"output_padding", "output_shape"}, &attributes);
  node.SetOutput(0, node.Call("nn.conv_transpose", node.Inputs(), attributes));
}

void ConvertMaxPool(OnnxNode& node) {
  const Attributes attributes = PoolAttributes(node, 10);
  if (node.version() >= 8) {
    const bool column_major = node.attributes().Int("storage_order", 0) != 0;
    if (node.WantsOutput(1) && column_major) return node.Unsupported("Indices in storage_order 1");
  }
  node.CallForOutputs("nn.max_pool", node.Inputs(), attributes);
}

void ConvertAveragePool(OnnxNode& node) {
  Attributes attributes = PoolAttributes(node, 19);
  if (node.version() >= 7) {
    attributes.emplace_back("count_include_pad", node.attributes().Int("count_include_pad", 0) != 0);
  }
  node.CallForOutputs("nn.avg_pool", node.Inputs(), attributes);
}

void ConvertLstm(OnnxNode& node) {
  Attributes attributes = RecurrentAttributes(node);
  attributes.emplace_back("input_forget", node.attributes().Int("input_forget", 0) != 0);
  CallRecurrent(node, "lstm", attributes);
}

void ConvertGru(OnnxNode& node) {
  Attributes attributes = RecurrentAttributes(node);
  attributes.emplace_back("linear_before_reset", node.attributes().Int("linear_before_reset", 0) != 0);
  CallRecurrent(node, "gru", attributes);
}

void ConvertRnn(OnnxNode& node) {
  CallRecurrent(node, "rnn", RecurrentAttributes(node));
}

}  // namespace baton
