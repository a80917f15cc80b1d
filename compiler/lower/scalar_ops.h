// Scalar instructions for the scalar forms of operators. Internal to lowering.
#pragma once

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "compiler/lower/code_emitter.h"
#include "ops/op_def.h"

namespace baton {

// Computes one element of an operator with this scalar form. Registers have the slot kinds of the element
// types (ScalarSlotKind); integer results wrap in their type, float32 results are rounded to it: bit for
// bit what the operator's kernel gives. Errors: Internal for a combination that unbox_scalars must not have
// chosen.
absl::StatusOr<VirtualRegister> EmitScalarOp(CodeEmitter& code, ScalarForm form, DType operand_type,
                                             DType result_type, absl::Span<const VirtualRegister> operands);

}  // namespace baton
