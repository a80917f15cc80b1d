#include <algorithm>
#include <limits>

#include "ops/elementwise/kernels.h"
#include "ops/tensor/indices.h"
#include "ops/vision/boxes.h"

namespace baton {
namespace {

enum Input { kBoxes, kScores, kMaxOutput, kIouThreshold, kScoreThreshold };

struct AllClassNonMaxSuppressionAttrs {
  bool center_point_box = false;
};

absl::Status AllClassNonMaxSuppressionType(TypeContext& context, const AllClassNonMaxSuppressionAttrs&,
                                           TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kBoxes, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireDType(context, kMaxOutput, DTypeSet::kInteger));
  for (int i : {kScores, kIouThreshold, kScoreThreshold}) {
    BATON_RETURN_IF_ERROR(RequireDType(context, i, DTypeSet::kFloat));
  }
  if (context.input(kScores)->dtype != context.input(kBoxes)->dtype) {
    return absl::InvalidArgumentError("boxes and scores have different element types");
  }
  BATON_RETURN_IF_ERROR(RequireOneElement(context, kMaxOutput, "max_output_boxes_per_class"));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, kIouThreshold, "iou_threshold"));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, kScoreThreshold, "score_threshold"));
  BATON_RETURN_IF_ERROR(RequireRank(context, kBoxes, 3, "boxes"));
  BATON_RETURN_IF_ERROR(RequireRank(context, kScores, 3, "scores"));
  const Shape& boxes = context.input(kBoxes)->shape;
  const Shape& scores = context.input(kScores)->shape;
  if (boxes.has_rank())
    BATON_RETURN_IF_ERROR(context.RequireEqual(boxes[2], Dim(4), "coordinates of a box and 4"));
  if (boxes.has_rank() && scores.has_rank()) {
    BATON_RETURN_IF_ERROR(context.RequireEqual(boxes[0], scores[0], "batches of boxes and scores"));
    BATON_RETURN_IF_ERROR(context.RequireEqual(boxes[1], scores[2], "numbers of boxes and scores"));
  }
  result->push_back({DType::kInt64, Shape({context.FreshDim("selected"), Dim(3)})});
  return absl::OkStatus();
}

template <typename T>
Box BoxAt(const AllClassNonMaxSuppressionAttrs& attrs, const T* box) {
  const double a = Convert<double>(box[0]), b = Convert<double>(box[1]);
  const double c = Convert<double>(box[2]), d = Convert<double>(box[3]);
  if (attrs.center_point_box) return BoxFromCorners(a - c / 2, b - d / 2, a + c / 2, b + d / 2);
  return BoxFromCorners(a, b, c, d);
}

struct Limits {
  int64_t max_output;
  double iou;
  double score;
};

// Puts the boxes of one class that are kept at the front of `candidates`, best first. Returns their number.
template <typename T>
int64_t SelectBoxes(const AllClassNonMaxSuppressionAttrs& attrs, const Limits& limits, const T* boxes,
                    const T* scores, absl::Span<int64_t> candidates) {
  const auto score = [&](int64_t box) { return Convert<double>(scores[box]); };
  int64_t count = 0;
  for (int64_t i = 0; i < static_cast<int64_t>(candidates.size()); ++i) {
    if (score(i) > limits.score) candidates[count++] = i;
  }
  candidates = candidates.subspan(0, static_cast<size_t>(count));
  SortByScore(candidates, score);
  return SuppressBoxes(candidates, limits.max_output, [&](int64_t winner, int64_t box) {
    return IntersectionOverUnion(BoxAt(attrs, boxes + winner * 4), BoxAt(attrs, boxes + box * 4)) >
           limits.iou;
  });
}

// selected[line] becomes the number of boxes kept of a class of a batch, which follow in order.
template <typename T>
absl::Status SelectAll(const AllClassNonMaxSuppressionAttrs& attrs, const Limits& limits, KernelCall& call) {
  const TensorObject& scores = *call.inputs[kScores];
  const int64_t classes = scores.dims[1];
  const int64_t n = scores.dims[2];
  const int64_t lines = scores.dims[0] * classes;
  const int64_t stride = n + 1;
  auto* selected = static_cast<int64_t*>(call.context.Scratch(lines * stride * sizeof(int64_t)));
  if (selected == nullptr) return absl::ResourceExhaustedError("no memory for the selected boxes");
  int64_t total = 0;
  for (int64_t line = 0; line < lines; ++line) {
    int64_t* kept = selected + line * stride;
    const T* boxes = call.inputs[kBoxes]->As<T>() + line / classes * n * 4;
    *kept = SelectBoxes(attrs, limits, boxes, scores.As<T>() + line * n, absl::MakeSpan(kept + 1, n));
    total += *kept;
  }
  BATON_RETURN_IF_ERROR(call.context.AllocateOutput(0, DType::kInt64, {total, 3}));
  int64_t* row = call.outputs[0]->As<int64_t>();
  for (int64_t line = 0; line < lines; ++line) {
    const int64_t* kept = selected + line * stride;
    for (int64_t i = 1; i <= *kept; ++i, row += 3) {
      row[0] = line / classes;
      row[1] = line % classes;
      row[2] = kept[i];
    }
  }
  return absl::OkStatus();
}

absl::Status AllClassNonMaxSuppressionKernel(const AllClassNonMaxSuppressionAttrs& attrs, KernelCall& call) {
  if (call.inputs[kScores]->num_elements() == 0) return call.context.AllocateOutput(0, DType::kInt64, {0, 3});
  const TensorObject* score = call.inputs[kScoreThreshold];
  const Limits limits = {IntegerAt(*call.inputs[kMaxOutput], 0), NumberAt(*call.inputs[kIouThreshold], 0),
                         score == nullptr ? -std::numeric_limits<double>::infinity() : NumberAt(*score, 0)};
  return VisitDTypeIn<DTypeSet::kFloat>(call.inputs[kBoxes]->dtype, [&](auto element) {
    return SelectAll<decltype(element)>(attrs, limits, call);
  });
}

}  // namespace

const OpDef& AllClassNonMaxSuppression() {
  static const OpDef& def = *new OpDef(MakeOp<AllClassNonMaxSuppressionAttrs>(
      {.name = "vision.all_class_non_max_suppression",
       .doc = "(batch, class, box) of the boxes kept, by batch, class and descending score: those that score "
              "above score_threshold and overlap no better box of their class by more than iou_threshold, at "
              "most "
              "max_output_boxes_per_class (none when that is not positive). int64 [n, 3]. Source: ONNX "
              "NonMaxSuppression-11.",
       .attrs = {{"center_point_box", &AllClassNonMaxSuppressionAttrs::center_point_box,
                  "boxes are centre and size (x, y, w, h), else any two opposite corners"}},
       .inputs = {"boxes", "scores", "max_output_boxes_per_class", "iou_threshold",
                  InputDef("score_threshold").Optional()},
       .outputs = {"selected_indices"},
       .type = AllClassNonMaxSuppressionType,
       .kernels = {{"portable", AllClassNonMaxSuppressionKernel}}}));
  return def;
}

}  // namespace baton
