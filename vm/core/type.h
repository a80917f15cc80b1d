// The types of values: tensors with symbolic dimensions and possibly unknown rank, and what is built from
// them. Immutable values, cheap to copy.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "vm/core/dim.h"
#include "vm/core/dtype.h"

namespace baton {

// Tensors have at most this many dimensions; importers refuse more by name.
inline constexpr int kMaxRank = 8;

using Dims = absl::InlinedVector<Dim, 4>;

// The extents of a tensor, or unknown rank ("*").
class Shape {
 public:
  Shape() = default;  // rank 0
  Shape(std::initializer_list<Dim> dims) : dims_(dims) {}
  explicit Shape(Dims dims) : dims_(std::move(dims)) {}
  explicit Shape(absl::Span<const int64_t> dims) : dims_(dims.begin(), dims.end()) {}
  static Shape Unranked();

  bool has_rank() const { return has_rank_; }
  // REQUIRES for all below: has_rank().
  int rank() const { return static_cast<int>(dims_.size()); }
  const Dim& operator[](int axis) const { return dims_[axis]; }
  const Dims& dims() const { return dims_; }
  bool IsStatic() const;    // ranked and all dims constant; callable without rank
  Dim NumElements() const;  // the product

  // "(2, seq, 4)", "()", "*".
  std::string ToString() const;
  friend bool operator==(const Shape& a, const Shape& b);

 private:
  bool has_rank_ = true;
  Dims dims_;
};

struct TensorType {
  DType dtype = DType::kFloat32;
  Shape shape;
  // "Tensor[(2, seq), float32]", "Tensor[*, float32]".
  std::string ToString() const;
  friend bool operator==(const TensorType& a, const TensorType& b) {
    return a.dtype == b.dtype && a.shape == b.shape;
  }
};
using TensorTypes = absl::InlinedVector<TensorType, 3>;

// The product of `dims`, or nullopt when one is negative or the product (times `element_size` bytes)
// overflows int64.
std::optional<int64_t> CheckedNumBytes(absl::Span<const int64_t> dims, int64_t element_size);

// A type of any value.
class Type {
 public:
  enum class Kind : uint8_t {
    kUnknown,  // not inferred yet
    kNever,    // the type of a computation that always fails
    kTensor,
    kTuple,
  };
  Type() = default;
  Type(TensorType tensor);  // NOLINT: a tensor type is a type
  static Type Tuple(std::vector<Type> fields);
  static Type Never();

  Kind kind() const { return kind_; }
  bool is_tensor() const { return kind_ == Kind::kTensor; }
  bool is_tuple() const { return kind_ == Kind::kTuple; }
  const TensorType& tensor() const { return *tensor_; }       // REQUIRES: is_tensor()
  absl::Span<const Type> fields() const { return *fields_; }  // REQUIRES: is_tuple()

  // Relay's notation: "(Tensor[(1), int64], Tensor[*, float32])".
  std::string ToString() const;
  friend bool operator==(const Type& a, const Type& b);

 private:
  Kind kind_ = Kind::kUnknown;
  std::shared_ptr<const TensorType> tensor_;
  std::shared_ptr<const std::vector<Type>> fields_;
};

}  // namespace baton
