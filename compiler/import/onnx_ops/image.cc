// Images: resizing, sampling, cropping.
#include <string>

#include "compiler/import/onnx_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

// The values of a float vector that is a constant; nullopt for anything else.
std::optional<std::vector<double>> ConstantFloats(Atom value) {
  if (value.constant() == nullptr || value.constant()->value.dtype() != DType::kFloat32) return std::nullopt;
  const absl::Span<const float> floats = value.constant()->value.values<float>();
  return std::vector<double>(floats.begin(), floats.end());
}

// Before version 13 an operand that is not used had to be given: as a vector without elements.
bool IsUsed(Atom value) {
  return !value.empty() && (value.constant() == nullptr || value.constant()->value.num_elements() != 0);
}

// What image.resize calls an interpolation.
std::string Method(OnnxNode& node) {
  const std::string mode = node.attributes().String("mode", "nearest");
  if (mode == "nearest") return "nearest_neighbor";
  // Upsample-1 knows bilinear only, whose name exporters went on to use.
  return mode == "bilinear" && node.op() == "Upsample" ? "linear" : mode;
}

// Constant scales become an attribute, so that extents follow from them.
void ResizeByScales(OnnxNode& node, Atom scales, Atom roi, Attributes attributes) {
  if (const std::optional<std::vector<double>> values = ConstantFloats(scales)) {
    attributes.emplace_back("scales", *values);
    scales = Atom();
  }
  node.SetOutput(0, node.Call("image.resize", {node.Input(0), Atom(), roi, scales}, std::move(attributes)));
}

// Upsample, and Resize before its attributes came. The text leaves open which pixel is the nearest; this is
// what models of the time were tested with.
Attributes PlainResize(OnnxNode& node) {
  return {{"method", Method(node)},
          {"coordinate_transformation_mode", std::string("asymmetric")},
          {"rounding_method", std::string("floor_or_ceil")}};
}

Attributes ResizeAttributes(OnnxNode& node) {
  OnnxAttributes& from = node.attributes();
  const std::string rounding = from.String("nearest_mode", "round_prefer_floor");
  const std::string coordinates = from.String("coordinate_transformation_mode", "half_pixel");
  Attributes attributes = {{"method", Method(node)},
                           {"coordinate_transformation_mode", coordinates},
                           {"rounding_method", rounding},
                           {"cubic_alpha", from.Float("cubic_coeff_a", -0.75)},
                           {"cubic_exclude", from.Int("exclude_outside", 0) != 0},
                           {"extrapolation_value", from.Float("extrapolation_value", 0)}};
  if (node.version() < 18) return attributes;
  if (from.Has("axes")) attributes.emplace_back("axes", from.Ints("axes"));
  attributes.emplace_back("antialias", from.Int("antialias", 0) != 0);
  attributes.emplace_back("keep_aspect_ratio_policy", from.String("keep_aspect_ratio_policy", "stretch"));
  return attributes;
}

}  // namespace

void ConvertUpsampleFactors(OnnxNode& node) {
  OnnxAttributes& from = node.attributes();
  if (!from.Has("height_scale") || !from.Has("width_scale"))
    return node.Invalid("attribute 'height_scale' or 'width_scale' is missing");
  Attributes attributes = PlainResize(node);
  attributes.emplace_back("axes", std::vector<int64_t>{2, 3});
  attributes.emplace_back("scales",
                          std::vector<double>{from.Float("height_scale", 1), from.Float("width_scale", 1)});
  node.SetOutput(0, node.Call("image.resize", {node.Input(0)}, attributes));
}

void ConvertUpsampleAttribute(OnnxNode& node) {
  if (!node.attributes().Has("scales")) return node.Invalid("attribute 'scales' is missing");
  Attributes attributes = PlainResize(node);
  attributes.emplace_back("scales", node.attributes().Floats("scales"));
  node.SetOutput(0, node.Call("image.resize", {node.Input(0)}, attributes));
}

void ConvertPlainResize(OnnxNode& node) {
  ResizeByScales(node, node.Input(1), Atom(), PlainResize(node));
}

void ConvertResize(OnnxNode& node) {
  Attributes attributes = ResizeAttributes(node);
  const bool crops = node.attributes().String("coordinate_transformation_mode", "") == "tf_crop_and_resize";
  const Atom roi = crops && IsUsed(node.Input(1)) ? node.Input(1) : Atom();
  if (crops && roi.empty()) return node.Invalid("has no roi, which tf_crop_and_resize needs");
  if (IsUsed(node.Input(3))) {
    node.SetOutput(0, node.Call("image.resize", {node.Input(0), node.Input(3), roi}, std::move(attributes)));
  } else if (IsUsed(node.Input(2))) {
    ResizeByScales(node, node.Input(2), roi, std::move(attributes));
  } else {
    node.Invalid("has neither scales nor sizes");
  }
}

void ConvertGridSample(OnnxNode& node) {
  std::string mode = node.attributes().String("mode", node.version() < 20 ? "bilinear" : "linear");
  if (mode == "linear") mode = "bilinear";
  if (mode == "cubic") mode = "bicubic";
  const std::string padding = node.attributes().String("padding_mode", "zeros");
  node.SetOutput(0, node.Call("image.grid_sample", node.Inputs(),
                              {{"method", mode},
                               {"padding_mode", padding},
                               {"align_corners", node.attributes().Int("align_corners", 0) != 0},
                               {"coordinates_last", true}}));
}

void ConvertAffineGrid(OnnxNode& node) {
  // The size is that of an image: batch and channels come first.
  const Atom size = node.Call("strided_slice", {node.Input(1), node.Ints({2}), node.Ints({INT64_MAX})});
  node.SetOutput(0, node.Call("image.affine_grid", {node.Input(0), size},
                              {{"align_corners", node.attributes().Int("align_corners", 0) != 0},
                               {"coordinates_last", true}}));
}

void ConvertCenterCropPad(OnnxNode& node) {
  const Atom data = node.Input(0);
  const Atom target = node.Cast(node.Input(1), DType::kInt64);
  const auto half = [&](Atom value) { return node.Call("floor_divide", {value, node.Int(2)}); };
  Atom axes, extents = node.ShapeOf(data);
  if (node.attributes().Has("axes")) {
    axes = node.Ints(node.attributes().Ints("axes"));
    extents = node.Call("take", {extents, axes}, {{"axis", int64_t{0}}});
  }
  // What is too long loses as much at the start as at the end, where the odd one goes.
  const Atom kept = node.Call("minimum", {extents, node.Call("maximum", {target, node.Int(0)})});
  const Atom start = half(node.Call("subtract", {extents, kept}));
  const Atom cropped = node.Call("strided_slice", {data, start, node.Call("add", {start, kept}), axes});
  // What is too short grows in the same way; a negative target is refused here.
  const Atom missing = node.Call("subtract", {target, kept});
  const Atom before = half(missing);
  const Atom after = node.Call("subtract", {missing, before});
  const Atom pads = node.Call("concatenate", {before, after}, {{"axis", int64_t{0}}});
  node.SetOutput(0, node.Call("nn.pad", {cropped, pads, Atom(), axes}));
}

}  // namespace baton
