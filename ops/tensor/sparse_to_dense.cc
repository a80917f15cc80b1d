#include <algorithm>

#include "ops/element_bits.h"
#include "ops/strided_copy.h"
#include "ops/tensor/indices.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

enum Input { kIndices, kOutputShape, kValues, kDefault };

// indices [n, rank], [n] for a vector, or one number; values [n] or one for all.
absl::Status CheckEntries(TypeContext& context, const Shape& shape) {
  const Shape& indices = context.input(kIndices)->shape;
  const Shape& values = context.input(kValues)->shape;
  if (values.has_rank() && values.rank() > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("sparse_values has rank ", values.rank(), ", expected 0 or 1"));
  }
  if (!indices.has_rank()) return absl::OkStatus();
  if (indices.rank() > 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("sparse_indices has rank ", indices.rank(), ", expected 0 to 2"));
  }
  const Dim count = indices.rank() == 0 ? Dim(1) : indices[0];
  const Dim rank = indices.rank() == 2 ? indices[1] : Dim(1);
  if (values.has_rank() && values.rank() == 1) {
    BATON_RETURN_IF_ERROR(
        context.RequireEqual(values[0], count, "elements of sparse_values and index tuples"));
  }
  if (!shape.has_rank()) return absl::OkStatus();
  return context.RequireEqual(rank, Dim(shape.rank()), "elements of an index tuple and rank of the result");
}

absl::Status SparseToDenseType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kIndices, DTypeSet::kIndex));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, kDefault, "default_value"));
  const DType dtype = context.input(kValues)->dtype;
  if (context.HasInput(kDefault) && context.input(kDefault)->dtype != dtype) {
    return absl::InvalidArgumentError("default_value and sparse_values have different element types");
  }
  BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> rank,
                         OperandLength(context, kOutputShape, "output_shape"));
  BATON_ASSIGN_OR_RETURN(Shape shape, FreshShape(context, rank, "extent"));
  const std::vector<Dim>* extents = context.InputValue(kOutputShape);
  if (extents != nullptr && shape.has_rank()) {
    for (const Dim& extent : *extents) {
      BATON_RETURN_IF_ERROR(context.RequireAtLeast(extent, Dim(0), "element of output_shape"));
    }
    shape = Shape(Dims(extents->begin(), extents->end()));
  }
  BATON_RETURN_IF_ERROR(CheckEntries(context, shape));
  result->push_back({dtype, std::move(shape)});
  return absl::OkStatus();
}

absl::Status SparseToDenseKernel(const NoAttrs&, KernelCall& call) {
  const TensorObject& indices = *call.inputs[kIndices];
  const TensorObject& values = *call.inputs[kValues];
  TensorObject& result = *call.outputs[0];
  const int64_t count = indices.rank == 0 ? 1 : indices.dims[0];
  const Strides strides = DenseStrides(result.shape());
  return VisitElementBits(result.dtype, [&](auto element) -> absl::Status {
    using T = decltype(element);
    const T fill = call.inputs[kDefault] == nullptr ? T{0} : *call.inputs[kDefault]->As<T>();
    std::fill_n(result.As<T>(), result.num_elements(), fill);
    for (int64_t i = 0; i < count; ++i) {
      int64_t offset = 0;
      for (int axis = 0; axis < result.rank; ++axis) {
        const int64_t given = IndexAt(indices, i * result.rank + axis);
        int64_t index = given;
        if (!NormalizeIndex(result.dims[axis], &index)) return IndexError(given, result.dims[axis], axis);
        offset += index * strides[axis];
      }
      result.As<T>()[offset] = values.As<T>()[values.rank == 0 ? 0 : i];
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& SparseToDense() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>(
      {.name = "sparse_to_dense",
       .doc = "A tensor of shape output_shape with sparse_values at the positions sparse_indices, in their "
              "order, and default_value (or 0) elsewhere. Source: tf.sparse.to_dense.",
       .inputs = {"sparse_indices", InputDef("output_shape").DecidesShape(), "sparse_values",
                  InputDef("default_value").Optional()},
       .type = SparseToDenseType,
       .kernels = {{"portable", SparseToDenseKernel}}}));
  return def;
}

}  // namespace baton
