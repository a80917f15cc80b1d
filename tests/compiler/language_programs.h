// Small programs with functions, closures, data, matches and references, with inputs and hand-worked answers.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "compiler/ir/module.h"
#include "vm/core/tensor.h"

namespace baton {

struct LanguageProgram {
  std::string name;
  std::function<std::unique_ptr<ir::Module>()> make;  // @main takes and gives tensors
  std::vector<Tensor> inputs;
  std::vector<Tensor> outputs;
};
const std::vector<LanguageProgram>& LanguagePrograms();
const LanguageProgram& FindLanguageProgram(const std::string& name);

}  // namespace baton
