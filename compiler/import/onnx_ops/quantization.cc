// Quantised arithmetic. Element types of 8-bit floats and of less than 8 bits are refused where they appear.
#include <string>

#include "compiler/import/onnx_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

// The element type that attribute `name` gives, `fallback` for 0 or none; nullopt after an error.
std::optional<DType> TypeAttribute(OnnxNode& node, const char* name, DType fallback) {
  const int64_t code = node.attributes().Int(name, 0);
  if (code == 0) return fallback;
  absl::StatusOr<DType> dtype = DTypeOfOnnxCode(code < 0 || code > 1000 ? 1000 : static_cast<int>(code));
  if (dtype.ok()) return *dtype;
  if (absl::IsUnimplemented(dtype.status())) {
    node.Unsupported(absl::StrCat(name, ": ", dtype.status().message()));
  } else {
    node.Invalid(absl::StrCat("attribute '", name, "' ", dtype.status().message()));
  }
  return std::nullopt;
}

// Before version 13 there was one scale, before 21 there were no blocks.
Attributes ScaleAttributes(OnnxNode& node) {
  Attributes attributes;
  if (node.version() >= 13) attributes.emplace_back("axis", node.attributes().Int("axis", 1));
  if (node.version() >= 21) attributes.emplace_back("block_size", node.attributes().Int("block_size", 0));
  return attributes;
}

// kernel_shape repeats the weight's extents.
Attributes IntegerConvAttributes(OnnxNode& node) {
  OnnxAttributes& from = node.attributes();
  Attributes attributes = {{"group", from.Int("group", 1)}, {"auto_pad", from.String("auto_pad", "NOTSET")}};
  for (const char* name : {"strides", "pads", "dilations"}) {
    if (from.Has(name)) attributes.emplace_back(name, from.Ints(name));
  }
  from.Ignore("kernel_shape");
  return attributes;
}

}  // namespace

void ConvertQuantizeLinear(OnnxNode& node) {
  Attributes attributes = ScaleAttributes(node);
  if (node.version() >= 19) node.attributes().Ignore("saturate");  // of 8-bit floats
  DType dtype = DType::kUInt8;
  if (node.HasInput(2)) {
    dtype = node.ElementType(node.Input(2));
    // Of a type that is refused by name, where the zero point is defined.
    if (!node.import().ElementType(node.Input(2))) return node.Skip();
  }
  if (node.version() >= 21) {
    const std::optional<DType> given = TypeAttribute(node, "output_dtype", dtype);
    if (!given) return;
    dtype = *given;
  }
  const DType scale = node.ElementType(node.Input(1));
  std::optional<DType> precision = IsFloat(scale) ? scale : DType::kFloat32;
  if (node.version() >= 23) precision = TypeAttribute(node, "precision", *precision);
  if (!precision) return;
  attributes.emplace_back("dtype", dtype);
  attributes.emplace_back("precision", *precision);
  node.SetOutput(0, node.Call("quantize_linear", node.Inputs(), attributes));
}

void ConvertDequantizeLinear(OnnxNode& node) {
  Attributes attributes = ScaleAttributes(node);
  std::optional<DType> dtype = node.ElementType(node.Input(1));
  if (node.version() >= 23) dtype = TypeAttribute(node, "output_dtype", *dtype);
  if (!dtype) return;
  attributes.emplace_back("dtype", *dtype);
  node.SetOutput(0, node.Call("dequantize_linear", node.Inputs(), attributes));
}

// To uint8 by a scale and a zero point that give 0 and all of the data; a scale of 1 when all data is 0.
void ConvertDynamicQuantizeLinear(OnnxNode& node) {
  const Atom data = node.Input(0);
  const Atom zero = node.ScalarLike(data, 0);
  const Attributes all = {{"keepdims", false}};
  const Atom least = node.Call("minimum", {node.Call("min", {data}, all), zero});
  const Atom greatest = node.Call("maximum", {node.Call("max", {data}, all), zero});
  const Atom range = node.Call("subtract", {greatest, least});
  const Atom step = node.Call("divide", {range, node.ScalarLike(data, 255)});
  const Atom scale = node.Call("where", {node.Call("equal", {range, zero}), node.ScalarLike(data, 1), step});
  const Atom shift = node.Call("round", {node.Call("divide", {node.Call("negative", {least}), scale})});
  const Atom zero_point =
      node.Cast(node.Call("clip", {shift, zero, node.ScalarLike(data, 255)}), DType::kUInt8);
  node.SetOutput(0, node.Call("quantize_linear", {data, scale, zero_point}, {{"dtype", DType::kUInt8}}));
  node.SetOutput(1, scale);
  node.SetOutput(2, zero_point);
}

void ConvertConvInteger(OnnxNode& node) {
  node.SetOutput(0, node.Call("conv_integer", node.Inputs(), IntegerConvAttributes(node)));
}

void ConvertQLinearConv(OnnxNode& node) {
  node.SetOutput(0, node.Call("qlinear_conv", node.Inputs(), IntegerConvAttributes(node)));
}

}  // namespace baton
