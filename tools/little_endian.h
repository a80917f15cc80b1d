// Little-endian integers in byte strings, for the readers and writers of file formats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace baton {

// The `num_bytes` (1 to 8) at `offset` as an unsigned integer. REQUIRES: they lie within `bytes`.
inline uint64_t LoadLittleEndian(absl::string_view bytes, size_t offset, int num_bytes) {
  uint64_t value = 0;
  for (int i = num_bytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[offset + i]);
  return value;
}

inline void AppendLittleEndian(uint64_t value, int num_bytes, std::string* bytes) {
  for (int i = 0; i < num_bytes; ++i) bytes->push_back(static_cast<char>(value >> (8 * i)));
}

}  // namespace baton
