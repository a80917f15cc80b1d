// The subcommands of the baton program. Each lives in the file of its name: options, help and work together.
#pragma once

#include <functional>
#include <ostream>

#include "absl/status/statusor.h"
#include "tools/exit_codes.h"

namespace CLI {
class App;
}

namespace baton {

// Where a command writes: results to `out`, everything else to `err`.
struct Console {
  std::ostream& out;
  std::ostream& err;
  bool interactive = false;  // `err` is a terminal: progress may be shown there
};

// What the command line asked for. An error is printed by the caller.
using Command = std::function<absl::StatusOr<ExitCode>(Console& console)>;

// Each adds its subcommand to `program`; parsing then sets `command` when it was chosen.
void AddCompileCommand(CLI::App* program, Command* command);
void AddRunCommand(CLI::App* program, Command* command);
void AddInspectCommand(CLI::App* program, Command* command);
void AddDisasmCommand(CLI::App* program, Command* command);
void AddAsmCommand(CLI::App* program, Command* command);
void AddVerifyCommand(CLI::App* program, Command* command);
void AddBenchCommand(CLI::App* program, Command* command);
void AddProfileCommand(CLI::App* program, Command* command);
void AddConformanceCommand(CLI::App* program, Command* command);
void AddFmtCommand(CLI::App* program, Command* command);
void AddOperatorsCommand(CLI::App* program, Command* command);
void AddVtaCommand(CLI::App* program, Command* command);

}  // namespace baton
