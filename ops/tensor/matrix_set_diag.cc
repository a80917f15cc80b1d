#include <algorithm>

#include "ops/element_bits.h"
#include "ops/strided_copy.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

struct MatrixSetDiagAttrs {
  int64_t k1 = 0;
  int64_t k2 = 0;
  bool super_diag_right_align = true;
  bool sub_diag_right_align = false;
};

// Keeps sums with extents from overflowing.
constexpr int64_t kMaxDiagonal = int64_t{1} << 40;

absl::Status CheckMatrixSetDiagAttrs(const MatrixSetDiagAttrs& attrs) {
  if (-kMaxDiagonal < attrs.k1 && attrs.k1 <= attrs.k2 && attrs.k2 < kMaxDiagonal) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("k1 is ", attrs.k1, " and k2 is ", attrs.k2, ", expected diagonals with k1 <= k2"));
}

// diagonal: the batch of data; the diagonals from k2 down to k1, unless it is one; the longest one's
// elements.
absl::Status CheckDiagonal(TypeContext& context, const MatrixSetDiagAttrs& attrs) {
  const Shape& data = context.input(0)->shape;
  const Shape& diagonal = context.input(1)->shape;
  const int batch = data.rank() - 2;
  const bool several = attrs.k1 != attrs.k2;
  BATON_RETURN_IF_ERROR(RequireRank(context, 1, batch + 1 + several, "diagonal"));
  for (int i = 0; i < batch; ++i) {
    BATON_RETURN_IF_ERROR(context.RequireEqual(diagonal[i], data[i],
                                               absl::StrCat("extents of diagonal and data along axis ", i)));
  }
  if (several) {
    BATON_RETURN_IF_ERROR(context.RequireEqual(diagonal[batch], Dim(attrs.k2 - attrs.k1 + 1),
                                               "diagonals given and k2 - k1 + 1"));
  }
  const Dim length = Min(data[batch] + Dim(std::min<int64_t>(attrs.k2, 0)),
                         data[batch + 1] - Dim(std::max<int64_t>(attrs.k1, 0)));
  return context.RequireEqual(diagonal[batch + several], length, "elements of a diagonal given and in data");
}

absl::Status MatrixSetDiagType(TypeContext& context, const MatrixSetDiagAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireSameDType(context));
  const TensorType& data = *context.input(0);
  if (data.shape.has_rank()) {
    const int rank = data.shape.rank();
    if (rank < 2)
      return absl::InvalidArgumentError(absl::StrCat("data has rank ", rank, ", expected at least 2"));
    if (attrs.k1 < 0) {
      BATON_RETURN_IF_ERROR(
          context.RequireAtLeast(data.shape[rank - 2], Dim(1 - attrs.k1), "rows of data (for k1)"));
    }
    if (attrs.k2 > 0) {
      BATON_RETURN_IF_ERROR(
          context.RequireAtLeast(data.shape[rank - 1], Dim(1 + attrs.k2), "columns of data (for k2)"));
    }
  }
  if (context.AllRanked()) BATON_RETURN_IF_ERROR(CheckDiagonal(context, attrs));
  result->push_back(data);
  return absl::OkStatus();
}

absl::Status MatrixSetDiagKernel(const MatrixSetDiagAttrs& attrs, KernelCall& call) {
  BATON_RETURN_IF_ERROR(CopyBytes(call));
  TensorObject& result = *call.outputs[0];
  const TensorObject& diagonal = *call.inputs[1];
  const int64_t n = result.num_elements();
  if (n == 0) return absl::OkStatus();
  const int64_t rows = result.dims[result.rank - 2];
  const int64_t columns = result.dims[result.rank - 1];
  const int64_t longest = diagonal.dims[diagonal.rank - 1];
  VisitElementBits(result.dtype, [&](auto element) {
    using T = decltype(element);
    const T* from = diagonal.As<T>();
    for (T* matrix = result.As<T>(); matrix != result.As<T>() + n; matrix += rows * columns) {
      for (int64_t k = attrs.k2; k >= attrs.k1; --k, from += longest) {
        const int64_t row = std::max<int64_t>(-k, 0);
        const int64_t column = std::max<int64_t>(k, 0);
        const int64_t length = std::min(rows - row, columns - column);
        const bool right = k >= 0 ? attrs.super_diag_right_align : attrs.sub_diag_right_align;
        const T* elements = right ? from + longest - length : from;
        for (int64_t i = 0; i < length; ++i) matrix[(row + i) * columns + column + i] = elements[i];
      }
    }
  });
  return absl::OkStatus();
}

}  // namespace

const OpDef& MatrixSetDiag() {
  static const OpDef& def = *new OpDef(MakeOp<MatrixSetDiagAttrs>(
      {.name = "matrix_set_diag",
       .doc = "Matrices (the last two axes of data) with their diagonals k1 to k2 replaced, 0 being the main "
              "one and positive ones above it. diagonal holds one row each, from k2 down to k1; one diagonal "
              "has no axis for it. Source: tf.linalg.set_diag.",
       .attrs = {{"k1", &MatrixSetDiagAttrs::k1, "the lowest diagonal replaced"},
                 {"k2", &MatrixSetDiagAttrs::k2, "the highest diagonal replaced"},
                 {"super_diag_right_align", &MatrixSetDiagAttrs::super_diag_right_align,
                  "shorter diagonals above the main one end, not start, with their row"},
                 {"sub_diag_right_align", &MatrixSetDiagAttrs::sub_diag_right_align,
                  "shorter diagonals below the main one end, not start, with their row"}},
       .inputs = {"data", "diagonal"},
       .type = MatrixSetDiagType,
       .check_attrs = CheckMatrixSetDiagAttrs,
       .kernels = {{"portable", MatrixSetDiagKernel}}}));
  return def;
}

}  // namespace baton
