// The element rule (OpDef::elements) of operators that only move elements, found by running their kernel on
// numbered elements: one description of the movement serves both. Internal to ops/.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "ops/op_def.h"

namespace baton {

// For each result element of `op`, row-major: the index of its source among the elements of all inputs,
// concatenated in order. `operand` is an input besides those that decide the shape whose values steer the
// movement (-1: none). Errors: FailedPrecondition when a shape or a steering value is not known or there are
// too many elements; those of the operator.
absl::StatusOr<std::vector<int>> TraceElements(const OpDef& op, const void* attrs, TypeContext& context,
                                               int operand = -1);

}  // namespace baton
