// Linear algebra, convolution and recurrent layers.
#include <string>

#include "compiler/import/onnx_ops/converters.h"
#include "compiler/import/onnx_ops/window_attributes.h"

namespace baton {
namespace {

using ir::Atom;

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

void ConvertDeformConv(OnnxNode& node) {
  CheckKernelShape(node);
  Attributes attributes;
  CopyInts(node, {"strides", "pads", "dilations"}, &attributes);
  attributes.emplace_back("group", node.attributes().Int("group", 1));
  attributes.emplace_back("offset_group", node.attributes().Int("offset_group", 1));
  node.SetOutput(0, node.Call("nn.deform_conv", node.Inputs(), attributes));
}

void ConvertCol2Im(OnnxNode& node) {
  Attributes attributes;
  CopyInts(node, {"strides", "pads", "dilations"}, &attributes);
  node.SetOutput(0, node.Call("nn.col2im", node.Inputs(), attributes));
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
