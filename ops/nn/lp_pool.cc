#include "ops/elementwise/kernels.h"
#include "ops/nn/p_norm.h"
#include "ops/nn/pool.h"

namespace baton {
namespace {

struct LpPoolAttrs {
  std::vector<int64_t> kernel_shape, strides, pads, dilations;
  bool ceil_mode = false;
  std::string auto_pad = "NOTSET";
  double p = 2;
};

absl::Status CheckLpPool(const LpPoolAttrs& attrs) {
  BATON_RETURN_IF_ERROR(CheckExponent(attrs.p));
  return CheckPool(WindowOf(attrs), attrs.kernel_shape);
}

absl::Status LpPoolPortable(const LpPoolAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  TensorObject& output = *call.outputs[0];
  if (output.num_elements() == 0) return absl::OkStatus();
  const WindowGeometry g = PoolGeometry(WindowOf(attrs), attrs.kernel_shape, data, output);
  return VisitDTypeIn<DTypeSet::kFloat>(data.dtype, [&](auto element) {
    using T = decltype(element);
    const T* x = data.As<T>();
    T* y = output.As<T>();
    ForEachWindow(
        g, data.dims[0] * data.dims[1], [&](int64_t plane, const Taps* taps, const int64_t*, int64_t result) {
          double sum = 0;
          ForEachTap(g, taps,
                     [&](int64_t offset) { sum += Power(Convert<double>(x[plane + offset]), attrs.p); });
          y[result] = Convert<T>(Root(sum, attrs.p));
        });
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& LpPool() {
  static const OpDef& def = *new OpDef(MakeOp<LpPoolAttrs>({
      .name = "nn.lp_pool",
      .doc = "The p-norm of each window of data [N, C, spatial...]; padding counts as 0. Source: ONNX "
             "LpPool-18.",
      .attrs = PoolAttrList<LpPoolAttrs>({{"p", &LpPoolAttrs::p, "exponent of the norm"}}),
      .inputs = {"data"},
      .type = FloatPoolType<LpPoolAttrs>,
      .check_attrs = CheckLpPool,
      .kernels = {{"portable", LpPoolPortable}},
  }));
  return def;
}

}  // namespace baton
