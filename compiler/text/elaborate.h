// Syntax tree -> ir::Module: type inference, generic functions once for each use, nested patterns as decision
// trees, function literals as functions of their own. Internal to compiler/text; reader.h is the way in.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/ir/module.h"
#include "compiler/text/diagnostics.h"
#include "compiler/text/syntax.h"
#include "vm/core/tensor.h"

namespace baton::text {

struct ElaborateOptions {
  // The functions that become entry points, besides those that say so by an attribute `input_names` or
  // `output_names`.
  std::vector<std::string> entries = {"main"};
  // Values of parameters of the entry points, by name: constants of the program.
  std::map<std::string, Tensor> parameters;
};

// `module` is the user's file, with its graph bindings placed; `imports` are the modules that it may use
// without defining them. Errors go to `diagnostics`, all that can be found; then the status is
// InvalidArgument.
absl::StatusOr<std::unique_ptr<ir::Module>> Elaborate(const SyntaxModule& module,
                                                      const std::vector<const SyntaxModule*>& imports,
                                                      const ElaborateOptions& options,
                                                      Diagnostics& diagnostics);

}  // namespace baton::text
