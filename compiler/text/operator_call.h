// One use of an operator in text: the operator, found by name, with its attributes. Internal to
// compiler/text.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "compiler/text/relay_operators.h"

namespace baton::text {

class OperatorCall {
 public:
  // Errors: NotFound for an unknown operator; those of ParseRelayAttributes.
  static absl::StatusOr<OperatorCall> Find(absl::string_view name,
                                           absl::Span<const AttributeSyntax> attributes) {
    const RelayOperator* op = FindRelayOperator(name);
    if (op == nullptr) {
      return absl::NotFoundError(absl::StrCat("there is no operator or constructor '", name, "'"));
    }
    absl::StatusOr<RelayAttributes> parsed = ParseRelayAttributes(*op, attributes);
    if (!parsed.ok()) return parsed.status();
    return OperatorCall(op, *std::move(parsed));
  }

  // Fills in argument types that follow from the others; true when it did.
  bool InferArguments(absl::Span<Type> args) const { return InferRelayArguments(*op_, attributes_, args); }
  // Appends the call. An argument is a tensor or tuple, or empty for one that is not there.
  absl::StatusOr<ir::Atom> Emit(std::vector<ir::Atom> args, RelayBuilder& builder) const {
    return ConvertRelayCall(*op_, attributes_, std::move(args), builder);
  }
  // The number of arguments when it is used as a function value.
  int num_inputs() const { return op_->min_args; }
  const std::string& name() const { return op_->name; }

 private:
  OperatorCall(const RelayOperator* op, RelayAttributes attributes)
      : op_(op), attributes_(std::move(attributes)) {}

  const RelayOperator* op_;
  RelayAttributes attributes_;
};

}  // namespace baton::text
