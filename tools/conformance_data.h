// The data sets of conformance tests, and the comparison of what a model gives with them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tools/compare.h"
#include "tools/conformance_result.h"
#include "vm/bytecode/executable.h"
#include "vm/core/value_tree.h"

namespace baton {

struct DataSet {
  std::string name;  // the folder's: "test_data_set_0"
  std::vector<Value> inputs, outputs;
};
// Reads input_0.pb, input_1.pb, ... and output_0.pb, ..., each as what `entry` declares. Errors:
// InvalidArgument when their numbers differ from the entry point's; Unimplemented.
absl::StatusOr<DataSet> ReadDataSet(const std::string& folder, const EntryPoint& entry);

// kPassed, kWrongType or kWrongValue, and how they differ.
struct Comparison {
  CaseOutcome outcome = CaseOutcome::kPassed;
  std::string message;
};
// Tensors as CompareTensors does; of bfloat16, which has fewer digits than the usual tolerance, two units in
// the last place are allowed, as upstream does.
Comparison CompareValues(const Value& got, const Value& expected, const Tolerance& tolerance);
// Every value with its index and `outputs`'s name; the first that differs.
Comparison CompareOutputs(absl::Span<const Value> got, absl::Span<const Value> expected,
                          const std::vector<Parameter>& outputs, const Tolerance& tolerance);
// The same structure, types, shapes and bits.
bool SameBits(absl::Span<const Value> a, absl::Span<const Value> b);

}  // namespace baton
