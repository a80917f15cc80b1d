// Which element types something with several operands takes, found by asking.
#pragma once

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "vm/core/dtype.h"

namespace baton {

// All element types, in the order of dtypes.def.
absl::Span<const DType> AllDTypes();

// For each of `count` operands the element types that `accepts` takes there together with some others. Few of
// the combinations are tried: each type at one operand alone, and at all that have the same type in a
// combination that is accepted. Empty when none is.
std::vector<std::vector<DType>> ProbeElementTypes(int count,
                                                  absl::FunctionRef<bool(absl::Span<const DType>)> accepts);

// "any", "floats, signed, bool", "float32, float64".
std::string DescribeElementTypes(absl::Span<const DType> types);

}  // namespace baton
