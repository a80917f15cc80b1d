#include <algorithm>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

absl::Status InvertPermutationType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kIndex));
  BATON_RETURN_IF_ERROR(RequireRank(context, 0, 1, "data"));
  result->push_back(*context.input(0));
  return absl::OkStatus();
}

absl::Status InvertPermutationKernel(const NoAttrs&, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  return VisitDTypeIn<DTypeSet::kIndex>(data.dtype, [&](auto element) -> absl::Status {
    using T = decltype(element);
    const int64_t n = data.dims[0];
    T* result = call.outputs[0]->As<T>();
    std::fill_n(result, n, T{-1});
    for (int64_t i = 0; i < n; ++i) {
      const T at = data.As<T>()[i];
      if (at < 0 || at >= n || result[at] >= 0) {
        return absl::InvalidArgumentError(
            absl::StrCat("element ", i, " is ", at, ", expected each of 0 to ", n - 1, " once"));
      }
      result[at] = static_cast<T>(i);
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& InvertPermutation() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "invert_permutation",
                       .doc = "The permutation p with p[data[i]] = i. Source: tf.math.invert_permutation.",
                       .inputs = {"data"},
                       .type = InvertPermutationType,
                       .kernels = {{"portable", InvertPermutationKernel}}}));
  return def;
}

}  // namespace baton
