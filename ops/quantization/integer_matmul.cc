#include "ops/quantization/integer_matmul.h"

#include "ops/quantization/quantized_type.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

// A matrix less its zero points: element (row, column) of `columns` columns.
template <typename T>
void Center(const T* matrix, int64_t count, int64_t columns, int64_t batch, MatrixLine line,
            const Copied<int32_t>& zeros, int32_t* result) {
  for (int64_t i = 0; i < count; ++i) {
    const int64_t index = line == MatrixLine::kRow ? i / columns : i / batch * columns + i % columns;
    result[i] = static_cast<int32_t>(matrix[i]) - zeros.Cyclic(index);
  }
}

// `batch`: elements of one matrix.
absl::StatusOr<const int32_t*> Centered(KernelContext& context, const TensorObject& matrix,
                                        const TensorObject* zero_points, int64_t columns, int64_t batch,
                                        MatrixLine line) {
  const int64_t n = matrix.num_elements();
  int32_t* result = static_cast<int32_t*>(context.Scratch(n * sizeof(int32_t)));
  if (result == nullptr) return absl::ResourceExhaustedError("no memory for the operands as int32");
  BATON_ASSIGN_OR_RETURN(const Copied<int32_t> zeros, ZeroPointsAsInt(context, zero_points));
  BATON_RETURN_IF_ERROR(VisitQuantized(matrix.dtype, [&](auto element) {
    Center(matrix.As<decltype(element)>(), n, columns, batch, line, zeros, result);
    return absl::OkStatus();
  }));
  return result;
}

}  // namespace

absl::Status RequirePerLine(TypeContext& context, int index, const Shape& matrix, MatrixLine line,
                            absl::string_view what) {
  if (!context.HasInput(index) || !context.input(index)->shape.has_rank() || !matrix.has_rank()) {
    return absl::OkStatus();
  }
  const Shape& lines = context.input(index)->shape;
  const int rank = matrix.rank();
  const bool is_vector = rank < 2;
  const int axis = rank - (line == MatrixLine::kRow ? 2 : 1);  // that the lines lie along
  const Dim extent = axis < 0 || (is_vector && line == MatrixLine::kColumn) ? Dim(1) : matrix[axis];
  if (lines.rank() == 0) return absl::OkStatus();
  if (lines.rank() == 1) {
    BATON_ASSIGN_OR_RETURN(const Dim broadcast, context.BroadcastDim(lines[0], extent));
    return context.RequireEqual(broadcast, extent,
                                absl::StrCat("elements of ", what, " (or 1) and lines of its matrix"));
  }
  BATON_RETURN_IF_ERROR(RequireRank(context, index, rank, what));
  const int other = line == MatrixLine::kRow ? rank - 1 : rank - 2;
  for (int i = 0; i < rank; ++i) {
    BATON_RETURN_IF_ERROR(context.RequireEqual(lines[i], i == other ? Dim(1) : matrix[i],
                                               absl::StrCat("extents of ", what, " along axis ", i)));
  }
  return absl::OkStatus();
}

absl::StatusOr<Shape> IntegerMatMulShape(TypeContext& context, const IntegerMatMulInputs& inputs) {
  BATON_RETURN_IF_ERROR(RequireQuantized(context, inputs.a, inputs.a_zero_point, "a"));
  BATON_RETURN_IF_ERROR(RequireQuantized(context, inputs.b, inputs.b_zero_point, "b"));
  BATON_ASSIGN_OR_RETURN(Shape shape, MatMulShape(context, inputs.a, inputs.b));
  BATON_RETURN_IF_ERROR(RequirePerLine(context, inputs.a_zero_point, context.input(inputs.a)->shape,
                                       MatrixLine::kRow, "a_zero_point"));
  BATON_RETURN_IF_ERROR(RequirePerLine(context, inputs.b_zero_point, context.input(inputs.b)->shape,
                                       MatrixLine::kColumn, "b_zero_point"));
  return shape;
}

absl::StatusOr<CenteredMatrices> CenterMatrices(KernelCall& call, const IntegerMatMulInputs& inputs) {
  const TensorObject& a = *call.inputs[inputs.a];
  const TensorObject& b = *call.inputs[inputs.b];
  const int64_t k = a.dims[a.rank - 1];
  const int64_t n = b.rank > 1 ? b.dims[b.rank - 1] : 1;
  CenteredMatrices matrices;
  BATON_ASSIGN_OR_RETURN(matrices.a,
                         Centered(call.context, a, call.inputs[inputs.a_zero_point], k, 0, MatrixLine::kRow));
  BATON_ASSIGN_OR_RETURN(
      matrices.b, Centered(call.context, b, call.inputs[inputs.b_zero_point], n, k * n, MatrixLine::kColumn));
  return matrices;
}

}  // namespace baton
