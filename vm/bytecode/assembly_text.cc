#include "vm/bytecode/assembly_text.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "vm/core/number_text.h"

namespace baton {
namespace {

template <typename T>
uint64_t BitsOf(T value) {
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  return bits;
}

template <typename T>
std::string BitsText(T value) {
  return absl::StrFormat("0x%0*x", static_cast<int>(2 * sizeof value), BitsOf(value));
}

template <typename T>
std::string FloatElementText(T value) {
  if (!std::isnan(static_cast<double>(value))) return FloatText(value);
  const T usual(std::numeric_limits<float>::quiet_NaN());
  return BitsOf(value) == BitsOf(usual) ? "nan" : BitsText(value);
}
std::string FloatElementText(Float16 value) {
  if (!std::isnan(static_cast<float>(value))) return FloatText(value);
  return value.bits == Float16(std::numeric_limits<float>::quiet_NaN()).bits ? "nan" : BitsText(value);
}
std::string FloatElementText(BFloat16 value) {
  if (!std::isnan(static_cast<float>(value))) return FloatText(value);
  return value.bits == BFloat16(std::numeric_limits<float>::quiet_NaN()).bits ? "nan" : BitsText(value);
}

template <typename T>
std::string ElementText(T value) {
  if constexpr (std::is_same_v<T, Bool>) {
    if (value.byte > 1) return BitsText(value);
    return value ? "True" : "False";
  } else if constexpr (std::is_integral_v<T>) {
    return std::is_signed_v<T> ? absl::StrCat(static_cast<int64_t>(value))
                               : absl::StrCat(static_cast<uint64_t>(value));
  } else {
    return FloatElementText(value);
  }
}

template <typename Range, typename Text>
std::string ListText(const Range& values, Text text) {
  const auto append = [&](std::string* out, const auto& value) { out->append(text(value)); };
  return absl::StrCat("[", absl::StrJoin(values, ", ", append), "]");
}

struct AttributeTextVisitor {
  std::string operator()(bool value) const { return value ? "True" : "False"; }
  std::string operator()(int64_t value) const { return absl::StrCat(value); }
  std::string operator()(double value) const { return ExactFloatText(value) + "f64"; }
  std::string operator()(const std::string& value) const { return QuotedText(value); }
  std::string operator()(DType value) const { return std::string(DTypeName(value)); }
  std::string operator()(const std::vector<int64_t>& values) const { return ListText(values, *this); }
  std::string operator()(const std::vector<double>& values) const {
    return values.empty() ? "[]f64" : ListText(values, *this);
  }
  std::string operator()(const std::vector<std::string>& values) const {
    return values.empty() ? "[]text" : ListText(values, *this);
  }
};

std::string TypeListText(absl::Span<const Type> types, const TypeVariables& variables) {
  const auto append = [&](std::string* out, const Type& type) { out->append(TypeText(type, variables)); };
  return absl::StrJoin(types, ", ", append);
}

}  // namespace

std::string QuotedText(absl::string_view text) {
  return absl::StrCat("\"", absl::Utf8SafeCEscape(text), "\"");
}

bool IsPlainName(absl::string_view name, bool dots) {
  if (name.empty() || (!absl::ascii_isalpha(name[0]) && name[0] != '_')) return false;
  return std::all_of(name.begin(), name.end(),
                     [&](char c) { return absl::ascii_isalnum(c) || c == '_' || (dots && c == '.'); });
}

std::string NameText(absl::string_view name) {
  return IsPlainName(name, /*dots=*/true) ? std::string(name) : QuotedText(name);
}

std::string TypeNameText(absl::string_view name) {
  const bool is_word =
      name == "Tensor" || name == "fn" || name == "ref" || name == "extern" || name == "Sequence";
  return IsPlainName(name, /*dots=*/false) && !is_word ? std::string(name) : QuotedText(name);
}

std::string TypeText(const Type& type, const TypeVariables& variables) {
  switch (type.kind()) {
    case Type::Kind::kFunction:
      return absl::StrCat("fn (", TypeListText(type.params(), variables), ") -> ",
                          TypeText(type.result(), variables));
    case Type::Kind::kData: {
      const bool brackets = !type.args().empty() || variables.contains(type.name());
      return absl::StrCat(TypeNameText(type.name()), brackets ? "[" : "",
                          TypeListText(type.args(), variables), brackets ? "]" : "");
    }
    case Type::Kind::kReference:
      return absl::StrCat("ref(", TypeText(type.content(), variables), ")");
    case Type::Kind::kVariable:
      return TypeNameText(type.name());
    case Type::Kind::kTuple:
      return absl::StrCat("(", TypeListText(type.fields(), variables),
                          type.fields().size() == 1 ? ",)" : ")");
    default:
      return type.ToString();
  }
}

absl::string_view ReferenceWord(OperandKind kind) {
  switch (kind) {
    case OperandKind::kKernel:
      return "kernel";
    case OperandKind::kFunction:
      return "function";
    case OperandKind::kTypeIndex:
      return "type";
    case OperandKind::kObjectType:
      return "object";
    case OperandKind::kSignature:
      return "signature";
    case OperandKind::kMessage:
      return "message";
    default:
      return "k";
  }
}

std::string ExactFloatText(double value) {
  return FloatElementText(value);
}

std::string ElementsText(const TensorObject& tensor) {
  return VisitDType(tensor.dtype, [&](auto zero) {
    using T = decltype(zero);
    if (tensor.rank == 0) return ElementText(*tensor.As<T>());
    const absl::Span<const T> values(tensor.As<T>(), static_cast<size_t>(tensor.num_elements()));
    return ListText(values, [](T value) { return ElementText(value); });
  });
}

std::string ExactAttributeText(const AttributeValue& value) {
  return std::visit(AttributeTextVisitor(), value);
}

}  // namespace baton
