#include "ops/reduce/reduce.h"

#include <algorithm>
#include <optional>

namespace baton {
namespace {

// Which axes are reduced; nullopt when that is not known yet. `axes`: the operand, or null when absent.
absl::StatusOr<std::optional<Ints>> ReducedAxes(const ReduceAttrs& attrs, int rank, const Ints* axes) {
  if (axes != nullptr && !axes->empty()) {
    BATON_ASSIGN_OR_RETURN(Ints normal, NormalizeAxes(*axes, rank));
    return std::optional<Ints>(std::move(normal));
  }
  Ints all;
  for (int axis = 0; axis < rank && !attrs.noop_with_empty_axes; ++axis) all.push_back(axis);
  return std::optional<Ints>(std::move(all));
}

// The shape when the axes are not known before run time.
absl::StatusOr<Shape> UnknownAxesShape(TypeContext& context, const ReduceAttrs& attrs, int rank) {
  if (attrs.keepdims) return FreshShape(context, rank, "reduced");
  BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> count, OperandLength(context, 1, "axes"));
  // No axes may mean all or none.
  if (!count || *count == 0 || *count > rank) return Shape::Unranked();
  return FreshShape(context, rank - static_cast<int>(*count), "reduced");
}

int64_t IntegerAt(const TensorObject& tensor, int64_t i) {
  return VisitDType(tensor.dtype,
                    [&](auto element) { return Convert<int64_t>(tensor.As<decltype(element)>()[i]); });
}

bool IsReduced(const Ints& axes, int axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

}  // namespace

absl::Status ReduceType(TypeContext& context, const ReduceAttrs& attrs, DTypeSet set, TensorTypes* result) {
  const TensorType& data = *context.input(0);
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, set));
  if (context.HasInput(1)) BATON_RETURN_IF_ERROR(OperandLength(context, 1, "axes").status());
  const auto done = [&](Shape shape) {
    return result->push_back({data.dtype, std::move(shape)}), absl::OkStatus();
  };
  if (!data.shape.has_rank()) {
    const bool all = !context.HasInput(1) && !attrs.noop_with_empty_axes && !attrs.keepdims;
    return done(all ? Shape() : Shape::Unranked());
  }
  const int rank = data.shape.rank();
  const std::optional<Ints> operand = ConstantOperand(context, 1);
  if (context.HasInput(1) && !operand) {
    BATON_ASSIGN_OR_RETURN(Shape shape, UnknownAxesShape(context, attrs, rank));
    return done(std::move(shape));
  }
  BATON_ASSIGN_OR_RETURN(const std::optional<Ints> axes,
                         ReducedAxes(attrs, rank, operand ? &*operand : nullptr));
  Dims dims;
  for (int axis = 0; axis < rank; ++axis) {
    if (!IsReduced(*axes, axis)) {
      dims.push_back(data.shape[axis]);
    } else if (attrs.keepdims) {
      dims.push_back(Dim(1));
    }
  }
  return done(Shape(std::move(dims)));
}

ReducePlan PlanReduce(const ReduceAttrs& attrs, const TensorObject& data, const TensorObject* axes) {
  bool reduced[kMaxRank] = {};
  const int64_t num_axes = axes == nullptr ? 0 : axes->num_elements();
  for (int64_t i = 0; i < num_axes; ++i) {
    const int64_t axis = IntegerAt(*axes, i);
    reduced[axis < 0 ? axis + data.rank : axis] = true;
  }
  if (num_axes == 0 && !attrs.noop_with_empty_axes) std::fill_n(reduced, data.rank, true);
  return PlanReduceAxes(reduced, data);
}

ReducePlan PlanReduceAxes(const bool (&reduced)[kMaxRank], const TensorObject& data) {
  ReducePlan plan;
  // Extents beside a 0 may be so large that their product overflows.
  for (int axis = 0; axis < data.rank; ++axis) {
    if (data.dims[axis] == 0) (reduced[axis] ? plan.num_reduced : plan.num_kept) = 0;
  }
  if (plan.num_kept == 0) return plan;
  if (plan.num_reduced == 0) {
    for (int axis = 0; axis < data.rank; ++axis) plan.num_kept *= reduced[axis] ? 1 : data.dims[axis];
    return plan;
  }
  int64_t stride = 1;
  bool last_reduced = false;
  for (int axis = data.rank - 1; axis >= 0; --axis) {
    const int64_t extent = data.dims[axis];
    (reduced[axis] ? plan.num_reduced : plan.num_kept) *= extent;
    if (extent == 1) continue;
    auto& list = reduced[axis] ? plan.reduced : plan.kept;
    const bool first = plan.reduced.empty() && plan.kept.empty();
    if (first) plan.inner_reduced = reduced[axis];
    if (!first && last_reduced == reduced[axis]) {
      list.front().extent *= extent;
    } else {
      list.insert(list.begin(), {extent, stride});
    }
    last_reduced = reduced[axis];
    stride *= extent;
  }
  if (!plan.inner_reduced && plan.kept.empty()) plan.kept.push_back({1, 1});
  return plan;
}

OpDef MakeReduction(absl::string_view name, absl::string_view doc,
                    absl::Status (*type)(TypeContext&, const ReduceAttrs&, TensorTypes*),
                    absl::Status (*kernel)(const ReduceAttrs&, KernelCall&), ScalarForm fold) {
  OpDef op = MakeOp<ReduceAttrs>({
      .name = std::string(name),
      .doc = std::string(doc),
      .attrs = {{"keepdims", &ReduceAttrs::keepdims, "keep reduced axes with extent 1"},
                {"noop_with_empty_axes", &ReduceAttrs::noop_with_empty_axes,
                 "no axes: reduce each element alone, not all together"}},
      .inputs = {"data", InputDef("axes").Optional().DecidesShape()},
      .type = type,
      .fusion = Fusion::kReduction,
      .kernels = {{"portable", kernel}},
  });
  op.fold = fold;
  return op;
}

}  // namespace baton
