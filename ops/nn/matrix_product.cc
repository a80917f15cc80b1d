#include "ops/nn/matrix_product.h"

namespace baton {
namespace {

// Below a panel of PackedMatrix most of it would be waste; above 4 MiB the weights fit no near cache anyway,
// and a second copy of them is not worth its memory.
constexpr int64_t kMinColumns = 16;
constexpr int64_t kMaxElements = int64_t{1} << 20;

}  // namespace

absl::StatusOr<PackedMatrix> PackRightOperand(const Tensor& b, bool transposed) {
  if (!b || b.dtype() != DType::kFloat32 || b->rank != 2) return PackedMatrix();
  const int64_t elements = b.num_elements();
  const int64_t n = b->dims[transposed ? 0 : 1];
  const int64_t k = b->dims[transposed ? 1 : 0];
  if (elements == 0 || elements > kMaxElements || n < kMinColumns) return PackedMatrix();
  const float* data = b->As<float>();
  return PackedMatrix::Pack(transposed ? PackedMatrix::Source{data, k, 1} : PackedMatrix::Source{data, 1, n},
                            n, k);
}

}  // namespace baton
