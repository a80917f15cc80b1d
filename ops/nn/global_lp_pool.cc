#include "ops/nn/global_pool.h"
#include "ops/nn/p_norm.h"

namespace baton {
namespace {

struct GlobalLpPoolAttrs {
  double p = 2;
};

absl::Status CheckGlobalLpPool(const GlobalLpPoolAttrs& attrs) {
  return CheckExponent(attrs.p);
}

absl::Status GlobalLpPoolPortable(const GlobalLpPoolAttrs& attrs, KernelCall& call) {
  return PoolPlanes(
      [&]<typename T>(const T* x, int64_t n) {
        double sum = 0;
        for (int64_t i = 0; i < n; ++i) sum += Power(Convert<double>(x[i]), attrs.p);
        return Convert<T>(Root(sum, attrs.p));
      },
      call);
}

}  // namespace

const OpDef& GlobalLpPool() {
  static const OpDef& def = *new OpDef(MakeOp<GlobalLpPoolAttrs>(
      {.name = "nn.global_lp_pool",
       .doc = "The p-norm of each channel of data [N, C, spatial...]; the spatial axes "
              "become 1. Source: ONNX GlobalLpPool-2.",
       .attrs = {{"p", &GlobalLpPoolAttrs::p, "exponent of the norm"}},
       .inputs = {"data"},
       .type = GlobalPoolType<GlobalLpPoolAttrs>,
       .check_attrs = CheckGlobalLpPool,
       .kernels = {{"portable", GlobalLpPoolPortable}}}));
  return def;
}

}  // namespace baton
