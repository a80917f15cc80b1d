#include "vm/exec/sequence.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr int64_t kElementBytes = sizeof(TensorObject*);
constexpr int64_t kMinCapacity = 8;

int64_t CapacityOf(const Object& sequence) {
  const auto* block = static_cast<const MemoryPool::Block*>(sequence.fields()[1].storage);
  return block == nullptr ? 0 : SizeOfClass(block->size_class) / kElementBytes;
}

TensorObject** ElementsOf(Object* sequence) {
  return static_cast<TensorObject**>(sequence->fields()[1].storage->data());
}

absl::Status Unlike(const TensorObject& first, const TensorObject& other, size_t index, bool stack,
                    int64_t axis) {
  return absl::InvalidArgumentError(absl::StrCat("element ", index, " is ", TypeString(other),
                                                 ", element 0 is ", TypeString(first), ", expected the same ",
                                                 stack ? "type" : absl::StrCat("but for axis ", axis)));
}

// Writes `tensor`, whose rows behind the axis have `row_bytes`, at `target`, whose rows are `stride` apart.
void CopyRows(const TensorObject& tensor, int64_t row_bytes, int64_t stride, char* target) {
  const auto* source = static_cast<const char*>(tensor.data);
  if (row_bytes == 0) return;
  for (int64_t left = tensor.num_bytes(); left > 0; left -= row_bytes) {
    std::memcpy(target, source, static_cast<size_t>(row_bytes));
    source += row_bytes;
    target += stride;
  }
}

// What a join along one axis makes of its elements.
struct Joined {
  int64_t dims[kMaxRank] = {};
  int rank = 0;
  int axis = 0;
  int64_t num_bytes = 0;
};

absl::StatusOr<Joined> JoinedShape(absl::Span<TensorObject* const> elements, int64_t axis, bool stack) {
  if (elements.empty()) return absl::InvalidArgumentError("the sequence is empty");
  const TensorObject& first = *elements[0];
  Joined joined;
  joined.rank = first.rank + (stack ? 1 : 0);
  if (joined.rank > kMaxRank)
    return absl::InvalidArgumentError(absl::StrCat("the rank would be ", joined.rank));
  if (axis < -joined.rank || axis >= joined.rank) {
    return absl::InvalidArgumentError(
        absl::StrCat("axis ", axis, " is outside [", -joined.rank, ", ", joined.rank, ")"));
  }
  joined.axis = static_cast<int>(axis < 0 ? axis + joined.rank : axis);
  int64_t extent = 0;
  for (size_t i = 0; i < elements.size(); ++i) {
    const TensorObject& element = *elements[i];
    bool fits = element.dtype == first.dtype && element.rank == first.rank;
    for (int k = 0; fits && k < first.rank; ++k) {
      fits = element.dims[k] == first.dims[k] || (!stack && k == joined.axis);
    }
    if (!fits) return Unlike(first, element, i, stack, axis);
    if (__builtin_add_overflow(extent, stack ? 1 : element.dims[joined.axis], &extent))
      return absl::InvalidArgumentError("the extent is too large");
  }
  for (int k = 0, from = 0; k < joined.rank; ++k) {
    const bool is_axis = k == joined.axis;
    joined.dims[k] = is_axis ? extent : first.dims[from];
    if (!stack || !is_axis) ++from;
  }
  const absl::Span<const int64_t> dims(joined.dims, static_cast<size_t>(joined.rank));
  const std::optional<int64_t> num_bytes = CheckedNumBytes(dims, DTypeSize(first.dtype));
  if (!num_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("shape ", Shape(dims).ToString(), " has more bytes than 64 bits can count"));
  }
  joined.num_bytes = *num_bytes;
  return joined;
}

}  // namespace

ObjectLayout MakeSequenceLayout() {
  ObjectLayout layout = MakeLayout({SlotKind::kI64, SlotKind::kI64}, /*is_cell=*/false);
  layout.is_sequence = true;
  return layout;
}

void ReleaseElements(Object* sequence) {
  for (TensorObject* element : SequenceElements(*sequence)) element->Unref();
  Slot* fields = sequence->fields();
  if (fields[1].storage != nullptr) std::exchange(fields[1].storage, nullptr)->Unref();
  fields[0].i64 = 0;
}

Object* SequenceMaker::New(int64_t capacity) {
  MemoryPool::Block* block = nullptr;
  if (capacity > 0) {
    if (capacity > kMaxPooledBytes / kElementBytes) return nullptr;
    block = pool_->AllocateBlock(capacity * kElementBytes);
    if (block == nullptr) return nullptr;
  }
  Object* sequence = heap_->New(layout_);
  if (sequence == nullptr) {
    if (block != nullptr) block->Unref();
    return nullptr;
  }
  sequence->fields()[0].i64 = 0;
  sequence->fields()[1].storage = block;
  return sequence;
}

Object* SequenceMaker::Copy(const Object& sequence, int64_t more) {
  Object* copy = New(SequenceLength(sequence) + more);
  if (copy == nullptr) return nullptr;
  for (TensorObject* element : SequenceElements(sequence)) {
    element->Ref();
    AppendElement(copy, element);
  }
  return copy;
}

bool SequenceMaker::Grow(Object* sequence) {
  const int64_t length = SequenceLength(*sequence);
  if (length < CapacityOf(*sequence)) return true;
  MemoryPool::Block* block = pool_->AllocateBlock(std::max(kMinCapacity, 2 * length) * kElementBytes);
  if (block == nullptr) return false;
  if (length > 0)
    std::memcpy(block->data(), ElementsOf(sequence), static_cast<size_t>(length * kElementBytes));
  Storage* old = std::exchange(sequence->fields()[1].storage, block);
  if (old != nullptr) old->Unref();
  return true;
}

void AppendElement(Object* sequence, TensorObject* element) {
  ElementsOf(sequence)[sequence->fields()[0].i64++] = element;
}

void InsertElement(Object* sequence, int64_t position, TensorObject* element) {
  TensorObject** elements = ElementsOf(sequence);
  int64_t& length = sequence->fields()[0].i64;
  std::copy_backward(elements + position, elements + length, elements + length + 1);
  elements[position] = element;
  ++length;
}

void EraseElement(Object* sequence, int64_t position) {
  TensorObject** elements = ElementsOf(sequence);
  int64_t& length = sequence->fields()[0].i64;
  elements[position]->Unref();
  std::copy(elements + position + 1, elements + length, elements + position);
  --length;
}

absl::StatusOr<TensorObject*> JoinElements(const Object& sequence, int64_t axis, bool stack,
                                           MemoryPool* pool) {
  const absl::Span<TensorObject*> elements = SequenceElements(sequence);
  BATON_ASSIGN_OR_RETURN(const Joined joined, JoinedShape(elements, axis, stack));
  const absl::Span<const int64_t> dims(joined.dims, static_cast<size_t>(joined.rank));
  const DType dtype = elements[0]->dtype;
  TensorObject* result = pool->AllocateTensor(dtype, dims, joined.num_bytes);
  if (result == nullptr) return pool->ExhaustedError(joined.num_bytes);
  int64_t behind = DTypeSize(dtype);  // bytes of one step along the axis
  for (int k = joined.axis + 1; k < joined.rank; ++k) behind *= joined.dims[k];
  const int64_t stride = behind * joined.dims[joined.axis];
  auto* target = static_cast<char*>(result->data);
  for (const TensorObject* element : elements) {
    const int64_t row_bytes = stack ? behind : behind * element->dims[joined.axis];
    CopyRows(*element, row_bytes, stride, target);
    target += row_bytes;
  }
  return result;
}

}  // namespace baton
