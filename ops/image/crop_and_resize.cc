#include <algorithm>

#include "ops/elementwise/kernels.h"
#include "ops/image/resample.h"
#include "ops/tensor/indices.h"
#include "ops/tensor/number.h"

namespace baton {
namespace {

enum Input { kData, kBoxes, kBoxIndices, kCropSize };

struct CropAndResizeAttrs {
  std::string layout = "NCHW";
  std::string method = "bilinear";
  double extrapolation_value = 0;
};

absl::Status CheckCropAndResizeAttrs(const CropAndResizeAttrs& attrs) {
  if (attrs.layout != "NCHW" && attrs.layout != "NHWC") {
    return absl::InvalidArgumentError(
        absl::StrCat("attribute 'layout' is '", attrs.layout, "', expected NCHW or NHWC"));
  }
  if (attrs.method == "bilinear" || attrs.method == "nearest_neighbor") return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("attribute 'method' is '", attrs.method, "', expected bilinear or nearest_neighbor"));
}

// The first of the two spatial axes.
int HeightAxis(const CropAndResizeAttrs& attrs) {
  return attrs.layout == "NCHW" ? 2 : 1;
}

absl::Status CropAndResizeType(TypeContext& context, const CropAndResizeAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kData, DTypeSet::kNumeric));
  BATON_RETURN_IF_ERROR(RequireDType(context, kBoxes, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireDType(context, kBoxIndices, DTypeSet::kIndex));
  BATON_RETURN_IF_ERROR(RequireRank(context, kData, 4, "data"));
  BATON_RETURN_IF_ERROR(RequireRank(context, kBoxes, 2, "boxes"));
  BATON_RETURN_IF_ERROR(RequireRank(context, kBoxIndices, 1, "box_indices"));
  BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> length, OperandLength(context, kCropSize, "crop_size"));
  if (length && *length != 2) {
    return absl::InvalidArgumentError(absl::StrCat("crop_size has ", *length, " elements, expected 2"));
  }
  const Shape& boxes = context.input(kBoxes)->shape;
  const Shape& indices = context.input(kBoxIndices)->shape;
  const Dim count = boxes.has_rank() ? boxes[0] : context.FreshDim("boxes");
  if (boxes.has_rank())
    BATON_RETURN_IF_ERROR(context.RequireEqual(boxes[1], Dim(4), "coordinates of a box and 4"));
  if (boxes.has_rank() && indices.has_rank())
    BATON_RETURN_IF_ERROR(context.RequireEqual(indices[0], count, "box_indices and boxes"));
  Shape shape = context.input(kData)->shape;
  if (!shape.has_rank()) {
    BATON_ASSIGN_OR_RETURN(shape, FreshShape(context, 4, "extent"));
  }
  Dims dims = shape.dims();
  dims[0] = count;
  const std::vector<Dim>* size = context.InputValue(kCropSize);
  for (int i = 0; i < 2; ++i) {
    const Dim extent = size != nullptr ? (*size)[i] : context.FreshDim("extent");
    BATON_RETURN_IF_ERROR(context.RequireAtLeast(extent, Dim(0), "element of crop_size"));
    dims[HeightAxis(attrs) + i] = extent;
  }
  result->push_back({context.input(kData)->dtype, Shape(std::move(dims))});
  return absl::OkStatus();
}

// An image as planes of rows of pixels of channels: [planes, height, width, channels], one of the two
// being 1.
struct Image {
  int64_t planes, height, width, channels;
  int64_t num_elements() const { return planes * height * width * channels; }
};

Image ImageOf(const CropAndResizeAttrs& attrs, const TensorObject& tensor) {
  if (attrs.layout == "NCHW") return {tensor.dims[1], tensor.dims[2], tensor.dims[3], 1};
  return {1, tensor.dims[1], tensor.dims[2], tensor.dims[3]};
}

// The taps of both axes, `width` for each row and each column of the result.
struct CropTaps {
  int64_t width;
  absl::Span<Tap> rows, columns;
};

// One crop of one image.
template <typename T>
void Crop(const Image& from, const Image& to, const CropTaps& taps, const T* data, T fill, T* result) {
  const auto sample = [&](int64_t plane, const Tap* row, const Tap* column, int64_t channel) {
    double sum = 0;
    for (int64_t i = 0; i < taps.width; ++i) {
      for (int64_t j = 0; j < taps.width; ++j) {
        const int64_t pixel = (plane * from.height + row[i].place) * from.width + column[j].place;
        sum += row[i].weight * column[j].weight * Convert<double>(data[pixel * from.channels + channel]);
      }
    }
    return sum;
  };
  for (int64_t i = 0; i < to.num_elements(); ++i) {
    const int64_t pixel = i / to.channels;
    const Tap* row = &taps.rows[pixel / to.width % to.height * taps.width];
    const Tap* column = &taps.columns[pixel % to.width * taps.width];
    const bool inside = row->place != kOutside && column->place != kOutside;
    result[i] =
        inside ? Convert<T>(sample(pixel / to.width / to.height, row, column, i % to.channels)) : fill;
  }
}

template <typename T>
absl::Status CropAll(const CropAndResizeAttrs& attrs, KernelCall& call) {
  const TensorObject& boxes = *call.inputs[kBoxes];
  const Image from = ImageOf(attrs, *call.inputs[kData]), to = ImageOf(attrs, *call.outputs[0]);
  const int64_t num_images = call.inputs[kData]->dims[0];
  if (from.height == 0 || from.width == 0) return absl::InvalidArgumentError("data has no pixels to crop");
  ResampleOptions options;
  options.method = attrs.method == "bilinear" ? ResizeMethod::kLinear : ResizeMethod::kNearest;
  options.coordinates = CoordinateMode::kTfCropAndResize;
  CropTaps taps;
  BATON_ASSIGN_OR_RETURN(taps.width, TapsPerPlace(options, {from.height, to.height, std::nullopt}));
  auto* memory = static_cast<Tap*>(call.context.Scratch((to.height + to.width) * taps.width * sizeof(Tap)));
  if (memory == nullptr) return absl::ResourceExhaustedError("no memory for the weights");
  taps.rows = absl::MakeSpan(memory, to.height * taps.width);
  taps.columns = absl::MakeSpan(memory + to.height * taps.width, to.width * taps.width);
  for (int64_t i = 0; i < boxes.dims[0]; ++i) {
    const int64_t image = IndexAt(*call.inputs[kBoxIndices], i);
    if (image < 0 || image >= num_images) {
      return absl::InvalidArgumentError(
          absl::StrCat("box ", i, " is in image ", image, ", data has ", num_images));
    }
    const auto coordinate = [&](int k) { return NumberAt(boxes, i * 4 + k); };
    MakeTaps(options, {from.height, to.height, std::nullopt, coordinate(0), coordinate(2)}, taps.width,
             taps.rows);
    MakeTaps(options, {from.width, to.width, std::nullopt, coordinate(1), coordinate(3)}, taps.width,
             taps.columns);
    Crop(from, to, taps, call.inputs[kData]->As<T>() + image * from.num_elements(),
         Convert<T>(attrs.extrapolation_value), call.outputs[0]->As<T>() + i * to.num_elements());
  }
  return absl::OkStatus();
}

absl::Status CropAndResizeKernel(const CropAndResizeAttrs& attrs, KernelCall& call) {
  if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
  return VisitDTypeIn<DTypeSet::kNumeric>(
      call.inputs[kData]->dtype, [&](auto element) { return CropAll<decltype(element)>(attrs, call); });
}

}  // namespace

const OpDef& CropAndResize() {
  static const OpDef& def = *new OpDef(MakeOp<CropAndResizeAttrs>(
      {.name = "image.crop_and_resize",
       .doc = "The parts `boxes` (y1, x1, y2, x2; corner pixels are 0 and 1) of the images box_indices, "
              "resized to "
              "crop_size (height, width). Source: tf.image.crop_and_resize.",
       .attrs = {{"layout", &CropAndResizeAttrs::layout, "NCHW or NHWC"},
                 {"method", &CropAndResizeAttrs::method, "bilinear or nearest_neighbor"},
                 {"extrapolation_value", &CropAndResizeAttrs::extrapolation_value,
                  "what stands outside data"}},
       .inputs = {"data", "boxes", "box_indices", InputDef("crop_size").DecidesShape()},
       .type = CropAndResizeType,
       .check_attrs = CheckCropAndResizeAttrs,
       .kernels = {{"portable", CropAndResizeKernel}}}));
  return def;
}

}  // namespace baton
