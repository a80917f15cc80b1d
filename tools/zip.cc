#include "tools/zip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/little_endian.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr absl::string_view kLocalMagic("PK\x03\x04", 4);
constexpr absl::string_view kCentralMagic("PK\x01\x02", 4);
constexpr absl::string_view kEndMagic("PK\x05\x06", 4);
constexpr absl::string_view kZip64LocatorMagic("PK\x06\x07", 4);
constexpr absl::string_view kZip64EndMagic("PK\x06\x06", 4);
constexpr size_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22, kZip64LocatorBytes = 20,
                 kZip64EndBytes = 56;
constexpr uint64_t kIn64 = 0xFFFFFFFF;  // the value is in the zip64 record
constexpr uint64_t kStored = 0, kDeflated = 8;
constexpr uint64_t kMaxDeflateRatio = 1032;  // 258 bytes from two bits (zlib technical details)

class ZipReader {
 public:
  ZipReader(absl::string_view bytes, absl::string_view name) : bytes_(bytes), name_(name) {}

  absl::StatusOr<std::vector<ZipEntry>> Read() {
    BATON_RETURN_IF_ERROR(FindDirectory());
    std::vector<ZipEntry> entries;
    std::set<std::string> names;
    uint64_t num_stored = 0, num_inflated = 0;
    while (absl::StartsWith(directory_, kCentralMagic)) {
      BATON_ASSIGN_OR_RETURN(ZipEntry entry, ReadEntry());
      if (absl::EndsWith(entry.name, "/")) continue;  // a folder
      num_stored += entry.data.size();
      num_inflated += entry.num_bytes;
      if (num_stored > bytes_.size()) return Damaged("its entries overlap");
      if (num_inflated > kMaxInflatedBytes) {
        return absl::ResourceExhaustedError(
            absl::StrCat(name_, ": inflates to more than ", kMaxInflatedBytes, " bytes"));
      }
      if (!names.insert(entry.name).second)
        return Damaged(absl::StrCat("has two entries named '", entry.name, "'"));
      entries.push_back(std::move(entry));
    }
    if (!directory_.empty()) return Damaged("its directory has an entry that cannot be read");
    return entries;
  }

 private:
  absl::Status Damaged(absl::string_view what) const {
    return absl::DataLossError(absl::StrCat(name_, ": ", what));
  }
  bool Holds(uint64_t offset, uint64_t num_bytes) const {
    return offset <= bytes_.size() && num_bytes <= bytes_.size() - offset;
  }
  uint64_t Load(uint64_t offset, int num_bytes) const { return LoadLittleEndian(bytes_, offset, num_bytes); }

  // Sets directory_ from the record at the end of the file, which a comment may follow.
  absl::Status FindDirectory() {
    const size_t end = bytes_.rfind(kEndMagic);
    if (end == absl::string_view::npos || !Holds(end, kEndBytes))
      return Damaged("is not a zip archive, or is cut short");
    if (Load(end + 4, 2) != 0) return absl::UnimplementedError(absl::StrCat(name_, ": spans several disks"));
    uint64_t size = Load(end + 12, 4), offset = Load(end + 16, 4);
    if (size == kIn64 || offset == kIn64) {
      if (end < kZip64LocatorBytes || bytes_.substr(end - kZip64LocatorBytes, 4) != kZip64LocatorMagic) {
        return Damaged("lacks its zip64 locator");
      }
      const uint64_t end64 = Load(end - kZip64LocatorBytes + 8, 8);
      if (!Holds(end64, kZip64EndBytes) || bytes_.substr(end64, 4) != kZip64EndMagic) {
        return Damaged("lacks its zip64 end record");
      }
      size = Load(end64 + 40, 8);
      offset = Load(end64 + 48, 8);
    }
    if (!Holds(offset, size)) return Damaged("its directory lies outside the file");
    directory_ = bytes_.substr(offset, size);
    return absl::OkStatus();
  }

  // Takes one entry off directory_, which starts with kCentralMagic.
  absl::StatusOr<ZipEntry> ReadEntry() {
    if (directory_.size() < kCentralBytes) return Damaged("its directory is cut short");
    const auto field = [&](size_t offset, int num_bytes) {
      return LoadLittleEndian(directory_, offset, num_bytes);
    };
    const uint64_t flags = field(8, 2), method = field(10, 2);
    const size_t name_bytes = field(28, 2), extra_bytes = field(30, 2), comment_bytes = field(32, 2);
    const size_t total = kCentralBytes + name_bytes + extra_bytes + comment_bytes;
    if (directory_.size() < total) return Damaged("its directory is cut short");

    ZipEntry entry;
    entry.name = absl::Utf8SafeCHexEscape(directory_.substr(kCentralBytes, name_bytes));
    entry.crc32 = static_cast<uint32_t>(field(16, 4));
    entry.num_bytes = field(24, 4);
    uint64_t stored_bytes = field(20, 4), offset = field(42, 4);
    const absl::string_view extra = directory_.substr(kCentralBytes + name_bytes, extra_bytes);
    if (!ReadZip64({&entry.num_bytes, &stored_bytes, &offset}, extra)) return Damaged("lacks a zip64 size");
    directory_.remove_prefix(total);

    if ((flags & 1) != 0)
      return absl::UnimplementedError(absl::StrCat(name_, ": '", entry.name, "' is encrypted"));
    if (method != kStored && method != kDeflated) {
      return absl::UnimplementedError(absl::StrCat(name_, ": '", entry.name, "' has compression method ",
                                                   method, "; 0 (stored) and 8 (deflate) can be read"));
    }
    entry.deflated = method == kDeflated;
    BATON_RETURN_IF_ERROR(FindData(offset, stored_bytes, &entry));
    return entry;
  }

  // Replaces those of `values` that are kIn64 by the 64-bit values of the extra field 1, which come in this
  // order.
  static bool ReadZip64(std::initializer_list<uint64_t*> values, absl::string_view extra) {
    absl::string_view record;
    while (extra.size() >= 4) {
      const size_t size = LoadLittleEndian(extra, 2, 2);
      if (size > extra.size() - 4) break;
      if (LoadLittleEndian(extra, 0, 2) == 1) record = extra.substr(4, size);
      extra.remove_prefix(4 + size);
    }
    for (uint64_t* value : values) {
      if (*value != kIn64) continue;
      if (record.size() < 8) return false;
      *value = LoadLittleEndian(record, 0, 8);
      record.remove_prefix(8);
    }
    return true;
  }

  absl::Status FindData(uint64_t offset, uint64_t stored_bytes, ZipEntry* entry) const {
    if (!Holds(offset, kLocalBytes) || bytes_.substr(offset, 4) != kLocalMagic) {
      return Damaged(absl::StrCat("'", entry->name, "' has no local header"));
    }
    const uint64_t start = offset + kLocalBytes + Load(offset + 26, 2) + Load(offset + 28, 2);
    if (!Holds(start, stored_bytes)) return Damaged(absl::StrCat("'", entry->name, "' reaches past the end"));
    entry->data = bytes_.substr(start, stored_bytes);
    const bool possible = entry->deflated ? entry->num_bytes / kMaxDeflateRatio <= stored_bytes
                                          : entry->num_bytes == stored_bytes;
    if (possible) return absl::OkStatus();
    return Damaged(
        absl::StrCat("'", entry->name, "' claims ", entry->num_bytes, " bytes from ", stored_bytes));
  }

  absl::string_view bytes_;
  absl::string_view name_;
  absl::string_view directory_;
};

// Inflates raw deflate data to exactly `num_bytes`; empty optional when it is damaged. The memory grows with
// what was really inflated.
std::optional<std::string> Inflate(absl::string_view data, uint64_t num_bytes) {
  z_stream stream = {};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return std::nullopt;
  std::string out;
  uint64_t used = 0;
  int result = Z_OK;
  while (result == Z_OK) {
    if (stream.avail_in == 0) {
      const size_t n = std::min<size_t>(data.size(), std::numeric_limits<int>::max());
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
      stream.avail_in = static_cast<uInt>(n);
      data.remove_prefix(n);
    }
    // One byte more than expected, so that longer data shows.
    if (used == out.size())
      out.resize(std::min<uint64_t>(num_bytes + 1, std::max<uint64_t>(used * 2, 1 << 16)));
    const uInt room =
        static_cast<uInt>(std::min<uint64_t>(out.size() - used, std::numeric_limits<int>::max()));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + used);
    stream.avail_out = room;
    if (room == 0) break;
    result = inflate(&stream, Z_NO_FLUSH);
    used += room - stream.avail_out;
  }
  inflateEnd(&stream);
  if (result != Z_STREAM_END || used != num_bytes) return std::nullopt;
  out.resize(used);
  return out;
}

uint32_t Crc32(absl::string_view bytes) {
  return static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace

absl::StatusOr<std::vector<ZipEntry>> ParseZip(absl::string_view bytes, absl::string_view name) {
  return ZipReader(bytes, name).Read();
}

absl::StatusOr<std::string> ExtractZipEntry(const ZipEntry& entry, absl::string_view name) {
  std::optional<std::string> bytes =
      entry.deflated ? Inflate(entry.data, entry.num_bytes) : std::string(entry.data);
  if (!bytes.has_value()) {
    return absl::DataLossError(
        absl::StrCat(name, ": '", entry.name, "' does not inflate to ", entry.num_bytes, " bytes"));
  }
  if (Crc32(*bytes) != entry.crc32) {
    return absl::DataLossError(absl::StrCat(name, ": '", entry.name, "' has a wrong checksum"));
  }
  return *std::move(bytes);
}

absl::StatusOr<std::string> SerializeZip(absl::Span<const std::pair<std::string, std::string>> files) {
  std::string bytes, directory;
  for (const auto& [name, contents] : files) {
    const uint64_t offset = bytes.size();
    if (files.size() >= 0xFFFF || name.size() > 0xFFFF ||
        offset + contents.size() + name.size() + kLocalBytes >= kIn64) {
      return absl::InvalidArgumentError("an archive of 4 GiB or 65535 files and more cannot be written");
    }
    std::string common;                     // what the local header and the directory share
    AppendLittleEndian(20, 2, &common);     // version 2.0
    AppendLittleEndian(0x800, 2, &common);  // the name is UTF-8
    AppendLittleEndian(kStored, 2, &common);
    AppendLittleEndian(0x00210000, 4, &common);  // 1980-01-01
    AppendLittleEndian(Crc32(contents), 4, &common);
    AppendLittleEndian(contents.size(), 4, &common);
    AppendLittleEndian(contents.size(), 4, &common);
    AppendLittleEndian(name.size(), 2, &common);
    AppendLittleEndian(0, 2, &common);  // no extra field
    absl::StrAppend(&bytes, kLocalMagic, common, name, contents);
    absl::StrAppend(&directory, kCentralMagic, absl::string_view("\x14\0", 2), common, std::string(10, '\0'));
    AppendLittleEndian(offset, 4, &directory);
    directory.append(name);
  }
  const uint64_t offset = bytes.size();
  if (offset + directory.size() >= kIn64)
    return absl::InvalidArgumentError("an archive of 4 GiB cannot be written");
  absl::StrAppend(&bytes, directory, kEndMagic, std::string(4, '\0'));
  AppendLittleEndian(files.size(), 2, &bytes);
  AppendLittleEndian(files.size(), 2, &bytes);
  AppendLittleEndian(directory.size(), 4, &bytes);
  AppendLittleEndian(offset, 4, &bytes);
  AppendLittleEndian(0, 2, &bytes);  // no comment
  return bytes;
}

}  // namespace baton
