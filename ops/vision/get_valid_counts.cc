#include <algorithm>

#include "ops/elementwise/kernels.h"
#include "ops/vision/boxes.h"

namespace baton {
namespace {

enum Output { kCount, kBoxes, kIndices };

struct GetValidCountsAttrs {
  int64_t id_index = 0;
  int64_t score_index = 1;
};

absl::Status CheckGetValidCountsAttrs(const GetValidCountsAttrs& attrs) {
  if (attrs.score_index >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("attribute 'score_index' is ", attrs.score_index, ", expected at least 0"));
}

absl::Status GetValidCountsType(TypeContext& context, const GetValidCountsAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireDType(context, 1, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, 1, "score_threshold"));
  BATON_RETURN_IF_ERROR(RequireRank(context, 0, 3, "data"));
  const DType dtype = context.input(0)->dtype;
  Shape data = context.input(0)->shape;
  if (data.has_rank()) {
    const int64_t last = std::max(attrs.id_index, attrs.score_index);
    BATON_RETURN_IF_ERROR(context.RequireAtLeast(data[2], Dim(last) + Dim(1), "elements of a box"));
  } else {
    BATON_ASSIGN_OR_RETURN(data, FreshShape(context, 3, "extent"));
  }
  result->push_back({DType::kInt32, Shape({data[0]})});
  result->push_back({dtype, data});
  result->push_back({DType::kInt32, Shape({data[0], data[1]})});
  return absl::OkStatus();
}

// Moves the valid boxes of one batch to the front. Returns their number.
template <typename T>
int64_t MoveValid(const GetValidCountsAttrs& attrs, double threshold, int64_t batch, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  const int64_t num_boxes = data.dims[1];
  const int64_t length = data.dims[2];
  T* to = call.outputs[kBoxes]->As<T>() + batch * num_boxes * length;
  T* const end = to + num_boxes * length;
  int32_t* indices = call.outputs[kIndices]->As<int32_t>() + batch * num_boxes;
  int64_t count = 0;
  for (int64_t i = 0; i < num_boxes; ++i) {
    const T* box = data.As<T>() + (batch * num_boxes + i) * length;
    const bool has_class = attrs.id_index < 0 || Convert<double>(box[attrs.id_index]) >= 0;
    if (!(Convert<double>(box[attrs.score_index]) > threshold) || !has_class) continue;
    to = std::copy_n(box, length, to);
    indices[count++] = static_cast<int32_t>(i);
  }
  std::fill(to, end, Convert<T>(-1));
  std::fill(indices + count, indices + num_boxes, -1);
  return count;
}

absl::Status GetValidCountsKernel(const GetValidCountsAttrs& attrs, KernelCall& call) {
  const double threshold = NumberAt(*call.inputs[1], 0);
  return VisitDTypeIn<DTypeSet::kFloat>(call.inputs[0]->dtype, [&](auto element) {
    for (int64_t batch = 0; batch < call.inputs[0]->dims[0]; ++batch) {
      const int64_t count = MoveValid<decltype(element)>(attrs, threshold, batch, call);
      call.outputs[kCount]->As<int32_t>()[batch] = static_cast<int32_t>(count);
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& GetValidCounts() {
  static const OpDef& def = *new OpDef(MakeOp<GetValidCountsAttrs>(
      {.name = "vision.get_valid_counts",
       .doc =
           "The boxes that score above score_threshold and have a class, moved to the front of their batch; "
           "how many there are, and where each came from. The rest is -1.",
       .attrs = {{"id_index", &GetValidCountsAttrs::id_index,
                  "where a box has its class (below 0: none); negative: no class"},
                 {"score_index", &GetValidCountsAttrs::score_index, "where a box has its score"}},
       .inputs = {"data", "score_threshold"},
       .outputs = {"valid_count", "boxes", "indices"},
       .type = GetValidCountsType,
       .check_attrs = CheckGetValidCountsAttrs,
       .kernels = {{"portable", GetValidCountsKernel}}}));
  return def;
}

}  // namespace baton
