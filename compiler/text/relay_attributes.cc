#include "compiler/text/relay_attributes.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "compiler/text/relay_operators.h"
#include "vm/core/status.h"

namespace baton {
namespace {

using text::AttributeSyntax;
using Kind = RelaySchemaEntry::Kind;
using Syntax = AttributeSyntax::Kind;

constexpr std::pair<absl::string_view, Kind> kKinds[] = {
    {"bool", Kind::kBool},          {"int", Kind::kInt},
    {"float", Kind::kFloat},        {"string", Kind::kString},
    {"dtype", Kind::kDType},        {"ints", Kind::kInts},
    {"floats", Kind::kFloats},      {"int_or_ints", Kind::kIntOrInts},
    {"int_lists", Kind::kIntLists}, {"expression", Kind::kExpression},
};

absl::string_view KindName(Kind kind) {
  for (const auto& [name, known] : kKinds) {
    if (known == kind) return name;
  }
  return "";
}

absl::string_view SyntaxName(Syntax kind) {
  switch (kind) {
    case Syntax::kNone:
      return "None";
    case Syntax::kBool:
      return "a bool";
    case Syntax::kInt:
      return "an integer";
    case Syntax::kFloat:
      return "a float";
    case Syntax::kString:
      return "a string";
    case Syntax::kList:
      return "a list";
    case Syntax::kMap:
      return "a map";
    case Syntax::kExpression:
      return "an expression";
  }
  return "";
}

// The elements of a list if `convert` takes them all.
template <typename T, typename Convert>
std::optional<RelayValue> List(const AttributeSyntax& value, const Convert& convert) {
  if (value.kind != Syntax::kList) return std::nullopt;
  std::vector<T> list;
  for (const AttributeSyntax& element : value.elements) {
    std::optional<T> item = convert(element);
    if (!item) return std::nullopt;
    list.push_back(*std::move(item));
  }
  return RelayValue(std::move(list));
}

std::optional<int64_t> AsInt(const AttributeSyntax& value) {
  if (value.kind != Syntax::kInt) return std::nullopt;
  return value.number;
}

std::optional<double> AsFloat(const AttributeSyntax& value) {
  if (value.kind == Syntax::kInt) return static_cast<double>(value.number);
  if (value.kind != Syntax::kFloat) return std::nullopt;
  return value.real;
}

std::optional<std::vector<int64_t>> AsInts(const AttributeSyntax& value) {
  std::optional<RelayValue> list = List<int64_t>(value, AsInt);
  if (!list) return std::nullopt;
  return std::get<std::vector<int64_t>>(*std::move(list));
}

template <typename T>
std::optional<RelayValue> Wrap(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  return RelayValue(*value);
}

// `value` as `kind`; nullopt when it is of another kind. None is the caller's business.
std::optional<RelayValue> Coerce(Kind kind, const AttributeSyntax& value) {
  switch (kind) {
    case Kind::kBool:
      if (value.kind != Syntax::kBool && value.kind != Syntax::kInt) return std::nullopt;
      return RelayValue(value.number != 0);
    case Kind::kInt:
      return Wrap(AsInt(value));
    case Kind::kFloat:
      return Wrap(AsFloat(value));
    case Kind::kString:
    case Kind::kDType:
      if (value.kind != Syntax::kString) return std::nullopt;
      if (kind == Kind::kDType && value.text.empty()) return RelayValue();
      if (kind == Kind::kDType && !DTypeFromName(value.text)) return std::nullopt;
      return RelayValue(value.text);
    case Kind::kInts:
      return Wrap(AsInts(value));
    case Kind::kFloats:
      return List<double>(value, AsFloat);
    case Kind::kIntOrInts:
      return value.kind == Syntax::kInt ? RelayValue(value.number) : Wrap(AsInts(value));
    case Kind::kIntLists:
      return List<std::vector<int64_t>>(value, AsInts);
    case Kind::kExpression:
      return RelayValue();
  }
  return std::nullopt;
}

// The default values of schemas: None, True, 3, 0.5, word, [1, 1].
AttributeSyntax DefaultSyntax(absl::string_view text) {
  AttributeSyntax value;
  if (absl::ConsumePrefix(&text, "[")) {
    BATON_CHECK(absl::ConsumeSuffix(&text, "]"));
    value.kind = Syntax::kList;
    for (absl::string_view element : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
      value.elements.push_back(DefaultSyntax(absl::StripAsciiWhitespace(element)));
    }
  } else if (text == "None") {
    value.kind = Syntax::kNone;
  } else if (text == "True" || text == "False") {
    value.kind = Syntax::kBool;
    value.number = text == "True";
  } else if (absl::SimpleAtoi(text, &value.number)) {
    value.kind = Syntax::kInt;
  } else if (absl::SimpleAtod(text, &value.real)) {
    value.kind = Syntax::kFloat;
  } else {
    value.kind = Syntax::kString;
    value.text = std::string(text);
  }
  return value;
}

RelaySchemaEntry ParseEntry(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> halves =
      absl::StrSplit(text, absl::MaxSplits(':', 1));
  const std::pair<absl::string_view, absl::string_view> rest =
      absl::StrSplit(halves.second, absl::MaxSplits('=', 1));
  RelaySchemaEntry entry;
  entry.name = std::string(absl::StripAsciiWhitespace(halves.first));
  absl::string_view kind = absl::StripAsciiWhitespace(rest.first);
  entry.may_be_none = absl::ConsumeSuffix(&kind, "?");
  const auto* known =
      std::find_if(std::begin(kKinds), std::end(kKinds), [&](const auto& row) { return row.first == kind; });
  BATON_CHECK(known != std::end(kKinds));
  entry.kind = known->second;
  const absl::string_view fallback = absl::StripAsciiWhitespace(rest.second);
  entry.required = fallback.empty();
  if (entry.required) return entry;
  const AttributeSyntax value = DefaultSyntax(fallback);
  if (value.kind == Syntax::kNone) {
    BATON_CHECK(entry.may_be_none);
    return entry;
  }
  const std::optional<RelayValue> coerced = Coerce(entry.kind, value);
  BATON_CHECK(coerced.has_value());
  entry.fallback = *coerced;
  return entry;
}

absl::Status AttributeError(absl::string_view name, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("attribute '", name, "' ", problem));
}

absl::StatusOr<RelayValue> ParseValue(const RelaySchemaEntry& entry, const AttributeSyntax& value) {
  std::optional<RelayValue> parsed;
  if (value.kind == Syntax::kNone && entry.kind != Kind::kExpression) {
    parsed.emplace();
  } else {
    parsed = Coerce(entry.kind, value);
  }
  if (!parsed) {
    const std::string quoted = value.kind == Syntax::kString ? absl::StrCat(" \"", value.text, "\"") : "";
    return AttributeError(
        entry.name, absl::StrCat("is ", SyntaxName(value.kind), quoted, ", expected ", KindName(entry.kind),
                                 entry.may_be_none ? " or None" : ""));
  }
  const bool is_none = std::holds_alternative<std::monostate>(*parsed);
  if (is_none && !entry.may_be_none && entry.kind != Kind::kExpression) {
    return AttributeError(entry.name, absl::StrCat("is not set, expected ", KindName(entry.kind)));
  }
  return *std::move(parsed);
}

}  // namespace

RelaySchema::RelaySchema(absl::string_view text) {
  for (absl::string_view entry : absl::StrSplit(text, ';', absl::SkipWhitespace())) {
    entries_.push_back(ParseEntry(entry));
  }
}

absl::StatusOr<std::vector<RelayValue>> RelaySchema::Parse(
    absl::Span<const AttributeSyntax> attributes) const {
  std::vector<RelayValue> values(entries_.size());
  std::vector<bool> given(entries_.size(), false);
  for (const AttributeSyntax& attribute : attributes) {
    const auto entry = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const RelaySchemaEntry& e) { return e.name == attribute.name; });
    if (entry == entries_.end()) return AttributeError(attribute.name, "is unknown");
    const size_t index = static_cast<size_t>(entry - entries_.begin());
    if (given[index]) return AttributeError(attribute.name, "is given twice");
    given[index] = true;
    BATON_ASSIGN_OR_RETURN(values[index], ParseValue(*entry, attribute));
  }
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (given[i]) continue;
    if (entries_[i].required) return AttributeError(entries_[i].name, "is missing");
    values[i] = entries_[i].fallback;
  }
  return values;
}

const RelayValue& RelayAttributes::Value(absl::string_view name) const {
  const absl::Span<const RelaySchemaEntry> entries = op_->schema.entries();
  const auto entry =
      std::find_if(entries.begin(), entries.end(), [&](const RelaySchemaEntry& e) { return e.name == name; });
  BATON_CHECK(entry != entries.end());
  return values_[static_cast<size_t>(entry - entries.begin())];
}

template <typename T>
const T& RelayAttributes::Get(absl::string_view name) const {
  const T* value = std::get_if<T>(&Value(name));
  BATON_CHECK(value != nullptr);
  return *value;
}

template const bool& RelayAttributes::Get(absl::string_view) const;
template const int64_t& RelayAttributes::Get(absl::string_view) const;
template const double& RelayAttributes::Get(absl::string_view) const;
template const std::string& RelayAttributes::Get(absl::string_view) const;
template const std::vector<int64_t>& RelayAttributes::Get(absl::string_view) const;
template const std::vector<double>& RelayAttributes::Get(absl::string_view) const;
template const std::vector<std::vector<int64_t>>& RelayAttributes::Get(absl::string_view) const;

bool RelayAttributes::Has(absl::string_view name) const {
  return !std::holds_alternative<std::monostate>(Value(name));
}

bool RelayAttributes::IsInt(absl::string_view name) const {
  return std::holds_alternative<int64_t>(Value(name));
}

std::optional<int64_t> RelayAttributes::OptionalInt(absl::string_view name) const {
  if (!Has(name)) return std::nullopt;
  return Int(name);
}

std::optional<std::vector<int64_t>> RelayAttributes::OptionalInts(absl::string_view name) const {
  if (!Has(name)) return std::nullopt;
  return Ints(name);
}

std::optional<DType> RelayAttributes::ElementType(absl::string_view name) const {
  if (!Has(name)) return std::nullopt;
  return DTypeFromName(String(name));
}

namespace {

absl::StatusOr<AttributeValue> RegistryList(const AttributeSyntax& value) {
  const auto all = [&](Syntax kind) {
    return std::all_of(value.elements.begin(), value.elements.end(),
                       [&](const AttributeSyntax& element) { return element.kind == kind; });
  };
  if (all(Syntax::kString) && !value.elements.empty()) {
    std::vector<std::string> strings;
    for (const AttributeSyntax& element : value.elements) strings.push_back(element.text);
    return AttributeValue(std::move(strings));
  }
  if (std::optional<std::vector<int64_t>> ints = AsInts(value)) return AttributeValue(*std::move(ints));
  if (std::optional<RelayValue> floats = List<double>(value, AsFloat)) {
    return AttributeValue(std::get<std::vector<double>>(*std::move(floats)));
  }
  return AttributeError(value.name, "is a list, expected numbers or strings in it");
}

absl::StatusOr<AttributeValue> RegistryValue(const AttributeSyntax& value) {
  switch (value.kind) {
    case Syntax::kBool:
      return AttributeValue(value.number != 0);
    case Syntax::kInt:
      return AttributeValue(value.number);
    case Syntax::kFloat:
      return AttributeValue(value.real);
    case Syntax::kString:
      return AttributeValue(value.text);
    case Syntax::kList:
      return RegistryList(value);
    default:
      return AttributeError(
          value.name, absl::StrCat("is ", SyntaxName(value.kind), ", expected a number, string or list"));
  }
}

}  // namespace

absl::StatusOr<Attributes> ToRegistryAttributes(absl::Span<const AttributeSyntax> attributes) {
  Attributes result;
  for (const AttributeSyntax& attribute : attributes) {
    if (attribute.kind == Syntax::kNone) continue;
    BATON_ASSIGN_OR_RETURN(AttributeValue value, RegistryValue(attribute));
    result.emplace_back(attribute.name, std::move(value));
  }
  return result;
}

}  // namespace baton
