#include "bench/machine.h"

#include <sys/utsname.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace baton {
namespace {

std::string Processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!absl::StartsWith(line, "model name")) continue;
    return std::string(absl::StripAsciiWhitespace(absl::string_view(line).substr(line.find(':') + 1)));
  }
  return "unknown";
}

std::string Kernel() {
  utsname names = {};
  return uname(&names) == 0 ? absl::StrCat(names.sysname, " ", names.release, " ", names.machine) : "unknown";
}

std::string Load() {
  double load[3];
  if (getloadavg(load, 3) != 3) return "unknown";
  return absl::StrFormat("%.2f %.2f %.2f", load[0], load[1], load[2]);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> DescribeMachine() {
#ifdef __clang__
  const std::string compiler = absl::StrCat("clang ", __clang_version__);
#else
  const std::string compiler = absl::StrCat("g++ ", __VERSION__);
#endif
  return {{"processor", Processor()},  {"CPUs", absl::StrCat(std::thread::hardware_concurrency())},
          {"kernel", Kernel()},        {"compiler", compiler},
          {"build", BATON_BUILD_TYPE}, {"load at start", Load()}};
}

}  // namespace baton
