// Exit codes of the baton program and the errors that lead to them.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace baton {

enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,  // the work was understood and failed
  kExitUsage = 2,   // the command line asks for something that cannot be
};

// An InvalidArgument error of the command line rather than of a model or file.
absl::Status UsageError(absl::string_view message);
bool IsUsageError(const absl::Status& status);
// kExitOk, kExitUsage for UsageErrors, kExitFailed for the others.
ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace baton
