// Attributes of Relay's operators: a schema says which there are and of what kind; RelayAttributes holds the
// checked values of one call. Not the attributes of Baton's registry (ops/op_def.h), which converters make
// from these.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/text/syntax.h"
#include "ops/op_def.h"

namespace baton {

struct RelayOperator;

// monostate: None.
using RelayValue = std::variant<std::monostate, bool, int64_t, double, std::string, std::vector<int64_t>,
                                std::vector<double>, std::vector<std::vector<int64_t>>>;

struct RelaySchemaEntry {
  // kIntOrInts: an integer counts as a list of its own kind, not as a list of one. kIntLists: [[1, 2], [3,
  // 4]]. kDType: a name of an element type; "" is None. kExpression: anything, ignored (arange repeats its
  // operands as attributes).
  enum class Kind : uint8_t {
    kBool,
    kInt,
    kFloat,
    kString,
    kDType,
    kInts,
    kFloats,
    kIntOrInts,
    kIntLists,
    kExpression
  };
  std::string name;
  Kind kind = Kind::kInt;
  bool may_be_none = false;
  bool required = false;
  RelayValue fallback;  // unless required
};

class RelaySchema {
 public:
  RelaySchema() = default;
  // From "axis: int = -1; units: int?; mode: string = clip": entries with kinds bool, int, float, string,
  // dtype, ints, floats, int_or_ints, int_lists, expression; "?" lets None in; those without a default are
  // required. Aborts on text that is not a schema: schemas are part of the program.
  explicit RelaySchema(absl::string_view text);

  absl::Span<const RelaySchemaEntry> entries() const { return entries_; }
  // The values of a call, one per entry. Errors: InvalidArgument, naming the attribute.
  absl::StatusOr<std::vector<RelayValue>> Parse(absl::Span<const text::AttributeSyntax> attributes) const;

 private:
  std::vector<RelaySchemaEntry> entries_;
};

// The values of one call. Getters take names of the schema. REQUIRES for all getters: the attribute is of
// that kind; those that return no optional: it is not None.
class RelayAttributes {
 public:
  RelayAttributes(const RelayOperator* op, std::vector<RelayValue> values)
      : op_(op), values_(std::move(values)) {}
  RelayAttributes(const RelayOperator* op, OpAttrs same) : op_(op), same_(std::move(same)) {}

  const RelayOperator& op() const { return *op_; }
  // Of operators that are the registry's own.
  const OpAttrs& same() const { return same_; }

  bool Has(absl::string_view name) const;  // it is not None
  bool Bool(absl::string_view name) const { return Get<bool>(name); }
  int64_t Int(absl::string_view name) const { return Get<int64_t>(name); }
  double Float(absl::string_view name) const { return Get<double>(name); }
  const std::string& String(absl::string_view name) const { return Get<std::string>(name); }
  const std::vector<int64_t>& Ints(absl::string_view name) const { return Get<std::vector<int64_t>>(name); }
  const std::vector<double>& Floats(absl::string_view name) const { return Get<std::vector<double>>(name); }
  const std::vector<std::vector<int64_t>>& IntLists(absl::string_view name) const {
    return Get<std::vector<std::vector<int64_t>>>(name);
  }
  bool IsInt(absl::string_view name) const;  // of int_or_ints
  std::optional<int64_t> OptionalInt(absl::string_view name) const;
  std::optional<std::vector<int64_t>> OptionalInts(absl::string_view name) const;
  std::optional<DType> ElementType(absl::string_view name) const;

 private:
  const RelayValue& Value(absl::string_view name) const;
  template <typename T>
  const T& Get(absl::string_view name) const;

  const RelayOperator* op_;
  std::vector<RelayValue> values_;  // parallel to the schema's entries
  OpAttrs same_;
};

// Attributes as the registry takes them. None leaves an attribute out. Errors: InvalidArgument for values
// that the registry has no kind for.
absl::StatusOr<Attributes> ToRegistryAttributes(absl::Span<const text::AttributeSyntax> attributes);

}  // namespace baton
