#include "ops/elementwise/arithmetic.h"
#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct PReluAttrs {
  int64_t axis = -1;
};

// `alpha` as it broadcasts against data of rank `rank`: a vector lies along `axis`, anything else is aligned
// at the end.
absl::StatusOr<Dims> AlphaDims(const PReluAttrs& attrs, const Dims& alpha, int rank) {
  if (alpha.size() != 1 || rank == 0) return alpha;
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, rank));
  Dims dims(rank - axis, Dim(1));
  dims[0] = alpha[0];
  return dims;
}

absl::Status PReluType(TypeContext& context, const PReluAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kNumeric));
  BATON_RETURN_IF_ERROR(RequireSameDType(context));
  const Shape& data = context.input(0)->shape;
  const Shape& alpha = context.input(1)->shape;
  result->push_back(*context.input(0));
  if (!context.AllRanked()) return absl::OkStatus();
  BATON_ASSIGN_OR_RETURN(const Dims dims, AlphaDims(attrs, alpha.dims(), data.rank()));
  if (static_cast<int>(dims.size()) > data.rank()) {
    return absl::InvalidArgumentError(
        absl::StrCat("alpha has rank ", dims.size(), ", more than data's ", data.rank()));
  }
  for (size_t i = 0; i < dims.size(); ++i) {
    const Dim& extent = data[data.rank() - static_cast<int>(dims.size() - i)];
    BATON_ASSIGN_OR_RETURN(const Dim broadcast, context.BroadcastDim(extent, dims[i]));
    BATON_RETURN_IF_ERROR(
        context.RequireEqual(broadcast, extent, "data's extent and alpha's broadcast to it"));
  }
  return absl::OkStatus();
}

struct PReluFunction {
  template <typename T>
  T operator()(T x, T alpha) const {
    return x < 0 ? Product(alpha, x) : x;
  }
};

absl::Status PReluKernel(const PReluAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  const TensorObject& alpha = *call.inputs[1];
  int64_t dims[kMaxRank];
  int rank = alpha.rank;
  std::copy(alpha.dims, alpha.dims + rank, dims);
  if (rank == 1 && data.rank > 0) {
    BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, data.rank));
    rank = data.rank - axis;
    std::fill(dims + 1, dims + rank, int64_t{1});
  }
  const auto plan = PlanBroadcast<2>(data.shape(), {data.shape(), absl::MakeConstSpan(dims, rank)});
  return VisitDTypeIn<DTypeSet::kNumeric>(data.dtype, [&](auto element) {
    using T = decltype(element);
    ForEachRow<2>(plan, [&](int64_t offset, const std::array<int64_t, 2>& offsets) {
      BinaryRow<T, T>(PReluFunction(), data.As<T>() + offsets[0], plan.advances(0),
                      alpha.As<T>() + offsets[1], plan.advances(1), call.outputs[0]->As<T>() + offset,
                      plan.row_length());
    });
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& PRelu() {
  static const OpDef& def = *new OpDef(MakeOp<PReluAttrs>(
      {.name = "nn.prelu",
       .doc = "x where x >= 0, alpha * x elsewhere; alpha broadcasts to data. Source: ONNX PRelu-16.",
       .attrs = {{"axis", &PReluAttrs::axis, "the axis of data along which an alpha of rank 1 lies"}},
       .inputs = {"data", "alpha"},
       .type = PReluType,
       .fusion = Fusion::kBroadcast,
       .kernels = {{"portable", PReluKernel}}}));
  return def;
}

}  // namespace baton
