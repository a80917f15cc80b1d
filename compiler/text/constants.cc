#include "compiler/text/constants.h"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "compiler/text/tensor_blob.h"
#include "vm/core/number_text.h"

namespace baton {
namespace {

constexpr absl::string_view kConstantKey = "relay.Constant";

// "1.5f", "-inff64". A NaN literal is the quiet NaN without sign or payload.
template <typename T>
std::optional<std::string> FloatLiteral(T value, T quiet_nan, absl::string_view suffix) {
  if (std::isnan(static_cast<float>(value)) && std::memcmp(&value, &quiet_nan, sizeof(T)) != 0)
    return std::nullopt;
  return absl::StrCat(FloatText(value), suffix);
}

// The literal that stands for exactly these bits, if the format has one.
std::optional<std::string> Literal(const TensorObject& tensor) {
  if (tensor.rank != 0) return std::nullopt;
  switch (tensor.dtype) {
    case DType::kBool: {
      const Bool value = *tensor.As<Bool>();
      if (value.byte > 1) return std::nullopt;
      return value.byte == 1 ? "True" : "False";
    }
    case DType::kInt16:
      return absl::StrCat(*tensor.As<int16_t>(), "i16");
    case DType::kInt32:
      return absl::StrCat(*tensor.As<int32_t>());
    case DType::kInt64:
      if (*tensor.As<int64_t>() == INT64_MIN) return std::nullopt;  // readers take the sign off first
      return absl::StrCat(*tensor.As<int64_t>(), "i64");
    case DType::kFloat32:
      return FloatLiteral(*tensor.As<float>(), std::numeric_limits<float>::quiet_NaN(), "f");
    case DType::kFloat64:
      return FloatLiteral(*tensor.As<double>(), std::numeric_limits<double>::quiet_NaN(), "f64");
    case DType::kFloat16:
      return FloatLiteral(*tensor.As<Float16>(), Float16(std::numeric_limits<float>::quiet_NaN()), "f16");
    default:
      return std::nullopt;
  }
}

// docs/ir.md, "Constants".
std::string TensorBlob(const TensorObject& tensor) {
  std::string bytes;
  bytes.reserve(64 + 8 * size_t{tensor.rank} + static_cast<size_t>(tensor.num_bytes()));
  text::AppendTensorBlob(tensor, &bytes);
  return bytes;
}

using JsonWriter = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

void WriteString(JsonWriter* json, absl::string_view text) {
  json->String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}
void WriteKey(JsonWriter* json, absl::string_view key) {
  json->Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
}

// Node 0 is null, 1 the table, 2 the list of constants, the others the constants.
void WriteNodes(JsonWriter* json, int num_constants) {
  constexpr int kList = 2, kFirstConstant = 3;
  json->StartArray();
  json->StartObject();
  WriteKey(json, "type_key");
  WriteString(json, "");
  json->EndObject();
  json->StartObject();
  WriteKey(json, "type_key");
  WriteString(json, "Map");
  WriteKey(json, "keys");
  json->StartArray();
  WriteString(json, kConstantKey);
  json->EndArray();
  WriteKey(json, "data");
  json->StartArray();
  json->Int(kList);
  json->EndArray();
  json->EndObject();
  json->StartObject();
  WriteKey(json, "type_key");
  WriteString(json, "Array");
  WriteKey(json, "data");
  json->StartArray();
  for (int k = 0; k < num_constants; ++k) json->Int(kFirstConstant + k);
  json->EndArray();
  json->EndObject();
  for (int k = 0; k < num_constants; ++k) {
    json->StartObject();
    WriteKey(json, "type_key");
    WriteString(json, kConstantKey);
    WriteKey(json, "attrs");
    json->StartObject();
    WriteKey(json, "data");
    WriteString(json, absl::StrCat(k));
    json->EndObject();
    json->EndObject();
  }
  json->EndArray();
}

}  // namespace

std::string ConstantTable::TextOf(const Tensor& constant) {
  if (std::optional<std::string> literal = Literal(*constant)) return *std::move(literal);
  return ReferenceTo(constant);
}

std::string ConstantTable::ReferenceTo(const Tensor& constant) {
  const auto [it, added] = indices_.try_emplace(constant.get(), size());
  if (added) constants_.push_back(constant);
  return absl::StrCat("meta[", kConstantKey, "][", it->second, "]");
}

std::string ConstantTable::MetadataSection() const {
  if (constants_.empty()) return "";
  rapidjson::StringBuffer buffer;
  JsonWriter json(buffer);
  json.SetIndent(' ', 2);
  json.SetFormatOptions(rapidjson::kFormatSingleLineArray);
  json.StartObject();
  WriteKey(&json, "root");
  json.Int(1);
  WriteKey(&json, "nodes");
  WriteNodes(&json, size());
  WriteKey(&json, "b64ndarrays");
  json.StartArray();
  for (const Tensor& constant : constants_) {
    // Raw, since a string's length is limited to 32 bits. Base64 text needs no escapes.
    const std::string text = absl::StrCat("\"", absl::Base64Escape(TensorBlob(*constant)), "\"");
    json.RawValue(text.data(), text.size(), rapidjson::kStringType);
  }
  json.EndArray();
  WriteKey(&json, "attrs");
  json.StartObject();
  WriteKey(&json, "tvm_version");  // of the format's description that this follows
  WriteString(&json, "0.14.0");
  json.EndObject();
  json.EndObject();
  return absl::StrCat("#[metadata]\n", absl::string_view(buffer.GetString(), buffer.GetSize()), "\n");
}

}  // namespace baton
