#include "compiler/text/metadata.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "compiler/text/tensor_blob.h"
#include "vm/core/status.h"

namespace baton::text {
namespace {

constexpr int kMaxValueNesting = 100;
constexpr int kMaxValues = 1'000'000;

absl::Status Bad(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("metadata: ", what));
}

using Json = rapidjson::Value;

const Json* Member(const Json& object, const char* name) {
  if (!object.IsObject()) return nullptr;
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

std::string TextOf(const Json& value) {
  return value.IsString() ? std::string(value.GetString(), value.GetStringLength()) : "";
}

std::vector<int64_t> IntsOf(const Json* value) {
  std::vector<int64_t> ints;
  if (value == nullptr || !value->IsArray()) return ints;
  for (const Json& element : value->GetArray()) ints.push_back(element.IsInt64() ? element.GetInt64() : -1);
  return ints;
}

// The last part of a dotted key: older files write other modules before it.
absl::string_view LastPart(absl::string_view key) {
  return key.substr(key.rfind('.') == key.npos ? 0 : key.rfind('.') + 1);
}

// The standard alphabet with padding; Abseil alone would also take blanks and text without padding.
bool IsBase64(absl::string_view text) {
  const auto fits = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '/' || c == '=';
  };
  return text.size() % 4 == 0 && std::all_of(text.begin(), text.end(), fits);
}

}  // namespace

absl::StatusOr<Metadata> Metadata::Parse(absl::string_view json, std::optional<size_t>* bad_byte) {
  rapidjson::Document document;
  // Iterative: hostile nesting must not reach the end of the stack.
  document.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (document.HasParseError()) {
    *bad_byte = std::min(document.GetErrorOffset(), json.size());
    return Bad(absl::StrCat("no JSON: ", rapidjson::GetParseError_En(document.GetParseError())));
  }
  const Json* nodes = Member(document, "nodes");
  const Json* root = Member(document, "root");
  if (nodes == nullptr || !nodes->IsArray() || root == nullptr || !root->IsUint()) {
    return Bad("expected an object with 'root' and 'nodes'");
  }
  auto content = std::make_shared<Content>();
  for (const Json& json_node : nodes->GetArray()) {
    Node& node = content->nodes.emplace_back();
    if (const Json* key = Member(json_node, "type_key")) node.type_key = TextOf(*key);
    if (const Json* attrs = Member(json_node, "attrs"); attrs != nullptr && attrs->IsObject()) {
      for (const auto& attr : attrs->GetObject()) {
        node.attrs.emplace_back(TextOf(attr.name), TextOf(attr.value));
      }
    }
    if (const Json* keys = Member(json_node, "keys"); keys != nullptr && keys->IsArray()) {
      for (const Json& key : keys->GetArray()) node.keys.push_back(TextOf(key));
    }
    node.data = IntsOf(Member(json_node, "data"));
    if (const Json* text = Member(json_node, "repr_str")) node.text = TextOf(*text);
    std::string raw;
    if (const Json* text = Member(json_node, "repr_b64");
        text != nullptr && absl::Base64Unescape(TextOf(*text), &raw) && raw.size() >= 8) {
      node.text = raw.substr(8);
    }
  }
  if (const Json* tensors = Member(document, "b64ndarrays"); tensors != nullptr && tensors->IsArray()) {
    for (const Json& tensor : tensors->GetArray()) content->tensors.push_back(TextOf(tensor));
  }
  const size_t table = root->GetUint();
  if (table >= content->nodes.size()) return Bad(absl::StrCat("there is no node ", table, ", the root"));
  const Node& map = content->nodes[table];
  if (map.type_key != "Map" || map.keys.size() != map.data.size()) {
    return Bad("the root is no map from type keys to arrays");
  }
  for (size_t i = 0; i < map.keys.size(); ++i) {
    const int64_t array = map.data[i];
    if (array < 0 || array >= static_cast<int64_t>(content->nodes.size())) {
      return Bad(absl::StrCat("there is no node ", array, ", the array of ", map.keys[i]));
    }
    content->table[map.keys[i]] = content->nodes[array].data;
    content->elements.insert(array);
    content->objects.insert(content->nodes[array].data.begin(), content->nodes[array].data.end());
  }
  for (const Node& node : content->nodes) content->elements.insert(node.data.begin(), node.data.end());
  Metadata metadata;
  metadata.content_ = std::move(content);
  return metadata;
}

bool Metadata::IsAttributes(absl::string_view key) {
  return absl::StartsWith(key, "relay.attrs.");
}

bool Metadata::IsConstant(absl::string_view key) {
  return LastPart(key) == "Constant";
}

absl::StatusOr<int64_t> Metadata::FindIndex(absl::string_view key, int64_t index) const {
  if (content_ == nullptr)
    return Bad(absl::StrCat("meta[", key, "][", index, "]: the text has no metadata section"));
  auto found = content_->table.find(key);
  if (found == content_->table.end()) {
    found = std::find_if(content_->table.begin(), content_->table.end(),
                         [&](const auto& entry) { return LastPart(entry.first) == LastPart(key); });
  }
  if (found == content_->table.end()) return Bad(absl::StrCat("there is no meta[", key, "]"));
  if (index >= static_cast<int64_t>(found->second.size())) {
    return Bad(
        absl::StrCat("there is no meta[", key, "][", index, "], it has ", found->second.size(), " elements"));
  }
  return found->second[static_cast<size_t>(index)];
}

absl::StatusOr<const Metadata::Node*> Metadata::Find(absl::string_view key, int64_t index) const {
  BATON_ASSIGN_OR_RETURN(const int64_t node, FindIndex(key, index));
  return NodeAt(node);
}

absl::StatusOr<const Metadata::Node*> Metadata::NodeAt(int64_t index) const {
  if (index < 0 || index >= static_cast<int64_t>(content_->nodes.size())) {
    return Bad(absl::StrCat("there is no node ", index));
  }
  return &content_->nodes[static_cast<size_t>(index)];
}

absl::StatusOr<const Metadata::Node*> Metadata::NodeAt(absl::string_view index) const {
  int64_t number = 0;
  if (!absl::SimpleAtoi(index, &number)) return Bad(absl::StrCat("there is no node ", index));
  return NodeAt(number);
}

absl::StatusOr<Tensor> Metadata::TensorAt(absl::string_view index) const {
  size_t number = 0;
  if (!absl::SimpleAtoi(index, &number) || number >= content_->tensors.size()) {
    return Bad(absl::StrCat("there is no tensor ", index));
  }
  std::string bytes;
  if (!IsBase64(content_->tensors[number]) || !absl::Base64Unescape(content_->tensors[number], &bytes)) {
    return Bad(absl::StrCat("tensor ", index, " is no base64 text"));
  }
  absl::string_view rest = bytes;
  absl::StatusOr<Tensor> tensor = TakeTensorBlob(&rest);
  if (!tensor.ok()) return Annotate(tensor.status(), absl::StrCat("metadata: tensor ", index));
  if (!rest.empty())
    return Bad(absl::StrCat("tensor ", index, ": ", rest.size(), " bytes follow the elements"));
  return tensor;
}

absl::StatusOr<Tensor> Metadata::ConstantOf(absl::string_view key, int64_t index) const {
  BATON_ASSIGN_OR_RETURN(const Node* node, Find(key, index));
  if (LastPart(node->type_key) != "Constant") {
    return Bad(absl::StrCat("meta[", key, "][", index, "] is a ", node->type_key, ", expected a constant"));
  }
  return TensorOf(*node);
}

absl::StatusOr<Tensor> Metadata::TensorOf(const Node& node) const {
  for (const auto& [name, value] : node.attrs) {
    if (name == "data") return TensorAt(value);
  }
  return Bad("a constant has no data");
}

absl::StatusOr<Dim> Metadata::DimOf(absl::string_view key, int64_t index) const {
  BATON_ASSIGN_OR_RETURN(const Node* node, Find(key, index));
  const absl::string_view kind = LastPart(node->type_key);
  if (kind == "Any") return AnyDim();
  for (const auto& [name, value] : node->attrs) {
    int64_t number = 0;
    if (kind == "IntImm" && name == "value" && absl::SimpleAtoi(value, &number)) return Dim(number);
    if ((kind == "SizeVar" || kind == "Var") && name == "name") {
      BATON_ASSIGN_OR_RETURN(const Node* text, NodeAt(value));
      return Dim::Symbol(text->text);
    }
  }
  return Bad(absl::StrCat("meta[", key, "][", index, "] is a ", node->type_key, ", expected an extent"));
}

absl::StatusOr<AttributeSyntax> Metadata::AttributeOf(absl::string_view key, int64_t index,
                                                      SyntaxModule& module) const {
  BATON_ASSIGN_OR_RETURN(const Node* node, Find(key, index));
  int num_values = 0;
  return ValueOf(*node, {module, &num_values, 0});
}

absl::StatusOr<std::vector<AttributeSyntax>> Metadata::AttributesOf(absl::string_view key, int64_t index,
                                                                    SyntaxModule& module) const {
  BATON_ASSIGN_OR_RETURN(const int64_t number, FindIndex(key, index));
  BATON_ASSIGN_OR_RETURN(const Node* node, NodeAt(number));
  std::vector<AttributeSyntax> attributes;
  for (const auto& [name, text] : node->attrs) {
    BATON_ASSIGN_OR_RETURN(AttributeSyntax value, FieldOf(number, text, module));
    value.name = name;
    attributes.push_back(std::move(value));
  }
  return attributes;
}

// Whether a field of node `owner` that says `number` means the node of that number. Writers number an object
// before its parts, so these follow it and come before the next object; parts of arrays are not its own.
bool Metadata::IsObjectField(int64_t owner, int64_t number) const {
  if (number <= 0 || number >= static_cast<int64_t>(content_->nodes.size())) return false;
  const absl::string_view kind = LastPart(content_->nodes[static_cast<size_t>(number)].type_key);
  const bool may_be_shared = kind == "Array" || kind == "String";
  if (!may_be_shared && kind != "IntImm" && kind != "FloatImm" && kind != "Map" && kind != "Constant")
    return false;
  if (content_->elements.count(number) > 0) return false;
  if (number < owner) return may_be_shared;
  const auto next = content_->objects.upper_bound(owner);
  return next == content_->objects.end() || number < *next;
}

// The text of an object's field: a number, a type name, or the number of a node. Which of them a field is,
// only its operator knows.
absl::StatusOr<AttributeSyntax> Metadata::FieldOf(int64_t owner, absl::string_view text,
                                                  SyntaxModule& module) const {
  AttributeSyntax value;
  if (absl::SimpleAtoi(text, &value.number)) {
    if (IsObjectField(owner, value.number)) {
      int num_values = 0;
      return ValueOf(content_->nodes[static_cast<size_t>(value.number)], {module, &num_values, 0});
    }
    value.kind = AttributeSyntax::Kind::kInt;
  } else if (absl::SimpleAtod(text, &value.real)) {
    value.kind = AttributeSyntax::Kind::kFloat;
  } else {
    value.kind = AttributeSyntax::Kind::kString;
    value.text = std::string(text);
  }
  return value;
}

absl::StatusOr<AttributeSyntax> Metadata::ListOf(const Node& node, Walk walk) const {
  AttributeSyntax value;
  value.kind = AttributeSyntax::Kind::kList;
  for (const int64_t element : node.data) {
    BATON_ASSIGN_OR_RETURN(const Node* part, NodeAt(element));
    BATON_ASSIGN_OR_RETURN(AttributeSyntax part_value, ValueOf(*part, walk.Deeper()));
    value.elements.push_back(std::move(part_value));
  }
  return value;
}

absl::StatusOr<AttributeSyntax> Metadata::MapOf(const Node& node, Walk walk) const {
  if (node.keys.size() != node.data.size()) return Bad("a map among attributes has keys that are no strings");
  BATON_ASSIGN_OR_RETURN(AttributeSyntax value, ListOf(node, walk));
  value.kind = AttributeSyntax::Kind::kMap;
  for (size_t i = 0; i < node.keys.size(); ++i) value.elements[i].name = node.keys[i];
  return value;
}

absl::StatusOr<AttributeSyntax> Metadata::ValueOf(const Node& node, Walk walk) const {
  if (walk.depth > kMaxValueNesting) return Bad("an attribute is nested too deeply");
  if (++*walk.num_values > kMaxValues)
    return Bad(absl::StrCat("an attribute has over ", kMaxValues, " values"));
  AttributeSyntax value;
  const absl::string_view kind = LastPart(node.type_key);
  if (node.type_key.empty() || kind == "VirtualDevice" || kind == "Span" || kind == "SourceName")
    return value;
  if (kind == "Array") return ListOf(node, walk);
  if (kind == "Map") return MapOf(node, walk);
  if (kind == "String") {
    value.kind = AttributeSyntax::Kind::kString;
    value.text = node.text;
    return value;
  }
  if (kind == "Constant") {
    value.kind = AttributeSyntax::Kind::kExpression;
    value.expression = walk.module.New<Expr>(Position());
    BATON_ASSIGN_OR_RETURN(value.expression->constant, TensorOf(node));
    return value;
  }
  for (const auto& [name, text] : node.attrs) {
    if (name != "value") continue;
    if (kind == "IntImm" && absl::SimpleAtoi(text, &value.number)) {
      value.kind = AttributeSyntax::Kind::kInt;
      return value;
    }
    if (kind == "FloatImm" && absl::SimpleAtod(text, &value.real)) {
      value.kind = AttributeSyntax::Kind::kFloat;
      return value;
    }
  }
  return Bad(absl::StrCat("a ", node.type_key, " cannot be an attribute"));
}

}  // namespace baton::text
