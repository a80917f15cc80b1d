#include <algorithm>
#include <numeric>

#include "ops/elementwise/kernels.h"
#include "ops/op_cost.h"
#include "ops/tensor/indices.h"
#include "ops/vision/boxes.h"

namespace baton {
namespace {

enum Input { kData, kValidCount, kIndices, kMaxOutputSize, kIouThreshold };
enum Output { kBoxes, kKept, kCount };

struct NonMaxSuppressionAttrs {
  bool force_suppress = false;
  int64_t top_k = -1;
  int64_t coord_start = 2;
  int64_t score_index = 1;
  int64_t id_index = 0;
  bool invalid_to_bottom = false;
};

absl::Status CheckNonMaxSuppressionAttrs(const NonMaxSuppressionAttrs& attrs) {
  if (attrs.coord_start >= 0 && attrs.coord_start < INT32_MAX && attrs.score_index >= 0)
    return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("coord_start is ", attrs.coord_start, " and score_index is ",
                                                 attrs.score_index, ", expected places in a box"));
}

// REQUIRES: all inputs are ranked.
absl::Status CheckExtents(TypeContext& context, const NonMaxSuppressionAttrs& attrs) {
  const Shape& data = context.input(kData)->shape;
  const Shape& count = context.input(kValidCount)->shape;
  const Shape& indices = context.input(kIndices)->shape;
  const int64_t last = std::max({attrs.coord_start + 3, attrs.score_index, attrs.id_index});
  BATON_RETURN_IF_ERROR(context.RequireAtLeast(data[2], Dim(last) + Dim(1), "elements of a box"));
  BATON_RETURN_IF_ERROR(context.RequireEqual(count[0], data[0], "batches of valid_count and data"));
  BATON_RETURN_IF_ERROR(context.RequireEqual(indices[0], data[0], "batches of indices and data"));
  return context.RequireEqual(indices[1], data[1], "boxes of indices and data");
}

absl::Status NonMaxSuppressionType(TypeContext& context, const NonMaxSuppressionAttrs& attrs,
                                   TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kData, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireDType(context, kValidCount, DTypeSet::kIndex));
  BATON_RETURN_IF_ERROR(RequireDType(context, kIndices, DTypeSet::kIndex));
  BATON_RETURN_IF_ERROR(RequireDType(context, kMaxOutputSize, DTypeSet::kInteger));
  BATON_RETURN_IF_ERROR(RequireDType(context, kIouThreshold, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, kMaxOutputSize, "max_output_size"));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, kIouThreshold, "iou_threshold"));
  BATON_RETURN_IF_ERROR(RequireRank(context, kData, 3, "data"));
  BATON_RETURN_IF_ERROR(RequireRank(context, kValidCount, 1, "valid_count"));
  BATON_RETURN_IF_ERROR(RequireRank(context, kIndices, 2, "indices"));
  if (context.AllRanked()) BATON_RETURN_IF_ERROR(CheckExtents(context, attrs));
  Shape data = context.input(kData)->shape;
  if (!data.has_rank()) {
    BATON_ASSIGN_OR_RETURN(data, FreshShape(context, 3, "extent"));
  }
  result->push_back({context.input(kData)->dtype, data});
  result->push_back({DType::kInt32, Shape({data[0], data[1]})});
  result->push_back({DType::kInt32, Shape({data[0], Dim(1)})});
  return absl::OkStatus();
}

// The boxes of one batch: elements as numbers.
template <typename T>
struct Boxes {
  const NonMaxSuppressionAttrs& attrs;
  const T* data;
  int64_t length;

  double At(int64_t box, int64_t place) const { return Convert<double>(data[box * length + place]); }
  double Score(int64_t box) const { return At(box, attrs.score_index); }
  Box Corners(int64_t box) const {
    const int64_t c = attrs.coord_start;
    return BoxFromCorners(At(box, c), At(box, c + 1), At(box, c + 2), At(box, c + 3));
  }
  bool Suppresses(int64_t winner, int64_t box, double threshold) const {
    if (attrs.id_index >= 0) {
      const double id = At(winner, attrs.id_index);
      if (id < 0 || (!attrs.force_suppress && id != At(box, attrs.id_index))) return false;
    }
    return IntersectionOverUnion(Corners(winner), Corners(box)) >= threshold;
  }
};

// Ranks the first `num_valid` boxes and keeps the best. `ranked` becomes the boxes in order, `kept` the
// places in it of those kept, in order; both have an element for each box. Returns the number kept.
template <typename T>
int64_t Select(const Boxes<T>& boxes, int64_t num_valid, int64_t max_kept, double threshold, int64_t* ranked,
               int64_t* kept) {
  std::iota(ranked, ranked + num_valid, 0);
  std::iota(kept, kept + num_valid, 0);
  if (threshold <= 0) return num_valid;  // no suppression: everything stays where it is
  SortByScore(absl::MakeSpan(ranked, num_valid), [&](int64_t box) { return boxes.Score(box); });
  const int64_t top_k = boxes.attrs.top_k;
  if (top_k > 0 && top_k < num_valid) num_valid = top_k;
  const auto is_positive = [&](int64_t place) { return boxes.Score(ranked[place]) > 0; };
  num_valid = std::partition_point(kept, kept + num_valid, is_positive) - kept;
  return SuppressBoxes(absl::MakeSpan(kept, num_valid), max_kept < 0 ? num_valid : max_kept,
                       [&](int64_t winner, int64_t place) {
                         return boxes.Suppresses(ranked[winner], ranked[place], threshold);
                       });
}

template <typename T>
absl::Status SuppressBatch(const Boxes<T>& boxes, int64_t batch, int64_t* scratch, KernelCall& call) {
  const int64_t num_boxes = call.inputs[kData]->dims[1];
  const int64_t num_valid = IndexAt(*call.inputs[kValidCount], batch);
  if (num_valid < 0 || num_valid > num_boxes) {
    return absl::InvalidArgumentError(
        absl::StrCat("valid_count of batch ", batch, " is ", num_valid, ", expected 0 to ", num_boxes));
  }
  int64_t* ranked = scratch;
  int64_t* kept = scratch + num_boxes;
  const int64_t count = Select(boxes, num_valid, IntegerAt(*call.inputs[kMaxOutputSize], 0),
                               NumberAt(*call.inputs[kIouThreshold], 0), ranked, kept);
  T* rows = call.outputs[kBoxes]->As<T>() + batch * num_boxes * boxes.length;
  std::fill_n(rows, num_boxes * boxes.length, Convert<T>(-1));
  int32_t* indices = call.outputs[kKept]->As<int32_t>() + batch * num_boxes;
  std::fill_n(indices, num_boxes, -1);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t box = ranked[kept[i]];
    const int64_t row = boxes.attrs.invalid_to_bottom ? i : kept[i];
    std::copy_n(boxes.data + box * boxes.length, boxes.length, rows + row * boxes.length);
    indices[i] = static_cast<int32_t>(IndexAt(*call.inputs[kIndices], batch * num_boxes + box));
  }
  call.outputs[kCount]->As<int32_t>()[batch] = static_cast<int32_t>(count);
  return absl::OkStatus();
}

absl::Status NonMaxSuppressionKernel(const NonMaxSuppressionAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[kData];
  auto* scratch = static_cast<int64_t*>(call.context.Scratch(2 * data.dims[1] * sizeof(int64_t)));
  if (scratch == nullptr) return absl::ResourceExhaustedError("no memory for the order of the boxes");
  return VisitDTypeIn<DTypeSet::kFloat>(data.dtype, [&](auto element) {
    using T = decltype(element);
    for (int64_t batch = 0; batch < data.dims[0]; ++batch) {
      const T* rows = data.As<T>() + batch * data.dims[1] * data.dims[2];
      BATON_RETURN_IF_ERROR(SuppressBatch(Boxes<T>{attrs, rows, data.dims[2]}, batch, scratch, call));
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& NonMaxSuppression() {
  static const OpDef& def = *new OpDef(MakeOp<NonMaxSuppressionAttrs>(
      {.name = "vision.non_max_suppression",
       .doc =
           "Of the first valid_count boxes of each batch, by descending score, those that overlap none kept "
           "before by iou_threshold or more. Gives the boxes (others -1), the elements of `indices` for "
           "those "
           "kept, at the front (others -1), and their number. A box needs a score above 0; at most "
           "max_output_size are kept (negative: all). iou_threshold 0 keeps everything as it is.",
       .attrs =
           {{"force_suppress", &NonMaxSuppressionAttrs::force_suppress,
             "boxes of other classes count as well"},
            {"top_k", &NonMaxSuppressionAttrs::top_k, "only the best so many take part; not positive: all"},
            {"coord_start", &NonMaxSuppressionAttrs::coord_start, "where a box has its two corners"},
            {"score_index", &NonMaxSuppressionAttrs::score_index, "where a box has its score"},
            {"id_index", &NonMaxSuppressionAttrs::id_index, "where a box has its class; negative: no class"},
            {"invalid_to_bottom", &NonMaxSuppressionAttrs::invalid_to_bottom,
             "kept boxes move to the front, else they stay at their rank"}},
       .inputs = {"data", "valid_count", "indices", "max_output_size", "iou_threshold"},
       .outputs = {"boxes", "indices", "valid_count"},
       .type = NonMaxSuppressionType,
       .check_attrs = CheckNonMaxSuppressionAttrs,
       .flops = FlopsPerOperand<NonMaxSuppressionAttrs, 1000>,
       .kernels = {{"portable", NonMaxSuppressionKernel}}}));
  return def;
}

}  // namespace baton
