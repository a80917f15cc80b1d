// Relay text -> ir::Module. PUBLIC.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "compiler/ir/module.h"
#include "vm/core/tensor.h"

namespace baton {

struct RelayReadOptions {
  // Only the clean language, instead of all that other readers of the format take.
  bool strict = false;
  // Functions that become entry points, besides those with an attribute `input_names` or `output_names`.
  std::vector<std::string> entries = {"main"};
  // Values of parameters of the entry points, by name (text/parameters.h).
  std::map<std::string, Tensor> parameters;
};

// Reads a module, or a lone expression, which becomes @main with its free variables as parameters. `file` is
// for messages. Warnings, if any, are stored in `warnings`, which may be null.
// Errors: InvalidArgument with all that is wrong: file, line, column, the line itself and a caret.
absl::StatusOr<std::unique_ptr<ir::Module>> ReadRelay(absl::string_view file, absl::string_view text,
                                                      const RelayReadOptions& options = {},
                                                      std::string* warnings = nullptr);

// The names of the modules that text may import, and their text.
const std::map<std::string, absl::string_view>& LibraryModules();

}  // namespace baton
