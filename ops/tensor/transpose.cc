#include "ops/element_trace.h"
#include "ops/strided_copy.h"
#include "ops/type_relations.h"

namespace baton {

const OpDef& Transpose();

namespace {

struct TransposeAttrs {
  std::vector<int64_t> axes;
};

// Where each result axis comes from.
absl::StatusOr<Ints> Permutation(const TransposeAttrs& attrs, int rank) {
  if (attrs.axes.empty()) {
    Ints reversed;
    for (int i = rank - 1; i >= 0; --i) reversed.push_back(i);
    return reversed;
  }
  if (static_cast<int>(attrs.axes.size()) != rank) {
    return absl::InvalidArgumentError(
        absl::StrCat("axes names ", attrs.axes.size(), " axes, data has rank ", rank));
  }
  return NormalizeAxes(attrs.axes, rank);
}

absl::Status TransposeType(TypeContext& context, const TransposeAttrs& attrs, TensorTypes* result) {
  const TensorType& data = *context.input(0);
  if (!data.shape.has_rank()) {
    std::optional<int64_t> rank;
    if (!attrs.axes.empty()) rank = static_cast<int64_t>(attrs.axes.size());
    BATON_ASSIGN_OR_RETURN(Shape shape, FreshShape(context, rank, "extent"));
    result->push_back({data.dtype, std::move(shape)});
    return absl::OkStatus();
  }
  BATON_ASSIGN_OR_RETURN(const Ints axes, Permutation(attrs, data.shape.rank()));
  Dims dims;
  for (int64_t axis : axes) dims.push_back(data.shape[static_cast<int>(axis)]);
  result->push_back({data.dtype, Shape(std::move(dims))});
  return absl::OkStatus();
}

absl::Status TransposeKernel(const TransposeAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  TensorObject& result = *call.outputs[0];
  BATON_ASSIGN_OR_RETURN(const Ints axes, Permutation(attrs, data.rank));
  const Strides strides = DenseStrides(data.shape());
  StridedCopySpec spec;
  for (int64_t axis : axes) {
    spec.dims.push_back(data.dims[axis]);
    spec.source_strides.push_back(strides[axis]);
  }
  spec.result_strides = DenseStrides(result.shape());
  StridedCopy(data.dtype, spec, data.data, result.data);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int>> TransposeElements(TypeContext& context, const TransposeAttrs& attrs) {
  return TraceElements(Transpose(), &attrs, context);
}

}  // namespace

const OpDef& Transpose() {
  static const OpDef& def = *new OpDef(MakeOp<TransposeAttrs>(
      {.name = "transpose",
       .doc = "Permutes the axes: result axis i is data's axis axes[i]. Source: ONNX Transpose-13.",
       .attrs = {{"axes", &TransposeAttrs::axes, "a permutation of all axes; empty: reversed"}},
       .inputs = {"data"},
       .type = TransposeType,
       .elements = TransposeElements,
       .fusion = Fusion::kInjective,
       .kernels = {{"portable", TransposeKernel}}}));
  return def;
}

}  // namespace baton
