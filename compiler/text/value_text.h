// Values as Relay text: "Node(Leaf(17), Leaf(3))". PUBLIC.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "vm/core/type.h"
#include "vm/core/value_tree.h"

namespace baton {

// Reads an expression of constructors, tuples and numbers (tensors of other ranks as meta[relay.Constant][k],
// with a metadata section) as a value for an input of type `type`, of data types as `definitions` say. A
// number without a suffix gets the element type that is expected where it stands.
// Errors: InvalidArgument with file, line, column and a caret. Whether the value fits is for the session to
// say.
absl::StatusOr<Value> ReadValue(absl::string_view file, absl::string_view text, const Type& type,
                                absl::Span<const TypeDefinition> definitions);

// Data and tuples as ReadValue takes them; numbers without suffixes, tensors of other ranks as nested lists.
std::string ValueText(const Value& value);

}  // namespace baton
