#include <cstring>

#include "ops/element_trace.h"
#include "ops/tensor/indices.h"
#include "ops/type_relations.h"

namespace baton {

const OpDef& Take();

namespace {

struct TakeAttrs {
  int64_t axis = 0;
};

absl::Status TakeType(TypeContext& context, const TakeAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 1, DTypeSet::kIndex));
  const TensorType& data = *context.input(0);
  if (!context.AllRanked()) {
    result->push_back({data.dtype, Shape::Unranked()});
    return absl::OkStatus();
  }
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, data.shape.rank()));
  const Dims& from = data.shape.dims();
  const Dims& indices = context.input(1)->shape.dims();
  Dims dims(from.begin(), from.begin() + axis);
  dims.insert(dims.end(), indices.begin(), indices.end());
  dims.insert(dims.end(), from.begin() + axis + 1, from.end());
  result->push_back({data.dtype, Shape(std::move(dims))});
  return absl::OkStatus();
}

template <typename Index>
absl::Status TakeBlocks(const TensorObject& data, const TensorObject& indices, int axis,
                        TensorObject& result) {
  int64_t outer = 1;
  int64_t block_bytes = DTypeSize(data.dtype);
  for (int i = 0; i < axis; ++i) outer *= data.dims[i];
  for (int i = axis + 1; i < data.rank; ++i) block_bytes *= data.dims[i];
  const int64_t count = indices.num_elements();
  const int64_t extent = data.dims[axis];
  const char* from = static_cast<const char*>(data.data);
  char* to = static_cast<char*>(result.data);
  for (int64_t i = 0; i < outer; ++i, from += extent * block_bytes) {
    for (int64_t j = 0; j < count; ++j, to += block_bytes) {
      int64_t index = indices.As<Index>()[j];
      if (!NormalizeIndex(extent, &index)) [[unlikely]]
        return IndexError(indices.As<Index>()[j], extent, axis);
      std::memcpy(to, from + index * block_bytes, static_cast<size_t>(block_bytes));
    }
  }
  return absl::OkStatus();
}

absl::Status TakeKernel(const TakeAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  const TensorObject& indices = *call.inputs[1];
  TensorObject& result = *call.outputs[0];
  if (result.num_elements() == 0) return absl::OkStatus();
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, data.rank));
  return indices.dtype == DType::kInt32 ? TakeBlocks<int32_t>(data, indices, axis, result)
                                        : TakeBlocks<int64_t>(data, indices, axis, result);
}

absl::StatusOr<std::vector<int>> TakeElements(TypeContext& context, const TakeAttrs& attrs) {
  return TraceElements(Take(), &attrs, context, /*operand=*/1);
}

}  // namespace

const OpDef& Take() {
  static const OpDef& def = *new OpDef(MakeOp<TakeAttrs>(
      {.name = "take",
       .doc = "The slices of data along `axis` that indices name, in [-n, n). Source: ONNX Gather-13.",
       .attrs = {{"axis", &TakeAttrs::axis, "the axis that is indexed; negative counts from the end"}},
       .inputs = {"data", "indices"},
       .type = TakeType,
       .elements = TakeElements,
       .fusion = Fusion::kInjective,
       .kernels = {{"portable", TakeKernel}}}));
  return def;
}

}  // namespace baton
