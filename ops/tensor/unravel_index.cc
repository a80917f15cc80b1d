#include "ops/elementwise/kernels.h"
#include "ops/tensor/indices.h"

namespace baton {
namespace {

absl::Status UnravelIndexType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kIndex));
  const TensorType& indices = *context.input(0);
  BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> rank, OperandLength(context, 1, "shape"));
  Shape shape = Shape::Unranked();
  if (indices.shape.has_rank()) {
    Dims dims = indices.shape.dims();
    dims.insert(dims.begin(), rank ? Dim(*rank) : context.FreshDim("rank"));
    shape = Shape(std::move(dims));
  }
  result->push_back({indices.dtype, std::move(shape)});
  return absl::OkStatus();
}

// Writes the coordinates of `index` to result[0], result[stride], ...; false when it lies outside the shape.
template <typename T>
bool Unravel(int64_t index, const TensorObject& shape, int64_t rank, int64_t stride, T* result) {
  if (index < 0) return false;
  for (int64_t axis = rank - 1; axis >= 0; --axis) {
    const int64_t extent = IntegerAt(shape, axis);
    if (extent <= 0) return false;
    result[axis * stride] = static_cast<T>(index % extent);
    index /= extent;
  }
  return index == 0;
}

absl::Status UnravelIndexKernel(const NoAttrs&, KernelCall& call) {
  const TensorObject& indices = *call.inputs[0];
  const int64_t n = indices.num_elements();
  return VisitDTypeIn<DTypeSet::kIndex>(indices.dtype, [&](auto element) -> absl::Status {
    using T = decltype(element);
    T* result = call.outputs[0]->As<T>();
    for (int64_t i = 0; i < n; ++i) {
      const int64_t index = indices.As<T>()[i];
      if (!Unravel(index, *call.inputs[1], call.outputs[0]->dims[0], n, result + i)) {
        return absl::InvalidArgumentError(
            absl::StrCat("index ", index, " is outside a tensor of shape ", ValueString(*call.inputs[1])));
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& UnravelIndex() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>(
      {.name = "unravel_index",
       .doc = "The coordinates, along a new first axis, of the elements of a row-major tensor "
              "of the given shape that flat indices name. Source: numpy.unravel_index.",
       .inputs = {"indices", "shape"},
       .type = UnravelIndexType,
       .kernels = {{"portable", UnravelIndexKernel}}}));
  return def;
}

}  // namespace baton
