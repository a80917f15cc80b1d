#include <cstring>

#include "ops/nn/axis_split.h"
#include "ops/strided_copy.h"
#include "ops/tensor/indices.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

enum Input { kCache, kUpdate, kWriteIndices };

struct TensorScatterAttrs {
  int64_t axis = -2;
  std::string mode = "linear";
};

absl::Status CheckTensorScatterAttrs(const TensorScatterAttrs& attrs) {
  if (attrs.mode == "linear" || attrs.mode == "circular") return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("attribute 'mode' is '", attrs.mode, "', expected linear or circular"));
}

absl::Status TensorScatterType(TypeContext& context, const TensorScatterAttrs& attrs, TensorTypes* result) {
  const TensorType& cache = *context.input(kCache);
  const Shape& update = context.input(kUpdate)->shape;
  if (context.input(kUpdate)->dtype != cache.dtype) {
    return absl::InvalidArgumentError("update and cache have different element types");
  }
  BATON_RETURN_IF_ERROR(RequireDType(context, kWriteIndices, DTypeSet::kIndex));
  BATON_RETURN_IF_ERROR(RequireRank(context, kWriteIndices, 1, "write_indices"));
  result->push_back(cache);
  if (!cache.shape.has_rank() || !update.has_rank()) return absl::OkStatus();
  BATON_RETURN_IF_ERROR(RequireRank(context, kUpdate, cache.shape.rank(), "update"));
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, cache.shape.rank()));
  if (axis == 0) return absl::InvalidArgumentError("attribute 'axis' names axis 0, which is the batch");
  for (int i = 0; i < cache.shape.rank(); ++i) {
    const std::string what = absl::StrCat("extents of cache and update along axis ", i);
    BATON_RETURN_IF_ERROR(i == axis ? context.RequireAtLeast(cache.shape[i], update[i], what)
                                    : context.RequireEqual(cache.shape[i], update[i], what));
  }
  if (!context.HasInput(kWriteIndices) || !context.input(kWriteIndices)->shape.has_rank())
    return absl::OkStatus();
  return context.RequireEqual(context.input(kWriteIndices)->shape[0], cache.shape[0],
                              "elements of write_indices and batch");
}

// The place of the first element written, in [0, extent]. Errors: InvalidArgument when the update does not
// fit.
absl::StatusOr<int64_t> FirstPlace(const TensorObject* indices, int64_t batch, int64_t extent, int64_t count,
                                   bool circular) {
  const int64_t index = indices == nullptr ? 0 : IndexAt(*indices, batch);
  if (circular) return index % extent < 0 ? index % extent + extent : index % extent;
  if (index >= 0 && index <= extent - count) return index;
  return absl::InvalidArgumentError(absl::StrCat("write index ", index, " is outside [0, ", extent - count,
                                                 "] for ", count, " elements into ", extent));
}

absl::Status TensorScatterKernel(const TensorScatterAttrs& attrs, KernelCall& call) {
  BATON_RETURN_IF_ERROR(CopyBytes(call));
  const TensorObject& update = *call.inputs[kUpdate];
  if (update.num_elements() == 0) return absl::OkStatus();
  TensorObject& result = *call.outputs[0];
  const AxisSplit to(result, FromFront(attrs.axis, result.rank));
  const AxisSplit from(update, FromFront(attrs.axis, result.rank));
  const int64_t bytes = to.inner * DTypeSize(result.dtype);
  const char* source = static_cast<const char*>(update.data);
  for (int64_t outer = 0; outer < to.outer; ++outer) {
    const int64_t batch = outer / (to.outer / result.dims[0]);
    BATON_ASSIGN_OR_RETURN(const int64_t first, FirstPlace(call.inputs[kWriteIndices], batch, to.extent,
                                                           from.extent, attrs.mode == "circular"));
    char* target = static_cast<char*>(result.data) + outer * to.extent * bytes;
    for (int64_t i = 0; i < from.extent; ++i, source += bytes) {
      std::memcpy(target + (first + i) % to.extent * bytes, source, bytes);
    }
  }
  return absl::OkStatus();
}

}  // namespace

const OpDef& TensorScatter() {
  static const OpDef& def = *new OpDef(MakeOp<TensorScatterAttrs>(
      {.name = "tensor_scatter",
       .doc =
           "cache with update written along `axis` from the place on that write_indices gives for each batch "
           "(absent: 0). Source: ONNX TensorScatter-24.",
       .attrs =
           {{"axis", &TensorScatterAttrs::axis, "the sequence's axis, not 0; negative counts from the end"},
            {"mode", &TensorScatterAttrs::mode, "linear, or circular: past the end comes the beginning"}},
       .inputs = {"cache", "update", InputDef("write_indices").Optional()},
       .type = TensorScatterType,
       .check_attrs = CheckTensorScatterAttrs,
       .kernels = {{"portable", TensorScatterKernel}}}));
  return def;
}

}  // namespace baton
