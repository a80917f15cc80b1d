// Relay's operators as rows of one table (relay_operators.def), and what the elaborator of Relay text asks of
// them: attributes, types of arguments that the text leaves out, and the operators of Baton that a call
// becomes. Operators of the registry that the table does not have are rows too, by their own name and by
// "baton.NAME".
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/ir/module.h"
#include "compiler/text/relay_attributes.h"
#include "compiler/text/relay_call.h"
#include "compiler/text/syntax.h"
#include "vm/core/type.h"

namespace baton {

// Appends the operators that a call becomes; the result is the call's value.
using RelayConverter = ir::Atom (*)(RelayBuilder& builder, const RelayAttributes& attributes,
                                    absl::Span<const ir::Atom> args);
// Fills unknown entries of `args`, as InferRelayArguments says.
using RelayInference = void (*)(const RelayAttributes& attributes, absl::Span<Type> args);

inline constexpr int kAnyNumberOfArguments = 1 << 30;

// One row.
struct RelayOperator {
  std::string name;
  int min_args = 0, max_args = 0;
  RelaySchema schema;                // of its attributes; unused with `same`
  RelayConverter convert = nullptr;  // null with `same` and `refusal`
  RelayInference infer = nullptr;    // may be null
  const OpDef* same = nullptr;       // the registry operator with the very signature and attributes
  absl::string_view refusal;         // why the operator cannot be used, if it cannot
};

// The row, or null. Threads: safe.
const RelayOperator* FindRelayOperator(absl::string_view name);
// True when text has to write the registry operator `name` as "baton.NAME", because Relay's operator of that
// name is another.
bool NeedsBatonPrefix(absl::string_view name);

// The attributes of a call, checked against the operator's schema, with defaults filled in.
// Errors: InvalidArgument for unknown names, names given twice, values of the wrong kind, required ones that
// are missing; Unimplemented for operators that are refused. All name the operator.
absl::StatusOr<RelayAttributes> ParseRelayAttributes(const RelayOperator& op,
                                                     absl::Span<const text::AttributeSyntax> attributes);

// What can be said of arguments of unknown type from the others and the attributes: an untyped weight of
// nn.dense is (units, k). Extents that stay open are AnyDim(). Returns true when it filled one in.
bool InferRelayArguments(const RelayOperator& op, const RelayAttributes& attributes, absl::Span<Type> args);

// Appends the call to the builder's region and returns its value, a Var of tuple type where Relay's result is
// a tuple. The same arguments give the same bindings. Errors: InvalidArgument for what breaks the operator's
// rules, Unimplemented for what is valid and not supported; all name the operator.
absl::StatusOr<ir::Atom> ConvertRelayCall(const RelayOperator& op, const RelayAttributes& attributes,
                                          std::vector<ir::Atom> args, RelayBuilder& builder);

// All rows of the table in its order, without the registry's. For tests and documentation.
absl::Span<const RelayOperator> AllRelayOperators();

}  // namespace baton
