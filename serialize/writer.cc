#include "serialize/writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "serialize/container.h"
#include "serialize/program_section.h"
#include "vm/core/device.h"
#include "vm/core/status.h"

namespace baton {
namespace {

static_assert(kSectionAlignment == kTensorAlignment, "constants are used in place");

// A file in parts: header, program, then the constants at their places; what lies between is zero. Borrows
// from the executable.
struct FileLayout {
  std::string header;
  std::string program;
  std::vector<std::pair<uint64_t, absl::string_view>> constants;  // place in the file, bytes
  uint64_t num_bytes = 0;
};

absl::string_view TensorBytes(const Tensor& tensor) {
  return {static_cast<const char*>(tensor->data), static_cast<size_t>(tensor->num_bytes())};
}

// The constants section: equal bytes are stored once.
struct ConstantLayout {
  std::vector<uint64_t> offsets;                               // of each constant, within the section
  std::vector<std::pair<uint64_t, absl::string_view>> pieces;  // what is stored, in order
  uint64_t num_bytes = 0;
};

absl::StatusOr<ConstantLayout> LayOutConstants(const Executable& executable) {
  ConstantLayout layout;
  absl::flat_hash_map<absl::string_view, uint64_t> stored;
  for (const Tensor& constant : executable.constants) {
    if (!constant) return absl::InvalidArgumentError("executable: a constant is null");
    const absl::string_view bytes = TensorBytes(constant);
    const uint64_t end = AlignUp(layout.num_bytes, kTensorAlignment);
    const auto [place, is_new] = stored.emplace(bytes, bytes.empty() ? 0 : end);
    layout.offsets.push_back(place->second);
    if (!is_new || bytes.empty()) continue;
    layout.pieces.emplace_back(end, bytes);
    layout.num_bytes = end + bytes.size();
  }
  return layout;
}

// Calls `write(bytes)` for everything behind the header, gaps included. `write` returns false to stop.
template <typename Write>
bool WriteSections(const FileLayout& layout, Write write) {
  static constexpr char kZeros[kSectionAlignment] = {};
  if (!write(absl::string_view(layout.program))) return false;
  uint64_t position = kHeaderBytes + layout.program.size();
  for (const auto& [place, bytes] : layout.constants) {
    if (!write(absl::string_view(kZeros, place - position)) || !write(bytes)) return false;
    position = place + bytes.size();
  }
  return write(absl::string_view(kZeros, layout.num_bytes - position));
}

absl::StatusOr<FileLayout> LayOutFile(const Executable& executable) {
  FileLayout layout;
  BATON_ASSIGN_OR_RETURN(const ConstantLayout constants, LayOutConstants(executable));
  BATON_ASSIGN_OR_RETURN(layout.program, EncodeProgram(executable, constants.offsets));
  FileHeader header;
  header.program = {kHeaderBytes, layout.program.size()};
  header.constants = {AlignUp(kHeaderBytes + layout.program.size(), kSectionAlignment), constants.num_bytes};
  header.num_bytes = header.constants.offset + header.constants.num_bytes;
  layout.num_bytes = header.num_bytes;
  for (const auto& [offset, bytes] : constants.pieces) {
    layout.constants.emplace_back(header.constants.offset + offset, bytes);
  }
  Checksum checksum;
  checksum.Add(ChecksummedHeader(EncodeHeader(header)));
  WriteSections(layout, [&](absl::string_view bytes) {
    checksum.Add(bytes);
    return true;
  });
  header.checksum = checksum.Finish();
  layout.header = EncodeHeader(header);
  return layout;
}

absl::Status WriteLayout(const FileLayout& layout, const std::string& path) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) return absl::ErrnoToStatus(errno, path);
  std::FILE* file = fdopen(descriptor, "wb");
  if (file == nullptr) {
    const int error = errno;
    close(descriptor);
    return absl::ErrnoToStatus(error, path);
  }
  const auto write = [file](absl::string_view bytes) {
    return std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  };
  const bool written = write(layout.header) && WriteSections(layout, write);
  const int error = errno;
  // Closing flushes: a full disk may show only here.
  if (std::fclose(file) != 0) return absl::ErrnoToStatus(errno, path);
  return written ? absl::OkStatus() : absl::ErrnoToStatus(error, path);
}

}  // namespace

absl::StatusOr<std::string> SerializeExecutable(const Executable& executable) {
  BATON_ASSIGN_OR_RETURN(const FileLayout layout, LayOutFile(executable));
  std::string bytes = layout.header;
  bytes.reserve(layout.num_bytes);
  WriteSections(layout, [&](absl::string_view piece) {
    bytes.append(piece.data(), piece.size());
    return true;
  });
  return bytes;
}

absl::Status WriteExecutable(const Executable& executable, const std::string& path) {
  static std::atomic<uint64_t> serial{0};
  BATON_ASSIGN_OR_RETURN(const FileLayout layout, LayOutFile(executable));
  const std::string temporary = absl::StrCat(path, ".", getpid(), ".", serial++, ".tmp");
  absl::Status status = WriteLayout(layout, temporary);
  if (status.ok() && std::rename(temporary.c_str(), path.c_str()) != 0)
    status = absl::ErrnoToStatus(errno, path);
  if (!status.ok()) std::remove(temporary.c_str());
  return status;
}

}  // namespace baton
