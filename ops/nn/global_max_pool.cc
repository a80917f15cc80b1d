#include <limits>

#include "ops/nn/global_pool.h"

namespace baton {
namespace {

struct Greatest {
  template <typename T>
  static T Of(const T* x, int64_t n) {
    using C = ComputeType<T>;
    C greatest = -std::numeric_limits<C>::infinity();
    for (int64_t i = 0; i < n; ++i) {
      const C value = Load(x[i]);
      greatest = value > greatest || value != value ? value : greatest;  // NaN stays
    }
    return T(greatest);
  }
};

}  // namespace

const OpDef& GlobalMaxPool() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>({
      .name = "nn.global_max_pool",
      .doc =
          "Greatest element over all spatial axes of data [N, C, spatial...]. Source: ONNX GlobalMaxPool-1.",
      .inputs = {"data"},
      .type = GlobalPoolType<NoAttrs>,
      .fusion = Fusion::kReduction,
      .kernels = {{"portable", GlobalPoolKernel<Greatest>}},
  }));
  return def;
}

}  // namespace baton
