// Tensors of attention heads, in either of two layouts: [batch, heads, length, size], or packed [batch,
// length, heads * size]. Shared by the operators of attention. Source: ONNX Attention-23.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ops/op_def.h"

namespace baton {

struct HeadDims {
  Dim batch, heads, length, size;
};

// The extents of input `index`, which has a known rank; packed tensors have `num_heads` heads, of which
// `attribute` tells. Errors: InvalidArgument for another rank, no number of heads, or one that does not
// divide.
absl::StatusOr<HeadDims> HeadDimsOf(TypeContext& context, int index, int64_t num_heads,
                                    absl::string_view name, absl::string_view attribute);

struct QkvDims {
  HeadDims q, k, v;
};

// Those of inputs 0 to 2: query, key and value, of which the last two have the same number of heads.
absl::StatusOr<QkvDims> QkvDimsOf(TypeContext& context, int64_t q_num_heads, int64_t kv_num_heads);

// The same of a tensor, with strides in elements; a head's rows have consecutive elements.
struct HeadLayout {
  HeadLayout(const TensorObject& tensor, int64_t num_heads);
  int64_t Offset(int64_t b, int64_t h, int64_t row) const {
    return b * batch_stride + h * head_stride + row * row_stride;
  }
  int64_t batch, heads, length, size;
  int64_t batch_stride, head_stride, row_stride;
};

}  // namespace baton
