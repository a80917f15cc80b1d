// The baton program without its main(), so that tests can call it.
#pragma once

#include <string>
#include <vector>

#include "tools/commands.h"

namespace baton {

// Runs the command line `args` (without the program's name). Returns the exit code (exit_codes.h).
int RunBaton(const std::vector<std::string>& args, Console console);

}  // namespace baton
