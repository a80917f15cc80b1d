#include "ops/elementwise/kernels.h"
#include "ops/tensor/indices.h"

namespace baton {
namespace {

struct AffineGridAttrs {
  bool align_corners = true;
};

absl::Status AffineGridType(TypeContext& context, const AffineGridAttrs&, TensorTypes* result) {
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
  Dims dims = {data.shape.has_rank() ? data.shape[0] : context.FreshDim("batch"), Dim(*length)};
  for (int64_t i = 0; i < *length; ++i) {
    const Dim extent = target != nullptr ? (*target)[i] : context.FreshDim("extent");
    BATON_RETURN_IF_ERROR(context.RequireAtLeast(extent, Dim(0), "element of target_shape"));
    dims.push_back(extent);
  }
  result->push_back({data.dtype, Shape(std::move(dims))});
  return absl::OkStatus();
}

// Place `i` of `extent` on the way from -1 to 1.
double Position(bool align_corners, int64_t i, int64_t extent) {
  const double x = static_cast<double>(i), n = static_cast<double>(extent);
  if (align_corners) return extent > 1 ? -1 + 2 * x / (n - 1) : -1;
  return (2 * x + 1) / n - 1;
}

absl::Status AffineGridKernel(const AffineGridAttrs& attrs, KernelCall& call) {
  TensorObject& result = *call.outputs[0];
  if (result.num_elements() == 0) return absl::OkStatus();
  const int spatial = static_cast<int>(result.dims[1]);
  int64_t pixels = 1;
  for (int i = 0; i < spatial; ++i) pixels *= result.dims[2 + i];
  return VisitDTypeIn<DTypeSet::kFloat>(result.dtype, [&](auto element) {
    using T = decltype(element);
    const T* row = call.inputs[0]->As<T>();
    T* y = result.As<T>();
    for (int64_t line = 0; line < result.dims[0] * spatial; ++line, row += spatial + 1) {
      for (int64_t pixel = 0; pixel < pixels; ++pixel) {
        double sum = Convert<double>(row[spatial]);
        int64_t rest = pixel;
        // The matrix takes x first, which is the last axis.
        for (int k = 0; k < spatial; ++k) {
          const int64_t extent = result.dims[1 + spatial - k];
          sum += Convert<double>(row[k]) * Position(attrs.align_corners, rest % extent, extent);
          rest /= extent;
        }
        *y++ = Convert<T>(sum);
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
              "height, "
              "width): each place, as (x, y(, z), 1), times a matrix [2, 3] or [3, 4] per batch. Source: "
              "torch.nn.functional.affine_grid; ONNX AffineGrid-20, whose grid has the coordinates last.",
       .attrs = {{"align_corners", &AffineGridAttrs::align_corners,
                  "-1 and 1 are the centres of the corner pixels, else their outer edges"}},
       .inputs = {"data", InputDef("target_shape").DecidesShape()},
       .type = AffineGridType,
       .kernels = {{"portable", AffineGridKernel}}}));
  return def;
}

}  // namespace baton
