// Tensor data: Storage (a block of memory, shared), TensorObject (dense row-major view of a Storage,
// reference counted; what a VM slot of kind tensor points to), Tensor (owning handle for everyone outside the
// interpreter).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "vm/core/counted.h"
#include "vm/core/dtype.h"
#include "vm/core/type.h"

namespace baton {

class Storage;
class TensorObject;

// Takes back what a memory pool handed out once its last reference is gone.
class TensorRecycler {
 public:
  // `family`: whatever identifies the pools that work for the same user as this one; compared only.
  explicit TensorRecycler(const void* family = nullptr) : family_(family) {}
  virtual ~TensorRecycler() = default;
  const void* family() const { return family_; }
  virtual void Recycle(TensorObject* tensor) = 0;
  virtual void Recycle(Storage* storage) = 0;

 private:
  const void* const family_;
};

// A block of memory with an owner and a reference count. Threads: the count is atomic.
class Storage {
 public:
  // Owned by the heap: `num_bytes` (0 is fine) aligned to kTensorAlignment; null when memory is exhausted.
  static Storage* Allocate(size_t num_bytes);
  // Memory of someone else's; `release` is called when the last reference is gone and keeps the memory alive
  // till then.
  static Storage* Wrap(void* data, size_t num_bytes, std::function<void()> release);

  void Ref() { refs_.fetch_add(1, std::memory_order_relaxed); }
  void Unref() {
    // The last one needs no exchange: nobody else can add a reference.
    if (unique() || refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) Destroy();
  }
  void* data() const { return data_; }
  size_t num_bytes() const { return num_bytes_; }
  bool unique() const { return refs_.load(std::memory_order_acquire) == 1; }
  // The pool that gets this back; null for other memory.
  TensorRecycler* recycler() const { return recycler_; }

  // For memory pools: a Storage over pool memory; `recycler` gets it back with a count of 0 (then Revive it
  // or delete).
  Storage(void* data, size_t num_bytes, TensorRecycler* recycler)
      : data_(data), num_bytes_(num_bytes), recycler_(recycler) {}
  ~Storage();
  void Revive() { refs_.store(1, std::memory_order_relaxed); }
  Storage* next_free = nullptr;  // link of the pool's free list

 private:
  Storage() = default;
  void Destroy();

  std::atomic<int32_t> refs_{1};
  void* data_ = nullptr;
  size_t num_bytes_ = 0;
  TensorRecycler* recycler_ = nullptr;
  std::function<void()> release_;
};

// A tensor as the VM holds it. Fields are public: kernels and the interpreter read them in hot code.
class TensorObject : public Counted {
 public:
  TensorObject() : Counted(Kind::kTensor, /*shared=*/true) {}
  ~TensorObject();

  uint8_t rank = 0;
  DType dtype = DType::kFloat32;
  bool in_arena = false;  // `data` lies in a session's arena: must be copied before it leaves the invocation
  void* data = nullptr;   // contiguous, row-major
  int64_t dims[kMaxRank] = {};         // extents, the first `rank` are valid
  Storage* storage = nullptr;          // keeps `data` alive; null for arena tensors
  TensorRecycler* recycler = nullptr;  // null: deleted when unreferenced
  TensorObject* next_free = nullptr;   // link of the pool's free list

  void Unref() {
    if (Drop()) Destroy();
  }
  // REQUIRES: the last reference has been dropped.
  void Destroy();

  absl::Span<const int64_t> shape() const { return {dims, rank}; }
  void set_shape(absl::Span<const int64_t> shape) {
    rank = static_cast<uint8_t>(shape.size());
    for (size_t i = 0; i < shape.size(); ++i) dims[i] = shape[i];
  }
  int64_t num_elements() const {
    int64_t n = 1;
    for (int i = 0; i < rank; ++i) n *= dims[i];
    return n;
  }
  int64_t num_bytes() const { return num_elements() * DTypeSize(dtype); }

  // REQUIRES: T is the C++ type of dtype (dtypes.def).
  template <typename T>
  T* As() {
    return static_cast<T*>(data);
  }
  template <typename T>
  const T* As() const {
    return static_cast<const T*>(data);
  }
};

// An owning reference to a TensorObject; null when default constructed. Copies share the data. Threads: as
// shared_ptr.
class Tensor {
 public:
  Tensor() = default;
  // Uninitialised memory on the heap. Errors: InvalidArgument for a bad shape (rank above kMaxRank, a
  // negative extent, overflow), ResourceExhausted when memory is exhausted.
  static absl::StatusOr<Tensor> Allocate(DType dtype, absl::Span<const int64_t> dims);
  // Borrowed memory, e.g. a mapped file; see Storage::Wrap. REQUIRES: `data` holds the elements.
  static Tensor Wrap(DType dtype, absl::Span<const int64_t> dims, void* data, std::function<void()> release);
  // A copy of `values`; aborts when memory is exhausted. For constants of known small size and tests.
  template <typename T>
  static Tensor FromValues(absl::Span<const int64_t> dims, absl::Span<const T> values);
  template <typename T>
  static Tensor Scalar(T value) {
    return FromValues<T>({}, absl::MakeConstSpan(&value, 1));
  }
  // Takes over one reference.
  static Tensor Adopt(TensorObject* object) { return Tensor(object); }
  // Adds a reference.
  static Tensor Share(TensorObject* object) {
    if (object != nullptr) object->Ref();
    return Tensor(object);
  }

  Tensor(const Tensor& other) : object_(other.object_) {
    if (object_ != nullptr) object_->Ref();
  }
  Tensor(Tensor&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Tensor& operator=(Tensor other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Tensor() {
    if (object_ != nullptr) object_->Unref();
  }

  explicit operator bool() const { return object_ != nullptr; }
  TensorObject* get() const { return object_; }
  TensorObject* operator->() const { return object_; }
  TensorObject& operator*() const { return *object_; }
  // Gives up the reference.
  TensorObject* Release() { return std::exchange(object_, nullptr); }

  DType dtype() const { return object_->dtype; }
  absl::Span<const int64_t> shape() const { return object_->shape(); }
  int64_t num_elements() const { return object_->num_elements(); }
  // REQUIRES: T is the C++ type of dtype().
  template <typename T>
  absl::Span<T> values() const {
    return {object_->As<T>(), static_cast<size_t>(object_->num_elements())};
  }
  TensorType type() const { return {dtype(), Shape(shape())}; }

 private:
  explicit Tensor(TensorObject* object) : object_(object) {}
  TensorObject* object_ = nullptr;
};

// Same element type, shape and bytes.
bool BitwiseEqual(const Tensor& a, const Tensor& b);
// A deep copy on the heap. Errors: ResourceExhausted.
absl::StatusOr<Tensor> CopyTensor(const TensorObject& tensor);
// The tensor's type with constant dims: "Tensor[(2, 3), float32]".
std::string TypeString(const TensorObject& tensor);
// All values: "[[1, 2], [3, 4]]"; above `max_elements`, the first and last three of each axis with "..."
// between.
std::string ValueString(const TensorObject& tensor, int64_t max_elements = 1000);

template <typename T>
Tensor Tensor::FromValues(absl::Span<const int64_t> dims, absl::Span<const T> values) {
  Tensor tensor = Allocate(DTypeOf<T>(), dims).value();
  if (!values.empty()) std::memcpy(tensor->data, values.data(), values.size() * sizeof(T));
  return tensor;
}

}  // namespace baton
