#include <algorithm>

#include "ops/elementwise/kernels.h"
#include "ops/vision/boxes.h"

namespace baton {
namespace {

enum Input { kBoxes, kScores };
enum Output { kKeptBoxes, kKeptClasses, kKeptScores, kCount };

struct RegularNonMaxSuppressionAttrs {
  int64_t max_detections_per_class = 0;
  int64_t max_detections = 0;
  int64_t num_classes = 0;
  double iou_threshold = 0;
  double score_threshold = 0;
};

absl::Status CheckRegularNonMaxSuppressionAttrs(const RegularNonMaxSuppressionAttrs& attrs) {
  if (attrs.max_detections_per_class >= 0 && attrs.max_detections >= 0 && attrs.num_classes >= 0)
    return absl::OkStatus();
  return absl::InvalidArgumentError(
      "max_detections_per_class, max_detections and num_classes must be at least 0");
}

// REQUIRES: both inputs are ranked.
absl::Status CheckExtents(TypeContext& context, const RegularNonMaxSuppressionAttrs& attrs) {
  const Shape& boxes = context.input(kBoxes)->shape;
  const Shape& scores = context.input(kScores)->shape;
  BATON_RETURN_IF_ERROR(context.RequireEqual(boxes[2], Dim(4), "coordinates of a box and 4"));
  BATON_RETURN_IF_ERROR(context.RequireEqual(scores[0], boxes[0], "batches of scores and boxes"));
  BATON_RETURN_IF_ERROR(context.RequireEqual(scores[1], boxes[1], "numbers of scores and boxes"));
  return context.RequireAtLeast(scores[2], Dim(attrs.num_classes), "classes of scores");
}

absl::Status RegularNonMaxSuppressionType(TypeContext& context, const RegularNonMaxSuppressionAttrs& attrs,
                                          TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kBoxes, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireSameDType(context));
  BATON_RETURN_IF_ERROR(RequireRank(context, kBoxes, 3, "boxes"));
  BATON_RETURN_IF_ERROR(RequireRank(context, kScores, 3, "scores"));
  if (context.AllRanked()) BATON_RETURN_IF_ERROR(CheckExtents(context, attrs));
  const TensorType& boxes = *context.input(kBoxes);
  const Dim batch = boxes.shape.has_rank() ? boxes.shape[0] : context.FreshDim("batch");
  const Dim kept = attrs.max_detections;
  result->push_back({boxes.dtype, Shape({batch, kept, Dim(4)})});
  result->push_back({boxes.dtype, Shape({batch, kept})});
  result->push_back({boxes.dtype, Shape({batch, kept})});
  result->push_back({boxes.dtype, Shape({batch})});
  return absl::OkStatus();
}

// One batch. A candidate is the place of its score: box * all_classes + class.
template <typename T>
struct Detections {
  const RegularNonMaxSuppressionAttrs& attrs;
  const T* boxes;
  const T* scores;
  int64_t num_boxes;
  int64_t all_classes;  // with the background, which comes first

  double Score(int64_t candidate) const { return Convert<double>(scores[candidate]); }
  const T* BoxOf(int64_t candidate) const { return boxes + candidate / all_classes * 4; }
  Box Corners(int64_t candidate) const {
    const T* box = BoxOf(candidate);
    return BoxFromCorners(Convert<double>(box[0]), Convert<double>(box[1]), Convert<double>(box[2]),
                          Convert<double>(box[3]));
  }

  // Puts the best candidates of all classes at the front of `pool`, which has room for all. Returns their
  // number.
  int64_t Select(int64_t* pool) const {
    const auto score = [this](int64_t candidate) { return Score(candidate); };
    int64_t kept = 0;
    for (int64_t c = all_classes - attrs.num_classes; c < all_classes; ++c) {
      int64_t* end = pool + kept;
      for (int64_t box = 0; box < num_boxes; ++box) {
        if (const int64_t candidate = box * all_classes + c; Score(candidate) >= attrs.score_threshold)
          *end++ = candidate;
      }
      const auto candidates = absl::MakeSpan(pool + kept, end - (pool + kept));
      SortByScore(candidates, score);
      kept += SuppressBoxes(
          candidates, attrs.max_detections_per_class, [this](int64_t winner, int64_t candidate) {
            return IntersectionOverUnion(Corners(winner), Corners(candidate)) > attrs.iou_threshold;
          });
    }
    SortByScore(absl::MakeSpan(pool, kept), score);
    return std::min(kept, attrs.max_detections);
  }
};

template <typename T>
void WriteBatch(const Detections<T>& batch, int64_t index, absl::Span<const int64_t> kept, KernelCall& call) {
  const int64_t room = batch.attrs.max_detections;
  const int64_t background = batch.all_classes - batch.attrs.num_classes;
  T* boxes = call.outputs[kKeptBoxes]->As<T>() + index * room * 4;
  T* classes = call.outputs[kKeptClasses]->As<T>() + index * room;
  T* scores = call.outputs[kKeptScores]->As<T>() + index * room;
  std::fill_n(boxes, room * 4, T(0));
  std::fill_n(classes, room, T(0));
  std::fill_n(scores, room, T(0));
  for (int64_t candidate : kept) {
    boxes = std::copy_n(batch.BoxOf(candidate), 4, boxes);
    *classes++ = Convert<T>(candidate % batch.all_classes - background);
    *scores++ = batch.scores[candidate];
  }
  call.outputs[kCount]->As<T>()[index] = Convert<T>(static_cast<int64_t>(kept.size()));
}

absl::Status RegularNonMaxSuppressionKernel(const RegularNonMaxSuppressionAttrs& attrs, KernelCall& call) {
  const TensorObject& scores = *call.inputs[kScores];
  const int64_t n = scores.dims[1];
  const int64_t classes = scores.dims[2];
  auto* pool = static_cast<int64_t*>(call.context.Scratch(n * classes * sizeof(int64_t)));
  if (pool == nullptr) return absl::ResourceExhaustedError("no memory for the candidates");
  return VisitDTypeIn<DTypeSet::kFloat>(scores.dtype, [&](auto element) {
    using T = decltype(element);
    for (int64_t i = 0; i < scores.dims[0]; ++i) {
      const Detections<T> batch = {attrs, call.inputs[kBoxes]->As<T>() + i * n * 4,
                                   scores.As<T>() + i * n * classes, n, classes};
      const int64_t count = batch.Select(pool);
      WriteBatch(batch, i, absl::MakeConstSpan(pool, count), call);
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& RegularNonMaxSuppression() {
  static const OpDef& def = *new OpDef(MakeOp<RegularNonMaxSuppressionAttrs>(
      {.name = "vision.regular_non_max_suppression",
       .doc =
           "The best boxes of all classes: of each class those that score score_threshold or more and "
           "overlap no better one by more than iou_threshold, then the best of these. Gives boxes, classes "
           "(without the background), scores, filled up with 0, and their number. scores: [batch, box, "
           "class]. "
           "Source: TensorFlow Lite, TFLite_Detection_PostProcess with regular NMS.",
       .attrs =
           {{"max_detections_per_class", &RegularNonMaxSuppressionAttrs::max_detections_per_class,
             "boxes kept of a class", /*required=*/true},
            {"max_detections", &RegularNonMaxSuppressionAttrs::max_detections, "boxes kept of a batch", true},
            {"num_classes", &RegularNonMaxSuppressionAttrs::num_classes,
             "classes; the scores before the last so many are the background's", true},
            {"iou_threshold", &RegularNonMaxSuppressionAttrs::iou_threshold, "overlap allowed", true},
            {"score_threshold", &RegularNonMaxSuppressionAttrs::score_threshold, "the least score", true}},
       .inputs = {"boxes", "scores"},
       .outputs = {"boxes", "classes", "scores", "num_detections"},
       .type = RegularNonMaxSuppressionType,
       .check_attrs = CheckRegularNonMaxSuppressionAttrs,
       .kernels = {{"portable", RegularNonMaxSuppressionKernel}}}));
  return def;
}

}  // namespace baton
