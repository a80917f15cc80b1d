#include "vm/core/type.h"

#include <algorithm>

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
  const auto append = [](std::string* out, const Dim& dim) {
    out->append(IsAnyDim(dim) ? "?" : dim.ToString());
  };
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
    if (dim < 0 || dim > kMaxExtent) return std::nullopt;
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

Type Type::Function(std::vector<Type> params, Type result) {
  Type type;
  type.kind_ = Kind::kFunction;
  params.insert(params.begin(), std::move(result));
  type.fields_ = std::make_shared<const std::vector<Type>>(std::move(params));
  return type;
}

Type Type::Data(absl::string_view name, std::vector<Type> args) {
  Type type;
  type.kind_ = Kind::kData;
  type.name_ = std::make_shared<const std::string>(name);
  type.fields_ = std::make_shared<const std::vector<Type>>(std::move(args));
  return type;
}

Type Type::Reference(Type content) {
  Type type;
  type.kind_ = Kind::kReference;
  type.fields_ = std::make_shared<const std::vector<Type>>(1, std::move(content));
  return type;
}

Type Type::Variable(absl::string_view name) {
  Type type;
  type.kind_ = Kind::kVariable;
  type.name_ = std::make_shared<const std::string>(name);
  return type;
}

Type Type::Sequence(Type element) {
  Type type;
  type.kind_ = Kind::kSequence;
  type.fields_ = std::make_shared<const std::vector<Type>>(1, std::move(element));
  return type;
}

Type Type::Future(Type result) {
  Type type;
  type.kind_ = Kind::kFuture;
  type.fields_ = std::make_shared<const std::vector<Type>>(1, std::move(result));
  return type;
}

std::string Type::ToString() const {
  const auto append = [](std::string* out, const Type& field) { out->append(field.ToString()); };
  switch (kind_) {
    case Kind::kUnknown:
      return "_";
    case Kind::kNever:
      return "!";
    case Kind::kTensor:
      return tensor_->ToString();
    case Kind::kFunction:
      return absl::StrCat("fn (", absl::StrJoin(params(), ", ", append), ") -> ", result().ToString());
    case Kind::kData:
      if (args().empty()) return name();
      return absl::StrCat(name(), "[", absl::StrJoin(args(), ", ", append), "]");
    case Kind::kReference:
      return absl::StrCat("ref(", content().ToString(), ")");
    case Kind::kVariable:
      return name();
    case Kind::kSequence:
      return absl::StrCat("Sequence[", element().ToString(), "]");
    case Kind::kFuture:
      return absl::StrCat("future(", content().ToString(), ")");
    case Kind::kTuple:
      break;
  }
  // A comma tells a tuple of one from a parenthesised type.
  return absl::StrCat("(", absl::StrJoin(*fields_, ", ", append), fields_->size() == 1 ? ",)" : ")");
}

bool operator==(const Type& a, const Type& b) {
  if (a.kind_ != b.kind_) return false;
  if (a.is_tensor()) return a.tensor() == b.tensor();
  if (a.name_ != nullptr && a.name_ != b.name_ && *a.name_ != *b.name_) return false;
  return a.fields_ == b.fields_ || *a.fields_ == *b.fields_;
}

namespace {

int CompareTensorTypes(const TensorType& a, const TensorType& b) {
  if (a.dtype != b.dtype) return a.dtype < b.dtype ? -1 : 1;
  if (a.shape.has_rank() != b.shape.has_rank()) return a.shape.has_rank() ? 1 : -1;
  if (!a.shape.has_rank()) return 0;
  if (a.shape.rank() != b.shape.rank()) return a.shape.rank() < b.shape.rank() ? -1 : 1;
  for (int axis = 0; axis < a.shape.rank(); ++axis) {
    if (const int order = Dim::Compare(a.shape[axis], b.shape[axis]); order != 0) return order;
  }
  return 0;
}

// Takes the parts off `parts_left`; false when a limit is exceeded.
bool CountParts(const Type& type, int nesting_left, int* parts_left) {
  if (nesting_left == 0 || --*parts_left < 0) return false;
  for (const Type& part : type.parts()) {
    if (!CountParts(part, nesting_left - 1, parts_left)) return false;
  }
  return true;
}

}  // namespace

int Type::Compare(const Type& a, const Type& b) {
  if (a.kind_ != b.kind_) return a.kind_ < b.kind_ ? -1 : 1;
  if (a.is_tensor()) return CompareTensorTypes(a.tensor(), b.tensor());
  if (a.name_ != b.name_) {
    if (const int order = a.name_->compare(*b.name_); order != 0) return order;
  }
  if (a.fields_ == b.fields_) return 0;
  if (a.fields_->size() != b.fields_->size()) return a.fields_->size() < b.fields_->size() ? -1 : 1;
  for (size_t i = 0; i < a.fields_->size(); ++i) {
    if (const int order = Compare((*a.fields_)[i], (*b.fields_)[i]); order != 0) return order;
  }
  return 0;
}

bool IsWithinTypeLimits(const Type& type) {
  int parts_left = kMaxTypeParts;
  return CountParts(type, kMaxTypeNesting, &parts_left);
}

Dim AnyDim() {
  static const Dim& any = *new Dim(Dim::Symbol("?"));
  return any;
}

bool IsAnyDim(const Dim& dim) {
  return dim.symbol() == "?";
}

Type SubstituteVariables(const Type& type, absl::Span<const std::string> params,
                         absl::Span<const Type> args) {
  const auto all = [&](absl::Span<const Type> types) {
    std::vector<Type> substituted;
    for (const Type& part : types) substituted.push_back(SubstituteVariables(part, params, args));
    return substituted;
  };
  switch (type.kind()) {
    case Type::Kind::kVariable: {
      const auto found = std::find(params.begin(), params.end(), type.name());
      return found == params.end() ? type : args[found - params.begin()];
    }
    case Type::Kind::kTuple:
      return Type::Tuple(all(type.fields()));
    case Type::Kind::kFunction:
      return Type::Function(all(type.params()), SubstituteVariables(type.result(), params, args));
    case Type::Kind::kData:
      return Type::Data(type.name(), all(type.args()));
    case Type::Kind::kReference:
      return Type::Reference(SubstituteVariables(type.content(), params, args));
    case Type::Kind::kSequence:
      return Type::Sequence(SubstituteVariables(type.element(), params, args));
    default:
      return type;
  }
}

}  // namespace baton
