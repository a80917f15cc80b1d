// baton vta asm, baton vta disasm: programs as text and as files.
#include <CLI/CLI.hpp>

#include "accel/vta/assembly.h"
#include "tools/file_io.h"
#include "tools/vta_chip.h"
#include "tools/vta_commands.h"
#include "tools/vta_file.h"
#include "vm/core/status.h"

namespace baton {
namespace {

struct AsmOptions {
  std::string file;
  std::string output;
};

absl::StatusOr<ExitCode> RunVtaAsm(const AsmOptions& options, Console& console) {
  BATON_ASSIGN_OR_RETURN(const std::string text, ReadFile(options.file));
  const auto program = vta::AssembleProgram(text);
  if (!program.ok()) return Annotate(program.status(), options.file);
  BATON_RETURN_IF_ERROR(WriteVtaFile(options.output, program->file));
  console.out << options.output << ": " << program->file.instruction_count
              << " instructions for configuration " << program->config.name << "\n";
  return kExitOk;
}

struct DisasmOptions {
  std::string file;
  std::string config = "default";
};

absl::StatusOr<ExitCode> RunVtaDisasm(const DisasmOptions& options, Console& console) {
  BATON_ASSIGN_OR_RETURN(const vta::NamedConfig config, VtaConfigNamed(options.config));
  BATON_ASSIGN_OR_RETURN(const vta::ProgramFile program, ReadVtaFile(options.file));
  console.out << vta::PrintProgram(config, program);
  return kExitOk;
}

}  // namespace

void AddVtaAsmCommand(CLI::App* parent, Command* command) {
  CLI::App* app = parent->add_subcommand("asm", "Make a program of assembly text");
  const auto options = std::make_shared<AsmOptions>();
  app->add_option("T", options->file, "a file of text, as baton vta disasm prints it")
      ->type_name("FILE")
      ->required();
  app->add_option("-o,--output", options->output, "the .vtag file to write")->type_name("FILE")->required();
  app->footer("Examples:\n  baton vta asm dense.vtasm -o dense.vtag");
  app->callback([=] { *command = [=](Console& console) { return RunVtaAsm(*options, console); }; });
}

void AddVtaDisasmCommand(CLI::App* parent, Command* command) {
  CLI::App* app = parent->add_subcommand("disasm", "Print a program as assembly text, all of it");
  const auto options = std::make_shared<DisasmOptions>();
  app->add_option("P", options->file, "a .vtag file")->type_name("FILE")->required();
  app->add_option("--config", options->config, "the configuration that it is for; default: default")
      ->type_name("NAME");
  app->footer("Examples:\n  baton vta disasm conv_000.vtag | less");
  app->callback([=] { *command = [=](Console& console) { return RunVtaDisasm(*options, console); }; });
}

}  // namespace baton
