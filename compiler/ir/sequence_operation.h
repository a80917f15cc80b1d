// The operations on sequences and what the IR derives from their table, sequence_operations.def: names,
// arguments, attributes.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace baton::ir {

enum class SequenceOperation : uint8_t {
#define SEQUENCE_OPERATION(name, text, arguments, attributes, value) k##name,
#include "compiler/ir/sequence_operations.def"
#undef SEQUENCE_OPERATION
};

enum class SequenceArgument : uint8_t { kSequence, kElement, kElements, kPosition };
enum class SequenceAttribute : uint8_t { kAxis, kEmpty };

struct SequenceOperationInfo {
  SequenceOperation operation;
  absl::string_view name;  // "sequence_append"
  std::vector<SequenceArgument> arguments;
  std::vector<SequenceAttribute> attributes;

  bool Has(SequenceAttribute attribute) const;
};

// All operations, in the order of the table.
absl::Span<const SequenceOperationInfo> AllSequenceOperations();
const SequenceOperationInfo& GetSequenceOperation(SequenceOperation operation);

}  // namespace baton::ir
