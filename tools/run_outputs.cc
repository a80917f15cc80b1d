#include "tools/run_outputs.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "compiler/text/value_text.h"
#include "tools/exit_codes.h"
#include "tools/file_io.h"
#include "tools/input_options.h"
#include "tools/json_output.h"
#include "tools/npz.h"
#include "tools/tensor_io.h"
#include "tools/tensor_text.h"
#include "vm/core/status.h"

namespace baton {
namespace {

void WriteJson(const OutputPlan& plan, const EntryPoint& entry, const std::vector<Tensor>& values,
               std::ostream& out) {
  JsonOutput json;
  json.BeginObject();
  json.Key("outputs");
  json.BeginArray();
  for (size_t i = 0; i < values.size(); ++i) {
    const std::string& file = plan.files[i].empty() ? plan.archive : plan.files[i];
    if (plan.hidden[i] && plan.files[i].empty()) continue;
    json.BeginObject();
    json.Field("name", entry.outputs[i].name);
    json.Field("dtype", DTypeName(values[i].dtype()));
    json.Key("shape");
    json.BeginArray();
    for (const int64_t extent : values[i].shape()) json.Int(extent);
    json.EndArray();
    if (file.empty()) {
      json.Key("data");
      json.Elements(*values[i]);
    } else {
      json.Field("file", file);
    }
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  out << json.Finish();
}

}  // namespace

absl::StatusOr<OutputPlan> MakeOutputPlan(const std::vector<std::string>& arguments,
                                          const EntryPoint& entry) {
  OutputPlan plan;
  plan.files.resize(entry.outputs.size());
  plan.hidden.resize(entry.outputs.size());
  for (const std::string& text : arguments) {
    if (!absl::StrContains(text, '=')) {
      if (LowerExtension(text) != ".npz" || !plan.archive.empty()) {
        return UsageError(
            absl::StrCat("--output '", text, "': expected NAME=FILE, or one FILE.npz for all outputs"));
      }
      plan.archive = text;
      continue;
    }
    BATON_ASSIGN_OR_RETURN(const auto assignment, SplitAssignment("--output", text));
    BATON_ASSIGN_OR_RETURN(const int index, FindParameter(entry.outputs, "output", assignment.first));
    if (!plan.files[index].empty()) {
      return UsageError(absl::StrCat("output '", assignment.first, "' is given twice"));
    }
    BATON_RETURN_IF_ERROR(CheckWritable(assignment.second));
    plan.files[index] = assignment.second;
  }
  return plan;
}

absl::Status EmitOutputs(const OutputPlan& plan, const EntryPoint& entry, const std::vector<Tensor>& values,
                         bool json, std::ostream& out) {
  std::vector<NamedTensor> archive;
  for (size_t i = 0; i < values.size(); ++i) {
    const std::string& name = entry.outputs[i].name;
    if (!plan.files[i].empty()) BATON_RETURN_IF_ERROR(WriteTensor(plan.files[i], name, values[i]));
    if (!plan.hidden[i]) archive.emplace_back(name, values[i]);
  }
  if (!plan.archive.empty()) {
    BATON_ASSIGN_OR_RETURN(const std::string bytes, SerializeNpz(archive));
    BATON_RETURN_IF_ERROR(WriteFile(plan.archive, bytes));
  }
  if (json) {
    WriteJson(plan, entry, values, out);
    return absl::OkStatus();
  }
  for (size_t i = 0; i < values.size(); ++i) {
    if (plan.hidden[i] || !plan.files[i].empty() || !plan.archive.empty()) continue;
    out << FormatTensor(entry.outputs[i].name, *values[i]);
  }
  return absl::OkStatus();
}

absl::Status EmitValues(const OutputPlan& plan, const EntryPoint& entry, const std::vector<Value>& values,
                        bool json, std::ostream& out) {
  if (json || !plan.archive.empty()) {
    return UsageError(absl::StrCat(json ? "--json" : "--output FILE.npz", ": '", entry.name,
                                   "' has outputs that are no tensors"));
  }
  for (size_t i = 0; i < values.size(); ++i) {
    const std::string& name = entry.outputs[i].name;
    if (!plan.files[i].empty()) {
      if (!values[i].is_tensor()) return UsageError(absl::StrCat("--output ", name, ": is no tensor"));
      BATON_RETURN_IF_ERROR(WriteTensor(plan.files[i], name, values[i].tensor()));
    } else if (values[i].is_tensor()) {
      out << FormatTensor(name, *values[i].tensor());
    } else {
      out << name << ": " << entry.outputs[i].type.ToString() << " = " << ValueText(values[i]) << "\n";
    }
  }
  return absl::OkStatus();
}

}  // namespace baton
