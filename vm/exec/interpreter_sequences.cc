// What the instructions for sequences do off the fast path.
#include "absl/strings/str_cat.h"
#include "vm/core/status.h"
#include "vm/exec/interpreter.h"

namespace baton {

Object* Interpreter::MakeSequence(int64_t capacity) {
  Object* sequence = sequences_->New(capacity);
  if (sequence == nullptr) [[unlikely]]
    Fail(pool_->ExhaustedError(capacity * static_cast<int64_t>(sizeof(TensorObject*))));
  return sequence;
}

Object* Interpreter::ChangeableSequence(Object* sequence, bool is_last_use, int64_t more) {
  const int64_t length = SequenceLength(*sequence);
  // What is shared stays as it is: sharing.cc relies on it.
  if (is_last_use && sequence->unique() && !sequence->shared()) {
    if (more == 0 || sequences_->Grow(sequence)) return sequence;
  } else if (Object* copy = sequences_->Copy(*sequence, more); copy != nullptr) {
    return copy;
  }
  Fail(pool_->ExhaustedError((length + more) * static_cast<int64_t>(sizeof(TensorObject*))));
  return nullptr;
}

int64_t Interpreter::CheckPosition(const Object& sequence, int64_t position, int64_t end) {
  const int64_t length = SequenceLength(sequence);
  // Also where an element may be inserted, behind the last, positions below 0 count from the length.
  const int64_t from_start = position < 0 ? position + length : position;
  if (from_start >= 0 && from_start < end) [[likely]]
    return from_start;
  Fail(absl::InvalidArgumentError(
      absl::StrCat("position ", position, " is outside [", -length, ", ", end, ") of the sequence")));
  return -1;
}

TensorObject* Interpreter::JoinSequence(const Object& sequence, int64_t axis, bool stack, uint32_t message) {
  absl::StatusOr<TensorObject*> joined = JoinElements(sequence, axis, stack, pool_);
  if (joined.ok()) return *joined;
  Fail(absl::Status(joined.status().code(),
                    absl::StrCat(program_.executable->messages[message], ": ", joined.status().message())));
  return nullptr;
}

}  // namespace baton
