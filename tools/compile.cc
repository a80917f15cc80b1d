// baton compile: a model file to a .baton file.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "compiler/text/printer.h"
#include "serialize/writer.h"
#include "tools/code_statistics.h"
#include "tools/commands.h"
#include "tools/input_options.h"
#include "tools/load_model.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  baton compile vad.onnx                             writes vad.baton\n"
    "  baton compile vad.onnx -o fast.baton -O3\n"
    "  baton compile vad.onnx --shape input=1,576 --shape state=2,1,128\n"
    "  baton compile vad.onnx --dispatch register,stack   both instruction sets\n"
    "  baton compile tree_lstm.rly --params tree_lstm.params\n"
    "  baton compile vad.onnx --dump-after fold_constants | less";

struct Options {
  std::string model;
  std::string output;
  int optimization_level = 2;
  std::vector<std::string> shapes;
  std::vector<std::string> dump_after;
  std::vector<std::string> entries;
  ModelOptions model_options;
  bool no_dim_param_check = false;
  bool allow_newer_opset = false;
};

// "1,?,576": extents, kAnyExtent for ?.
absl::StatusOr<std::vector<int64_t>> ParseExtents(absl::string_view text, absl::string_view option) {
  std::vector<int64_t> extents;
  for (absl::string_view part : absl::StrSplit(text, ',', absl::AllowEmpty())) {
    int64_t extent = OnnxImportOptions::kAnyExtent;
    if (part != "?" && (!absl::SimpleAtoi(part, &extent) || extent < 0)) {
      if (text.empty()) break;  // rank 0
      return UsageError(absl::StrCat("--shape ", option, ": '", part, "' is neither an extent nor '?'"));
    }
    extents.push_back(extent);
  }
  return extents;
}

absl::StatusOr<ModelOptions> MakeModelOptions(const Options& options) {
  ModelOptions model_options = options.model_options;
  if (!options.entries.empty()) model_options.relay.entries = options.entries;
  OnnxImportOptions& import_options = model_options.onnx;
  import_options.check_dim_params = !options.no_dim_param_check;
  import_options.allow_newer_opset = options.allow_newer_opset;
  for (const std::string& text : options.shapes) {
    BATON_ASSIGN_OR_RETURN(const auto assignment, SplitAssignment("--shape", text));
    BATON_ASSIGN_OR_RETURN(std::vector<int64_t> extents, ParseExtents(assignment.second, text));
    if (!import_options.shapes.emplace(assignment.first, std::move(extents)).second) {
      return UsageError(absl::StrCat("--shape: input '", assignment.first, "' is given twice"));
    }
  }
  return model_options;
}

absl::StatusOr<CompileOptions> MakeCompileOptions(const Options& options, std::ostream& dump) {
  CompileOptions compile_options;
  compile_options.optimization_level = options.optimization_level;
  if (options.dump_after.empty()) return compile_options;
  const std::vector<std::string> passes = PassNames();
  for (const std::string& pass : options.dump_after) {
    if (std::find(passes.begin(), passes.end(), pass) == passes.end()) {
      return UsageError(
          absl::StrCat("--dump-after: no pass '", pass, "'; there are: ", absl::StrJoin(passes, ", ")));
    }
  }
  compile_options.dump_after = [wanted = options.dump_after, &dump](absl::string_view pass,
                                                                    const ir::Module& module) {
    if (std::find(wanted.begin(), wanted.end(), pass) == wanted.end()) return;
    dump << "// after " << pass << "\n" << PrintModule(module, {.constants = false});
  };
  return compile_options;
}

absl::StatusOr<ExitCode> RunCompile(const Options& options, Console& console) {
  BATON_ASSIGN_OR_RETURN(const ModelOptions model_options, MakeModelOptions(options));
  BATON_ASSIGN_OR_RETURN(const CompileOptions compile_options, MakeCompileOptions(options, console.out));
  const std::string output =
      !options.output.empty()
          ? options.output
          : std::filesystem::path(options.model).filename().replace_extension(".baton").string();
  if (output == options.model)
    return UsageError(absl::StrCat(output, ": would overwrite the model; name it with -o"));
  BATON_ASSIGN_OR_RETURN(const VerifiedExecutable executable,
                         CompileModel(options.model, model_options, compile_options));
  BATON_RETURN_IF_ERROR(WriteExecutable(*executable, output));
  std::error_code ignored;
  const uintmax_t num_bytes = std::filesystem::file_size(output, ignored);
  // Text of passes has standard output for itself.
  std::ostream& summary = options.dump_after.empty() ? console.out : console.err;
  summary << output << ": " << num_bytes << " bytes, " << SummaryText(*executable) << "\n";
  return kExitOk;
}

}  // namespace

void AddCompileCommand(CLI::App* program, Command* command) {
  CLI::App* app = program->add_subcommand("compile", "Compile a model to a .baton file");
  const auto options = std::make_shared<Options>();
  app->add_option("MODEL", options->model, "the model, .onnx or .rly (Relay text)")
      ->type_name("FILE")
      ->required();
  app->add_option("-o,--output", options->output,
                  "the result; default: the model's name with .baton, in this folder")
      ->type_name("FILE");
  app->add_option("-O", options->optimization_level,
                  "0: only what is needed to run; 1: folding; 2: the default; 3: lets code grow more")
      ->type_name("LEVEL")
      ->check(CLI::Range(0, 3).description(""));
  AddRepeatedOption(app, "--shape", &options->shapes, "NAME=D,...",
                    "fix the shape of an input; ? leaves one extent as declared");
  AddRepeatedOption(app, "--dump-after", &options->dump_after, "PASS",
                    "print the program after a pass; an unknown name lists them");
  app->add_flag("--no-dim-param-check", options->no_dim_param_check,
                "do not require equal named dimensions to be equal");
  app->add_flag("--allow-newer-opset", options->allow_newer_opset,
                "take operators of a newer opset as those of the newest known");
  AddForkOptions(app, &options->model_options.forking);
  AddRelayOptions(app, &options->model_options);
  AddRepeatedOption(app, "--entry", &options->entries, "NAME",
                    "a function of a Relay text model that can be run; default: main");
  AddDispatchOption(app, &options->model_options.dispatches, /*several=*/true);
  app->footer(kExamples);
  app->callback([=] { *command = [=](Console& console) { return RunCompile(*options, console); }; });
}

}  // namespace baton
