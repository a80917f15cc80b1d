#include "compiler/ir/sequence_operation.h"

#include <algorithm>

namespace baton::ir {
namespace {

// The words of the table.
constexpr SequenceArgument Sequence = SequenceArgument::kSequence;
constexpr SequenceArgument Element = SequenceArgument::kElement;
constexpr SequenceArgument Elements = SequenceArgument::kElements;
constexpr SequenceArgument Position = SequenceArgument::kPosition;
constexpr SequenceAttribute Axis = SequenceAttribute::kAxis;
constexpr SequenceAttribute Empty = SequenceAttribute::kEmpty;

}  // namespace

bool SequenceOperationInfo::Has(SequenceAttribute attribute) const {
  return std::find(attributes.begin(), attributes.end(), attribute) != attributes.end();
}

absl::Span<const SequenceOperationInfo> AllSequenceOperations() {
#define BATON_UNPARENTHESIZE(...) __VA_ARGS__
#define SEQUENCE_OPERATION(name, text, arguments, attributes, value) \
  {SequenceOperation::k##name, text, {BATON_UNPARENTHESIZE arguments}, {BATON_UNPARENTHESIZE attributes}},
  static const auto& rows = *new std::vector<SequenceOperationInfo>{
#include "compiler/ir/sequence_operations.def"
  };
#undef SEQUENCE_OPERATION
#undef BATON_UNPARENTHESIZE
  return rows;
}

const SequenceOperationInfo& GetSequenceOperation(SequenceOperation operation) {
  return AllSequenceOperations()[static_cast<size_t>(operation)];
}

}  // namespace baton::ir
