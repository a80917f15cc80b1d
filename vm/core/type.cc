#include "vm/core/type.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace baton {

Shape Shape::Unranked() {
  Shape shape;
  shape.has_rank_ = false;
  return shape;
}

bool Shape::IsStatic() const {
  if (!has_rank_) return false;
  for (const Dim& dim : dims_) {
    if (!dim.is_constant()) return false;
  }
  return true;
}

Dim Shape::NumElements() const {
  Dim product = 1;
  for (const Dim& dim : dims_) product = product * dim;
  return product;
}

std::string Shape::ToString() const {
  if (!has_rank_) return "*";
  const auto append = [](std::string* out, const Dim& dim) { out->append(dim.ToString()); };
  return absl::StrCat("(", absl::StrJoin(dims_, ", ", append), ")");
}

bool operator==(const Shape& a, const Shape& b) {
  return a.has_rank_ == b.has_rank_ && a.dims_ == b.dims_;
}

std::string TensorType::ToString() const {
  return absl::StrCat("Tensor[", shape.ToString(), ", ", DTypeName(dtype), "]");
}

std::optional<int64_t> CheckedNumBytes(absl::Span<const int64_t> dims, int64_t element_size) {
  // Extents of 0 are left out of the product: code that multiplies them one after the other must not overflow
  // either.
  int64_t num_bytes = element_size;
  bool empty = false;
  for (const int64_t dim : dims) {
    if (dim < 0) return std::nullopt;
    if (dim == 0) {
      empty = true;
    } else if (__builtin_mul_overflow(num_bytes, dim, &num_bytes)) {
      return std::nullopt;
    }
  }
  return empty ? 0 : num_bytes;
}

Type::Type(TensorType tensor)
    : kind_(Kind::kTensor), tensor_(std::make_shared<const TensorType>(std::move(tensor))) {}

Type Type::Tuple(std::vector<Type> fields) {
  Type type;
  type.kind_ = Kind::kTuple;
  type.fields_ = std::make_shared<const std::vector<Type>>(std::move(fields));
  return type;
}

Type Type::Never() {
  Type type;
  type.kind_ = Kind::kNever;
  return type;
}

std::string Type::ToString() const {
  switch (kind_) {
    case Kind::kUnknown:
      return "_";
    case Kind::kNever:
      return "!";
    case Kind::kTensor:
      return tensor_->ToString();
    case Kind::kTuple:
      break;
  }
  const auto append = [](std::string* out, const Type& field) { out->append(field.ToString()); };
  // A comma tells a tuple of one from a parenthesised type.
  return absl::StrCat("(", absl::StrJoin(*fields_, ", ", append), fields_->size() == 1 ? ",)" : ")");
}

bool operator==(const Type& a, const Type& b) {
  if (a.kind_ != b.kind_) return false;
  if (a.is_tensor()) return a.tensor() == b.tensor();
  if (a.is_tuple()) return a.fields_ == b.fields_ || *a.fields_ == *b.fields_;
  return true;
}

}  // namespace baton
