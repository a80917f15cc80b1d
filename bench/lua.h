// Runs one of the Lua programs of bench/programs as a child process.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace baton {

struct LuaRun {
  int64_t value = 0;  // what the program computed
  double ns = 0;      // of its second run, by its own clock
};

// Errors: NotFound when lua5.4 is not installed, Internal when it fails.
absl::StatusOr<LuaRun> RunLua(const std::string& script, int64_t argument);

}  // namespace baton
