// Copies of elements between strided layouts: the one inner loop of transpose, slices, expand, tile and pad.
// Internal to ops/. Threads: safe.
#pragma once

#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"
#include "ops/op_def.h"
#include "vm/core/dtype.h"
#include "vm/core/type.h"

namespace baton {

// Tile walks its repeats as extra axes, so there may be twice as many as in a tensor.
using Strides = absl::InlinedVector<int64_t, 2 * kMaxRank>;

// Strides in elements of a dense row-major tensor.
Strides DenseStrides(absl::Span<const int64_t> dims);

// For every index i with 0 <= i[k] < dims[k]:
//   result[sum i[k] * result_strides[k]] = source[sum i[k] * source_strides[k]].
// Strides are in elements and may be 0 or negative.
struct StridedCopySpec {
  Strides dims;
  Strides source_strides;
  Strides result_strides;
};
void StridedCopy(DType dtype, const StridedCopySpec& spec, const void* source, void* result);

// The kernel of operators that keep the bytes of the first input and change the shape only.
absl::Status CopyBytes(KernelCall& call);

}  // namespace baton
