// FileBytes: the bytes of a file, mapped or copied, aligned as tensors need it. Internal to serialize.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace baton {

class FileBytes {
 public:
  // Maps a regular file read-only. Whoever shortens the file in place while it is mapped makes reads of it
  // fail with SIGBUS: replace files by renaming. Errors: NotFound, PermissionDenied and so on from the
  // system; InvalidArgument for what is no regular file.
  static absl::StatusOr<std::shared_ptr<const FileBytes>> Map(const std::string& path);
  // Errors: ResourceExhausted.
  static absl::StatusOr<std::shared_ptr<const FileBytes>> Copy(absl::string_view bytes);
  ~FileBytes();
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;

  absl::string_view bytes() const { return {data_, size_}; }

 private:
  FileBytes(char* data, size_t size, bool mapped) : data_(data), size_(size), mapped_(mapped) {}
  char* data_;
  size_t size_;
  bool mapped_;
};

}  // namespace baton
