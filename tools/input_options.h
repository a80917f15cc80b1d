// The options --input and --set, shared by the commands that run a model.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "vm/bytecode/executable.h"
#include "vm/core/tensor.h"
#include "vm/core/value_tree.h"

namespace CLI {
class App;
}

namespace baton {

struct InputOptions {
  std::vector<std::string> files;   // NAME=FILE, or FILE.npz
  std::vector<std::string> values;  // NAME=VALUE
};
void AddInputOptions(CLI::App* command, InputOptions* options);
// An option that may be repeated and takes one argument each time.
void AddRepeatedOption(CLI::App* command, const std::string& name, std::vector<std::string>* values,
                       const std::string& type_name, const std::string& help);
// --dispatch: the code to compile or to run; `several`: both may be named.
void AddDispatchOption(CLI::App* command, std::vector<Dispatch>* dispatches, bool several);

// "NAME=REST" in its two parts. Errors: UsageError that shows `option`.
absl::StatusOr<std::pair<std::string, std::string>> SplitAssignment(absl::string_view option,
                                                                    absl::string_view text);
// The index of `name`. Errors: UsageError "no input 'foo'; the model has: input, state, sr".
absl::StatusOr<int> FindParameter(const std::vector<Parameter>& parameters, absl::string_view kind,
                                  absl::string_view name);

// The tensors given for each input of `entry`, null where none was. Errors: UsageError for names that are
// unknown or given twice; those of ReadTensor and ParseTensorText.
absl::StatusOr<std::vector<Tensor>> ReadInputs(const InputOptions& options, const EntryPoint& entry);
// True when all inputs and outputs are tensors.
bool TakesTensorsOnly(const EntryPoint& entry);
// The same for an entry point of any types: of inputs that are data or tuples the text after --set, or in the
// file of --input, is a value in Relay text. kNone where none was given. Errors: those of ReadValue too.
absl::StatusOr<std::vector<Value>> ReadValues(const InputOptions& options, const EntryPoint& entry,
                                              absl::Span<const TypeDefinition> definitions);
absl::Status CheckNoneMissing(const EntryPoint& entry, const std::vector<Value>& inputs);
// Puts `value` into `inputs[index]`, which must be empty. Errors: UsageError.
absl::Status SetInput(const EntryPoint& entry, int index, Tensor value, std::vector<Tensor>* inputs);
// Errors: UsageError that lists the inputs still null, with types.
absl::Status CheckNoneMissing(const EntryPoint& entry, const std::vector<Tensor>& inputs);
// The same data with a leading axis of extent 1.
Tensor AddLeadingAxis(const Tensor& tensor);

}  // namespace baton
