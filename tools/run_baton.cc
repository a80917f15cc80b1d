#include "tools/run_baton.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "absl/strings/str_cat.h"

namespace baton {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  baton compile model.onnx -o model.baton\n"
    "  baton run model.baton --input x=x.npy --output y=y.npy\n"
    "  baton COMMAND --help\n\n"
    "Exit codes: 0 done, 1 the work failed, 2 the command line is wrong.";

// The command that was being parsed, for "see 'baton run --help'".
std::string HelpCommand(const CLI::App& program) {
  for (const CLI::App* subcommand : program.get_subcommands())
    return absl::StrCat("baton ", subcommand->get_name());
  return "baton";
}

}  // namespace

int RunBaton(const std::vector<std::string>& args, Console console) {
  CLI::App program("Compiles dynamic deep-learning models to bytecode and runs it.", "baton");
  program.require_subcommand(1);
  program.set_version_flag("--version", "baton " BATON_VERSION);
  program.footer(kExamples);
  Command command;
  AddCompileCommand(&program, &command);
  AddRunCommand(&program, &command);
  AddInspectCommand(&program, &command);
  AddDisasmCommand(&program, &command);
  AddAsmCommand(&program, &command);
  AddVerifyCommand(&program, &command);
  AddBenchCommand(&program, &command);
  AddProfileCommand(&program, &command);
  AddConformanceCommand(&program, &command);
  AddFmtCommand(&program, &command);
  AddOperatorsCommand(&program, &command);
  AddVtaCommand(&program, &command);

  // CLI11 reports by exceptions; they end here.
  try {
    std::vector<std::string> reversed(args.rbegin(), args.rend());
    program.parse(reversed);
  } catch (const CLI::Success& request) {  // --help, --version
    program.exit(request, console.out, console.err);
    return kExitOk;
  } catch (const CLI::Error& error) {
    console.err << "baton: " << error.what() << "\nsee '" << HelpCommand(program) << " --help'\n";
    return kExitUsage;
  }
  const absl::StatusOr<ExitCode> result = command(console);
  if (result.ok()) return *result;
  console.err << "baton: " << result.status().message() << "\n";
  return ExitCodeOf(result.status());
}

}  // namespace baton
