// The baton program. See `baton --help`.
#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "tools/run_baton.h"

namespace {

// True when standard output is a pipe that nobody reads any more.
bool ReaderIsGone() {
  pollfd descriptor = {STDOUT_FILENO, POLLOUT, 0};
  return poll(&descriptor, 1, 0) == 1 && (descriptor.revents & POLLERR) != 0;
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that stops early, as in `baton disasm m | head`, is no error of ours.
  std::signal(SIGPIPE, SIG_IGN);
  std::ios::sync_with_stdio(false);
  const std::vector<std::string> args(argv + 1, argv + argc);
  int code = baton::RunBaton(args, {std::cout, std::cerr, isatty(STDERR_FILENO) == 1});
  std::cout.flush();
  if (!std::cout && !ReaderIsGone()) {
    std::cerr << "baton: cannot write to standard output\n";
    if (code == baton::kExitOk) code = baton::kExitFailed;
  }
  std::cerr.flush();
  return code;
}
