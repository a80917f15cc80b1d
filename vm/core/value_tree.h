// Value: a model's value outside of a session: a tensor, a tuple, a sequence of tensors, or data, which is a
// constructor with its fields. What a caller passes to and gets from Session::InvokeValues. Functions and
// references stay inside.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "vm/core/tensor.h"

namespace baton {

// Copies share what they hold, so values may have parts in common. However deep a value is, copying and
// destroying it do not recurse. Threads: as shared_ptr.
class Value {
 public:
  enum class Kind : uint8_t { kNone, kTensor, kTuple, kData, kSequence };
  static constexpr int kTagByName = -1;

  Value() = default;
  Value(Tensor tensor) : tensor_(std::move(tensor)) {}  // NOLINT: a tensor is a value
  static Value Tuple(std::vector<Value> fields = {});
  // REQUIRES: the fields are tensors.
  static Value Sequence(std::vector<Value> fields = {});
  // `tag` is the index of the constructor in its type; left out, the name says which it is.
  static Value Data(absl::string_view constructor, std::vector<Value> fields = {}, int tag = kTagByName);

  Kind kind() const { return node_ != nullptr ? node_->kind : tensor_ ? Kind::kTensor : Kind::kNone; }
  bool is_tensor() const { return kind() == Kind::kTensor; }
  bool is_tuple() const { return kind() == Kind::kTuple; }
  bool is_data() const { return kind() == Kind::kData; }
  bool is_sequence() const { return kind() == Kind::kSequence; }

  const Tensor& tensor() const { return tensor_; }  // REQUIRES: is_tensor()
  // REQUIRES for the rest: no tensor and not nothing; of the names and tags: is_data(). The fields of a
  // sequence are its elements.
  absl::Span<const Value> fields() const { return node_->fields; }
  const std::string& constructor() const { return node_->constructor; }
  int tag() const { return node_->tag; }
  // Adds a field; all copies see it. For building a deep value from the top down.
  void AddField(Value field) { node_->fields.push_back(std::move(field)); }

  // Equal for copies of one value. Null: a tensor or nothing.
  const void* identity() const { return node_.get(); }
  bool is_shared() const { return node_.use_count() > 1; }

 private:
  struct Node {
    ~Node();
    Kind kind = Kind::kTuple;
    int tag = kTagByName;
    std::string constructor;
    std::vector<Value> fields;
  };

  Tensor tensor_;
  std::shared_ptr<Node> node_;
};

// What `value` is, for messages: a tensor's type, "a sequence of 2", "Some with 1 fields", "nothing".
std::string Describe(const Value& value);

}  // namespace baton
