// What is known of the elements of small integer and bool tensors: the arithmetic of shapes, followed
// symbolically.
#pragma once

#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "compiler/ir/module.h"
#include "ops/op_def.h"

namespace baton::ir {

using Elements = std::vector<Element>;

// The number of elements when static and at most kMaxTrackedElements, for types whose elements are tracked
// (integers and bool); nullopt otherwise.
std::optional<int64_t> TrackedCount(const TensorType& type);

// A bound on the value of a form and of the sums and products in it, whatever its sign: no tensor has an
// extent above kMaxExtent. nullopt when there is none within 64 bits, or when it holds an integer from data.
std::optional<int64_t> MaxMagnitude(const Dim& dim);

// The elements of a constant of a tracked type.
std::optional<Elements> ConstantElements(const Tensor& tensor);

// Conditions known to hold where an expression stands.
using Facts = std::vector<DimCondition>;

// The truth of a condition if it follows from its form or the facts.
std::optional<bool> Decide(const DimCondition& condition, const Facts& facts);

// One element of an elementwise operator with this scalar form; unknown when it cannot be followed.
// `operand_type` and `result_type` are the element types of the first operand and the result.
Element EvaluateScalar(ScalarForm form, DType operand_type, DType result_type,
                       absl::Span<const Element* const> operands, const Facts& facts);

}  // namespace baton::ir
