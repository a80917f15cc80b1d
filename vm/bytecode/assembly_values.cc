#include "vm/bytecode/assembly_values.h"

#include <bit>
#include <charconv>
#include <cstring>
#include <optional>
#include <type_traits>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// All of `text` as a number; the sign "+" is not read.
template <typename T>
std::optional<T> ParseNumber(absl::string_view text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (text.empty() || result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

// "0x7fc0".
template <typename T>
std::optional<T> ParseBits(absl::string_view digits) {
  uint64_t bits = 0;
  const char* end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, bits, 16);
  if (digits.empty() || result.ec != std::errc() || result.ptr != end) return std::nullopt;
  if constexpr (sizeof(T) < sizeof bits) {
    if (bits >> (8 * sizeof(T)) != 0) return std::nullopt;
  }
  T value;
  std::memcpy(static_cast<void*>(&value), &bits, sizeof value);
  return value;
}

template <typename T>
std::optional<T> ParseElement(absl::string_view text) {
  if constexpr (std::is_integral_v<T>) {
    return ParseNumber<T>(text);
  } else {
    if (absl::StartsWith(text, "0x")) return ParseBits<T>(text.substr(2));
    if constexpr (std::is_same_v<T, Bool>) {
      if (text != "True" && text != "False") return std::nullopt;
      return Bool(text == "True");
    } else if constexpr (std::is_floating_point_v<T>) {
      return ParseNumber<T>(text);
    } else {
      const std::optional<float> value = ParseNumber<float>(text);
      return value.has_value() ? std::optional<T>(T(*value)) : std::nullopt;
    }
  }
}

template <typename T>
absl::Status ReadElement(AssemblyCursor& cursor, DType dtype, std::string* bytes) {
  const size_t begin = cursor.position();
  const std::optional<T> value = ParseElement<T>(cursor.ReadNumber());
  if (!value.has_value()) {
    cursor.set_position(begin);
    return cursor.Error(absl::StrCat("a value of ", DTypeName(dtype)));
  }
  const char* begin_bytes = reinterpret_cast<const char*>(&*value);
  bytes->append(begin_bytes, sizeof(T));
  return absl::OkStatus();
}

// One element, or a list of elements and lists.
template <typename T>
absl::StatusOr<std::string> ReadElements(AssemblyCursor& cursor, DType dtype) {
  std::string bytes;
  int64_t open_brackets = 0;
  while (true) {
    while (cursor.Accept("[")) ++open_brackets;
    // "[]" has no elements.
    if (open_brackets == 0 || !cursor.NextIs("]"))
      BATON_RETURN_IF_ERROR(ReadElement<T>(cursor, dtype, &bytes));
    while (open_brackets > 0 && cursor.Accept("]")) --open_brackets;
    if (open_brackets == 0) return bytes;
    BATON_RETURN_IF_ERROR(cursor.Expect(","));
  }
}

// The elements of a list, each read by `read`.
template <typename T, typename Read>
absl::StatusOr<AttributeValue> ReadList(AssemblyCursor& cursor, Read read) {
  std::vector<T> values;
  while (!cursor.Accept("]")) {
    if (!values.empty()) BATON_RETURN_IF_ERROR(cursor.Expect(","));
    BATON_ASSIGN_OR_RETURN(T value, read());
    values.push_back(std::move(value));
  }
  return AttributeValue(std::move(values));
}

// "2" or "2f64".
absl::StatusOr<AttributeValue> ReadAttributeNumber(AssemblyCursor& cursor) {
  const size_t begin = cursor.position();
  absl::string_view text = cursor.ReadNumber();
  if (absl::ConsumeSuffix(&text, "f64")) {
    if (const std::optional<double> value = ParseElement<double>(text)) return AttributeValue(*value);
  } else if (const std::optional<int64_t> value = ParseNumber<int64_t>(text)) {
    return AttributeValue(*value);
  }
  cursor.set_position(begin);
  return cursor.Error("an integer, or a float such as 0.5f64");
}

template <typename T>
absl::StatusOr<AttributeValue> ReadNumbers(AssemblyCursor& cursor) {
  return ReadList<T>(cursor, [&]() -> absl::StatusOr<T> {
    const size_t begin = cursor.position();
    BATON_ASSIGN_OR_RETURN(const AttributeValue value, ReadAttributeNumber(cursor));
    if (const T* number = std::get_if<T>(&value)) return *number;
    return cursor.ErrorAt(begin, "the list has integers and floats");
  });
}

// Behind "[". The first element says of what kind all are.
absl::StatusOr<AttributeValue> ReadAttributeList(AssemblyCursor& cursor) {
  if (cursor.Accept("]")) {
    if (cursor.AcceptWord("f64")) return AttributeValue(std::vector<double>());
    if (cursor.AcceptWord("text")) return AttributeValue(std::vector<std::string>());
    return AttributeValue(std::vector<int64_t>());
  }
  if (cursor.NextIs("\""))
    return ReadList<std::string>(cursor, [&] { return cursor.ReadQuoted("a text in quotes"); });
  const size_t begin = cursor.position();
  const bool is_double = absl::EndsWith(cursor.ReadNumber(), "f64");
  cursor.set_position(begin);
  return is_double ? ReadNumbers<double>(cursor) : ReadNumbers<int64_t>(cursor);
}

}  // namespace

absl::StatusOr<int64_t> ReadDoubleBits(AssemblyCursor& cursor) {
  const size_t begin = cursor.position();
  const std::optional<double> value = ParseElement<double>(cursor.ReadNumber());
  if (value.has_value()) return std::bit_cast<int64_t>(*value);
  cursor.set_position(begin);
  return cursor.Error("a number");
}

absl::StatusOr<Tensor> ReadConstant(AssemblyCursor& cursor) {
  const size_t begin = cursor.position();
  BATON_ASSIGN_OR_RETURN(const AllocType type, ReadAllocType(cursor));
  BATON_RETURN_IF_ERROR(cursor.Expect("="));
  // What the type says is believed only when the elements are there.
  BATON_ASSIGN_OR_RETURN(const std::string bytes, VisitDType(type.dtype, [&](auto zero) {
                           return ReadElements<decltype(zero)>(cursor, type.dtype);
                         }));
  const int64_t element_size = DTypeSize(type.dtype);
  const std::optional<int64_t> num_bytes = CheckedNumBytes(type.dims, element_size);
  if (!num_bytes.has_value() || static_cast<size_t>(*num_bytes) != bytes.size()) {
    return cursor.ErrorAt(begin, absl::StrCat("the constant has ", bytes.size() / element_size,
                                              " elements, which its type does not"));
  }
  absl::StatusOr<Tensor> tensor = Tensor::Allocate(type.dtype, type.dims);
  if (!tensor.ok()) return cursor.ErrorAt(begin, tensor.status().message());
  if (!bytes.empty()) std::memcpy((*tensor)->data, bytes.data(), bytes.size());
  return tensor;
}

absl::StatusOr<AttributeValue> ReadAttributeValue(AssemblyCursor& cursor) {
  if (cursor.Accept("[")) return ReadAttributeList(cursor);
  if (cursor.NextIs("\"")) {
    BATON_ASSIGN_OR_RETURN(std::string text, cursor.ReadQuoted("a text in quotes"));
    return AttributeValue(std::move(text));
  }
  if (cursor.AcceptWord("True")) return AttributeValue(true);
  if (cursor.AcceptWord("False")) return AttributeValue(false);
  const absl::string_view word = cursor.PeekWord();
  const std::optional<DType> dtype = DTypeFromName(word);
  if (!dtype.has_value()) return ReadAttributeNumber(cursor);
  cursor.AcceptWord(word);
  return AttributeValue(*dtype);
}

}  // namespace baton
