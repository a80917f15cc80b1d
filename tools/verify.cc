// baton verify: all checks of a file, nothing run.
#include <CLI/CLI.hpp>

#include "tools/code_statistics.h"
#include "tools/commands.h"
#include "tools/load_model.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  baton verify vad.baton       exit code 0 when the file is sound, 1 when not";

absl::StatusOr<ExitCode> RunVerify(const std::string& model, Console& console) {
  BATON_ASSIGN_OR_RETURN(const std::shared_ptr<const Program> program, LoadProgram(model));
  console.out << model << ": ok (" << SummaryText(program->executable()) << ")\n";
  return kExitOk;
}

}  // namespace

void AddVerifyCommand(CLI::App* program, Command* command) {
  CLI::App* app = program->add_subcommand(
      "verify", "Check a file: its structure, its code, and that every kernel it needs is there");
  const auto model = std::make_shared<std::string>();
  app->add_option("M", *model, "a .baton file, or a model, which is compiled first")
      ->type_name("FILE")
      ->required();
  app->footer(kExamples);
  app->callback([=] { *command = [=](Console& console) { return RunVerify(*model, console); }; });
}

}  // namespace baton
