#include <algorithm>

#include "ops/element_bits.h"
#include "ops/tensor/indices.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

struct TriluAttrs {
  bool upper = true;
};

absl::Status TriluType(TypeContext& context, const TriluAttrs&, TensorTypes* result) {
  const TensorType& data = *context.input(0);
  BATON_RETURN_IF_ERROR(RequireDType(context, 1, DTypeSet::kInteger));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, 1, "k"));
  if (data.shape.has_rank() && data.shape.rank() < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("data has rank ", data.shape.rank(), ", expected at least 2"));
  }
  result->push_back(data);
  return absl::OkStatus();
}

absl::Status TriluKernel(const TriluAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  TensorObject& result = *call.outputs[0];
  const int64_t n = data.num_elements();
  if (n == 0) return absl::OkStatus();
  const int64_t rows = data.dims[data.rank - 2];
  const int64_t columns = data.dims[data.rank - 1];
  // Beyond the matrix in either direction, k no longer matters.
  const int64_t k =
      call.inputs[1] == nullptr ? 0 : std::clamp(IntegerAt(*call.inputs[1], 0), -rows - 1, columns + 1);
  VisitElementBits(data.dtype, [&](auto element) {
    using T = decltype(element);
    for (int64_t row = 0; row < n / columns; ++row) {
      const T* from = data.As<T>() + row * columns;
      T* to = result.As<T>() + row * columns;
      const int64_t diagonal = row % rows + k;
      for (int64_t i = 0; i < columns; ++i) {
        const bool keep = attrs.upper ? i >= diagonal : i <= diagonal;
        to[i] = keep ? from[i] : T{0};
      }
    }
  });
  return absl::OkStatus();
}

}  // namespace

const OpDef& Trilu() {
  static const OpDef& def = *new OpDef(
      MakeOp<TriluAttrs>({.name = "trilu",
                          .doc = "The triangle of the last two axes on and above (below) the k-th diagonal, "
                                 "zeros elsewhere. Source: ONNX "
                                 "Trilu-14.",
                          .attrs = {{"upper", &TriluAttrs::upper, "keep the upper triangle, else the lower"}},
                          .inputs = {"data", InputDef("k").Optional()},
                          .type = TriluType,
                          .kernels = {{"portable", TriluKernel}}}));
  return def;
}

}  // namespace baton
