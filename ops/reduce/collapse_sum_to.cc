#include "ops/reduce/reduce.h"

namespace baton {
namespace {

// `shape` must broadcast to data.
absl::Status CheckCollapse(TypeContext& context, const Shape& data, absl::Span<const Dim> shape) {
  const int missing = data.rank() - static_cast<int>(shape.size());
  if (missing < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("shape has ", shape.size(), " elements, more than the rank of data ", data.rank()));
  }
  for (size_t i = 0; i < shape.size(); ++i) {
    const Dim& extent = data[missing + static_cast<int>(i)];
    BATON_RETURN_IF_ERROR(context.RequireAtLeast(shape[i], Dim(0), "element of shape"));
    BATON_ASSIGN_OR_RETURN(const Dim broadcast, context.BroadcastDim(shape[i], extent));
    BATON_RETURN_IF_ERROR(context.RequireEqual(
        broadcast, extent, absl::StrCat("element ", i, " of shape, broadcast, and data's extent")));
  }
  return absl::OkStatus();
}

absl::Status CollapseSumToType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kNumeric));
  const TensorType& data = *context.input(0);
  BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> rank, OperandLength(context, 1, "shape"));
  BATON_ASSIGN_OR_RETURN(Shape shape, FreshShape(context, rank, "extent"));
  const std::vector<Dim>* extents = context.InputValue(1);
  if (extents != nullptr && shape.has_rank()) shape = Shape(Dims(extents->begin(), extents->end()));
  if (extents != nullptr && data.shape.has_rank()) {
    BATON_RETURN_IF_ERROR(CheckCollapse(context, data.shape, *extents));
  }
  result->push_back({data.dtype, std::move(shape)});
  return absl::OkStatus();
}

absl::Status CollapseSumToKernel(const NoAttrs&, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  TensorObject& result = *call.outputs[0];
  const int missing = data.rank - result.rank;
  bool reduced[kMaxRank] = {};
  for (int i = 0; i < data.rank; ++i) reduced[i] = i < missing || result.dims[i - missing] != data.dims[i];
  const ReducePlan plan = PlanReduceAxes(reduced, data);
  return VisitDTypeIn<DTypeSet::kNumeric>(data.dtype, [&](auto element) {
    using T = decltype(element);
    Reduce<SumReducer<T>>(plan, data.As<T>(), result.As<T>());
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& CollapseSumTo() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>(
      {.name = "collapse_sum_to",
       .doc =
           "Sums of data over the axes that broadcasting `shape` to data's shape would add or stretch: the "
           "gradient of broadcasting.",
       .inputs = {"data", InputDef("shape").DecidesShape()},
       .type = CollapseSumToType,
       .fusion = Fusion::kReduction,
       .kernels = {{"portable", CollapseSumToKernel}}}));
  return def;
}

}  // namespace baton
