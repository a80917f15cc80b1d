#include "compiler/import/external_data.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "vm/core/status.h"

namespace baton {
namespace {

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string Quoted(absl::string_view location) {
  return absl::StrCat("external data '", absl::Utf8SafeCEscape(location), "'");
}

absl::Status OpenError(absl::string_view location, int error) {
  if (error == ENOENT)
    return absl::NotFoundError(absl::StrCat(Quoted(location), ": no such file in the model's folder"));
  if (error == ELOOP || error == ENOTDIR) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(location), ": is or passes a symbolic link or a non-folder"));
  }
  return absl::InvalidArgumentError(absl::StrCat(Quoted(location), ": ", std::strerror(error)));
}

absl::StatusOr<std::vector<std::string>> SplitLocation(const std::string& location) {
  std::vector<std::string> components;
  if (location.empty() || location.front() == '/' || location.find('\0') != std::string::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(location), ": expected a path relative to the model's folder"));
  }
  for (absl::string_view component : absl::StrSplit(location, '/')) {
    if (component == ".") continue;
    if (component.empty() || component == "..") {
      return absl::InvalidArgumentError(
          absl::StrCat(Quoted(location), ": must stay beneath the model's folder"));
    }
    components.emplace_back(component);
  }
  if (components.empty()) return absl::InvalidArgumentError(absl::StrCat(Quoted(location), ": is a folder"));
  return components;
}

// One component at a time, none of them a link, so that nothing outside the folder is reached.
absl::StatusOr<FileDescriptor> OpenBeneath(const std::string& folder, const std::string& location) {
  BATON_ASSIGN_OR_RETURN(const std::vector<std::string> components, SplitLocation(location));
  FileDescriptor current(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (current.get() < 0) return OpenError(location, errno);
  for (size_t i = 0; i < components.size(); ++i) {
    // Non-blocking, so that a pipe cannot make the open wait; it is refused later as no regular file.
    const int kind = i + 1 < components.size() ? O_DIRECTORY : O_NONBLOCK;
    FileDescriptor next(
        openat(current.get(), components[i].c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | kind));
    if (next.get() < 0) return OpenError(location, errno);
    current = std::move(next);
  }
  return current;
}

}  // namespace

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(data_, static_cast<size_t>(num_bytes_));
}

absl::StatusOr<std::shared_ptr<MappedFile>> ExternalData::Map(const std::string& location) {
  if (folder_.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(location), ": a model without a folder cannot have external data"));
  }
  if (auto found = files_.find(location); found != files_.end()) return found->second;
  BATON_ASSIGN_OR_RETURN(const FileDescriptor file, OpenBeneath(folder_, location));
  struct stat info = {};
  if (fstat(file.get(), &info) != 0) return OpenError(location, errno);
  if (!S_ISREG(info.st_mode))
    return absl::InvalidArgumentError(absl::StrCat(Quoted(location), ": is no regular file"));
  void* data = nullptr;
  if (info.st_size > 0) {
    data = mmap(nullptr, static_cast<size_t>(info.st_size), PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (data == MAP_FAILED) {
      return absl::ResourceExhaustedError(
          absl::StrCat(Quoted(location), ": cannot be mapped: ", std::strerror(errno)));
    }
  }
  auto mapped = std::make_shared<MappedFile>(data, info.st_size);
  files_.emplace(location, mapped);
  return mapped;
}

}  // namespace baton
