// The metadata section of Relay text: constants and attribute objects that the text refers to as
// meta[KEY][INDEX]. Internal to compiler/text.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "compiler/text/syntax.h"
#include "vm/core/dim.h"
#include "vm/core/tensor.h"

namespace baton::text {

class Metadata {
 public:
  Metadata() = default;  // no objects
  // Errors: InvalidArgument for what is no metadata section. For what is no JSON, `bad_byte` receives the
  // place.
  static absl::StatusOr<Metadata> Parse(absl::string_view json, std::optional<size_t>* bad_byte);

  // True for keys of objects that stand for a whole list of attributes.
  static bool IsAttributes(absl::string_view key);
  // True for keys of tensors.
  static bool IsConstant(absl::string_view key);

  // What meta[key][index] stands for in each place. Errors: InvalidArgument when there is no such object or
  // it cannot stand there.
  absl::StatusOr<Tensor> ConstantOf(absl::string_view key, int64_t index) const;
  // `module` receives the expressions that stand for tensors among attributes.
  absl::StatusOr<std::vector<AttributeSyntax>> AttributesOf(absl::string_view key, int64_t index,
                                                            SyntaxModule& module) const;
  absl::StatusOr<AttributeSyntax> AttributeOf(absl::string_view key, int64_t index,
                                              SyntaxModule& module) const;
  absl::StatusOr<Dim> DimOf(absl::string_view key, int64_t index) const;

 private:
  struct Node {
    std::string type_key;
    std::vector<std::pair<std::string, std::string>> attrs;
    std::vector<std::string> keys;
    std::vector<int64_t> data;
    std::string text;  // its representation, where it has one
  };
  struct Content {
    std::vector<Node> nodes;
    std::vector<std::string> tensors;  // base64
    std::map<std::string, std::vector<int64_t>, std::less<>> table;
    std::set<int64_t> elements;  // nodes that arrays and maps hold, and the arrays of the table
    std::set<int64_t> objects;   // those that the table names
  };

  // On the way from an attribute to its parts. Objects share parts and may, in damaged files, hold
  // themselves.
  struct Walk {
    SyntaxModule& module;
    int* num_values;  // read so far, all together
    int depth;
    Walk Deeper() const { return {module, num_values, depth + 1}; }
  };

  absl::StatusOr<int64_t> FindIndex(absl::string_view key, int64_t index) const;
  absl::StatusOr<const Node*> Find(absl::string_view key, int64_t index) const;
  absl::StatusOr<const Node*> NodeAt(int64_t index) const;
  absl::StatusOr<const Node*> NodeAt(absl::string_view index) const;
  bool IsObjectField(int64_t owner, int64_t number) const;
  absl::StatusOr<AttributeSyntax> ValueOf(const Node& node, Walk walk) const;
  absl::StatusOr<AttributeSyntax> ListOf(const Node& node, Walk walk) const;
  absl::StatusOr<AttributeSyntax> MapOf(const Node& node, Walk walk) const;
  absl::StatusOr<AttributeSyntax> FieldOf(int64_t owner, absl::string_view text, SyntaxModule& module) const;
  absl::StatusOr<Tensor> TensorOf(const Node& node) const;
  absl::StatusOr<Tensor> TensorAt(absl::string_view index) const;

  std::shared_ptr<const Content> content_;
};

}  // namespace baton::text
