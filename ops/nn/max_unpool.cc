#include <algorithm>

#include "ops/element_bits.h"
#include "ops/nn/window.h"
#include "ops/strided_copy.h"
#include "ops/tensor/indices.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

enum Input { kData, kIndices, kOutputShape };

struct MaxUnpoolAttrs {
  std::vector<int64_t> kernel_shape, strides, pads;
};

absl::Status CheckMaxUnpool(const MaxUnpoolAttrs& attrs) {
  BATON_RETURN_IF_ERROR(CheckPositive(attrs.kernel_shape, "kernel_shape"));
  BATON_RETURN_IF_ERROR(CheckPositive(attrs.strides, "strides"));
  return CheckNonNegative(attrs.pads, "pads");
}

absl::Status CheckCounts(const MaxUnpoolAttrs& attrs, int rank) {
  const size_t axes = rank < 3 ? 0 : static_cast<size_t>(rank - 2);
  const bool fits = axes != 0 && attrs.kernel_shape.size() == axes &&
                    (attrs.strides.empty() || attrs.strides.size() == axes) &&
                    (attrs.pads.empty() || attrs.pads.size() == 2 * axes);
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "kernel_shape, strides and pads have ", attrs.kernel_shape.size(), ", ", attrs.strides.size(), " and ",
      attrs.pads.size(), " elements, which do not fit data of rank ", rank));
}

// What was pooled to `extent` along spatial axis `axis`.
template <typename Extent>
Extent UnpooledExtent(const MaxUnpoolAttrs& attrs, size_t axis, const Extent& extent) {
  const int64_t stride = attrs.strides.empty() ? 1 : attrs.strides[axis];
  const int64_t pads =
      attrs.pads.empty() ? 0 : attrs.pads[axis] + attrs.pads[attrs.kernel_shape.size() + axis];
  return (extent - Extent(1)) * Extent(stride) + Extent(attrs.kernel_shape[axis] - pads);
}

// The extents of the result are those of output_shape, where it is given.
absl::StatusOr<Shape> MaxUnpoolShape(TypeContext& context, const MaxUnpoolAttrs& attrs) {
  const Shape& data = context.input(kData)->shape;
  if (!data.has_rank()) return Shape::Unranked();
  BATON_RETURN_IF_ERROR(CheckCounts(attrs, data.rank()));
  const bool is_given = context.HasInput(kOutputShape);
  const std::vector<Dim>* given = is_given ? context.InputValue(kOutputShape) : nullptr;
  if (is_given) {
    BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> length,
                           OperandLength(context, kOutputShape, "output_shape"));
    if (length && *length != data.rank()) {
      return absl::InvalidArgumentError(
          absl::StrCat("output_shape has ", *length, " elements, expected ", data.rank()));
    }
  }
  Dims dims = {data[0], data[1]};
  for (int i = 0; i < data.rank(); ++i) {
    const Dim wanted = given != nullptr ? (*given)[i] : context.FreshDim("extent");
    if (i >= 2) {
      const Dim pooled = UnpooledExtent(attrs, i - 2, data[i]);
      BATON_RETURN_IF_ERROR(context.RequireAtLeast(pooled, Dim(0), "extent of what was pooled"));
      dims.push_back(is_given ? wanted : pooled);
    } else if (given != nullptr) {
      BATON_RETURN_IF_ERROR(context.RequireEqual(wanted, data[i], "extents of output_shape and data"));
    }
    BATON_RETURN_IF_ERROR(context.RequireAtLeast(dims[i], Dim(0), "extent of the result"));
  }
  return Shape(std::move(dims));
}

absl::Status MaxUnpoolType(TypeContext& context, const MaxUnpoolAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kIndices, DTypeSet::kIndex));
  const Shape& data = context.input(kData)->shape;
  const Shape& indices = context.input(kIndices)->shape;
  if (data.has_rank() && indices.has_rank()) {
    BATON_RETURN_IF_ERROR(RequireRank(context, kIndices, data.rank(), "indices"));
    for (int i = 0; i < data.rank(); ++i)
      BATON_RETURN_IF_ERROR(context.RequireEqual(indices[i], data[i], "extents of indices and data"));
  }
  BATON_ASSIGN_OR_RETURN(Shape shape, MaxUnpoolShape(context, attrs));
  result->push_back({context.input(kData)->dtype, std::move(shape)});
  return absl::OkStatus();
}

// The place in the result of flat index `index` of the tensor that was pooled, whose extents are `pooled`; -1
// when the result has no such place.
int64_t PlaceOf(int64_t index, absl::Span<const int64_t> pooled, absl::Span<const int64_t> result,
                const Strides& strides) {
  int64_t place = 0;
  for (size_t axis = pooled.size(); axis-- > 0; index /= pooled[axis]) {
    const int64_t position = index % pooled[axis];
    if (position >= result[axis]) return -1;
    place += position * strides[axis];
  }
  return place;
}

absl::Status MaxUnpoolKernel(const MaxUnpoolAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[kData];
  TensorObject& result = *call.outputs[0];
  Ints pooled = {data.dims[0], data.dims[1]};
  int64_t count = data.dims[0] * data.dims[1];
  bool overflow = false;
  for (int i = 2; i < data.rank; ++i) {
    pooled.push_back(UnpooledExtent(attrs, i - 2, data.dims[i]));
    overflow |= __builtin_mul_overflow(count, pooled.back(), &count);
  }
  if (overflow)
    return absl::InvalidArgumentError("the tensor that was pooled has more elements than int64 counts");
  const Strides strides = DenseStrides(result.shape());
  absl::Status status;
  VisitElementBits(data.dtype, [&](auto element) {
    using T = decltype(element);
    std::fill_n(result.As<T>(), result.num_elements(), T{});
    for (int64_t i = 0; i < data.num_elements(); ++i) {
      const int64_t index = IndexAt(*call.inputs[kIndices], i);
      const bool inside = index >= 0 && index < count;
      const int64_t place = inside ? PlaceOf(index, pooled, result.shape(), strides) : -1;
      if (place < 0) {
        status = absl::InvalidArgumentError(absl::StrCat("index ", index, " is outside the result"));
        return;
      }
      result.As<T>()[place] = data.As<T>()[i];
    }
  });
  return status;
}

}  // namespace

const OpDef& MaxUnpool() {
  static const OpDef& def = *new OpDef(MakeOp<MaxUnpoolAttrs>(
      {.name = "nn.max_unpool",
       .doc = "The elements of data [N, C, spatial...] at the flat indices that nn.max_pool_with_indices "
              "gave them in the "
              "tensor that it pooled, 0 elsewhere. output_shape may give other extents to the spatial axes; "
              "places keep their positions. Source: ONNX MaxUnpool-11.",
       .attrs = {{"kernel_shape", &MaxUnpoolAttrs::kernel_shape, "extents of the pool's window", true},
                 {"strides", &MaxUnpoolAttrs::strides, "steps per spatial axis; empty: 1"},
                 {"pads", &MaxUnpoolAttrs::pads, "all begins, then all ends; empty: 0"}},
       .inputs = {"data", "indices", InputDef("output_shape").Optional().DecidesShape()},
       .type = MaxUnpoolType,
       .check_attrs = CheckMaxUnpool,
       .kernels = {{"portable", MaxUnpoolKernel}}}));
  return def;
}

}  // namespace baton
