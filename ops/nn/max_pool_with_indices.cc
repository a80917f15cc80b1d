#include <limits>

#include "ops/elementwise/kernels.h"
#include "ops/nn/pool.h"
#include "ops/op_cost.h"

namespace baton {
namespace {

struct IndexedMaxPoolAttrs {
  std::vector<int64_t> kernel_shape, strides, pads, dilations;
  bool ceil_mode = false;
  std::string auto_pad = "NOTSET";
  int64_t storage_order = 0;
};

absl::Status CheckIndexedMaxPool(const IndexedMaxPoolAttrs& attrs) {
  if (attrs.storage_order != 0 && attrs.storage_order != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("attribute 'storage_order' is ", attrs.storage_order, ", expected 0 or 1"));
  }
  return CheckPool(WindowOf(attrs), attrs.kernel_shape);
}

absl::Status IndexedMaxPoolType(TypeContext& context, const IndexedMaxPoolAttrs& attrs, TensorTypes* result) {
  BATON_ASSIGN_OR_RETURN(Shape shape,
                         PoolShape(context, WindowOf(attrs), attrs.kernel_shape, DTypeSet::kNumeric));
  result->push_back({context.input(0)->dtype, shape});
  result->push_back({DType::kInt64, std::move(shape)});
  return absl::OkStatus();
}

// The index of a place of a plane when the first axis runs fastest.
int64_t ColumnMajor(const WindowGeometry& g, int64_t offset) {
  const int64_t i = offset / (g.in[1] * g.in[2]), j = offset / g.in[2] % g.in[1], k = offset % g.in[2];
  return i + g.in[0] * (j + g.in[1] * k);
}

template <typename T>
void IndexedMaxPoolLoops(const WindowGeometry& g, bool column_major, const TensorObject& data, T* values,
                         int64_t* indices) {
  using C = ComputeType<T>;
  using Limits = std::numeric_limits<C>;
  const T* x = data.As<T>();
  ForEachWindow(g, data.dims[0] * data.dims[1],
                [&](int64_t plane, const Taps* taps, const int64_t*, int64_t result) {
                  C greatest = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
                  int64_t index = -1;
                  ForEachTap(g, taps, [&](int64_t offset) {
                    const C value = Load(x[plane + offset]);
                    // NaN wins, as it does in max.
                    if (index >= 0 && !(value > greatest) && value == value) return;
                    if (greatest != greatest) return;
                    greatest = value;
                    index = offset;
                  });
                  values[result] = T(greatest);
                  indices[result] = index < 0 ? -1 : plane + (column_major ? ColumnMajor(g, index) : index);
                });
}

absl::Status IndexedMaxPoolPortable(const IndexedMaxPoolAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  TensorObject& output = *call.outputs[0];
  if (output.num_elements() == 0) return absl::OkStatus();
  const WindowGeometry g = PoolGeometry(WindowOf(attrs), attrs.kernel_shape, data, output);
  return VisitDTypeIn<DTypeSet::kNumeric>(data.dtype, [&](auto element) {
    using T = decltype(element);
    IndexedMaxPoolLoops<T>(g, attrs.storage_order == 1, data, output.As<T>(), call.outputs[1]->As<int64_t>());
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& MaxPoolWithIndices() {
  static const OpDef& def = *new OpDef(MakeOp<IndexedMaxPoolAttrs>({
      .name = "nn.max_pool_with_indices",
      .doc = "Greatest element of each window of data [N, C, spatial...], and its index in data as a flat "
             "tensor; a window without elements gives the least value and -1. nn.max_pool is the faster one "
             "without "
             "indices. Source: ONNX MaxPool-12.",
      .attrs = PoolAttrList<IndexedMaxPoolAttrs>(
          {{"storage_order", &IndexedMaxPoolAttrs::storage_order,
            "indices count the places of a plane row by row (0) or column by column (1)"}}),
      .inputs = {"data"},
      .outputs = {"output", "indices"},
      .type = IndexedMaxPoolType,
      .check_attrs = CheckIndexedMaxPool,
      .flops = FlopsPerResult<IndexedMaxPoolAttrs, 100>,
      .kernels = {{"portable", IndexedMaxPoolPortable}},
  }));
  return def;
}

}  // namespace baton
