// Types as the formatter writes them. Internal to compiler/text.
#pragma once

#include <string>
#include <vector>

#include "vm/core/type.h"

namespace baton::text {

// Like Type::ToString, but reads back as the same type where only `params` are in scope: function types name
// the type parameters of their own.
std::string TypeText(const Type& type, const std::vector<std::string>& params);

}  // namespace baton::text
