// baton asm: assembly text to a program.
#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"
#include "serialize/writer.h"
#include "tools/code_statistics.h"
#include "tools/commands.h"
#include "tools/file_io.h"
#include "vm/bytecode/assembler.h"
#include "vm/bytecode/verifier.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  baton asm sum.s -o sum.baton\n"
    "  baton disasm --lossless vad.baton > vad.s";

struct Options {
  std::string file;
  std::string output;
};

absl::StatusOr<VerifiedExecutable> AssembleFile(const std::string& path) {
  BATON_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  BATON_ASSIGN_OR_RETURN(Executable executable, Assemble(text));
  return Verify(std::move(executable));
}

absl::StatusOr<ExitCode> RunAsm(const Options& options, Console& console) {
  const absl::StatusOr<VerifiedExecutable> executable = AssembleFile(options.file);
  if (!executable.ok()) return Annotate(executable.status(), options.file);
  BATON_RETURN_IF_ERROR(WriteExecutable(**executable, options.output));
  console.out << options.output << ": " << SummaryText(**executable) << "\n";
  return kExitOk;
}

}  // namespace

void AddAsmCommand(CLI::App* program, Command* command) {
  CLI::App* app = program->add_subcommand(
      "asm", "Make a program from assembly text, as disasm --lossless prints it or people write it");
  const auto options = std::make_shared<Options>();
  app->add_option("FILE", options->file, "a file of assembly text")->type_name("")->required();
  app->add_option("-o,--output", options->output, "the .baton file to write")->type_name("FILE")->required();
  app->footer(kExamples);
  app->callback([=] { *command = [=](Console& console) { return RunAsm(*options, console); }; });
}

}  // namespace baton
