#include "serialize/file_bytes.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "vm/core/device.h"
#include "vm/core/status.h"

namespace baton {
namespace {

absl::StatusOr<size_t> RegularFileSize(int file, const std::string& path) {
  struct stat info;
  if (fstat(file, &info) != 0) return absl::ErrnoToStatus(errno, path);
  if (!S_ISREG(info.st_mode))
    return absl::InvalidArgumentError(absl::StrCat(path, ": is not a regular file"));
  return static_cast<size_t>(info.st_size);
}

absl::StatusOr<char*> MapFile(int file, size_t size, const std::string& path) {
  if (size == 0) return nullptr;
  void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  if (data == MAP_FAILED) return absl::ErrnoToStatus(errno, path);
  return static_cast<char*>(data);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const FileBytes>> FileBytes::Map(const std::string& path) {
  // O_NONBLOCK: opening a pipe must not wait for a writer.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return absl::ErrnoToStatus(errno, path);
  const absl::StatusOr<size_t> size = RegularFileSize(file, path);
  const absl::StatusOr<char*> data = size.ok() ? MapFile(file, *size, path) : size.status();
  close(file);
  if (!data.ok()) return data.status();
  return std::shared_ptr<const FileBytes>(new FileBytes(*data, *size, true));
}

absl::StatusOr<std::shared_ptr<const FileBytes>> FileBytes::Copy(absl::string_view bytes) {
  char* data = nullptr;
  if (!bytes.empty()) {
    data = static_cast<char*>(std::aligned_alloc(kTensorAlignment, AlignUp(bytes.size(), kTensorAlignment)));
    if (data == nullptr) {
      return absl::ResourceExhaustedError(absl::StrCat("no memory for a file of ", bytes.size(), " bytes"));
    }
    std::memcpy(data, bytes.data(), bytes.size());
  }
  return std::shared_ptr<const FileBytes>(new FileBytes(data, bytes.size(), false));
}

FileBytes::~FileBytes() {
  if (data_ == nullptr) return;
  if (mapped_) {
    munmap(data_, size_);
  } else {
    std::free(data_);
  }
}

}  // namespace baton
