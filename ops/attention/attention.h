// What attention's definition and its kernel share.
#pragma once

#include "ops/op_def.h"

namespace baton {

enum AttentionInput { kQuery, kKey, kValue, kMask, kOffset, kValidLength };

// Which stage of the scores is a second result.
enum class AttentionScores { kNone = -1, kProduct = 0, kCapped = 1, kBiased = 2, kSoftmax = 3 };

struct AttentionAttrs {
  int64_t q_num_heads = 0, kv_num_heads = 0;
  double scale = 0;
  double softcap = 0;
  bool is_causal = false;
  int64_t left_window = -1, right_window = -1;
  int64_t scores = -1;
  DType softmax_precision = DType::kFloat32;
};

// Products by OpenBLAS, or by plain loops.
absl::Status AttentionOpenBlas(const AttentionAttrs& attrs, KernelCall& call);
absl::Status AttentionPortable(const AttentionAttrs& attrs, KernelCall& call);

}  // namespace baton
