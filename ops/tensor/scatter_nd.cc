#include "ops/element_trace.h"
#include "ops/strided_copy.h"
#include "ops/tensor/indices.h"
#include "ops/tensor/scatter.h"

namespace baton {

const OpDef& ScatterNd();

namespace {

enum Input { kData, kIndices, kUpdates };

struct ScatterNdAttrs {
  std::string reduction = "none";
};

absl::Status CheckScatterNdAttrs(const ScatterNdAttrs& attrs) {
  return CheckReduction(attrs.reduction);
}

// updates is indices without its last axis, then the axes of data that the tuples do not name.
absl::Status CheckUpdates(TypeContext& context) {
  const Shape& data = context.input(kData)->shape;
  const Shape& indices = context.input(kIndices)->shape;
  const Shape& updates = context.input(kUpdates)->shape;
  if (indices.rank() == 0) return absl::InvalidArgumentError("indices has rank 0, expected at least 1");
  const Dim& tuple = indices[indices.rank() - 1];
  BATON_RETURN_IF_ERROR(context.RequireAtLeast(Dim(data.rank()), tuple, "rank of data"));
  if (!tuple.is_constant()) return absl::OkStatus();
  const int named = static_cast<int>(tuple.value());
  Dims expected(indices.dims().begin(), indices.dims().end() - 1);
  expected.insert(expected.end(), data.dims().begin() + named, data.dims().end());
  if (named < 1) return absl::InvalidArgumentError("indices name no axis");
  BATON_RETURN_IF_ERROR(RequireRank(context, kUpdates, static_cast<int>(expected.size()), "updates"));
  for (int i = 0; i < updates.rank(); ++i) {
    BATON_RETURN_IF_ERROR(context.RequireEqual(
        updates[i], expected[i], absl::StrCat("extent of updates along axis ", i, " and its place in data")));
  }
  return absl::OkStatus();
}

absl::Status ScatterNdType(TypeContext& context, const ScatterNdAttrs&, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kIndices, DTypeSet::kIndex));
  const TensorType& data = *context.input(kData);
  if (context.input(kUpdates)->dtype != data.dtype) {
    return absl::InvalidArgumentError("updates and data have different element types");
  }
  if (context.AllRanked()) BATON_RETURN_IF_ERROR(CheckUpdates(context));
  result->push_back(data);
  return absl::OkStatus();
}

template <typename T>
absl::Status Scatter(ScatterReduction reduction, KernelCall& call) {
  const TensorObject& indices = *call.inputs[kIndices];
  TensorObject& result = *call.outputs[0];
  const int tuple = static_cast<int>(indices.dims[indices.rank - 1]);
  const Strides strides = DenseStrides(result.shape());
  const int64_t block = strides[tuple - 1];
  const T* updates = call.inputs[kUpdates]->As<T>();
  const int64_t num_tuples = indices.num_elements() / tuple;
  for (int64_t i = 0; i < num_tuples; ++i, updates += block) {
    int64_t offset = 0;
    for (int k = 0; k < tuple; ++k) {
      int64_t index = IndexAt(indices, i * tuple + k);
      if (!NormalizeIndex(result.dims[k], &index))
        return IndexError(IndexAt(indices, i * tuple + k), result.dims[k], k);
      offset += index * strides[k];
    }
    T* elements = result.As<T>() + offset;
    for (int64_t j = 0; j < block; ++j) elements[j] = Reduced(reduction, elements[j], updates[j]);
  }
  return absl::OkStatus();
}

absl::Status ScatterNdKernel(const ScatterNdAttrs& attrs, KernelCall& call) {
  BATON_RETURN_IF_ERROR(CopyBytes(call));
  const ScatterReduction reduction = ReductionFromName(attrs.reduction);
  return VisitDTypeIn<DTypeSet::kAny>(
      call.inputs[kData]->dtype, [&](auto element) { return Scatter<decltype(element)>(reduction, call); });
}

absl::StatusOr<std::vector<int>> ScatterNdElements(TypeContext& context, const ScatterNdAttrs& attrs) {
  if (ReductionFromName(attrs.reduction) != ScatterReduction::kNone) {
    return absl::FailedPreconditionError("elements are combined, not moved");
  }
  return TraceElements(ScatterNd(), &attrs, context, kIndices);
}

}  // namespace

const OpDef& ScatterNd() {
  static const OpDef& def = *new OpDef(MakeOp<ScatterNdAttrs>(
      {.name = "scatter_nd",
       .doc = "data with updates put at (or combined into) the slices that index tuples name, in their "
              "order. Source: "
              "ONNX ScatterND-18.",
       .attrs = {{"reduction", &ScatterNdAttrs::reduction, "none, add, mul, mean, max or min"}},
       .inputs = {"data", "indices", "updates"},
       .type = ScatterNdType,
       .check_attrs = CheckScatterNdAttrs,
       .elements = ScatterNdElements,
       .kernels = {{"portable", ScatterNdKernel}}}));
  return def;
}

}  // namespace baton
