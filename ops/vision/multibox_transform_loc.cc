#include <algorithm>
#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

enum Input { kClassProbability, kLocation, kAnchor };

struct MultiboxTransformLocAttrs {
  bool clip = true;
  double threshold = 0.01;
  std::vector<double> variances = {0.1, 0.1, 0.2, 0.2};
  bool keep_background = false;
};

absl::Status CheckMultiboxTransformLocAttrs(const MultiboxTransformLocAttrs& attrs) {
  if (attrs.variances.size() == 4) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("attribute 'variances' has ", attrs.variances.size(), " elements, expected 4"));
}

// REQUIRES: all inputs are ranked.
absl::Status CheckAnchors(TypeContext& context) {
  const Shape& probability = context.input(kClassProbability)->shape;
  const Shape& location = context.input(kLocation)->shape;
  const Shape& anchor = context.input(kAnchor)->shape;
  const Dim& anchors = probability[2];
  BATON_RETURN_IF_ERROR(
      context.RequireEqual(location[0], probability[0], "batches of loc_pred and cls_prob"));
  BATON_RETURN_IF_ERROR(
      context.RequireEqual(location[1], anchors * Dim(4), "loc_pred's columns and 4 per anchor"));
  BATON_RETURN_IF_ERROR(context.RequireEqual(anchor[0], Dim(1), "batches of anchor and 1"));
  BATON_RETURN_IF_ERROR(context.RequireEqual(anchor[1], anchors, "anchors of anchor and cls_prob"));
  return context.RequireEqual(anchor[2], Dim(4), "coordinates of an anchor and 4");
}

absl::Status MultiboxTransformLocType(TypeContext& context, const MultiboxTransformLocAttrs&,
                                      TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireSameDType(context));
  BATON_RETURN_IF_ERROR(RequireRank(context, kClassProbability, 3, "cls_prob"));
  BATON_RETURN_IF_ERROR(RequireRank(context, kLocation, 2, "loc_pred"));
  BATON_RETURN_IF_ERROR(RequireRank(context, kAnchor, 3, "anchor"));
  if (context.AllRanked()) BATON_RETURN_IF_ERROR(CheckAnchors(context));
  const TensorType& probability = *context.input(kClassProbability);
  Shape shape = probability.shape;
  if (!shape.has_rank()) {
    BATON_ASSIGN_OR_RETURN(shape, FreshShape(context, 3, "extent"));
  }
  result->push_back({probability.dtype, Shape({shape[0], shape[2], Dim(6)})});
  result->push_back({DType::kInt32, Shape({shape[0]})});
  return absl::OkStatus();
}

// The box that `location` makes of `anchor`, written to box[0..3].
template <typename T>
void DecodeBox(const MultiboxTransformLocAttrs& attrs, const T* anchor, const T* location, T* box) {
  const std::vector<double>& variance = attrs.variances;
  const double x1 = Convert<double>(anchor[0]), y1 = Convert<double>(anchor[1]);
  const double x2 = Convert<double>(anchor[2]), y2 = Convert<double>(anchor[3]);
  const double x = Convert<double>(location[0]) * variance[0] * (x2 - x1) + (x1 + x2) / 2;
  const double y = Convert<double>(location[1]) * variance[1] * (y2 - y1) + (y1 + y2) / 2;
  const double half_width = std::exp(Convert<double>(location[2]) * variance[2]) * (x2 - x1) / 2;
  const double half_height = std::exp(Convert<double>(location[3]) * variance[3]) * (y2 - y1) / 2;
  const double corners[] = {x - half_width, y - half_height, x + half_width, y + half_height};
  for (int i = 0; i < 4; ++i) {
    box[i] = Convert<T>(attrs.clip ? std::max(0.0, std::min(1.0, corners[i])) : corners[i]);
  }
}

// The boxes of one batch, those without a class left out. Returns their number.
template <typename T>
int64_t DecodeBatch(const MultiboxTransformLocAttrs& attrs, int64_t batch, KernelCall& call) {
  const TensorObject& probability = *call.inputs[kClassProbability];
  const int64_t classes = probability.dims[1];
  const int64_t anchors = probability.dims[2];
  const T* scores = probability.As<T>() + batch * classes * anchors;
  const T* locations = call.inputs[kLocation]->As<T>() + batch * anchors * 4;
  T* rows = call.outputs[0]->As<T>() + batch * anchors * 6;
  const int64_t first_class = attrs.keep_background ? 0 : 1;
  int64_t count = 0;
  for (int64_t j = 0; j < anchors; ++j) {
    int64_t best = -1;
    double score = -1;
    for (int64_t k = first_class; k < classes; ++k) {
      const double candidate = Convert<double>(scores[k * anchors + j]);
      if (candidate > score) {
        best = k;
        score = candidate;
      }
    }
    if (best < 0 || score < attrs.threshold) continue;
    T* row = rows + count++ * 6;
    row[0] = Convert<T>(best - first_class);
    row[1] = Convert<T>(score);
    DecodeBox(attrs, call.inputs[kAnchor]->As<T>() + j * 4, locations + j * 4, row + 2);
  }
  std::fill(rows + count * 6, rows + anchors * 6, Convert<T>(-1));
  return count;
}

absl::Status MultiboxTransformLocKernel(const MultiboxTransformLocAttrs& attrs, KernelCall& call) {
  const TensorObject& probability = *call.inputs[kClassProbability];
  return VisitDTypeIn<DTypeSet::kFloat>(probability.dtype, [&](auto element) {
    for (int64_t batch = 0; batch < probability.dims[0]; ++batch) {
      const int64_t count = DecodeBatch<decltype(element)>(attrs, batch, call);
      call.outputs[1]->As<int32_t>()[batch] = static_cast<int32_t>(count);
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& MultiboxTransformLoc() {
  static const OpDef& def = *new OpDef(MakeOp<MultiboxTransformLocAttrs>(
      {.name = "vision.multibox_transform_loc",
       .doc = "Rows (class, score, x1, y1, x2, y2) of the anchors whose best class is not the background "
              "(class 0) and scores `threshold` or more, then rows of -1; and the number of such anchors. "
              "Source: Liu et al., \"SSD: Single Shot MultiBox Detector\", 2016.",
       .attrs =
           {{"clip", &MultiboxTransformLocAttrs::clip, "cut the boxes at the image's border"},
            {"threshold", &MultiboxTransformLocAttrs::threshold, "the least score of a box"},
            {"variances", &MultiboxTransformLocAttrs::variances, "scales of loc_pred: x, y, width, height"},
            {"keep_background", &MultiboxTransformLocAttrs::keep_background, "class 0 is a class as others"}},
       .inputs = {"cls_prob", "loc_pred", "anchor"},
       .outputs = {"boxes", "valid_count"},
       .type = MultiboxTransformLocType,
       .check_attrs = CheckMultiboxTransformLocAttrs,
       .kernels = {{"portable", MultiboxTransformLocKernel}}}));
  return def;
}

}  // namespace baton
