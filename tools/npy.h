// NumPy's .npy format, versions 1.0 to 3.0: one tensor. Little-endian; Fortran order is transposed when read.
// Source: numpy.lib.format.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "vm/core/tensor.h"

namespace baton {

// `name` stands for the file in messages. Memory is bounded by the size of `bytes`.
// Errors: DataLoss for a damaged file; Unimplemented for big-endian data and element types that Baton has
// not; InvalidArgument for more than kMaxRank dimensions.
absl::StatusOr<Tensor> ParseNpy(absl::string_view bytes, absl::string_view name);

// Version 1.0, C order. Errors: Unimplemented for bfloat16, which the format cannot name.
absl::StatusOr<std::string> SerializeNpy(const TensorObject& tensor);

}  // namespace baton
