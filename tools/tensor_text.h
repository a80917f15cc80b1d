// Tensors as text of the command line: values of --set in, results out.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "vm/core/tensor.h"
#include "vm/core/type.h"

namespace baton {

// The value "16000", "true", "-1,2,3" as a tensor of `type`: one number for rank 0 and for any rank whose
// extents are 1 (or symbols, which become 1); a list for rank 1. Of unknown rank: a number is a scalar, a
// list has rank 1. Errors: UsageError naming the part that does not fit.
absl::StatusOr<Tensor> ParseTensorText(absl::string_view text, const TensorType& type);

// "output: Tensor[(1, 1), float32] = [[0.0123]]". Small values are whole (2000 integers or booleans, 100
// floats), larger ones in short form; integer matrices stand in aligned rows below their type.
std::string FormatTensor(absl::string_view name, const TensorObject& tensor);

}  // namespace baton
