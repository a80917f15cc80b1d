#include "vm/core/value_tree.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace baton {

Value Value::Tuple(std::vector<Value> fields) {
  Value value;
  value.node_ = std::make_shared<Node>();
  value.node_->fields = std::move(fields);
  return value;
}

Value Value::Sequence(std::vector<Value> fields) {
  Value value = Tuple(std::move(fields));
  value.node_->kind = Kind::kSequence;
  return value;
}

Value Value::Data(absl::string_view constructor, std::vector<Value> fields, int tag) {
  Value value = Tuple(std::move(fields));
  value.node_->kind = Kind::kData;
  value.node_->tag = tag;
  value.node_->constructor = std::string(constructor);
  return value;
}

// Takes apart what only this node keeps alive, so that no destructor finds a deep value.
Value::Node::~Node() {
  std::vector<std::shared_ptr<Node>> dying;
  const auto take_fields = [&dying](Node& node) {
    for (Value& field : node.fields) {
      if (field.node_ != nullptr) dying.push_back(std::move(field.node_));
    }
  };
  take_fields(*this);
  while (!dying.empty()) {
    const std::shared_ptr<Node> node = std::move(dying.back());
    dying.pop_back();
    if (node.use_count() == 1) take_fields(*node);
  }
}

std::string Describe(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kNone:
      return "nothing";
    case Value::Kind::kTensor:
      return TypeString(*value.tensor());
    case Value::Kind::kTuple:
      return absl::StrCat("a tuple of ", value.fields().size());
    case Value::Kind::kSequence:
      return absl::StrCat("a sequence of ", value.fields().size());
    case Value::Kind::kData:
      break;
  }
  return absl::StrCat(value.constructor(), " with ", value.fields().size(), " fields");
}

}  // namespace baton
