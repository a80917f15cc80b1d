// Executable -> bytes of a .baton file (format: docs/file_format.md). PUBLIC.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "vm/bytecode/executable.h"

namespace baton {

// The same executable always gives the same bytes. Errors: InvalidArgument when a part exceeds the format.
absl::StatusOr<std::string> SerializeExecutable(const Executable& executable);
// Writes to a temporary file beside `path`, then renames: a failure leaves an existing file as it was.
absl::Status WriteExecutable(const Executable& executable, const std::string& path);

}  // namespace baton
