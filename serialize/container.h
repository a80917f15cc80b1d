// The container of a .baton file: its header, section table and checksum. Knows nothing of what the sections
// hold. Layout: docs/file_format.md. Internal to serialize.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace baton {

inline constexpr absl::string_view kFileMagic("BATON\0\r\n", 8);
inline constexpr uint16_t kFormatMajor = 1;
inline constexpr uint16_t kFormatMinor = 4;
inline constexpr size_t kHeaderBytes = 64;
inline constexpr size_t kSectionAlignment = 64;

struct SectionRange {
  uint64_t offset = 0;  // bytes, from the start of the file
  uint64_t num_bytes = 0;
};

struct FileHeader {
  uint16_t major = kFormatMajor;
  uint16_t minor = kFormatMinor;
  uint64_t num_bytes = 0;  // of the whole file
  SectionRange program;
  SectionRange constants;
  uint64_t checksum = 0;
};

// A running 64-bit check value: for each 8-byte word w, h = (h xor w) * prime, h = h xor (h >> 32). Any
// change within one word is noticed for certain. The last word is filled up with zeros.
class Checksum {
 public:
  void Add(absl::string_view bytes);
  uint64_t Finish() const;

 private:
  uint64_t hash_ = 0xCBF29CE484222325;
  char tail_[8] = {};
  size_t tail_bytes_ = 0;
};

// The header as it stands in the file: kHeaderBytes bytes.
std::string EncodeHeader(const FileHeader& header);
// The part of an encoded header that the checksum covers, before everything behind the header.
absl::string_view ChecksummedHeader(absl::string_view encoded_header);

// Reads and checks the header against `bytes`, the whole file: magic, version, size, section bounds and
// alignment; not the checksum. Errors name `name`: DataLoss; Unimplemented for a newer major version or
// unknown flags.
absl::StatusOr<FileHeader> DecodeHeader(absl::string_view bytes, absl::string_view name);
// Errors: DataLoss.
absl::Status CheckChecksum(absl::string_view bytes, const FileHeader& header, absl::string_view name);

}  // namespace baton
