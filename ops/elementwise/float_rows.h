// Vector forms (Highway, best instruction set of the machine) of float32 functions over contiguous rows. The
// last partial vector goes through the same code, so an element's value never depends on its position or on
// the row's length.
#pragma once

#include <cstdint>

namespace baton {

// y[i] = f(x[i]) for i < n. y may be x. Threads: safe.
//   Accuracy: exp, tanh, sigmoid within 4 units in the last place; the others exact. NaN gives NaN.
void ExpRow(const float* x, float* y, int64_t n);
void TanhRow(const float* x, float* y, int64_t n);
void SigmoidRow(const float* x, float* y, int64_t n);
void SqrtRow(const float* x, float* y, int64_t n);
void FloorRow(const float* x, float* y, int64_t n);
void CeilRow(const float* x, float* y, int64_t n);
void RoundRow(const float* x, float* y, int64_t n);  // half to even
void ReluRow(const float* x, float* y, int64_t n);

// One operand of a row: n elements, or one element that stands for all.
struct FloatOperand {
  const float* data;
  bool advances;
};

// y[i] = f(a[i], b[i]) for i < n; minimum and maximum are those of IEEE 754-2019 (NaN where an operand is, -0
// below 0). Threads: safe.
void AddRow(FloatOperand a, FloatOperand b, float* y, int64_t n);
void SubtractRow(FloatOperand a, FloatOperand b, float* y, int64_t n);
void MultiplyRow(FloatOperand a, FloatOperand b, float* y, int64_t n);
void DivideRow(FloatOperand a, FloatOperand b, float* y, int64_t n);
void MinimumRow(FloatOperand a, FloatOperand b, float* y, int64_t n);
void MaximumRow(FloatOperand a, FloatOperand b, float* y, int64_t n);

}  // namespace baton
