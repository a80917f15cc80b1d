// baton vta: programs for the accelerator.
#include <CLI/CLI.hpp>

#include "tools/vta_commands.h"

namespace baton {

void AddVtaCommand(CLI::App* program, Command* command) {
  CLI::App* app =
      program->add_subcommand("vta", "Run, assemble, print and measure programs for the accelerator");
  app->require_subcommand(1);
  app->footer("Examples:\n  baton vta run conv_000.vtag --profile\n  baton vta run --help");
  AddVtaRunCommand(app, command);
  AddVtaAsmCommand(app, command);
  AddVtaDisasmCommand(app, command);
  AddVtaBenchCommand(app, command);
}

}  // namespace baton
