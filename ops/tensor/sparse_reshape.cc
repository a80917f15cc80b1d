#include "ops/elementwise/kernels.h"
#include "ops/strided_copy.h"
#include "ops/tensor/indices.h"

namespace baton {
namespace {

enum Input { kIndices, kPrevShape, kNewShape };

absl::Status SparseReshapeType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kIndices, DTypeSet::kIndex));
  BATON_RETURN_IF_ERROR(RequireRank(context, kIndices, 2, "sparse_indices"));
  const TensorType& indices = *context.input(kIndices);
  BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> from, OperandLength(context, kPrevShape, "prev_shape"));
  BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> to, OperandLength(context, kNewShape, "new_shape"));
  if ((from && *from > kMaxRank) || (to && *to > kMaxRank)) {
    return absl::InvalidArgumentError(
        absl::StrCat("prev_shape and new_shape may have ", kMaxRank, " elements"));
  }
  if (from && indices.shape.has_rank()) {
    BATON_RETURN_IF_ERROR(
        context.RequireEqual(indices.shape[1], Dim(*from), "elements of an index tuple and of prev_shape"));
  }
  const Dim count = indices.shape.has_rank() ? indices.shape[0] : context.FreshDim("entries");
  const Dim rank = to ? Dim(*to) : context.FreshDim("rank");
  result->push_back({indices.dtype, Shape({count, rank})});
  result->push_back({DType::kInt64, Shape({rank})});
  return absl::OkStatus();
}

Ints ReadShape(const TensorObject& shape) {
  Ints extents;
  for (int64_t i = 0; i < shape.num_elements(); ++i) extents.push_back(IntegerAt(shape, i));
  return extents;
}

absl::Status NoSuchShape(const Ints& from, const TensorObject& to) {
  return absl::InvalidArgumentError(
      absl::StrCat("a tensor of shape ", AttributeString(std::vector<int64_t>(from.begin(), from.end())),
                   " cannot have shape ", ValueString(to)));
}

// Replaces a -1 in `to` so that both shapes have as many elements. Errors: InvalidArgument when that is not
// possible.
absl::Status ResolveShape(const Ints& from, const TensorObject& given, Ints* to) {
  const std::optional<int64_t> total = CheckedNumBytes(from, 1);
  const auto open = std::find(to->begin(), to->end(), -1);
  if (open != to->end()) *open = 1;
  const std::optional<int64_t> known = CheckedNumBytes(*to, 1);
  if (!total || !known) return NoSuchShape(from, given);
  if (open != to->end()) {
    if (*known == 0 || *total % *known != 0) return NoSuchShape(from, given);
    *open = *total / *known;
  } else if (*total != *known) {
    return NoSuchShape(from, given);
  }
  return absl::OkStatus();
}

absl::Status SparseReshapeKernel(const NoAttrs&, KernelCall& call) {
  const TensorObject& indices = *call.inputs[kIndices];
  const Ints from = ReadShape(*call.inputs[kPrevShape]);
  Ints to = ReadShape(*call.inputs[kNewShape]);
  BATON_RETURN_IF_ERROR(ResolveShape(from, *call.inputs[kNewShape], &to));
  std::copy(to.begin(), to.end(), call.outputs[1]->As<int64_t>());
  const Strides strides = DenseStrides(from);
  return VisitDTypeIn<DTypeSet::kIndex>(indices.dtype, [&](auto element) -> absl::Status {
    using T = decltype(element);
    const T* tuple = indices.As<T>();
    T* result = call.outputs[0]->As<T>();
    for (int64_t i = 0; i < indices.dims[0]; ++i, tuple += from.size(), result += to.size()) {
      int64_t offset = 0;
      for (size_t axis = 0; axis < from.size(); ++axis) {
        if (tuple[axis] < 0 || tuple[axis] >= from[axis]) {
          return IndexError(tuple[axis], from[axis], static_cast<int>(axis));
        }
        offset += tuple[axis] * strides[axis];
      }
      for (size_t axis = to.size(); axis-- > 0; offset /= to[axis])
        result[axis] = static_cast<T>(offset % to[axis]);
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& SparseReshape() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>(
      {.name = "sparse_reshape",
       .doc = "The indices of a sparse tensor's entries after reshaping it from prev_shape to new_shape (one "
              "extent may be -1), and that shape. Source: tf.sparse.reshape.",
       .inputs = {"sparse_indices", "prev_shape", "new_shape"},
       .outputs = {"new_sparse_indices", "new_shape"},
       .type = SparseReshapeType,
       .kernels = {{"portable", SparseReshapeKernel}}}));
  return def;
}

}  // namespace baton
