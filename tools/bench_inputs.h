// The inputs of a benchmark: those given, random ones for the rest, for every combination of extents asked
// for.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/symbol_values.h"
#include "vm/bytecode/executable.h"
#include "vm/core/tensor.h"

namespace baton {

// A symbol and the extents to try.
using ShapeSweep = std::pair<std::string, std::vector<int64_t>>;
// From the arguments "NAME=8,64" of --shapes. Errors: UsageError.
absl::StatusOr<std::vector<ShapeSweep>> ParseShapeSweeps(const std::vector<std::string>& arguments);
// One value per symbol, in every combination; one empty combination for no sweeps. Errors: UsageError above
// 1000.
using Combination = std::vector<std::pair<std::string, int64_t>>;
absl::StatusOr<std::vector<Combination>> Combine(const std::vector<ShapeSweep>& sweeps);

// Fills the null ones of `inputs`: floats uniform in [-1, 1), integers 0 or 1, the same on every call.
// Symbols have the extents of `combination`, else of the inputs given, else 1; the names of the last are
// returned. Errors: UsageError for a symbol that `entry` has not and an input of unknown rank.
absl::StatusOr<std::vector<std::string>> FillRandomInputs(const EntryPoint& entry,
                                                          const Combination& combination,
                                                          std::vector<Tensor>* inputs);

}  // namespace baton
