#include "bench/lua.h"

#include <sys/wait.h>

#include <cstdio>
#include <memory>
#include <regex>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace baton {
namespace {

constexpr int kCommandNotFound = 127;  // POSIX, sh

}  // namespace

absl::StatusOr<LuaRun> RunLua(const std::string& script, int64_t argument) {
  const std::string quoted = absl::StrCat("'", absl::StrReplaceAll(script, {{"'", "'\\''"}}), "'");
  const std::string command = absl::StrCat("lua5.4 ", quoted, " ", argument, " 2 2>/dev/null");
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return absl::InternalError(absl::StrCat("cannot start: ", command));
  std::string printed;
  char buffer[256];
  while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) printed += buffer;
  const int status = pclose(pipe);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kCommandNotFound) {
    return absl::NotFoundError("lua5.4 is not installed");
  }
  // "fib 30 = 832040: 98.123 ms, ...", one line a run.
  static const std::regex kLine(R"re(= (-?\d+): ([0-9.]+) ms)re");
  const std::vector<std::string> lines = absl::StrSplit(printed, '\n', absl::SkipEmpty());
  std::smatch match;
  if (status != 0 || lines.size() != 2 || !std::regex_search(lines[1], match, kLine)) {
    return absl::InternalError(absl::StrCat(command, ": printed '", printed, "'"));
  }
  return LuaRun{std::stoll(match[1]), std::stod(match[2]) * 1e6};
}

}  // namespace baton
