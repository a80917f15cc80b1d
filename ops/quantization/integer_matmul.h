// Matrix products of quantised numbers with int32 sums, shared by matmul_integer and qlinear_matmul.
#pragma once

#include "ops/nn/matmul.h"
#include "ops/nn/matrix_product.h"
#include "ops/quantization/scales.h"

namespace baton {

// Input `index` has one number for a whole matrix of shape `matrix`, or one for each of its rows: a vector,
// or a tensor of its shape with rows of extent 1. For columns the same. Errors: InvalidArgument.
enum class MatrixLine { kRow, kColumn };
absl::Status RequirePerLine(TypeContext& context, int index, const Shape& matrix, MatrixLine line,
                            absl::string_view what);

// The indices of operands among an operator's inputs.
struct IntegerMatMulInputs {
  int a, a_zero_point, b, b_zero_point;
};

// Checks operands and zero points; the result's shape.
absl::StatusOr<Shape> IntegerMatMulShape(TypeContext& context, const IntegerMatMulInputs& inputs);

// Both operands less their zero points, in scratch memory. Errors: ResourceExhausted.
struct CenteredMatrices {
  const int32_t* a;
  const int32_t* b;
};
absl::StatusOr<CenteredMatrices> CenterMatrices(KernelCall& call, const IntegerMatMulInputs& inputs);

// Calls `store(row of a, column of b, index in the result, sum)` for every element. Rows and columns are
// counted through all batches. Sums wrap. REQUIRES: the call obeys IntegerMatMulShape.
template <typename Store>
absl::Status IntegerMatMul(KernelCall& call, const IntegerMatMulInputs& inputs, const Store& store) {
  if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
  BATON_ASSIGN_OR_RETURN(const CenteredMatrices matrices, CenterMatrices(call, inputs));
  const MatMulPlan plan(call.inputs[inputs.a]->shape(), call.inputs[inputs.b]->shape(),
                        call.outputs[0]->shape());
  const int64_t k = std::max<int64_t>(plan.k, 1);  // offsets of empty rows are all 0
  plan.ForEach([&](int64_t a, int64_t b, int64_t y) {
    PlainProduct<int32_t>({matrices.a + a, plan.k, 1}, {matrices.b + b, plan.n, 1}, plan.m, plan.n, plan.k,
                          [&](int64_t i, int64_t j, uint64_t sum) {
                            store(a / k + i, b / k + j, y + i * plan.n + j, static_cast<int32_t>(sum));
                          });
  });
  return absl::OkStatus();
}

}  // namespace baton
