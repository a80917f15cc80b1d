// baton disasm: the code of a program as text.
#include <CLI/CLI.hpp>

#include "tools/commands.h"
#include "tools/load_model.h"
#include "vm/bytecode/disassembler.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  baton disasm vad.baton | less\n"
    "  baton disasm vad.onnx --no-source\n"
    "  baton disasm vad.baton --lossless > vad.s";

struct Options {
  std::string model;
  ModelOptions model_options;
  bool no_source = false;
  bool lossless = false;
};

absl::StatusOr<ExitCode> RunDisasm(const Options& options, Console& console) {
  BATON_ASSIGN_OR_RETURN(const VerifiedExecutable executable,
                         LoadExecutable(options.model, options.model_options));
  console.out << Disassemble(*executable, {.source_lines = !options.no_source, .lossless = options.lossless});
  return kExitOk;
}

}  // namespace

void AddDisasmCommand(CLI::App* program, Command* command) {
  CLI::App* app = program->add_subcommand("disasm", "Print the code of a program");
  const auto options = std::make_shared<Options>();
  app->add_option("M", options->model, "a .baton file, or a model, which is compiled first")
      ->type_name("FILE")
      ->required();
  AddForkOptions(app, &options->model_options.forking);
  app->add_flag("--no-source", options->no_source, "leave out the lines that say where code comes from");
  app->add_flag("--lossless", options->lossless,
                "everything, in full: what baton asm makes the same file of");
  app->footer(kExamples);
  app->callback([=] { *command = [=](Console& console) { return RunDisasm(*options, console); }; });
}

}  // namespace baton
