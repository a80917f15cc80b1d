#include "tools/json_output.h"

#include <rapidjson/encodings.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <cmath>
#include <type_traits>

#include "absl/strings/escaping.h"

namespace baton {
namespace {

using Utf8 = rapidjson::UTF8<>;

bool IsUtf8(absl::string_view text) {
  rapidjson::MemoryStream stream(text.data(), text.size());
  while (stream.Tell() < text.size()) {
    unsigned codepoint = 0;
    if (!Utf8::Decode(stream, &codepoint)) return false;
  }
  return stream.Tell() == text.size();
}

std::string Printable(absl::string_view text) {
  return IsUtf8(text) ? std::string(text) : absl::CHexEscape(text);
}

}  // namespace

struct JsonOutput::Impl {
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer{buffer};
};

JsonOutput::JsonOutput(int indent) : impl_(std::make_unique<Impl>()) {
  impl_->writer.SetIndent(' ', static_cast<unsigned>(indent));
  impl_->writer.SetFormatOptions(rapidjson::kFormatSingleLineArray);
}
JsonOutput::~JsonOutput() = default;

void JsonOutput::BeginObject() {
  impl_->writer.StartObject();
}
void JsonOutput::EndObject() {
  impl_->writer.EndObject();
}
void JsonOutput::BeginArray() {
  impl_->writer.StartArray();
}
void JsonOutput::EndArray() {
  impl_->writer.EndArray();
}
void JsonOutput::Key(absl::string_view key) {
  const std::string text = Printable(key);
  impl_->writer.Key(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}
void JsonOutput::String(absl::string_view value) {
  const std::string text = Printable(value);
  impl_->writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}
void JsonOutput::Int(int64_t value) {
  impl_->writer.Int64(value);
}
void JsonOutput::Double(double value) {
  if (std::isfinite(value)) {
    impl_->writer.Double(value);
    return;
  }
  const absl::string_view text = std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
  impl_->writer.RawValue(text.data(), text.size(), rapidjson::kNumberType);
}
void JsonOutput::Bool(bool value) {
  impl_->writer.Bool(value);
}

void JsonOutput::Elements(const TensorObject& tensor) {
  BeginArray();
  VisitDType(tensor.dtype, [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0; i < tensor.num_elements(); ++i) {
      const T value = tensor.As<T>()[i];
      if constexpr (std::is_same_v<T, baton::Bool>) {
        Bool(static_cast<bool>(value));
      } else if constexpr (std::is_same_v<T, uint64_t>) {
        impl_->writer.Uint64(value);
      } else if constexpr (std::is_integral_v<T>) {
        Int(value);
      } else if constexpr (std::is_same_v<T, double>) {
        Double(value);
      } else {
        Double(static_cast<float>(value));
      }
    }
  });
  EndArray();
}

std::string JsonOutput::Finish() const {
  return std::string(impl_->buffer.GetString(), impl_->buffer.GetSize()) + "\n";
}

}  // namespace baton
