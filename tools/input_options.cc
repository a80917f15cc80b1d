#include "tools/input_options.h"

#include <CLI/CLI.hpp>
#include <map>

#include <algorithm>
#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/text/value_text.h"
#include "tools/exit_codes.h"
#include "tools/file_io.h"
#include "tools/tensor_io.h"
#include "tools/tensor_text.h"
#include "vm/core/status.h"

namespace baton {

void AddRepeatedOption(CLI::App* command, const std::string& name, std::vector<std::string>* values,
                       const std::string& type_name, const std::string& help) {
  command->add_option(name, *values, help)->type_name(type_name)->allow_extra_args(false);
}

void AddInputOptions(CLI::App* command, InputOptions* options) {
  AddRepeatedOption(
      command, "--input", &options->files, "NAME=FILE",
      "an input from .npy, .npz, .pb (ONNX TensorProto) or .wav; FILE.npz alone feeds all its arrays");
  AddRepeatedOption(command, "--set", &options->values, "NAME=VALUE",
                    "an input's value: a scalar or a list 1,2,3");
}

void AddDispatchOption(CLI::App* command, std::vector<Dispatch>* dispatches, bool several) {
  std::map<std::string, Dispatch> names;
  for (const Dispatch dispatch : {Dispatch::kRegister, Dispatch::kStack})
    names.emplace(DispatchName(dispatch), dispatch);
  CLI::Option* option =
      command
          ->add_option("--dispatch", *dispatches,
                       several ? "the instruction set: register, stack or register,stack; default: register"
                               : "the instruction set; default: register, where a file holds both")
          ->type_name(several ? "D,..." : "register|stack")
          ->transform(CLI::CheckedTransformer(names).description(""));
  // One argument, so that what follows it is the model.
  option->allow_extra_args(false);
  if (several) option->delimiter(',');
}

absl::StatusOr<std::pair<std::string, std::string>> SplitAssignment(absl::string_view option,
                                                                    absl::string_view text) {
  const size_t equals = text.find('=');
  if (equals == absl::string_view::npos || equals == 0) {
    return UsageError(absl::StrCat(option, " '", text, "': expected NAME=..."));
  }
  return std::make_pair(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
}

absl::StatusOr<int> FindParameter(const std::vector<Parameter>& parameters, absl::string_view kind,
                                  absl::string_view name) {
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].name == name) return static_cast<int>(i);
  }
  const std::string known = absl::StrJoin(
      parameters, ", ", [](std::string* out, const Parameter& parameter) { out->append(parameter.name); });
  return UsageError(
      absl::StrCat("no ", kind, " '", name, "'; the model has: ", known.empty() ? "none" : known));
}

absl::Status SetInput(const EntryPoint& entry, int index, Tensor value, std::vector<Tensor>* inputs) {
  if ((*inputs)[index])
    return UsageError(absl::StrCat("input '", entry.inputs[index].name, "' is given twice"));
  (*inputs)[index] = std::move(value);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Tensor>> ReadInputs(const InputOptions& options, const EntryPoint& entry) {
  std::vector<Tensor> inputs(entry.inputs.size());
  const auto set = [&](const std::string& name, Tensor value) -> absl::Status {
    BATON_ASSIGN_OR_RETURN(const int index, FindParameter(entry.inputs, "input", name));
    return SetInput(entry, index, std::move(value), &inputs);
  };
  for (const std::string& text : options.files) {
    if (!absl::StrContains(text, '=')) {
      BATON_ASSIGN_OR_RETURN(const std::vector<NamedTensor> arrays, ReadArchive(text));
      for (const auto& [name, value] : arrays) BATON_RETURN_IF_ERROR(set(name, value));
      continue;
    }
    BATON_ASSIGN_OR_RETURN(const auto assignment, SplitAssignment("--input", text));
    const auto& [name, file] = assignment;
    BATON_ASSIGN_OR_RETURN(const int index, FindParameter(entry.inputs, "input", name));
    BATON_ASSIGN_OR_RETURN(Tensor value, ReadTensor(file, name));
    const Shape& shape = entry.inputs[index].type.tensor().shape;
    // A recording has no batch axis of its own.
    if (LowerExtension(file) == ".wav" && shape.has_rank() && shape.rank() == 2)
      value = AddLeadingAxis(value);
    BATON_RETURN_IF_ERROR(SetInput(entry, index, std::move(value), &inputs));
  }
  for (const std::string& text : options.values) {
    BATON_ASSIGN_OR_RETURN(const auto assignment, SplitAssignment("--set", text));
    const auto& [name, value_text] = assignment;
    BATON_ASSIGN_OR_RETURN(const int index, FindParameter(entry.inputs, "input", name));
    const TensorType& type = entry.inputs[index].type.tensor();
    absl::StatusOr<Tensor> value = ParseTensorText(value_text, type);
    if (!value.ok()) {
      return UsageError(
          absl::StrCat("--set ", name, ": ", value.status().message(), "; the input is ", type.ToString()));
    }
    BATON_RETURN_IF_ERROR(SetInput(entry, index, *std::move(value), &inputs));
  }
  return inputs;
}

bool TakesTensorsOnly(const EntryPoint& entry) {
  const auto is_tensor = [](const Parameter& parameter) { return parameter.type.is_tensor(); };
  return std::all_of(entry.inputs.begin(), entry.inputs.end(), is_tensor) &&
         std::all_of(entry.outputs.begin(), entry.outputs.end(), is_tensor);
}

absl::StatusOr<std::vector<Value>> ReadValues(const InputOptions& options, const EntryPoint& entry,
                                              absl::Span<const TypeDefinition> definitions) {
  InputOptions of_tensors;
  std::vector<Value> values(entry.inputs.size());
  const auto set = [&](const std::string& name, const std::string& file,
                       const std::string& text) -> absl::StatusOr<bool> {
    BATON_ASSIGN_OR_RETURN(const int index, FindParameter(entry.inputs, "input", name));
    const Type& type = entry.inputs[index].type;
    if (type.is_tensor()) return false;
    if (values[index].kind() != Value::Kind::kNone) {
      return UsageError(absl::StrCat("input '", name, "' is given twice"));
    }
    if (file.empty()) {
      BATON_ASSIGN_OR_RETURN(values[index], ReadValue(absl::StrCat("--set ", name), text, type, definitions));
    } else {
      BATON_ASSIGN_OR_RETURN(const std::string content, ReadFile(file));
      BATON_ASSIGN_OR_RETURN(values[index], ReadValue(file, content, type, definitions));
    }
    return true;
  };
  for (const std::string& text : options.files) {
    bool done = false;
    if (absl::StrContains(text, '=')) {
      BATON_ASSIGN_OR_RETURN(const auto assignment, SplitAssignment("--input", text));
      BATON_ASSIGN_OR_RETURN(done, set(assignment.first, assignment.second, ""));
    }
    if (!done) of_tensors.files.push_back(text);
  }
  for (const std::string& text : options.values) {
    BATON_ASSIGN_OR_RETURN(const auto assignment, SplitAssignment("--set", text));
    BATON_ASSIGN_OR_RETURN(const bool done, set(assignment.first, "", assignment.second));
    if (!done) of_tensors.values.push_back(text);
  }
  BATON_ASSIGN_OR_RETURN(std::vector<Tensor> tensors, ReadInputs(of_tensors, entry));
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (tensors[i]) values[i] = std::move(tensors[i]);
  }
  return values;
}

static absl::Status MissingError(const EntryPoint& entry, const std::function<bool(size_t)>& is_missing) {
  std::vector<std::string> missing;
  for (size_t i = 0; i < entry.inputs.size(); ++i) {
    if (!is_missing(i)) continue;
    missing.push_back(absl::StrCat(entry.inputs[i].name, ": ", entry.inputs[i].type.ToString()));
  }
  if (missing.empty()) return absl::OkStatus();
  return UsageError(absl::StrCat("missing inputs: ", absl::StrJoin(missing, ", ")));
}

absl::Status CheckNoneMissing(const EntryPoint& entry, const std::vector<Tensor>& inputs) {
  return MissingError(entry, [&](size_t i) { return !inputs[i]; });
}

absl::Status CheckNoneMissing(const EntryPoint& entry, const std::vector<Value>& inputs) {
  return MissingError(entry, [&](size_t i) { return inputs[i].kind() == Value::Kind::kNone; });
}

Tensor AddLeadingAxis(const Tensor& tensor) {
  std::vector<int64_t> dims = {1};
  dims.insert(dims.end(), tensor.shape().begin(), tensor.shape().end());
  return Tensor::Wrap(tensor.dtype(), dims, tensor->data, [keep = tensor] {});
}

}  // namespace baton
