#include <algorithm>

#include "ops/elementwise/kernels.h"
#include "ops/nn/pool.h"
#include "ops/op_cost.h"

namespace baton {
namespace {

struct AvgPoolAttrs {
  std::vector<int64_t> kernel_shape, strides, pads, dilations;
  bool ceil_mode = false;
  std::string auto_pad = "NOTSET";
  bool count_include_pad = false;
};

absl::Status CheckAvgPool(const AvgPoolAttrs& attrs) {
  return CheckPool(WindowOf(attrs), attrs.kernel_shape);
}

// The taps of a window that divide its sum: those inside the input, or inside its padding too; none lies
// beyond.
double CountTaps(const WindowGeometry& g, bool include_pad, const Taps* taps, const int64_t* position) {
  double count = 1;
  for (int axis = 0; axis < kMaxWindowAxes; ++axis) {
    int64_t along = taps[axis].end - taps[axis].begin;
    if (include_pad) {
      const int64_t start = position[axis] * g.stride[axis];  // in the padded input
      const int64_t room = g.pad_begin[axis] + g.in[axis] + g.pad_end[axis] - start;
      along = std::min(g.kernel[axis], (room + g.dilation[axis] - 1) / g.dilation[axis]);
    }
    count *= static_cast<double>(std::max<int64_t>(along, 0));
  }
  return count;
}

absl::Status AvgPoolPortable(const AvgPoolAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  TensorObject& output = *call.outputs[0];
  if (output.num_elements() == 0) return absl::OkStatus();
  const WindowGeometry g = PoolGeometry(WindowOf(attrs), attrs.kernel_shape, data, output);
  return VisitDTypeIn<DTypeSet::kFloat>(data.dtype, [&](auto element) {
    using T = decltype(element);
    const T* x = data.As<T>();
    T* y = output.As<T>();
    ForEachWindow(g, data.dims[0] * data.dims[1],
                  [&](int64_t plane, const Taps* taps, const int64_t* position, int64_t result) {
                    double sum = 0;
                    ForEachTap(g, taps, [&](int64_t offset) { sum += Load(x[plane + offset]); });
                    const double count = CountTaps(g, attrs.count_include_pad, taps, position);
                    y[result] = Convert<T>(count == 0 ? 0.0 : sum / count);
                  });
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& AvgPool() {
  static const OpDef& def = *new OpDef(MakeOp<AvgPoolAttrs>({
      .name = "nn.avg_pool",
      .doc =
          "Mean of each window of data [N, C, spatial...]; a window without elements gives 0. Source: ONNX "
          "AveragePool-19.",
      .attrs = PoolAttrList<AvgPoolAttrs>(
          {{"count_include_pad", &AvgPoolAttrs::count_include_pad, "count the zeros of the padding"}}),
      .inputs = {"data"},
      .type = FloatPoolType<AvgPoolAttrs>,
      .check_attrs = CheckAvgPool,
      .flops = FlopsPerResult<AvgPoolAttrs, 100>,
      .kernels = {{"portable", AvgPoolPortable}},
  }));
  return def;
}

}  // namespace baton
