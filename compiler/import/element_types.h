// The element types of an operator's results from those of its operands alone, by the operator's own type
// rule. Lets converters make constants of the right type before type inference runs. Internal to the
// importer.
#pragma once

#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "ops/op_def.h"

namespace baton {

// One per operator input; nullopt where absent. Empty when the rule refuses them: type inference will say
// why.
std::vector<DType> InferElementTypes(const OpDef& op, const OpAttrs& attrs,
                                     absl::Span<const std::optional<DType>> inputs);

}  // namespace baton
