#include "vm/core/attributes.h"

#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "vm/core/number_text.h"

namespace baton {
namespace {

// The escapes that the text form reads: \" \\ \n \t \r and \xHH. UTF-8 stays as it is.
std::string Quote(absl::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += {'\\', c};
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\t') {
      quoted += "\\t";
    } else if (c == '\r') {
      quoted += "\\r";
    } else if (byte < 0x20 || byte == 0x7f) {
      quoted += {'\\', 'x', kHex[byte >> 4], kHex[byte & 0xf]};
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string Text(bool value) {
  return value ? "True" : "False";
}
std::string Text(int64_t value) {
  return absl::StrCat(value);
}
std::string Text(double value) {
  return FloatText(value) + "f64";
}
std::string Text(const std::string& value) {
  return Quote(value);
}
std::string Text(DType value) {
  return Quote(DTypeName(value));
}
template <typename T>
std::string Text(const std::vector<T>& values) {
  const auto append = [](std::string* out, const T& value) { out->append(Text(value)); };
  return absl::StrCat("[", absl::StrJoin(values, ", ", append), "]");
}

}  // namespace

std::string AttributeString(const AttributeValue& value) {
  return std::visit([](const auto& v) { return Text(v); }, value);
}

const AttributeValue* FindAttribute(const Attributes& attributes, absl::string_view name) {
  for (const auto& [key, value] : attributes) {
    if (key == name) return &value;
  }
  return nullptr;
}

}  // namespace baton
