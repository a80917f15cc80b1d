#include <cstring>

#include "ops/strided_copy.h"
#include "ops/tensor/indices.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

struct GatherNdAttrs {
  int64_t batch_dims = 0;
};

absl::Status CheckGatherNdAttrs(const GatherNdAttrs& attrs) {
  if (attrs.batch_dims >= 0 && attrs.batch_dims < kMaxRank) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("batch_dims is ", attrs.batch_dims, ", expected 0 to ", kMaxRank - 1));
}

absl::StatusOr<Shape> GatherNdShape(TypeContext& context, int batch) {
  if (!context.AllRanked()) return Shape::Unranked();
  const Shape& data = context.input(0)->shape;
  const Shape& indices = context.input(1)->shape;
  if (indices.rank() <= batch || data.rank() <= batch) {
    return absl::InvalidArgumentError(absl::StrCat("data and indices have ranks ", data.rank(), " and ",
                                                   indices.rank(), ", expected more than batch_dims ",
                                                   batch));
  }
  Dims dims;
  for (int i = 0; i < indices.rank() - 1; ++i) {
    if (i < batch)
      BATON_RETURN_IF_ERROR(context.RequireEqual(
          data[i], indices[i], absl::StrCat("batch extents of data and indices along axis ", i)));
    dims.push_back(indices[i]);
  }
  const Dim& tuple = indices[indices.rank() - 1];
  if (!tuple.is_constant()) return Shape::Unranked();
  if (tuple.value() < 1 || tuple.value() > data.rank() - batch) {
    return absl::InvalidArgumentError(
        absl::StrCat("indices name ", tuple.value(), " axes, expected 1 to ", data.rank() - batch));
  }
  for (int i = batch + static_cast<int>(tuple.value()); i < data.rank(); ++i) dims.push_back(data[i]);
  return Shape(std::move(dims));
}

absl::Status GatherNdType(TypeContext& context, const GatherNdAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 1, DTypeSet::kIndex));
  BATON_ASSIGN_OR_RETURN(Shape shape, GatherNdShape(context, static_cast<int>(attrs.batch_dims)));
  result->push_back({context.input(0)->dtype, std::move(shape)});
  return absl::OkStatus();
}

absl::Status GatherNdKernel(const GatherNdAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  const TensorObject& indices = *call.inputs[1];
  TensorObject& result = *call.outputs[0];
  if (result.num_elements() == 0) return absl::OkStatus();
  const int batch = static_cast<int>(attrs.batch_dims);
  const int tuple = static_cast<int>(indices.dims[indices.rank - 1]);
  const Strides strides = DenseStrides(data.shape());
  const int64_t num_tuples = indices.num_elements() / tuple;
  int64_t num_batches = 1;
  for (int i = 0; i < batch; ++i) num_batches *= data.dims[i];
  const int64_t per_batch = num_tuples / num_batches;
  const int64_t batch_stride = data.num_elements() / num_batches;
  const size_t block_bytes = static_cast<size_t>(strides[batch + tuple - 1] * DTypeSize(data.dtype));
  char* to = static_cast<char*>(result.data);
  for (int64_t i = 0; i < num_tuples; ++i, to += block_bytes) {
    int64_t offset = i / per_batch * batch_stride;
    for (int k = 0; k < tuple; ++k) {
      int64_t index = IndexAt(indices, i * tuple + k);
      const int64_t extent = data.dims[batch + k];
      if (!NormalizeIndex(extent, &index))
        return IndexError(IndexAt(indices, i * tuple + k), extent, batch + k);
      offset += index * strides[batch + k];
    }
    std::memcpy(to, static_cast<const char*>(data.data) + offset * DTypeSize(data.dtype), block_bytes);
  }
  return absl::OkStatus();
}

}  // namespace

const OpDef& GatherNd() {
  static const OpDef& def = *new OpDef(MakeOp<GatherNdAttrs>(
      {.name = "gather_nd",
       .doc = "The slices of data that index tuples along indices' last axis name. Source: ONNX GatherND-13.",
       .attrs = {{"batch_dims", &GatherNdAttrs::batch_dims, "leading axes that data and indices share"}},
       .inputs = {"data", "indices"},
       .type = GatherNdType,
       .check_attrs = CheckGatherNdAttrs,
       .kernels = {{"portable", GatherNdKernel}}}));
  return def;
}

}  // namespace baton
