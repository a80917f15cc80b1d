// Relay's binary tensor format, in which constants stand in metadata sections (as base64) and parameter
// files.
//   Layout, little-endian: magic u64, 0 u64, device i32 x 2, rank i32, type code u8, bits u8, lanes u16,
//   extents i64 each, byte length i64, the elements in row-major order.
// Internal to compiler/text.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "vm/core/tensor.h"

namespace baton::text {

// Appends the tensor's blob.
void AppendTensorBlob(const TensorObject& tensor, std::string* bytes);

// Takes one blob off the front of `bytes`. Errors: InvalidArgument for bytes that are none, for element types
// that Baton does not have, and for sizes that do not fit.
absl::StatusOr<Tensor> TakeTensorBlob(absl::string_view* bytes);

// Integers as the format has them.
template <typename T>
void AppendNumber(T value, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&value), sizeof(T));  // register_code.h checks the byte order
}
template <typename T>
bool TakeNumber(absl::string_view* bytes, T* value) {
  if (bytes->size() < sizeof(T)) return false;
  bytes->copy(reinterpret_cast<char*>(value), sizeof(T));
  bytes->remove_prefix(sizeof(T));
  return true;
}

}  // namespace baton::text
