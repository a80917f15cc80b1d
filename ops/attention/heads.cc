#include "ops/attention/heads.h"

#include "absl/strings/str_cat.h"

namespace baton {

absl::StatusOr<HeadDims> HeadDimsOf(TypeContext& context, int index, int64_t num_heads,
                                    absl::string_view name, absl::string_view attribute) {
  const Shape& shape = context.input(index)->shape;
  if (shape.rank() == 4) return HeadDims{shape[0], shape[1], shape[2], shape[3]};
  if (shape.rank() != 3) {
    return absl::InvalidArgumentError(absl::StrCat(name, " has rank ", shape.rank(), ", expected 3 or 4"));
  }
  if (num_heads < 1) {
    return absl::InvalidArgumentError(absl::StrCat("attribute '", attribute, "' is ", num_heads,
                                                   ", expected at least 1 for ", name, " of rank 3"));
  }
  const Dim heads(num_heads);
  BATON_RETURN_IF_ERROR(context.RequireEqual(
      Mod(shape[2], heads), Dim(0),
      absl::StrCat("the remainder of ", name, "'s last extent by ", num_heads, " heads and 0")));
  return HeadDims{shape[0], heads, shape[1], FloorDiv(shape[2], heads)};
}

absl::StatusOr<QkvDims> QkvDimsOf(TypeContext& context, int64_t q_num_heads, int64_t kv_num_heads) {
  QkvDims dims;
  BATON_ASSIGN_OR_RETURN(dims.q, HeadDimsOf(context, 0, q_num_heads, "query", "q_num_heads"));
  BATON_ASSIGN_OR_RETURN(dims.k, HeadDimsOf(context, 1, kv_num_heads, "key", "kv_num_heads"));
  BATON_ASSIGN_OR_RETURN(dims.v, HeadDimsOf(context, 2, kv_num_heads, "value", "kv_num_heads"));
  return dims;
}

HeadLayout::HeadLayout(const TensorObject& tensor, int64_t num_heads) : batch(tensor.dims[0]) {
  if (tensor.rank == 4) {
    heads = tensor.dims[1];
    length = tensor.dims[2];
    size = row_stride = tensor.dims[3];
    head_stride = length * row_stride;
    batch_stride = heads * head_stride;
  } else {
    heads = num_heads;
    length = tensor.dims[1];
    row_stride = tensor.dims[2];
    size = head_stride = row_stride / num_heads;
    batch_stride = length * row_stride;
  }
}

}  // namespace baton
