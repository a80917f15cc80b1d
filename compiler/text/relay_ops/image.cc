// Images: resizing, cutting out, sampling.
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "compiler/text/relay_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

// The positions in `layout` of the spatial axes, among D, H and W those that are there.
std::vector<int64_t> SpatialAxes(RelayBuilder& b, const std::string& layout) {
  std::vector<int64_t> axes;
  for (const char name : {'D', 'H', 'W'}) {
    if (const size_t position = layout.find(name); position != std::string::npos) {
      axes.push_back(static_cast<int64_t>(position));
    }
  }
  if (axes.empty())
    b.Invalid(absl::StrCat("attribute 'layout' is \"", layout, "\", which has no spatial axes"));
  return axes;
}

// TVM's names of methods, old and new, as the registry has them.
std::string Method(const std::string& relay) {
  if (relay == "bilinear" || relay == "trilinear") return "linear";
  return relay == "bicubic" ? "cubic" : relay;
}

Atom WithDType(RelayBuilder& b, const RelayAttributes& attrs, Atom value) {
  return b.Cast(value, attrs.ElementType("out_dtype").value_or(b.ElementType(value)));
}

Atom Resize2d(RelayBuilder& b, const RelayAttributes& attrs, Atom data, Atom sizes, Atom roi) {
  const std::string& mode = attrs.String("coordinate_transformation_mode");
  std::string rounding = attrs.String("rounding_method");
  if (rounding.empty()) rounding = mode == "align_corners" ? "round" : "floor";
  // Other modes do not look at the region.
  if (mode != "tf_crop_and_resize") roi = {};
  const Atom result = b.Call("image.resize", {data, sizes, roi},
                             {{"axes", SpatialAxes(b, attrs.String("layout"))},
                              {"method", Method(attrs.String("method"))},
                              {"coordinate_transformation_mode", mode},
                              {"rounding_method", rounding},
                              {"cubic_alpha", attrs.Float("cubic_alpha")},
                              {"cubic_exclude", attrs.Int("cubic_exclude") != 0},
                              {"extrapolation_value", attrs.Float("extrapolation_value")}});
  return WithDType(b, attrs, result);
}

}  // namespace

Atom ConvertResize2d(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  Atom roi;
  if (attrs.Has("roi")) {
    const std::vector<float> numbers(attrs.Floats("roi").begin(), attrs.Floats("roi").end());
    roi = b.Constant(Tensor::FromValues<float>({static_cast<int64_t>(numbers.size())}, numbers));
  }
  return Resize2d(b, attrs, args[0], b.Ints(attrs.Ints("size")), roi);
}

// Size and region are data.
Atom ConvertDynResize2d(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return Resize2d(b, attrs, args[0], b.Cast(args[1], DType::kInt64), args.size() > 2 ? args[2] : Atom());
}

namespace {

Atom Upsampled(RelayBuilder& b, const RelayAttributes& attrs, Atom data, Atom sizes) {
  const std::string mode = attrs.Bool("align_corners") ? "align_corners" : "asymmetric";
  return b.Call("image.resize", {data, sizes},
                {{"axes", SpatialAxes(b, attrs.String("layout"))},
                 {"method", Method(attrs.String("method"))},
                 {"coordinate_transformation_mode", mode},
                 {"rounding_method", std::string(attrs.Bool("align_corners") ? "round" : "floor")}});
}

// round(extent * scale), for a scale that is no integer in float64.
RelayExtent ScaledExtent(RelayBuilder& b, const RelayExtent& extent, Atom scale) {
  const Atom exact = b.Cast(b.ExtentScalar(extent), DType::kFloat64);
  const Atom product = b.Call("multiply", {exact, b.Cast(b.AsScalar(scale), DType::kFloat64)});
  const Atom rounded = b.Call("round", {product}, {{"ties", std::string("away")}});
  return b.Unsqueeze(b.Cast(rounded, DType::kInt64), {0});
}

RelayExtent ScaledExtent(RelayBuilder& b, const RelayExtent& extent, double scale) {
  constexpr double kMaxScale = 1 << 20;
  if (!(scale > 0 && scale <= kMaxScale)) {
    b.Invalid(absl::StrCat("a scale is ", scale, ", expected above 0 and at most ", kMaxScale));
    return int64_t{1};
  }
  if (scale == std::floor(scale)) return b.Arithmetic("multiply", extent, static_cast<int64_t>(scale));
  return ScaledExtent(b, extent, b.Constant(Tensor::Scalar(scale)));
}

}  // namespace

Atom ConvertUpsampling(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const std::vector<int64_t> axes = SpatialAxes(b, attrs.String("layout"));
  const std::vector<const char*> names = {"scale_h", "scale_w"};
  if (b.ok() && axes.size() != names.size()) b.Invalid("attribute 'layout' has not two spatial axes");
  std::vector<RelayExtent> sizes;
  for (size_t i = 0; i < names.size() && b.ok(); ++i) {
    sizes.push_back(ScaledExtent(b, b.Extent(args[0], static_cast<int>(axes[i])), attrs.Float(names[i])));
  }
  return b.ok() ? Upsampled(b, attrs, args[0], b.ShapeOperand(sizes)) : Atom();
}

// The scales are data, one operand per spatial axis.
Atom ConvertDynUpsampling(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const std::vector<int64_t> axes = SpatialAxes(b, attrs.String("layout"));
  if (b.ok() && axes.size() + 1 != args.size()) {
    b.Invalid(absl::StrCat("attribute 'layout' has ", axes.size(), " spatial axes for ", args.size() - 1,
                           " scales"));
  }
  std::vector<RelayExtent> sizes;
  for (size_t i = 0; i < axes.size() && b.ok(); ++i) {
    sizes.push_back(ScaledExtent(b, b.Extent(args[0], static_cast<int>(axes[i])), args[1 + i]));
  }
  return b.ok() ? Upsampled(b, attrs, args[0], b.ShapeOperand(sizes)) : Atom();
}

Atom ConvertCropAndResize(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const Atom result = b.Call("image.crop_and_resize",
                             {args[0], args[1], AsIndices(b, args[2]), b.Ints(attrs.Ints("crop_size"))},
                             {{"layout", attrs.String("layout")},
                              {"method", attrs.String("method")},
                              {"extrapolation_value", attrs.Float("extrapolation_value")}});
  return WithDType(b, attrs, result);
}

Atom ConvertGridSample(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const std::string& layout = attrs.String("layout");
  if (layout != "NCHW" && layout != "NCDHW") b.Unsupported(absl::StrCat("layout \"", layout, "\""));
  return b.Call("image.grid_sample", {args[0], args[1]},
                {{"method", attrs.String("method")},
                 {"padding_mode", attrs.String("padding_mode")},
                 {"align_corners", attrs.Bool("align_corners")}});
}

Atom ConvertAffineGrid(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return b.Call("image.affine_grid", {args[0], b.Ints(attrs.Ints("target_shape"))});
}

}  // namespace baton
