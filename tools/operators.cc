// baton operators: the page docs/operators.md.
#include <CLI/CLI.hpp>

#include "tools/commands.h"
#include "tools/operators_page.h"

namespace baton {

void AddOperatorsCommand(CLI::App* program, Command* command) {
  CLI::App* app =
      program->add_subcommand("operators", "Print all operators, ONNX's and Baton's, as Markdown");
  app->footer("Examples:\n  baton operators > docs/operators.md");
  app->callback([=] {
    *command = [](Console& console) -> absl::StatusOr<ExitCode> {
      console.out << OperatorsPage();
      return kExitOk;
    };
  });
}

}  // namespace baton
