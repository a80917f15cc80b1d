// Files mapped into memory, and the descriptors behind them. Internal to the importer.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"

namespace baton {

// Closes its descriptor.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor();
  int get() const { return fd_; }  // negative: none

 private:
  int fd_;
};

// A file mapped read-only for as long as someone holds it.
class MappedFile {
 public:
  // Errors, without the file's name: InvalidArgument for what is no regular file, ResourceExhausted when it
  // cannot be mapped.
  static absl::StatusOr<std::shared_ptr<MappedFile>> Map(const FileDescriptor& file);

  MappedFile(void* data, int64_t num_bytes) : data_(data), num_bytes_(num_bytes) {}
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  char* data() const { return static_cast<char*>(data_); }
  int64_t num_bytes() const { return num_bytes_; }
  // Gives the memory of whole pages of these bytes back; they can be read again. REQUIRES: in range.
  void Forget(int64_t offset, int64_t num_bytes) const;

 private:
  void* data_;  // null when empty
  int64_t num_bytes_;
};

}  // namespace baton
