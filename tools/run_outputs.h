// The results of `baton run`: to files (--output), the rest printed, as text or JSON.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "vm/bytecode/executable.h"
#include "vm/core/tensor.h"
#include "vm/core/value_tree.h"

namespace baton {

// What becomes of each output of an entry point.
struct OutputPlan {
  std::vector<std::string> files;  // one per output; empty: print
  std::string archive;             // all outputs into one .npz; empty: none
  std::vector<bool> hidden;        // one per output: neither printed nor put into the archive
};

// From the arguments of --output: NAME=FILE (.npy or .npz), or FILE.npz for all. Errors: UsageError.
absl::StatusOr<OutputPlan> MakeOutputPlan(const std::vector<std::string>& arguments, const EntryPoint& entry);

// Writes the files and prints the rest.
absl::Status EmitOutputs(const OutputPlan& plan, const EntryPoint& entry, const std::vector<Tensor>& values,
                         bool json, std::ostream& out);

// The same for values of any types; data and tuples are printed as Relay text. Errors: UsageError for a file
// or JSON of what is no tensor.
absl::Status EmitValues(const OutputPlan& plan, const EntryPoint& entry, const std::vector<Value>& values,
                        bool json, std::ostream& out);

}  // namespace baton
