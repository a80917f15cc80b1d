// The comment behind a binding in text: what passes know of it and where it comes from. Internal to
// compiler/text.
#pragma once

#include <string>

#include "compiler/ir/module.h"
#include "compiler/text/printer.h"

namespace baton {

// " /* ty=Tensor[(2), float32] check=(n == 2) node='sum' */", or nothing.
std::string BindingComment(const ir::Module& module, const ir::Binding& binding, PrintOptions options);

// "  /* result check=(n == 2) */\n" for what is checked before a function returns, or nothing.
std::string ResultComment(const ir::Function& function, PrintOptions options);

}  // namespace baton
