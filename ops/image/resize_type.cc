#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "ops/elementwise/convert.h"
#include "ops/image/resize.h"

namespace baton {

absl::StatusOr<ResampleOptions> OptionsOf(const ResizeAttrs& attrs) {
  BATON_ASSIGN_OR_RETURN(
      ResampleOptions options,
      MakeResampleOptions(attrs.method, attrs.coordinate_transformation_mode, attrs.rounding_method));
  options.cubic_alpha = attrs.cubic_alpha;
  options.cubic_exclude = attrs.cubic_exclude;
  options.antialias = attrs.antialias && options.method != ResizeMethod::kNearest;
  return options;
}

absl::StatusOr<Aspect> AspectOf(const ResizeAttrs& attrs) {
  const std::string& name = attrs.keep_aspect_ratio_policy;
  if (name == "stretch") return Aspect::kStretch;
  if (name == "not_larger") return Aspect::kNotLarger;
  if (name == "not_smaller") return Aspect::kNotSmaller;
  return absl::InvalidArgumentError(absl::StrCat("attribute 'keep_aspect_ratio_policy' is '", name,
                                                 "', expected stretch, not_larger or not_smaller"));
}

absl::Status CheckScale(double scale) {
  if (scale > 0 && std::isfinite(scale)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("scale ", scale, " is not positive and finite"));
}

absl::Status CheckResizeAttrs(const ResizeAttrs& attrs) {
  BATON_RETURN_IF_ERROR(OptionsOf(attrs).status());
  BATON_RETURN_IF_ERROR(AspectOf(attrs).status());
  for (double scale : attrs.scales) BATON_RETURN_IF_ERROR(CheckScale(scale));
  return absl::OkStatus();
}

absl::StatusOr<Ints> ResizedAxes(const ResizeAttrs& attrs, int rank) {
  BATON_ASSIGN_OR_RETURN(Ints axes, NormalizeAxes(attrs.axes, rank));
  for (int i = 0; attrs.axes.empty() && i < rank; ++i) axes.push_back(i);
  if (!attrs.scales.empty() && attrs.scales.size() != axes.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("attribute 'scales' has ", attrs.scales.size(), " elements for ", axes.size(), " axes"));
  }
  return axes;
}

int64_t Scaled(int64_t extent, double scale) {
  return FloatToInteger<int64_t>(std::floor(static_cast<float>(extent) * static_cast<float>(scale)));
}

namespace {

// `Scaled` of any extent, when that can be said: with a scale in eighths.
Dim ScaledExtent(TypeContext& context, const Dim& extent, double scale) {
  if (extent.is_constant()) return Scaled(extent.value(), scale);
  const double eighths = scale * 8;
  if (eighths != std::floor(eighths) || eighths > 1e6) return context.FreshDim("extent");
  const int64_t numerator = static_cast<int64_t>(eighths);
  const int64_t common = std::gcd(numerator, int64_t{8});
  return FloorDiv(extent * Dim(numerator / common), Dim(8 / common));
}

}  // namespace

float CommonScale(Aspect aspect, absl::Span<const int64_t> extents, absl::Span<const int64_t> wanted) {
  std::optional<float> common;
  for (size_t i = 0; i < extents.size(); ++i) {
    const float scale = static_cast<float>(wanted[i]) / static_cast<float>(extents[i]);
    if (!common) common = scale;
    common = aspect == Aspect::kNotLarger ? std::min(*common, scale) : std::max(*common, scale);
  }
  return common.value_or(1);
}

namespace {

// Replaces the extents of `axes` by `sizes`, or by what keeps their ratio.
absl::Status ApplySizes(TypeContext& context, const ResizeAttrs& attrs, const Ints& axes, Dims* dims) {
  BATON_ASSIGN_OR_RETURN(const Aspect aspect, AspectOf(attrs));
  const std::vector<Dim>* sizes = context.InputValue(kSizes);
  Ints extents, wanted;
  for (size_t i = 0; sizes != nullptr && i < axes.size(); ++i) {
    BATON_RETURN_IF_ERROR(context.RequireAtLeast((*sizes)[i], Dim(0), "element of sizes"));
    if ((*dims)[axes[i]].is_constant()) extents.push_back((*dims)[axes[i]].value());
    if ((*sizes)[i].is_constant()) wanted.push_back((*sizes)[i].value());
  }
  if (aspect == Aspect::kStretch) {
    for (size_t i = 0; i < axes.size(); ++i) {
      (*dims)[axes[i]] = sizes != nullptr ? (*sizes)[i] : context.FreshDim("extent");
    }
    return absl::OkStatus();
  }
  const bool known = extents.size() == axes.size() && wanted.size() == axes.size();
  if (known && std::find(extents.begin(), extents.end(), 0) != extents.end()) {
    return absl::InvalidArgumentError("an axis without elements has no aspect ratio to keep");
  }
  const float scale = known ? CommonScale(aspect, extents, wanted) : 1;
  for (size_t i = 0; i < axes.size(); ++i) {
    const auto rounded = [&] {
      return std::floor(static_cast<double>(scale) * static_cast<double>(extents[i]) + 0.5);
    };
    (*dims)[axes[i]] = known ? Dim(FloatToInteger<int64_t>(rounded())) : context.FreshDim("extent");
  }
  return absl::OkStatus();
}

absl::Status CheckLength(TypeContext& context, int index, int64_t expected, absl::string_view what) {
  if (!context.HasInput(index)) return absl::OkStatus();
  const Shape& shape = context.input(index)->shape;
  BATON_RETURN_IF_ERROR(RequireRank(context, index, 1, what));
  if (!shape.has_rank()) return absl::OkStatus();
  return context.RequireEqual(shape[0], Dim(expected),
                              absl::StrCat("elements of ", what, " and those expected"));
}

absl::StatusOr<Shape> ResizeShape(TypeContext& context, const ResizeAttrs& attrs) {
  const Shape& data = context.input(kData)->shape;
  if (!context.HasInput(kSizes) && !context.HasInput(kScales) && attrs.scales.empty()) {
    return absl::InvalidArgumentError("neither sizes nor scales are given");
  }
  if (!data.has_rank()) return Shape::Unranked();
  BATON_ASSIGN_OR_RETURN(const Ints axes, ResizedAxes(attrs, data.rank()));
  const int64_t count = static_cast<int64_t>(axes.size());
  BATON_RETURN_IF_ERROR(CheckLength(context, kSizes, count, "sizes"));
  BATON_RETURN_IF_ERROR(CheckLength(context, kScales, count, "scales"));
  BATON_RETURN_IF_ERROR(CheckLength(context, kRoi, 2 * count, "roi"));
  Dims dims = data.dims();
  if (context.HasInput(kSizes)) {
    BATON_RETURN_IF_ERROR(ApplySizes(context, attrs, axes, &dims));
    return Shape(std::move(dims));
  }
  for (size_t i = 0; i < axes.size(); ++i) {
    Dim& dim = dims[axes[i]];
    // Only the kernel sees the values of scales.
    dim =
        context.HasInput(kScales) ? context.FreshDim("extent") : ScaledExtent(context, dim, attrs.scales[i]);
  }
  return Shape(std::move(dims));
}

}  // namespace

absl::Status ResizeType(TypeContext& context, const ResizeAttrs& attrs, TensorTypes* result) {
  const bool moves_only = attrs.method == "nearest_neighbor";
  BATON_RETURN_IF_ERROR(RequireDType(context, kData, moves_only ? DTypeSet::kAny : DTypeSet::kNumeric));
  BATON_RETURN_IF_ERROR(RequireDType(context, kSizes, DTypeSet::kInteger));
  BATON_RETURN_IF_ERROR(RequireDType(context, kRoi, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireDType(context, kScales, DTypeSet::kFloat));
  BATON_ASSIGN_OR_RETURN(Shape shape, ResizeShape(context, attrs));
  result->push_back({context.input(kData)->dtype, std::move(shape)});
  return absl::OkStatus();
}

}  // namespace baton
