#include "tools/file_io.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "vm/core/status.h"

namespace baton {
namespace {

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }
  // Closes now; false when that reports an error of an earlier write.
  bool Close() {
    const int fd = fd_;
    fd_ = -1;
    return close(fd) == 0;
  }

 private:
  int fd_;
};

absl::Status FileError(absl::string_view path, absl::string_view action, int error) {
  return absl::ErrnoToStatus(error, absl::StrCat(path, ": cannot ", action));
}

absl::Status WriteAll(int fd, absl::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FileError(path, "write", errno);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

absl::Status WriteInPlace(const std::string& path, absl::string_view bytes) {
  FileDescriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.get() < 0) return FileError(path, "open for writing", errno);
  BATON_RETURN_IF_ERROR(WriteAll(file.get(), bytes, path));
  return file.Close() ? absl::OkStatus() : FileError(path, "write", errno);
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path, int64_t max_bytes) {
  FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return FileError(path, "open", errno);
  struct stat info;
  if (fstat(file.get(), &info) != 0) return FileError(path, "read", errno);
  if (S_ISDIR(info.st_mode))
    return absl::InvalidArgumentError(absl::StrCat(path, ": is a folder, not a file"));

  const auto too_large = [&] {
    return absl::ResourceExhaustedError(absl::StrCat(path, ": has more than ", max_bytes, " bytes"));
  };
  if (S_ISREG(info.st_mode) && info.st_size > max_bytes) return too_large();
  std::string bytes;
  // One byte more than the file has, so that its end is seen without growing the string.
  size_t capacity = S_ISREG(info.st_mode) ? static_cast<size_t>(info.st_size) + 1 : size_t{1} << 16;
  size_t used = 0;
  while (true) {
    if (used == capacity) capacity *= 2;
    bytes.resize(capacity);
    const ssize_t n = read(file.get(), bytes.data() + used, capacity - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FileError(path, "read", errno);
    if (n == 0) break;
    used += static_cast<size_t>(n);
    if (used > static_cast<size_t>(max_bytes)) return too_large();
  }
  bytes.resize(used);
  return bytes;
}

absl::Status WriteFile(const std::string& path, absl::string_view bytes) {
  struct stat info;
  if (stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) return WriteInPlace(path, bytes);
  std::string temporary = absl::StrCat(path, ".XXXXXX");
  FileDescriptor file(mkostemp(temporary.data(), O_CLOEXEC));
  if (file.get() < 0) return FileError(path, "create", errno);
  absl::Status status = WriteAll(file.get(), bytes, path);
  const mode_t mask = umask(0);
  umask(mask);
  if (status.ok() && fchmod(file.get(), 0666 & ~mask) != 0) status = FileError(path, "create", errno);
  if (!file.Close() && status.ok()) status = FileError(path, "write", errno);
  if (status.ok() && rename(temporary.c_str(), path.c_str()) != 0) status = FileError(path, "replace", errno);
  if (!status.ok()) unlink(temporary.c_str());
  return status;
}

std::string LowerExtension(absl::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash != absl::string_view::npos) path.remove_prefix(slash + 1);
  const size_t dot = path.rfind('.');
  return dot == absl::string_view::npos ? "" : absl::AsciiStrToLower(path.substr(dot));
}

}  // namespace baton
