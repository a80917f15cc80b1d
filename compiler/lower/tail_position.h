// Which binding of a region gives exactly the region's value. Internal to lowering.
#pragma once

#include <cstddef>
#include <optional>

#include "compiler/ir/module.h"

namespace baton {

// The index of the binding whose value, flattened, is the region's results, flattened; only projections and
// tuples of it follow, which need not be evaluated then. Nothing when there is none.
std::optional<size_t> TailBinding(const ir::Region& region);

}  // namespace baton
