// Types and values in assembly text. Errors of all: InvalidArgument, with line and column.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "vm/bytecode/assembly_cursor.h"
#include "vm/bytecode/assembly_text.h"
#include "vm/bytecode/executable.h"

namespace baton {

// Reads what TypeText writes. Types nest at most kMaxTypeNesting deep.
absl::StatusOr<Type> ReadType(AssemblyCursor& cursor, const TypeVariables& variables);
// "Tensor[(?, 4), float32]".
absl::StatusOr<AllocType> ReadAllocType(AssemblyCursor& cursor);
// "(i64, tensor)".
absl::StatusOr<std::vector<SlotKind>> ReadSlotKinds(AssemblyCursor& cursor);
absl::StatusOr<SlotKind> ReadSlotKind(AssemblyCursor& cursor);
// "(i64) -> (f64)".
absl::StatusOr<Signature> ReadSignature(AssemblyCursor& cursor);
// The bits of a double: as ExactFloatText writes it.
absl::StatusOr<int64_t> ReadDoubleBits(AssemblyCursor& cursor);
// "Tensor[(2, 2), int64] = [[1, 2], [3, 4]]". The brackets within are for people: only the order counts.
absl::StatusOr<Tensor> ReadConstant(AssemblyCursor& cursor);
// What ExactAttributeText writes.
absl::StatusOr<AttributeValue> ReadAttributeValue(AssemblyCursor& cursor);

}  // namespace baton
