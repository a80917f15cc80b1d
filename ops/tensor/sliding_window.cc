#include <algorithm>

#include "ops/nn/axis_split.h"
#include "ops/strided_copy.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

struct SlidingWindowAttrs {
  int64_t axis = 0;
  std::vector<int64_t> window_shape;
  std::vector<int64_t> strides;
};

absl::Status CheckSlidingWindowAttrs(const SlidingWindowAttrs& attrs) {
  if (attrs.window_shape.size() != attrs.strides.size()) {
    return absl::InvalidArgumentError(absl::StrCat("window_shape has ", attrs.window_shape.size(),
                                                   " elements, strides ", attrs.strides.size()));
  }
  const auto is_positive = [](int64_t x) { return x > 0; };
  if (std::all_of(attrs.window_shape.begin(), attrs.window_shape.end(), is_positive) &&
      std::all_of(attrs.strides.begin(), attrs.strides.end(), is_positive)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("window_shape and strides must be positive");
}

absl::StatusOr<Shape> SlidingWindowShape(TypeContext& context, const SlidingWindowAttrs& attrs) {
  const Shape& data = context.input(0)->shape;
  if (!data.has_rank()) return Shape::Unranked();
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, data.rank()));
  const int windowed = data.rank() - axis;
  if (static_cast<int>(attrs.window_shape.size()) != windowed) {
    return absl::InvalidArgumentError(absl::StrCat("window_shape has ", attrs.window_shape.size(),
                                                   " elements, expected one for each of the ", windowed,
                                                   " axes from ", axis, " on"));
  }
  Dims dims(data.dims().begin(), data.dims().begin() + axis);
  for (int i = 0; i < windowed; ++i) {
    const Dim window = attrs.window_shape[i];
    BATON_RETURN_IF_ERROR(context.RequireAtLeast(
        data[axis + i], window, absl::StrCat("data's extent along axis ", axis + i, " (for its window)")));
    dims.push_back(FloorDiv(data[axis + i] - window, attrs.strides[i]) + Dim(1));
  }
  dims.insert(dims.end(), attrs.window_shape.begin(), attrs.window_shape.end());
  return Shape(std::move(dims));
}

absl::Status SlidingWindowType(TypeContext& context, const SlidingWindowAttrs& attrs, TensorTypes* result) {
  BATON_ASSIGN_OR_RETURN(Shape shape, SlidingWindowShape(context, attrs));
  result->push_back({context.input(0)->dtype, std::move(shape)});
  return absl::OkStatus();
}

absl::Status SlidingWindowKernel(const SlidingWindowAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  TensorObject& result = *call.outputs[0];
  const int axis = FromFront(attrs.axis, data.rank);
  const Strides source = DenseStrides(data.shape());
  StridedCopySpec spec;
  spec.dims.assign(result.shape().begin(), result.shape().end());
  spec.source_strides = source;
  for (int i = axis; i < data.rank; ++i) spec.source_strides[i] *= attrs.strides[i - axis];
  spec.source_strides.insert(spec.source_strides.end(), source.begin() + axis, source.end());
  spec.result_strides = DenseStrides(result.shape());
  StridedCopy(data.dtype, spec, data.data, result.data);
  return absl::OkStatus();
}

}  // namespace

const OpDef& SlidingWindow() {
  static const OpDef& def = *new OpDef(MakeOp<SlidingWindowAttrs>(
      {.name = "sliding_window",
       .doc = "All windows over the axes from `axis` on, as new last axes. Source: "
              "numpy.lib.stride_tricks.sliding_window_view, with strides.",
       .attrs = {{"axis", &SlidingWindowAttrs::axis, "the first axis that is windowed"},
                 {"window_shape", &SlidingWindowAttrs::window_shape, "extents of a window",
                  /*required=*/true},
                 {"strides", &SlidingWindowAttrs::strides, "distances between windows", /*required=*/true}},
       .inputs = {"data"},
       .type = SlidingWindowType,
       .check_attrs = CheckSlidingWindowAttrs,
       .kernels = {{"portable", SlidingWindowKernel}}}));
  return def;
}

}  // namespace baton
