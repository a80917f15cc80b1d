#include "ops/elementwise/kernels.h"
#include "ops/tensor/indices.h"

namespace baton {
namespace {

struct AffineGridAttrs {
  bool align_corners = true;
  bool coordinates_last = false;
};

absl::Status AffineGridType(TypeContext& context, const AffineGridAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireRank(context, 0, 3, "data"));
  BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> length, OperandLength(context, 1, "target_shape"));
  const TensorType& data = *context.input(0);
  if (!length) return result->push_back({data.dtype, Shape::Unranked()}), absl::OkStatus();
  if (*length != 2 && *length != 3) {
    return absl::InvalidArgumentError(
        absl::StrCat("target_shape has ", *length, " elements, expected 2 or 3"));
  }
  if (data.shape.has_rank()) {
    BATON_RETURN_IF_ERROR(
        context.RequireEqual(data.shape[1], Dim(*length), "rows of a matrix and spatial axes"));
    BATON_RETURN_IF_ERROR(
        context.RequireEqual(data.shape[2], Dim(*length + 1), "columns of a matrix and spatial axes + 1"));
  }
  const std::vector<Dim>* target = context.InputValue(1);
  Dims dims = {data.shape.has_rank() ? data.shape[0] : context.FreshDim("batch")};
  if (!attrs.coordinates_last) dims.push_back(Dim(*length));
  for (int64_t i = 0; i < *length; ++i) {
    const Dim extent = target != nullptr ? (*target)[i] : context.FreshDim("extent");
    BATON_RETURN_IF_ERROR(context.RequireAtLeast(extent, Dim(0), "element of target_shape"));
    dims.push_back(extent);
  }
  if (attrs.coordinates_last) dims.push_back(Dim(*length));
  result->push_back({data.dtype, Shape(std::move(dims))});
  return absl::OkStatus();
}

// Place `i` of `extent` on the way from -1 to 1.
double Position(bool align_corners, int64_t i, int64_t extent) {
  const double x = static_cast<double>(i), n = static_cast<double>(extent);
  if (align_corners) return extent > 1 ? -1 + 2 * x / (n - 1) : -1;
  return (2 * x + 1) / n - 1;
}

// One coordinate of a place: `row` of the matrix times the place. `extents` are the grid's.
template <typename T>
double Coordinate(bool align_corners, const T* row, absl::Span<const int64_t> extents, int64_t pixel) {
  const size_t spatial = extents.size();
  double sum = Convert<double>(row[spatial]);
  // The matrix takes x first, which is the last axis.
  for (size_t k = 0; k < spatial; ++k) {
    const int64_t extent = extents[spatial - 1 - k];
    sum += Convert<double>(row[k]) * Position(align_corners, pixel % extent, extent);
    pixel /= extent;
  }
  return sum;
}

absl::Status AffineGridKernel(const AffineGridAttrs& attrs, KernelCall& call) {
  TensorObject& result = *call.outputs[0];
  if (result.num_elements() == 0) return absl::OkStatus();
  const int64_t spatial = result.rank - 2;
  const absl::Span<const int64_t> extents = result.shape().subspan(attrs.coordinates_last ? 1 : 2, spatial);
  int64_t pixels = 1;
  for (int64_t extent : extents) pixels *= extent;
  const int64_t row_step = attrs.coordinates_last ? 1 : pixels;
  const int64_t pixel_step = attrs.coordinates_last ? spatial : 1;
  return VisitDTypeIn<DTypeSet::kFloat>(result.dtype, [&](auto element) {
    using T = decltype(element);
    const T* row = call.inputs[0]->As<T>();
    for (int64_t batch = 0; batch < result.dims[0]; ++batch) {
      T* y = result.As<T>() + batch * spatial * pixels;
      for (int64_t i = 0; i < spatial; ++i, row += spatial + 1) {
        for (int64_t pixel = 0; pixel < pixels; ++pixel) {
          y[i * row_step + pixel * pixel_step] =
              Convert<T>(Coordinate(attrs.align_corners, row, extents, pixel));
        }
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& AffineGrid() {
  static const OpDef& def = *new OpDef(MakeOp<AffineGridAttrs>(
      {.name = "image.affine_grid",
       .doc = "The grid for image.grid_sample of an image of extents target_shape (height, width or depth, "
              "height, width): each place, as (x, y(, z), 1), times a matrix [2, 3] or [3, 4] per batch. "
              "Source: torch.nn.functional.affine_grid; ONNX AffineGrid-20.",
       .attrs = {{"align_corners", &AffineGridAttrs::align_corners,
                  "-1 and 1 are the centres of the corner pixels, else their outer edges"},
                 {"coordinates_last", &AffineGridAttrs::coordinates_last,
                  "the coordinates are the last axis of the grid, else the second"}},
       .inputs = {"data", InputDef("target_shape").DecidesShape()},
       .type = AffineGridType,
       .kernels = {{"portable", AffineGridKernel}}}));
  return def;
}

}  // namespace baton
