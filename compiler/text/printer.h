// Module -> Relay text (the project's specification of the format: docs/ir.md), deterministic.
#pragma once

#include <string>

#include "compiler/ir/module.h"

namespace baton {

struct PrintOptions {
  bool types = true;      // /* ty=... */ after each binding
  bool locations = true;  // the node name in the same comment
  bool constants =
      true;  // the metadata section, which holds the constants; without it the text cannot be read back
};

// Time and space are linear in the module; regions may nest to any depth.
std::string PrintModule(const ir::Module& module, PrintOptions options = {});

}  // namespace baton
