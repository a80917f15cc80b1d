// Whole files as strings, with errors that name the file.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace baton {

// Files read whole are refused above this size, so that a pipe or device that never ends is an error.
inline constexpr int64_t kMaxFileBytes = int64_t{8} << 30;

// Also reads pipes, to their end. Errors: NotFound, PermissionDenied, InvalidArgument for a folder,
// ResourceExhausted above `max_bytes`.
absl::StatusOr<std::string> ReadFile(const std::string& path, int64_t max_bytes = kMaxFileBytes);

// Writes to a temporary file beside `path`, then renames: a failure leaves an existing file as it was. What
// is not a regular file (a pipe, /dev/null) is written in place.
absl::Status WriteFile(const std::string& path, absl::string_view bytes);

// ".npy" of "a/b.NPY": the extension in lower case, with its dot; empty when there is none.
std::string LowerExtension(absl::string_view path);

}  // namespace baton
