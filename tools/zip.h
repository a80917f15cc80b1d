// Zip archives as NumPy writes them: stored or deflated files. Only what .npz needs of the format, with every
// size checked. Source: PKWARE APPNOTE 6.3, sections 4.3 to 4.5.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace baton {

// A file of an archive, in place.
struct ZipEntry {
  std::string name;  // bytes that are not printable UTF-8 are escaped
  bool deflated = false;
  absl::string_view data;  // as it lies in the archive
  uint64_t num_bytes = 0;  // once inflated
  uint32_t crc32 = 0;
};

// An archive inflates to at most this many bytes, all entries together.
inline constexpr uint64_t kMaxInflatedBytes = uint64_t{8} << 30;

// The entries; their data views `bytes`. Entries that overlap, and sizes that deflate cannot reach, are
// refused: a small file cannot claim much. `name` stands for the archive in messages. Errors: DataLoss;
// Unimplemented for encryption, other compressions, several disks; ResourceExhausted above kMaxInflatedBytes.
absl::StatusOr<std::vector<ZipEntry>> ParseZip(absl::string_view bytes, absl::string_view name);
// Its contents. Errors: DataLoss when size or checksum are not what the archive says.
absl::StatusOr<std::string> ExtractZipEntry(const ZipEntry& entry, absl::string_view name);

// An archive of (name, contents), stored; equal files give equal bytes. Errors: InvalidArgument from 4 GiB or
// 65535 files, which would need zip64.
absl::StatusOr<std::string> SerializeZip(absl::Span<const std::pair<std::string, std::string>> files);

}  // namespace baton
