// What roi_align and roi_pool share: regions of interest in the image's pixels, rows (batch, x1, y1, x2, y2),
// or (x1, y1, x2, y2) beside a vector of batches.
#pragma once

#include "ops/elementwise/kernels.h"
#include "ops/tensor/indices.h"
#include "ops/vision/boxes.h"

namespace baton {

enum RoiInput { kRoiData, kRois, kBatchIndices };

// data [N, C, H, W] and rois [R, 5], or [R, 4] and batch_indices [R], give [R, C, pooled height, pooled
// width].
inline absl::Status RoiType(TypeContext& context, absl::Span<const int64_t> pooled_size,
                            TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kRoiData, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireDType(context, kBatchIndices, DTypeSet::kIndex));
  BATON_RETURN_IF_ERROR(RequireRank(context, kRoiData, 4, "data"));
  BATON_RETURN_IF_ERROR(RequireRank(context, kRois, 2, "rois"));
  BATON_RETURN_IF_ERROR(RequireRank(context, kBatchIndices, 1, "batch_indices"));
  const TensorType& data = *context.input(kRoiData);
  const TensorType& rois = *context.input(kRois);
  if (rois.dtype != data.dtype) {
    return absl::InvalidArgumentError(absl::StrCat("rois has element type ", DTypeName(rois.dtype),
                                                   ", expected ", DTypeName(data.dtype), " as data"));
  }
  const bool apart = context.HasInput(kBatchIndices);
  const Dim channels = data.shape.has_rank() ? data.shape[1] : context.FreshDim("channels");
  const Dim count = rois.shape.has_rank() ? rois.shape[0] : context.FreshDim("rois");
  if (rois.shape.has_rank()) {
    BATON_RETURN_IF_ERROR(
        context.RequireEqual(rois.shape[1], Dim(apart ? 4 : 5), "elements of a roi and those expected"));
    if (apart && context.input(kBatchIndices)->shape.has_rank())
      BATON_RETURN_IF_ERROR(
          context.RequireEqual(context.input(kBatchIndices)->shape[0], count, "batch_indices and rois"));
  }
  result->push_back({data.dtype, Shape({count, channels, Dim(pooled_size[0]), Dim(pooled_size[1])})});
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

// Region `index` of rois. Errors: InvalidArgument when its batch does not exist.
template <typename T>
absl::StatusOr<Roi> RoiAt(const KernelCall& call, int64_t index) {
  const TensorObject* batches = call.inputs.size() > kBatchIndices ? call.inputs[kBatchIndices] : nullptr;
  const int64_t num_batches = call.inputs[kRoiData]->dims[0];
  const T* row = call.inputs[kRois]->As<T>() + index * (batches == nullptr ? 5 : 4);
  const double batch =
      batches == nullptr ? Convert<double>(*row++) : static_cast<double>(IndexAt(*batches, index));
  if (!(batch >= 0 && batch < static_cast<double>(num_batches))) {
    return absl::InvalidArgumentError(
        absl::StrCat("roi ", index, " is in batch ", batch, ", data has ", num_batches));
  }
  return Roi{
      static_cast<int64_t>(batch),
      {Convert<double>(row[0]), Convert<double>(row[1]), Convert<double>(row[2]), Convert<double>(row[3])}};
}

}  // namespace baton
