// Parameter files: named tensors, the weights that go with a module in Relay text. PUBLIC.
//   Layout, little-endian: magic u64, 0 u64; the number of names u64, each as length u64 and bytes; the
//   number of tensors u64, each as tensor_blob.h has it.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "vm/core/tensor.h"

namespace baton::text {

// Errors: InvalidArgument for any other bytes.
absl::StatusOr<std::map<std::string, Tensor>> ReadParameters(absl::string_view bytes);
std::string WriteParameters(const std::map<std::string, Tensor>& parameters);

}  // namespace baton::text
