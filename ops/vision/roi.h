// What roi_align and roi_pool share: regions of interest, rows (batch, x1, y1, x2, y2) in the image's pixels.
#pragma once

#include "ops/elementwise/kernels.h"
#include "ops/vision/boxes.h"

namespace baton {

// data [N, C, H, W] and rois [R, 5] give [R, C, pooled height, pooled width].
inline absl::Status RoiType(TypeContext& context, absl::Span<const int64_t> pooled_size,
                            TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireSameDType(context));
  BATON_RETURN_IF_ERROR(RequireRank(context, 0, 4, "data"));
  BATON_RETURN_IF_ERROR(RequireRank(context, 1, 2, "rois"));
  const Shape& data = context.input(0)->shape;
  const Shape& rois = context.input(1)->shape;
  if (rois.has_rank())
    BATON_RETURN_IF_ERROR(context.RequireEqual(rois[1], Dim(5), "elements of a roi and 5"));
  const Dim channels = data.has_rank() ? data[1] : context.FreshDim("channels");
  const Dim count = rois.has_rank() ? rois[0] : context.FreshDim("rois");
  result->push_back(
      {context.input(0)->dtype, Shape({count, channels, Dim(pooled_size[0]), Dim(pooled_size[1])})});
  return absl::OkStatus();
}

inline absl::Status CheckPooledSize(absl::Span<const int64_t> pooled_size) {
  if (pooled_size.size() == 2 && pooled_size[0] > 0 && pooled_size[1] > 0) return absl::OkStatus();
  return absl::InvalidArgumentError("attribute 'pooled_size' must be two positive numbers: height and width");
}

struct Roi {
  int64_t batch;
  Box box;
};

// Row `index` of rois. Errors: InvalidArgument when its batch does not exist.
template <typename T>
absl::StatusOr<Roi> RoiAt(const TensorObject& rois, int64_t index, int64_t num_batches) {
  const T* row = rois.As<T>() + index * 5;
  const double batch = Convert<double>(row[0]);
  if (!(batch >= 0 && batch < static_cast<double>(num_batches))) {
    return absl::InvalidArgumentError(
        absl::StrCat("roi ", index, " is in batch ", batch, ", data has ", num_batches));
  }
  return Roi{
      static_cast<int64_t>(batch),
      {Convert<double>(row[1]), Convert<double>(row[2]), Convert<double>(row[3]), Convert<double>(row[4])}};
}

}  // namespace baton
