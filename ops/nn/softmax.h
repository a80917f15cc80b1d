// What nn.softmax and nn.log_softmax share.
#pragma once

#include "ops/op_def.h"

namespace baton {

struct SoftmaxAttrs {
  int64_t axis = -1;
};

absl::Status SoftmaxType(TypeContext& context, const SoftmaxAttrs& attrs, TensorTypes* result);

// `log`: the logarithm of the result. `fast`: vector exponentials for float32 along the last axis.
absl::Status RunSoftmax(const SoftmaxAttrs& attrs, bool log, bool fast, KernelCall& call);

template <bool log, bool fast>
absl::Status SoftmaxKernel(const SoftmaxAttrs& attrs, KernelCall& call) {
  return RunSoftmax(attrs, log, fast, call);
}

}  // namespace baton
