#include "serialize/container.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "vm/core/status.h"

namespace baton {
namespace {

static_assert(std::endian::native == std::endian::little, "files are little-endian");

constexpr uint64_t kPrime = 0x9E3779B97F4A7C15;

// The header's bytes.
struct RawHeader {
  char magic[8];
  uint16_t major, minor;
  uint32_t flags;
  uint64_t num_bytes;
  uint64_t program_offset, program_bytes;
  uint64_t constants_offset, constants_bytes;
  uint64_t checksum;
};
static_assert(sizeof(RawHeader) == kHeaderBytes);
constexpr size_t kChecksumOffset = offsetof(RawHeader, checksum);

uint64_t Step(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * kPrime;
  return hash ^ (hash >> 32);
}

absl::Status CheckSection(const SectionRange& section, uint64_t file_bytes, absl::string_view what) {
  if (section.offset < kHeaderBytes || section.offset % kSectionAlignment != 0) {
    return absl::DataLossError(
        absl::StrCat(what, " starts at ", section.offset, ", expected a multiple of 64 behind the header"));
  }
  uint64_t end;
  if (__builtin_add_overflow(section.offset, section.num_bytes, &end)) end = UINT64_MAX;
  if (end > file_bytes) {
    return absl::DataLossError(absl::StrCat(what, " ends at ", end, ", the file has ", file_bytes, " bytes"));
  }
  return absl::OkStatus();
}

absl::Status CheckVersion(const RawHeader& raw, absl::string_view name) {
  if (raw.major > kFormatMajor) {
    return absl::UnimplementedError(absl::StrCat(name, ": needs a reader of format version ", raw.major, ".",
                                                 raw.minor, ", this one reads versions up to ", kFormatMajor,
                                                 ".x"));
  }
  if (raw.major == 0) return absl::DataLossError(absl::StrCat(name, ": format version is 0.", raw.minor));
  if (raw.flags != 0) {
    return absl::UnimplementedError(absl::StrCat(
        name, ": uses format features ", absl::StrFormat("0x%x", raw.flags), ", this reader knows none"));
  }
  return absl::OkStatus();
}

}  // namespace

void Checksum::Add(absl::string_view bytes) {
  while (tail_bytes_ != 0 && !bytes.empty()) {
    tail_[tail_bytes_++] = bytes.front();
    bytes.remove_prefix(1);
    if (tail_bytes_ < sizeof tail_) continue;
    hash_ = Finish();
    tail_bytes_ = 0;
  }
  uint64_t hash = hash_;
  for (; bytes.size() >= sizeof(uint64_t); bytes.remove_prefix(sizeof(uint64_t))) {
    uint64_t word;
    std::memcpy(&word, bytes.data(), sizeof word);
    hash = Step(hash, word);
  }
  hash_ = hash;
  if (bytes.empty()) return;
  std::memcpy(tail_, bytes.data(), bytes.size());
  tail_bytes_ = bytes.size();
}

uint64_t Checksum::Finish() const {
  if (tail_bytes_ == 0) return hash_;
  uint64_t word = 0;
  std::memcpy(&word, tail_, tail_bytes_);
  return Step(hash_, word);
}

std::string EncodeHeader(const FileHeader& header) {
  RawHeader raw{};
  std::memcpy(raw.magic, kFileMagic.data(), sizeof raw.magic);
  raw.major = header.major;
  raw.minor = header.minor;
  raw.num_bytes = header.num_bytes;
  raw.program_offset = header.program.offset;
  raw.program_bytes = header.program.num_bytes;
  raw.constants_offset = header.constants.offset;
  raw.constants_bytes = header.constants.num_bytes;
  raw.checksum = header.checksum;
  return std::string(reinterpret_cast<const char*>(&raw), sizeof raw);
}

absl::string_view ChecksummedHeader(absl::string_view encoded_header) {
  return encoded_header.substr(0, kChecksumOffset);
}

absl::StatusOr<FileHeader> DecodeHeader(absl::string_view bytes, absl::string_view name) {
  if (bytes.substr(0, kFileMagic.size()) != kFileMagic) {
    return absl::DataLossError(absl::StrCat(name, ": not a .baton file: it does not start with BATON"));
  }
  if (bytes.size() < kHeaderBytes) {
    return absl::DataLossError(
        absl::StrCat(name, ": has ", bytes.size(), " bytes, the header alone has ", kHeaderBytes));
  }
  RawHeader raw;
  std::memcpy(&raw, bytes.data(), sizeof raw);
  BATON_RETURN_IF_ERROR(CheckVersion(raw, name));
  if (raw.num_bytes != bytes.size()) {
    return absl::DataLossError(
        absl::StrCat(name, ": has ", bytes.size(), " bytes, its header says ", raw.num_bytes));
  }
  FileHeader header;
  header.major = raw.major;
  header.minor = raw.minor;
  header.num_bytes = raw.num_bytes;
  header.program = {raw.program_offset, raw.program_bytes};
  header.constants = {raw.constants_offset, raw.constants_bytes};
  header.checksum = raw.checksum;
  BATON_RETURN_IF_ERROR(CheckSection(header.program, bytes.size(), absl::StrCat(name, ": section program")));
  BATON_RETURN_IF_ERROR(
      CheckSection(header.constants, bytes.size(), absl::StrCat(name, ": section constants")));
  return header;
}

absl::Status CheckChecksum(absl::string_view bytes, const FileHeader& header, absl::string_view name) {
  Checksum checksum;
  checksum.Add(ChecksummedHeader(bytes));
  checksum.Add(bytes.substr(kHeaderBytes));
  if (checksum.Finish() == header.checksum) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrFormat("%s: the checksum is %016x, the header says %016x: the file is damaged", name,
                      checksum.Finish(), header.checksum));
}

}  // namespace baton
