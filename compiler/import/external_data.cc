#include "compiler/import/external_data.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "vm/core/status.h"

namespace baton {
namespace {

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

absl::StatusOr<std::shared_ptr<MappedFile>> ExternalData::Map(const std::string& location) {
  if (folder_.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(location), ": a model without a folder cannot have external data"));
  }
  if (auto found = files_.find(location); found != files_.end()) return found->second;
  BATON_ASSIGN_OR_RETURN(const FileDescriptor file, OpenBeneath(folder_, location));
  absl::StatusOr<std::shared_ptr<MappedFile>> mapped = MappedFile::Map(file);
  if (!mapped.ok()) {
    return absl::Status(mapped.status().code(),
                        absl::StrCat(Quoted(location), ": ", mapped.status().message()));
  }
  files_.emplace(location, *mapped);
  return mapped;
}

}  // namespace baton
