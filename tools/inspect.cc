// baton inspect: what a file holds and how to call it.
#include <CLI/CLI.hpp>
#include <optional>

#include "absl/strings/str_cat.h"
#include "compiler/lower/memory_plan_text.h"
#include "serialize/reader.h"
#include "tools/bench_inputs.h"
#include "tools/code_statistics.h"
#include "tools/commands.h"
#include "tools/input_options.h"
#include "tools/json_output.h"
#include "tools/load_model.h"
#include "tools/memory_report.h"
#include "vm/bytecode/code_view.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  baton inspect vad.baton\n"
    "  baton inspect inception.onnx --schedule            what runs side by side\n"
    "  baton inspect vad.onnx --json | jq .entry_points\n"
    "  baton inspect encoder.onnx --memory --shapes batch=1 --shapes seq=64,512";

struct Options {
  std::string model;
  ModelOptions model_options;
  bool json = false;
  bool schedule = false;
  bool memory = false;
  std::vector<std::string> shapes;
};

// As parallelise left it; it fills many lines, so that other listings leave it out.
constexpr char kScheduleKey[] = "schedule";

std::string ScheduleText(const Executable& executable) {
  for (const auto& [key, value] : executable.metadata) {
    if (key == kScheduleKey) return value;
  }
  return "nothing runs beside anything: no work is long enough, or the program was compiled without\n";
}

void PrintText(const std::string& name, const std::optional<FileInfo>& file, const Executable& executable,
               std::ostream& out) {
  out << name << ": " << SummaryText(executable) << "\n";
  if (file.has_value()) {
    out << "format " << file->major_version << "." << file->minor_version << "\nsections\n";
    for (const FileInfo::Section& section : file->sections) {
      out << "  " << section.name << ": offset " << section.offset << ", " << section.num_bytes << " bytes\n";
    }
  }
  for (const EntryPoint& entry : executable.entry_points) {
    out << "entry point " << entry.name << "\n" << Signature(entry);
  }
  std::string metadata;
  for (const auto& [key, value] : executable.metadata) {
    if (key == kScheduleKey || key == kMemoryPlanKey) continue;
    absl::StrAppend(&metadata, "  ", key, ": ", value, "\n");
  }
  if (!metadata.empty()) out << "metadata\n" << metadata;
  out << "functions\n";
  for (const Function& function : executable.functions) {
    for (const Dispatch dispatch : DispatchesOf(executable)) {
      const CodeView view(function, dispatch);
      out << "  " << function.name << ": " << CountInstructions(function, dispatch) << " "
          << DispatchName(dispatch) << " instructions, " << view.num_bytes() << " bytes, " << view.num_slots()
          << (dispatch == Dispatch::kRegister ? " registers\n" : " locals\n");
    }
  }
  out << "kernels\n";
  for (const auto& [op, count] : KernelsByOperator(executable)) out << "  " << op << ": " << count << "\n";
}

void WriteParameters(absl::string_view key, const std::vector<Parameter>& parameters, JsonOutput* json) {
  json->Key(key);
  json->BeginArray();
  for (const Parameter& parameter : parameters) {
    json->BeginObject();
    json->Field("name", parameter.name);
    const bool is_tensor = parameter.type.is_tensor();
    if (is_tensor) json->Field("dtype", DTypeName(parameter.type.tensor().dtype));
    json->Field("type", parameter.type.ToString());
    if (is_tensor && parameter.type.tensor().shape.has_rank()) {
      json->Key("shape");
      json->BeginArray();
      for (const Dim& dim : parameter.type.tensor().shape.dims()) {
        if (dim.is_constant()) {
          json->Int(dim.value());
        } else {
          json->String(dim.ToString());
        }
      }
      json->EndArray();
    }
    json->EndObject();
  }
  json->EndArray();
}

void WriteFileInfo(const FileInfo& file, JsonOutput* json) {
  json->Field("format", absl::StrCat(file.major_version, ".", file.minor_version));
  json->Key("sections");
  json->BeginArray();
  for (const FileInfo::Section& section : file.sections) {
    json->BeginObject();
    json->Field("name", section.name);
    json->Field("offset", static_cast<int64_t>(section.offset));
    json->Field("num_bytes", static_cast<int64_t>(section.num_bytes));
    json->EndObject();
  }
  json->EndArray();
}

void WriteProgram(const Executable& executable, JsonOutput* json) {
  json->Key("entry_points");
  json->BeginArray();
  for (const EntryPoint& entry : executable.entry_points) {
    json->BeginObject();
    json->Field("name", entry.name);
    WriteParameters("inputs", entry.inputs, json);
    WriteParameters("outputs", entry.outputs, json);
    json->EndObject();
  }
  json->EndArray();
  json->Key("metadata");
  json->BeginObject();
  for (const auto& [key, value] : executable.metadata) json->Field(key, value);
  json->EndObject();
  json->Key("functions");
  json->BeginArray();
  for (const Function& function : executable.functions) {
    json->BeginObject();
    json->Field("name", function.name);
    for (const Dispatch dispatch : DispatchesOf(executable)) {
      const CodeView view(function, dispatch);
      json->Key(DispatchName(dispatch));
      json->BeginObject();
      json->Field("instructions", CountInstructions(function, dispatch));
      json->Field("bytes", static_cast<int64_t>(view.num_bytes()));
      json->Field(dispatch == Dispatch::kRegister ? "registers" : "locals",
                  static_cast<int64_t>(view.num_slots()));
      json->EndObject();
    }
    json->EndObject();
  }
  json->EndArray();
  json->Key("kernels");
  json->BeginObject();
  for (const auto& [op, count] : KernelsByOperator(executable)) json->Field(op, count);
  json->EndObject();
  json->Field("constants", static_cast<int64_t>(executable.constants.size()));
  json->Field("constant_bytes", NumConstantBytes(executable));
}

absl::StatusOr<ExitCode> RunInspect(const Options& options, Console& console) {
  BATON_ASSIGN_OR_RETURN(const std::vector<ShapeSweep> sweeps, ParseShapeSweeps(options.shapes));
  BATON_ASSIGN_OR_RETURN(const std::vector<Combination> combinations, Combine(sweeps));
  BATON_ASSIGN_OR_RETURN(const VerifiedExecutable executable,
                         LoadExecutable(options.model, options.model_options));
  if (options.schedule) console.out << ScheduleText(*executable);
  if (options.memory) {
    const absl::Status printed = PrintMemoryPlan(*executable, combinations, console.out);
    if (!printed.ok()) return Annotate(printed, options.model);
  }
  if (options.schedule || options.memory) {
    return kExitOk;
  }
  std::optional<FileInfo> file;
  if (IsExecutableFile(options.model)) {
    BATON_ASSIGN_OR_RETURN(file, ReadFileInfo(options.model));
  }
  if (!options.json) {
    PrintText(options.model, file, *executable, console.out);
    return kExitOk;
  }
  JsonOutput json;
  json.BeginObject();
  json.Field("file", options.model);
  if (file.has_value()) WriteFileInfo(*file, &json);
  WriteProgram(*executable, &json);
  json.EndObject();
  console.out << json.Finish();
  return kExitOk;
}

}  // namespace

void AddInspectCommand(CLI::App* program, Command* command) {
  CLI::App* app =
      program->add_subcommand("inspect", "Show inputs, outputs, sections and counts of a program");
  const auto options = std::make_shared<Options>();
  app->add_option("M", options->model, "a .baton file, or a model, which is compiled first")
      ->type_name("FILE")
      ->required();
  AddForkOptions(app, &options->model_options.forking);
  CLI::Option* json = app->add_flag("--json", options->json, "as JSON");
  app->add_flag("--schedule", options->schedule,
                "what the compiler found that can run side by side, and why it left other things as they are")
      ->excludes(json);
  CLI::Option* memory =
      app->add_flag("--memory", options->memory, "the plan of the arenas and the most that they take")
          ->excludes(json);
  AddRepeatedOption(app, "--shapes", &options->shapes, "NAME=D,...",
                    "extents of a symbolic dimension to work the plan out for; several options combine");
  app->get_option("--shapes")->needs(memory);
  app->footer(kExamples);
  app->callback([=] { *command = [=](Console& console) { return RunInspect(*options, console); }; });
}

}  // namespace baton
