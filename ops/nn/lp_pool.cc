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

absl::Status LpPoolType(TypeContext& context, const LpPoolAttrs& attrs, TensorTypes* result) {
  BATON_ASSIGN_OR_RETURN(Shape shape,
                         PoolShape(context, WindowOf(attrs), attrs.kernel_shape, DTypeSet::kFloat));
  result->push_back({context.input(0)->dtype, std::move(shape)});
  return absl::OkStatus();
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
      .attrs = {{"kernel_shape", &LpPoolAttrs::kernel_shape, "extents of the window", true},
                {"strides", &LpPoolAttrs::strides, "steps per spatial axis; empty: 1"},
                {"pads", &LpPoolAttrs::pads, "all begins, then all ends; empty: 0"},
                {"dilations", &LpPoolAttrs::dilations, "distances between taps; empty: 1"},
                {"ceil_mode", &LpPoolAttrs::ceil_mode, "round extents up"},
                {"auto_pad", &LpPoolAttrs::auto_pad, "NOTSET (use pads), SAME_UPPER, SAME_LOWER or VALID"},
                {"p", &LpPoolAttrs::p, "exponent of the norm"}},
      .inputs = {"data"},
      .type = LpPoolType,
      .check_attrs = CheckLpPool,
      .kernels = {{"portable", LpPoolPortable}},
  }));
  return def;
}

}  // namespace baton
