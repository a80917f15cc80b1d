// The border between a session and its caller for everything that is more than tensors: checks Values against
// the types of an entry point and turns them into slots, and results back into Values. Nothing here recurses
// on the depth of a value; parts that a value has several times are converted once. Internal to vm/exec.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "vm/core/value_tree.h"
#include "vm/exec/loaded_program.h"
#include "vm/exec/memory_pool.h"
#include "vm/exec/object_heap.h"

namespace baton {

// For one invocation.
class InputConverter {
 public:
  // `symbols` is room for entry.num_symbols values.
  InputConverter(const LoadedProgram& program, const LoadedEntry& entry, absl::Span<int64_t> symbols,
                 MemoryPool* pool, ObjectHeap* heap);

  // Fills `parameters`, which are null, with owned references; after an error too they may be released.
  // Errors: InvalidArgument "input 'tree': Node.0: is Leaf with 2 fields, expected 1", ResourceExhausted.
  absl::Status Convert(absl::Span<const Value> inputs, Slot* parameters);

 private:
  // From a value to a part of it: a field, then fields of tuples within.
  using Place = absl::InlinedVector<uint16_t, 2>;
  static constexpr int64_t kNoParent = -1;
  // An object whose fields are still to be filled in.
  struct Task {
    const Value* value;
    Object* object;
    const LoadedConstructor* constructor;
    int64_t parent;  // the task of the object that it is in
    Place place;     // in there
  };

  // The part at place_ of the current task, or of the input.
  absl::Status ConvertPart(const Value& value, uint32_t type, bool boxed, Slot** target);
  absl::Status ConvertTensor(const Value& value, const LoadedValueType& type, bool boxed, Slot** target);
  absl::Status ConvertTuple(const Value& value, const LoadedValueType& type, bool boxed, Slot** target);
  absl::Status ConvertData(const Value& value, const LoadedValueType& type, Slot* target);
  absl::Status ConvertSequence(const Value& value, const LoadedValueType& type, Slot* target);
  absl::Status CheckTensor(const TensorObject& tensor, const LoadedValueType& type);
  absl::StatusOr<const LoadedConstructor*> FindConstructor(const Value& value, const LoadedValueType& type);
  absl::Status FillObjects();
  absl::Status Mismatch(const Value& value, absl::string_view expected) const;
  absl::Status Fail(absl::string_view text) const;
  std::string PathText() const;

  const LoadedProgram& program_;
  const LoadedEntry& entry_;
  absl::Span<int64_t> symbols_;
  MemoryPool* pool_;
  ObjectHeap* heap_;
  std::vector<Task> tasks_;  // all of the input, for its paths
  std::map<std::pair<const void*, const LoadedConstructor*>, Object*> shared_;
  size_t input_ = 0;
  int64_t task_ = kNoParent;
  Place place_;
};

class OutputConverter {
 public:
  // Makes of a result a tensor that may leave the session.
  using TensorKeeper = absl::FunctionRef<absl::StatusOr<Tensor>(TensorObject& result)>;
  OutputConverter(const LoadedProgram& program, const LoadedEntry& entry, MemoryPool* pool,
                  TensorKeeper keep);

  // Reads `results`, which stay as they are. Errors: InvalidArgument when an output is not of its type, which
  // only the maker of the executable promised; ResourceExhausted.
  absl::StatusOr<std::vector<Value>> Convert(const Slot* results);

 private:
  // Data whose fields are still to be read.
  struct Task {
    Value value;
    const Object* object;
    const LoadedConstructor* constructor;
  };
  absl::StatusOr<Value> ConvertPart(uint32_t type, bool boxed, const Slot** source);
  absl::StatusOr<Value> ConvertScalar(const LoadedValueType& type, Slot slot);
  absl::StatusOr<Value> ConvertData(const LoadedValueType& type, const Object& object);
  absl::StatusOr<Value> ConvertSequence(const LoadedValueType& type, const Object& object);
  absl::Status ReadObjects();

  const LoadedProgram& program_;
  const LoadedEntry& entry_;
  MemoryPool* pool_;
  TensorKeeper keep_;
  std::vector<Task> tasks_;
  std::unordered_map<const Object*, Value> shared_;
};

}  // namespace baton
