#include "vm/core/tensor.h"

#include <cstdlib>
#include <new>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "vm/core/device.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// Larger requests are refused at once: with overcommit the system may grant what no machine can back.
constexpr size_t kMaxStorageBytes = size_t{1} << 40;

}  // namespace

Storage* Storage::Allocate(size_t num_bytes) {
  if (num_bytes >= kMaxStorageBytes) return nullptr;
  const size_t block = AlignUp(num_bytes == 0 ? 1 : num_bytes, kTensorAlignment);
  void* data = std::aligned_alloc(kTensorAlignment, block);
  if (data == nullptr) return nullptr;
  auto* storage = new Storage;
  storage->data_ = data;
  storage->num_bytes_ = num_bytes;
  storage->release_ = [data] { std::free(data); };
  return storage;
}

Storage* Storage::Wrap(void* data, size_t num_bytes, std::function<void()> release) {
  auto* storage = new Storage;
  storage->data_ = data;
  storage->num_bytes_ = num_bytes;
  storage->release_ = std::move(release);
  return storage;
}

Storage::~Storage() {
  if (release_) release_();
}

void Storage::Destroy() {
  if (recycler_ != nullptr) {
    recycler_->Recycle(this);
  } else {
    delete this;
  }
}

TensorObject::~TensorObject() {
  if (storage != nullptr) storage->Unref();
}

void TensorObject::Destroy() {
  if (recycler == nullptr) {
    delete this;
    return;
  }
  data = nullptr;
  if (storage != nullptr) std::exchange(storage, nullptr)->Unref();
  recycler->Recycle(this);
}

absl::StatusOr<Tensor> Tensor::Allocate(DType dtype, absl::Span<const int64_t> dims) {
  if (dims.size() > kMaxRank) {
    return absl::InvalidArgumentError(
        absl::StrCat("tensor: rank is ", dims.size(), ", at most ", kMaxRank, " is supported"));
  }
  const std::optional<int64_t> num_bytes = CheckedNumBytes(dims, DTypeSize(dtype));
  if (!num_bytes.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("tensor: shape ", Shape(dims).ToString(),
                     " has a negative extent or more bytes than 64 bits can count"));
  }
  Storage* storage = Storage::Allocate(static_cast<size_t>(*num_bytes));
  if (storage == nullptr) {
    return absl::ResourceExhaustedError(absl::StrCat("tensor: no memory for ", *num_bytes, " bytes (",
                                                     TensorType{dtype, Shape(dims)}.ToString(), ")"));
  }
  auto* object = new TensorObject;
  object->dtype = dtype;
  object->set_shape(dims);
  object->storage = storage;
  object->data = storage->data();
  return Adopt(object);
}

Tensor Tensor::Wrap(DType dtype, absl::Span<const int64_t> dims, void* data, std::function<void()> release) {
  BATON_CHECK(dims.size() <= kMaxRank);
  const std::optional<int64_t> num_bytes = CheckedNumBytes(dims, DTypeSize(dtype));
  BATON_CHECK(num_bytes.has_value());
  auto* object = new TensorObject;
  object->dtype = dtype;
  object->set_shape(dims);
  object->storage = Storage::Wrap(data, static_cast<size_t>(*num_bytes), std::move(release));
  object->data = data;
  return Adopt(object);
}

bool BitwiseEqual(const Tensor& a, const Tensor& b) {
  if (a.get() == b.get()) return true;
  if (!a || !b || a.dtype() != b.dtype() || a.shape() != b.shape()) return false;
  const size_t num_bytes = static_cast<size_t>(a->num_bytes());
  return num_bytes == 0 || std::memcmp(a->data, b->data, num_bytes) == 0;
}

absl::StatusOr<Tensor> CopyTensor(const TensorObject& tensor) {
  BATON_ASSIGN_OR_RETURN(Tensor copy, Tensor::Allocate(tensor.dtype, tensor.shape()));
  const size_t num_bytes = static_cast<size_t>(tensor.num_bytes());
  if (num_bytes != 0) std::memcpy(copy->data, tensor.data, num_bytes);
  return copy;
}

}  // namespace baton
