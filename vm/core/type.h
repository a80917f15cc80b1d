// The types of values: tensors with symbolic dimensions and possibly unknown rank, and what is built from
// them. Immutable values, cheap to copy.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
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

  // "(2, seq, 4)", "(?)" with AnyDim, "()", "*".
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

// The greatest extent of a tensor, its elements few or none: beyond any address space, and low enough that
// sums over extents stay within 64 bits (compiler/ir/value_tracking.h).
inline constexpr int64_t kMaxExtent = int64_t{1} << 47;

// The product of `dims`, or nullopt when one is negative or above kMaxExtent or the product (times
// `element_size` bytes) overflows int64.
std::optional<int64_t> CheckedNumBytes(absl::Span<const int64_t> dims, int64_t element_size);

// A type of any value.
class Type {
 public:
  enum class Kind : uint8_t {
    kUnknown,  // not inferred yet
    kNever,    // the type of a computation that always fails
    kTensor,
    kTuple,
    kFunction,   // a closure
    kData,       // a value of an algebraic data type (TypeDefinition)
    kReference,  // a mutable cell
    kVariable,   // a type parameter; only inside definitions of generic types and functions
    kSequence,   // an ordered list of tensors of one type; Never as that type: an empty one
    kFuture,     // a forked call; inside functions only, never in files
  };
  Type() = default;
  Type(TensorType tensor);  // NOLINT: a tensor type is a type
  Type(DType dtype, Shape shape) : Type(TensorType{dtype, std::move(shape)}) {}
  static Type Tuple(std::vector<Type> fields);
  static Type Never();
  static Type Function(std::vector<Type> params, Type result);
  static Type Data(absl::string_view name, std::vector<Type> args);
  static Type Reference(Type content);
  static Type Variable(absl::string_view name);
  static Type Sequence(Type element);
  static Type Future(Type result);

  Kind kind() const { return kind_; }
  bool is_tensor() const { return kind_ == Kind::kTensor; }
  bool is_tuple() const { return kind_ == Kind::kTuple; }
  bool is_function() const { return kind_ == Kind::kFunction; }
  bool is_data() const { return kind_ == Kind::kData; }
  bool is_reference() const { return kind_ == Kind::kReference; }
  bool is_variable() const { return kind_ == Kind::kVariable; }
  bool is_sequence() const { return kind_ == Kind::kSequence; }
  bool is_future() const { return kind_ == Kind::kFuture; }
  const TensorType& tensor() const { return *tensor_; }       // REQUIRES: is_tensor()
  absl::Span<const Type> fields() const { return *fields_; }  // REQUIRES: is_tuple()
  // REQUIRES for the next two: is_function().
  absl::Span<const Type> params() const { return absl::MakeConstSpan(*fields_).subspan(1); }
  const Type& result() const { return fields_->front(); }
  const Type& content() const { return fields_->front(); }  // REQUIRES: is_reference() or is_future()
  const Type& element() const { return fields_->front(); }  // REQUIRES: is_sequence()
  const std::string& name() const { return *name_; }        // REQUIRES: is_data() or is_variable()
  absl::Span<const Type> args() const { return *fields_; }  // REQUIRES: is_data()

  // Relay's notation: "(Tensor[(1), int64], Tensor[*, float32])", "fn (List[Tensor[(), int32]]) ->
  // ref(Tensor[?])".
  std::string ToString() const;
  friend bool operator==(const Type& a, const Type& b);
  // A total order; 0 when equal.
  static int Compare(const Type& a, const Type& b);

  // The types that this one is built from: fields, arguments, content; a function's result and parameters.
  absl::Span<const Type> parts() const {
    return fields_ == nullptr ? absl::Span<const Type>() : absl::MakeConstSpan(*fields_);
  }

 private:
  Kind kind_ = Kind::kUnknown;
  std::shared_ptr<const TensorType> tensor_;
  std::shared_ptr<const std::vector<Type>> fields_;  // kFunction: the result, then the parameters
  std::shared_ptr<const std::string> name_;
};

// An extent that a type leaves open: "?". Types inside data, sequence, function and reference types and the
// results of functions have it where values may differ; types of values themselves have symbols instead. All
// such dims are equal, so types can be compared, but two extents that have it need not be.
Dim AnyDim();
bool IsAnyDim(const Dim& dim);

// Types that an executable can hold nest at most this deep and have at most this many parts, however often
// the same part is shared: whatever walks over one may recurse and ends soon.
inline constexpr int kMaxTypeNesting = 64;
inline constexpr int kMaxTypeParts = 4096;
bool IsWithinTypeLimits(const Type& type);

// "type Name[A, B] { First(A), Second(Name[A, B], B) }": an algebraic data type. Values carry the index of
// their constructor, the tag.
struct ConstructorDefinition {
  std::string name;
  std::vector<Type> fields;
  friend bool operator==(const ConstructorDefinition&, const ConstructorDefinition&) = default;
};
struct TypeDefinition {
  std::string name;
  std::vector<std::string> params;
  std::vector<ConstructorDefinition> constructors;
  bool is_extern = false;  // opaque: no constructors are known
  friend bool operator==(const TypeDefinition&, const TypeDefinition&) = default;
};

// `type` with args[i] for each variable named params[i]. REQUIRES: as many of both.
Type SubstituteVariables(const Type& type, absl::Span<const std::string> params, absl::Span<const Type> args);

}  // namespace baton
