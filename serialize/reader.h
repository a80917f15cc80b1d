// Bytes or a mapped file -> VerifiedExecutable. Any bytes give a result or an error. PUBLIC.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "vm/bytecode/executable.h"

namespace baton {

struct ReadOptions {
  bool check_checksum = true;  // fuzzing turns this off to reach the checks behind it
};

// Sections of a file as found, for `baton inspect`.
struct FileInfo {
  int major_version = 0;
  int minor_version = 0;
  struct Section {
    std::string name;
    uint64_t offset = 0;
    uint64_t num_bytes = 0;
  };
  std::vector<Section> sections;
};

// Maps `path` and reads it; constants are used in place, the mapping lives as long as they do.
// Errors: NotFound, PermissionDenied; DataLoss "m.baton: section constants ends at 1200, the file has 1000
// bytes"; Unimplemented for a newer major version, naming the version that is needed.
absl::StatusOr<VerifiedExecutable> ReadExecutable(const std::string& path, ReadOptions options = {});
// The same from memory, which is copied. `name` stands for the file in messages.
absl::StatusOr<VerifiedExecutable> ParseExecutable(absl::string_view bytes, absl::string_view name,
                                                   ReadOptions options = {});
absl::StatusOr<FileInfo> ReadFileInfo(const std::string& path);
// True when the file starts with the magic of a .baton file.
bool IsExecutableFile(const std::string& path);

}  // namespace baton
