#include "ops/nn/pool.h"

namespace baton {

absl::Status CheckPool(const WindowAttrs& window, absl::Span<const int64_t> kernel_shape) {
  BATON_RETURN_IF_ERROR(CheckWindow(window));
  return CheckPositive(kernel_shape, "kernel_shape");
}

absl::StatusOr<Shape> PoolShape(TypeContext& context, const WindowAttrs& window,
                                absl::Span<const int64_t> kernel_shape, DTypeSet set) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, set));
  const Shape& data = context.input(0)->shape;
  if (!data.has_rank()) return Shape::Unranked();
  BATON_ASSIGN_OR_RETURN(const int axes, WindowAxes(context, 0, window));
  if (static_cast<int>(kernel_shape.size()) != axes) {
    return absl::InvalidArgumentError(
        absl::StrCat("kernel_shape has ", kernel_shape.size(), " elements, expected ", axes));
  }
  Dims dims = {data[0], data[1]};
  for (int axis = 0; axis < axes; ++axis) {
    BATON_ASSIGN_OR_RETURN(Dim out,
                           WindowOutput(context, window, axis, data[2 + axis], Dim(kernel_shape[axis])));
    dims.push_back(std::move(out));
  }
  return Shape(std::move(dims));
}

}  // namespace baton
