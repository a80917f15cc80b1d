#include "ops/nn/global_pool.h"
#include "ops/nn/row_sum.h"

namespace baton {
namespace {

struct Mean {
  template <typename T>
  static T Of(const T* x, int64_t n) {
    return Convert<T>(RowSum(x, n) / static_cast<double>(n));
  }
};

}  // namespace

const OpDef& GlobalAvgPool() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>({
      .name = "nn.global_avg_pool",
      .doc = "Mean over all spatial axes of data [N, C, spatial...]. Source: ONNX GlobalAveragePool-1.",
      .inputs = {"data"},
      .type = GlobalPoolType<NoAttrs>,
      .fusion = Fusion::kReduction,
      .kernels = {{"portable", GlobalPoolKernel<Mean>}},
  }));
  return def;
}

}  // namespace baton
