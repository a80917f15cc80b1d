// The numbers of Relay text.
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/charconv.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "compiler/text/lexer.h"

namespace baton::text {
namespace {

template <typename T>
std::optional<Tensor> Integer(absl::string_view digits, bool negative, absl::string_view type,
                              std::string* problem) {
  // The sign goes with the digits, so that the smallest number fits.
  const std::string text = absl::StrCat(negative ? "-" : "", digits);
  T value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && stop == end) return Tensor::Scalar(value);
  const bool is_whole = !digits.empty() && digits.find_first_not_of("0123456789") == digits.npos;
  *problem = absl::StrCat(text, is_whole ? " is out of the range of " : " is no ", type);
  return std::nullopt;
}

std::optional<Tensor> IntegerOf(absl::string_view digits, bool negative, absl::string_view suffix,
                                std::string* problem) {
  if (suffix.empty()) {
    std::string ignored;
    if (auto value = Integer<int32_t>(digits, negative, "int32", &ignored)) return value;
    return Integer<int64_t>(digits, negative, "int64", problem);
  }
  if (suffix == "i" || suffix == "i32") return Integer<int32_t>(digits, negative, "int32", problem);
  if (suffix == "i8") return Integer<int8_t>(digits, negative, "int8", problem);
  if (suffix == "i16") return Integer<int16_t>(digits, negative, "int16", problem);
  if (suffix == "i64") return Integer<int64_t>(digits, negative, "int64", problem);
  if (suffix == "u8") return Integer<uint8_t>(digits, negative, "uint8", problem);
  if (suffix == "u16") return Integer<uint16_t>(digits, negative, "uint16", problem);
  if (suffix == "u32") return Integer<uint32_t>(digits, negative, "uint32", problem);
  if (suffix == "u64") return Integer<uint64_t>(digits, negative, "uint64", problem);
  *problem = absl::StrCat("there is no number type '", suffix, "'");
  return std::nullopt;
}

// The nearest value; 0 for what is too small.
template <typename T>
std::optional<T> Float(absl::string_view digits, bool negative, std::string* problem) {
  T value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = absl::from_chars(digits.data(), end, value);
  const bool starts_well = !digits.empty() && (absl::ascii_isdigit(static_cast<unsigned char>(digits[0])));
  if (!starts_well || stop != end || error == std::errc::invalid_argument) {
    *problem = absl::StrCat(digits, " is no number");
    return std::nullopt;
  }
  // Beyond the range, from_chars yields the largest or a tiny value.
  if (error == std::errc::result_out_of_range && value > 1) {
    *problem = absl::StrCat(digits, " is out of the range of float", 8 * sizeof(T));
    return std::nullopt;
  }
  return negative ? -value : value;
}

// `value` as a float whose last bit is set when digits were lost: rounding it once more then is like rounding
// `value` once.
float RoundToOdd(double value) {
  const auto nearest = static_cast<float>(value);
  if (static_cast<double>(nearest) == value || !std::isfinite(nearest)) return nearest;
  uint32_t bits = 0;
  std::memcpy(&bits, &nearest, sizeof(bits));
  if ((bits & 1) != 0) return nearest;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  return std::nextafter(nearest, value > static_cast<double>(nearest) ? kInfinity : -kInfinity);
}

std::optional<Tensor> FloatOf(absl::string_view digits, bool negative, absl::string_view suffix,
                              std::string* problem) {
  if (suffix == "f" || suffix == "f32") {
    if (auto value = Float<float>(digits, negative, problem)) return Tensor::Scalar(*value);
  } else if (suffix == "f64") {
    if (auto value = Float<double>(digits, negative, problem)) return Tensor::Scalar(*value);
  } else if (suffix == "f16") {
    constexpr double kLargest = 65504;
    if (auto value = Float<double>(digits, negative, problem)) {
      if (std::abs(*value) <= kLargest) return Tensor::Scalar(Float16(RoundToOdd(*value)));
      *problem = absl::StrCat(digits, " is out of the range of float16");
    }
  } else {
    *problem = absl::StrCat("there is no number type '", suffix, "'");
  }
  return std::nullopt;
}

// "inff", "nanf16": nullopt for anything else.
std::optional<Tensor> SpecialFloat(absl::string_view word, bool negative) {
  const bool is_nan = absl::StartsWith(word, "nanf");
  if (!is_nan && !absl::StartsWith(word, "inff")) return std::nullopt;
  const absl::string_view width = word.substr(4);
  float value = is_nan ? std::numeric_limits<float>::quiet_NaN() : std::numeric_limits<float>::infinity();
  if (negative) value = -value;
  if (width.empty() || width == "32") return Tensor::Scalar(value);
  if (width == "16") return Tensor::Scalar(Float16(value));
  if (width == "64") return Tensor::Scalar(static_cast<double>(value));
  return std::nullopt;
}

}  // namespace

std::optional<Tensor> ParseNumber(absl::string_view text, bool* missing_suffix, std::string* problem) {
  *missing_suffix = false;
  bool negative = false;
  while (!text.empty() && text[0] == '-') {
    negative = !negative;
    text.remove_prefix(1);
  }
  if (auto special = SpecialFloat(text, negative)) return special;
  const size_t suffix_at = text.find_first_of("fiu");
  const absl::string_view digits = text.substr(0, suffix_at);
  const absl::string_view suffix = suffix_at == text.npos ? "" : text.substr(suffix_at);
  if (!suffix.empty() && suffix[0] == 'f') return FloatOf(digits, negative, suffix, problem);
  if (suffix.empty() && digits.find_first_not_of("0123456789") != digits.npos) {
    auto value = FloatOf(digits, negative, "f", problem);
    *missing_suffix = value.has_value();
    return value;
  }
  return IntegerOf(digits, negative, suffix, problem);
}

}  // namespace baton::text
