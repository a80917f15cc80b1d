// The shapes of a matrix product and its batches, shared by nn.matmul and the products of integers.
#pragma once

#include "absl/status/statusor.h"
#include "ops/broadcast.h"
#include "ops/op_def.h"

namespace baton {

// The shape of inputs[a] [batch..., m, k] times inputs[b] [batch..., k, n]; an operand of rank 1 is a row or
// a column that the result loses again. Unranked when an operand is.
absl::StatusOr<Shape> MatMulShape(TypeContext& context, int a, int b);

// A product as products of matrices [m, k] x [k, n] at batch offsets. REQUIRES: the result has elements.
struct MatMulPlan {
  MatMulPlan(absl::Span<const int64_t> a, absl::Span<const int64_t> b, absl::Span<const int64_t> result);

  // Calls `product(a offset, b offset, result offset)` in elements, for every batch.
  template <typename Product>
  void ForEach(const Product& product) const {
    ForEachRow<2>(plan, [&](int64_t result, const std::array<int64_t, 2>& offsets) {
      for (int64_t i = 0; i < plan.row_length(); ++i) {
        product((offsets[0] + (plan.advances(0) ? i : 0)) * m * k,
                (offsets[1] + (plan.advances(1) ? i : 0)) * k * n, (result + i) * m * n);
      }
    });
  }

  int64_t m, n, k;
  BroadcastPlan<2> plan;
};

}  // namespace baton
