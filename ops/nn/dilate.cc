#include <algorithm>

#include "ops/elementwise/kernels.h"
#include "ops/strided_copy.h"

namespace baton {
namespace {

struct DilateAttrs {
  std::vector<int64_t> strides;
  double dilation_value = 0;
};

absl::Status CheckDilateAttrs(const DilateAttrs& attrs) {
  for (int64_t stride : attrs.strides) {
    if (stride < 1) return absl::InvalidArgumentError(absl::StrCat("stride ", stride, " is not positive"));
  }
  return absl::OkStatus();
}

absl::Status DilateType(TypeContext& context, const DilateAttrs& attrs, TensorTypes* result) {
  TensorType type = *context.input(0);
  if (type.shape.has_rank()) {
    BATON_RETURN_IF_ERROR(
        RequireRank(context, 0, static_cast<int>(attrs.strides.size()), "data (for its strides)"));
    Dims dims = type.shape.dims();
    for (size_t i = 0; i < dims.size(); ++i)
      dims[i] = Max((dims[i] - Dim(1)) * Dim(attrs.strides[i]) + Dim(1), Dim(0));
    type.shape = Shape(std::move(dims));
  }
  result->push_back(std::move(type));
  return absl::OkStatus();
}

absl::Status DilateKernel(const DilateAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  TensorObject& result = *call.outputs[0];
  const Strides dense = DenseStrides(result.shape());
  StridedCopySpec spec{Strides(data.shape().begin(), data.shape().end()), DenseStrides(data.shape()), dense};
  for (int i = 0; i < data.rank; ++i) spec.result_strides[i] *= attrs.strides[i];
  return VisitDTypeIn<DTypeSet::kAny>(data.dtype, [&](auto element) {
    using T = decltype(element);
    std::fill_n(result.As<T>(), result.num_elements(), Convert<T>(attrs.dilation_value));
    StridedCopy(data.dtype, spec, data.data, result.data);
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& Dilate() {
  static const OpDef& def = *new OpDef(MakeOp<DilateAttrs>(
      {.name = "nn.dilate",
       .doc = "data with strides - 1 elements dilation_value put between its elements along each axis.",
       .attrs = {{"strides", &DilateAttrs::strides, "one for each axis", /*required=*/true},
                 {"dilation_value", &DilateAttrs::dilation_value, "what stands between"}},
       .inputs = {"data"},
       .type = DilateType,
       .check_attrs = CheckDilateAttrs,
       .kernels = {{"portable", DilateKernel}}}));
  return def;
}

}  // namespace baton
