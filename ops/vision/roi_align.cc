#include <array>
#include <cmath>

#include "ops/op_cost.h"
#include "ops/vision/roi.h"

namespace baton {
namespace {

// More samples than this along one side of a bin are refused: such a region is far larger than any image.
constexpr double kMaxSamples = 4096;

enum class Mode { kAverage, kMax, kMaxWeighted };

struct RoiAlignAttrs {
  std::vector<int64_t> pooled_size;
  double spatial_scale = 1;
  int64_t sample_ratio = -1;
  std::string mode = "avg";
  bool aligned = false;
};

std::optional<Mode> ModeFromName(absl::string_view name) {
  if (name == "avg") return Mode::kAverage;
  if (name == "max") return Mode::kMax;
  if (name == "max_weighted") return Mode::kMaxWeighted;
  return std::nullopt;
}

absl::Status CheckRoiAlignAttrs(const RoiAlignAttrs& attrs) {
  BATON_RETURN_IF_ERROR(CheckPooledSize(attrs.pooled_size));
  if (attrs.sample_ratio > kMaxSamples) {
    return absl::InvalidArgumentError(
        absl::StrCat("attribute 'sample_ratio' is ", attrs.sample_ratio, ", expected at most ", kMaxSamples));
  }
  if (ModeFromName(attrs.mode)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("attribute 'mode' is '", attrs.mode, "', expected avg, max or max_weighted"));
}

absl::Status RoiAlignType(TypeContext& context, const RoiAlignAttrs& attrs, TensorTypes* result) {
  return RoiType(context, attrs.pooled_size, result);
}

// The bins of a region along one axis, each with its samples.
struct Bins {
  double start;
  double size;  // of a bin
  int64_t samples;

  double At(int64_t bin, int64_t sample) const {
    return start +
           (static_cast<double>(bin) + (static_cast<double>(sample) + 0.5) / static_cast<double>(samples)) *
               size;
  }
};

absl::StatusOr<Bins> MakeBins(const RoiAlignAttrs& attrs, double start, double end, int64_t num_bins) {
  const double offset = attrs.aligned ? 0.5 : 0;
  double length = (end - start) * attrs.spatial_scale;
  if (!attrs.aligned) length = std::max(length, 1.0);
  const double size = length / static_cast<double>(num_bins);
  const double samples = attrs.sample_ratio > 0 ? static_cast<double>(attrs.sample_ratio) : std::ceil(size);
  if (!(samples <= kMaxSamples)) {
    return absl::InvalidArgumentError(absl::StrCat("a region from ", start, " to ", end, " is too large"));
  }
  return Bins{start * attrs.spatial_scale - offset, size,
              std::max<int64_t>(static_cast<int64_t>(samples), 0)};
}

// The four pixels around a place between the pixels of an image of one channel, each times its weight; all 0
// more than a pixel outside, as for NaN.
using Corners = std::array<double, 4>;
template <typename T>
Corners CornersAt(const T* image, int64_t height, int64_t width, double y, double x) {
  if (!(y >= -1 && y <= static_cast<double>(height) && x >= -1 && x <= static_cast<double>(width))) return {};
  y = std::clamp(y, 0.0, static_cast<double>(height - 1));
  x = std::clamp(x, 0.0, static_cast<double>(width - 1));
  const int64_t top = static_cast<int64_t>(y), left = static_cast<int64_t>(x);
  const int64_t bottom = std::min(top + 1, height - 1), right = std::min(left + 1, width - 1);
  const double down = y - static_cast<double>(top), across = x - static_cast<double>(left);
  const auto at = [&](int64_t row, int64_t column) { return Convert<double>(image[row * width + column]); };
  return {(1 - down) * (1 - across) * at(top, left), (1 - down) * across * at(top, right),
          down * (1 - across) * at(bottom, left), down * across * at(bottom, right)};
}

struct RoiBins {
  Bins y, x;
};

// One element of the result; 0 where a bin has no samples.
template <typename T>
double PoolBin(const T* image, const TensorObject& data, const RoiBins& bins, int64_t row, int64_t column,
               Mode mode) {
  double sum = 0;
  double greatest = -std::numeric_limits<double>::infinity();
  for (int64_t i = 0; i < bins.y.samples; ++i) {
    for (int64_t j = 0; j < bins.x.samples; ++j) {
      const Corners corners =
          CornersAt(image, data.dims[2], data.dims[3], bins.y.At(row, i), bins.x.At(column, j));
      const double value = corners[0] + corners[1] + corners[2] + corners[3];
      sum += value;
      greatest = std::max(
          greatest, mode == Mode::kMaxWeighted ? *std::max_element(corners.begin(), corners.end()) : value);
    }
  }
  const int64_t count = bins.y.samples * bins.x.samples;
  if (count == 0) return 0;
  return mode == Mode::kAverage ? sum / static_cast<double>(count) : greatest;
}

template <typename T>
absl::Status AlignRoi(const RoiAlignAttrs& attrs, int64_t index, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  const int64_t rows = attrs.pooled_size[0], columns = attrs.pooled_size[1];
  BATON_ASSIGN_OR_RETURN(const Roi roi, RoiAt<T>(call, index));
  RoiBins bins;
  BATON_ASSIGN_OR_RETURN(bins.y, MakeBins(attrs, roi.box.y1, roi.box.y2, rows));
  BATON_ASSIGN_OR_RETURN(bins.x, MakeBins(attrs, roi.box.x1, roi.box.x2, columns));
  const Mode mode = *ModeFromName(attrs.mode);
  const int64_t channels = data.dims[1];
  T* y = call.outputs[0]->As<T>() + index * channels * rows * columns;
  for (int64_t c = 0; c < channels; ++c) {
    const T* image = data.As<T>() + (roi.batch * channels + c) * data.dims[2] * data.dims[3];
    for (int64_t bin = 0; bin < rows * columns; ++bin) {
      *y++ = Convert<T>(PoolBin(image, data, bins, bin / columns, bin % columns, mode));
    }
  }
  return absl::OkStatus();
}

absl::Status RoiAlignKernel(const RoiAlignAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  TensorObject& result = *call.outputs[0];
  if (result.num_elements() == 0) return absl::OkStatus();
  return VisitDTypeIn<DTypeSet::kFloat>(data.dtype, [&](auto element) {
    using T = decltype(element);
    if (data.dims[2] == 0 || data.dims[3] == 0) {
      return absl::InvalidArgumentError("data has no pixels to sample");
    }
    for (int64_t i = 0; i < result.dims[0]; ++i) BATON_RETURN_IF_ERROR(AlignRoi<T>(attrs, i, call));
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& RoiAlign() {
  static const OpDef& def = *new OpDef(MakeOp<RoiAlignAttrs>(
      {.name = "vision.roi_align",
       .doc = "Cuts every region (batch, x1, y1, x2, y2) of data (NCHW), or (x1, y1, x2, y2) with "
              "batch_indices, into bins and takes the mean or maximum "
              "of samples between the pixels. Source: He et al., \"Mask R-CNN\", 2017; ONNX RoiAlign-16.",
       .attrs =
           {{"pooled_size", &RoiAlignAttrs::pooled_size, "bins: height, width", /*required=*/true},
            {"spatial_scale", &RoiAlignAttrs::spatial_scale, "pixels of data per pixel of the regions"},
            {"sample_ratio", &RoiAlignAttrs::sample_ratio,
             "samples along a side of a bin; not positive: one for each pixel begun"},
            {"mode", &RoiAlignAttrs::mode,
             "avg or max of the samples; max_weighted: of the four pixels around each, times their weights, "
             "which is ONNX's max"},
            {"aligned", &RoiAlignAttrs::aligned,
             "pixels have their centre at .5 and regions may be smaller than one"}},
       .inputs = {"data", "rois", InputDef("batch_indices").Optional()},
       .type = RoiAlignType,
       .check_attrs = CheckRoiAlignAttrs,
       .flops = FlopsPerResult<RoiAlignAttrs, 500>,
       .kernels = {{"portable", RoiAlignKernel}}}));
  return def;
}

}  // namespace baton
