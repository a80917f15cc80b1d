// The subcommands of `baton vta`: programs for the accelerator. Each lives in the file of its name.
#pragma once

#include "tools/commands.h"

namespace baton {

// Each adds its subcommand to `app`, which is `baton vta`.
void AddVtaRunCommand(CLI::App* app, Command* command);
void AddVtaAsmCommand(CLI::App* app, Command* command);
void AddVtaDisasmCommand(CLI::App* app, Command* command);
void AddVtaBenchCommand(CLI::App* app, Command* command);

}  // namespace baton
