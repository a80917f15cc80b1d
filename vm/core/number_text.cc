#include "vm/core/number_text.h"

#include <charconv>
#include <cmath>

namespace baton {
namespace {

template <typename T>
std::string ShortestText(T value) {
  if (std::isnan(value)) return "nan";  // to_chars would print the sign
  const T magnitude = std::abs(value);
  // Left alone, to_chars prefers "1e+05" to "100000".
  const bool plain =
      magnitude == 0 || (magnitude >= static_cast<T>(1e-5) && magnitude < static_cast<T>(1e16));
  char buffer[64];
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  return std::string(buffer, std::to_chars(buffer, buffer + sizeof(buffer), value, format).ptr);
}

// Narrow types: the fewest digits that, read as a float and rounded, give the same bits.
template <typename T>
std::string ShortestNarrowText(T value) {
  const float exact = static_cast<float>(value);
  if (!std::isfinite(exact)) return ShortestText(exact);
  char buffer[64];
  for (int digits = 0; digits < 9; ++digits) {
    const char* end =
        std::to_chars(buffer, buffer + sizeof(buffer), exact, std::chars_format::scientific, digits).ptr;
    float rounded = 0;
    std::from_chars(buffer, end, rounded);
    if (T(rounded).bits == value.bits) return ShortestText(rounded);
  }
  return ShortestText(exact);
}

}  // namespace

std::string FloatText(float value) {
  return ShortestText(value);
}
std::string FloatText(double value) {
  return ShortestText(value);
}
std::string FloatText(Float16 value) {
  return ShortestNarrowText(value);
}
std::string FloatText(BFloat16 value) {
  return ShortestNarrowText(value);
}

}  // namespace baton
