// baton fmt: Relay text in its one layout.
#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"
#include "compiler/text/formatter.h"
#include "tools/commands.h"
#include "tools/file_io.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  baton fmt model.rly\n"
    "  baton fmt model.rly -o model.rly\n"
    "  baton fmt --check model.rly";

struct Options {
  std::string file;
  std::string output;
  bool strict = false;
  bool check = false;
};

absl::StatusOr<ExitCode> RunFmt(const Options& options, Console& console) {
  BATON_ASSIGN_OR_RETURN(const std::string text, ReadFile(options.file));
  FormatOptions format;
  format.strict = options.strict;
  std::string warnings;
  const absl::StatusOr<std::string> formatted = FormatRelay(options.file, text, format, &warnings);
  if (!warnings.empty()) console.err << warnings << "\n";
  if (!formatted.ok()) return formatted.status();
  if (options.check) {
    if (*formatted == text) return kExitOk;
    console.out << options.file << "\n";
    return kExitFailed;
  }
  if (options.output.empty()) {
    console.out << *formatted;
  } else {
    BATON_RETURN_IF_ERROR(WriteFile(options.output, *formatted));
  }
  return kExitOk;
}

}  // namespace

void AddFmtCommand(CLI::App* program, Command* command) {
  CLI::App* app = program->add_subcommand("fmt", "Format Relay text");
  const auto options = std::make_shared<Options>();
  app->add_option("FILE", options->file, "a file of Relay text")->type_name("")->required();
  CLI::Option* output =
      app->add_option("-o,--output", options->output, "write here instead of standard output; may be FILE")
          ->type_name("FILE");
  app->add_flag("--strict", options->strict, "accept only the clean language, not all that dumps hold");
  app->add_flag("--check", options->check,
                "write nothing; name the file and exit with 1 if it is not formatted")
      ->excludes(output);
  app->footer(kExamples);
  app->callback([=] { *command = [=](Console& console) { return RunFmt(*options, console); }; });
}

}  // namespace baton
