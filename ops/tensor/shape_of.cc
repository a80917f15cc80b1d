#include <algorithm>

#include "ops/type_relations.h"

namespace baton {
namespace {

struct ShapeOfAttrs {
  int64_t start = 0;
  int64_t end = INT64_MAX;
};

struct Range {
  int begin;
  int end;
};

// The axes asked for, bounds clamped.
Range AxesOf(const ShapeOfAttrs& attrs, int rank) {
  const auto clamp = [rank](int64_t bound) {
    return static_cast<int>(std::clamp<int64_t>(bound < 0 ? bound + rank : bound, 0, rank));
  };
  const int begin = clamp(attrs.start);
  return {begin, std::max(begin, clamp(attrs.end))};
}

absl::Status ShapeOfType(TypeContext& context, const ShapeOfAttrs& attrs, TensorTypes* result) {
  const Shape& shape = context.input(0)->shape;
  Dim length;
  if (shape.has_rank()) {
    const Range axes = AxesOf(attrs, shape.rank());
    length = Dim(axes.end - axes.begin);
  } else {
    length = context.FreshDim("rank");
  }
  result->push_back({DType::kInt64, Shape({length})});
  return absl::OkStatus();
}

bool ShapeOfValues(TypeContext& context, const ShapeOfAttrs& attrs, std::vector<Dim>* elements) {
  const Shape& shape = context.input(0)->shape;
  if (!shape.has_rank()) return false;
  const Range axes = AxesOf(attrs, shape.rank());
  elements->assign(shape.dims().begin() + axes.begin, shape.dims().begin() + axes.end);
  return true;
}

absl::Status ShapeOfKernel(const ShapeOfAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  const Range axes = AxesOf(attrs, data.rank);
  std::copy(data.dims + axes.begin, data.dims + axes.end, call.outputs[0]->As<int64_t>());
  return absl::OkStatus();
}

}  // namespace

const OpDef& ShapeOf() {
  static const OpDef& def = *new OpDef(MakeOp<ShapeOfAttrs>(
      {.name = "shape_of",
       .doc = "The extents of the axes in [start, end) as int64; bounds are clamped. Source: ONNX Shape-15.",
       .attrs = {{"start", &ShapeOfAttrs::start, "first axis; negative counts from the end"},
                 {"end", &ShapeOfAttrs::end, "axis after the last; negative counts from the end"}},
       .inputs = {"data"},
       .type = ShapeOfType,
       .values = ShapeOfValues,
       .kernels = {{"portable", ShapeOfKernel}}}));
  return def;
}

}  // namespace baton
