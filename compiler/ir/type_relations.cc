#include "compiler/ir/type_relations.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "vm/core/status.h"

namespace baton::ir {
namespace {

std::vector<Type> OpenAll(absl::Span<const Type> types) {
  std::vector<Type> open;
  for (const Type& type : types) open.push_back(OpenExtents(type));
  return open;
}

absl::Status Unlike(const Type& a, const Type& b) {
  return absl::InvalidArgumentError(
      absl::StrCat("one branch gives ", a.ToString(), ", the other ", b.ToString()));
}

Type JoinTensors(Module& module, const InferenceScope& scope, const TensorType& a, const TensorType& b) {
  const Shape& x = a.shape;
  const Shape& y = b.shape;
  if (!x.has_rank() || !y.has_rank() || x.rank() != y.rank())
    return Type(TensorType{a.dtype, Shape::Unranked()});
  Dims dims;
  for (int i = 0; i < x.rank(); ++i) {
    dims.push_back(x[i] == y[i] && scope.Defined(x[i]) ? x[i] : module.FreshSymbol("d"));
  }
  return Type(TensorType{a.dtype, Shape(std::move(dims))});
}

}  // namespace

Type MapTensors(const Type& type, const std::function<TensorType(const TensorType&)>& change) {
  if (type.is_tensor()) return change(type.tensor());
  if (!type.is_tuple()) return type;
  std::vector<Type> fields;
  for (const Type& field : type.fields()) fields.push_back(MapTensors(field, change));
  return Type::Tuple(std::move(fields));
}

Type MapExtents(const Type& type, const std::function<Dim(const Dim&)>& change) {
  return MapTensors(type, [&](const TensorType& tensor) {
    if (!tensor.shape.has_rank()) return tensor;
    Dims dims;
    for (const Dim& dim : tensor.shape.dims()) dims.push_back(change(dim));
    return TensorType{tensor.dtype, Shape(std::move(dims))};
  });
}

void VisitTensors(const Type& type, const std::function<void(const TensorType&)>& visit) {
  if (type.is_tensor()) visit(type.tensor());
  if (!type.is_tuple()) return;
  for (const Type& field : type.fields()) VisitTensors(field, visit);
}

Type InstantiateOpenExtents(Module& module, const Type& type) {
  return MapExtents(type, [&](const Dim& dim) { return IsAnyDim(dim) ? module.FreshSymbol("d") : dim; });
}

Type OpenExtents(const Type& type) {
  switch (type.kind()) {
    case Type::Kind::kTensor:
      return MapExtents(type, [](const Dim& dim) { return dim.is_constant() ? dim : AnyDim(); });
    case Type::Kind::kTuple:
      return Type::Tuple(OpenAll(type.fields()));
    case Type::Kind::kFunction:
      return Type::Function(OpenAll(type.params()), OpenExtents(type.result()));
    case Type::Kind::kData:
      return Type::Data(type.name(), OpenAll(type.args()));
    case Type::Kind::kReference:
      return Type::Reference(OpenExtents(type.content()));
    case Type::Kind::kSequence:
      return Type::Sequence(OpenExtents(type.element()));
    case Type::Kind::kUnknown:
    case Type::Kind::kNever:
    case Type::Kind::kVariable:
    case Type::Kind::kFuture:
      break;
  }
  return type;
}

std::optional<Type> JoinElementTypes(const Type& a, const Type& b) {
  if (a.kind() == Type::Kind::kNever) return OpenExtents(b);
  if (b.kind() == Type::Kind::kNever) return OpenExtents(a);
  if (a.tensor().dtype != b.tensor().dtype) return std::nullopt;
  const Shape &x = a.tensor().shape, &y = b.tensor().shape;
  if (!x.has_rank() || !y.has_rank() || x.rank() != y.rank())
    return Type(TensorType{a.tensor().dtype, Shape::Unranked()});
  Dims dims;
  for (int i = 0; i < x.rank(); ++i) {
    dims.push_back(x[i].is_constant() && x[i] == y[i] ? x[i] : AnyDim());
  }
  return Type(TensorType{a.tensor().dtype, Shape(std::move(dims))});
}

absl::StatusOr<Type> JoinTypes(Module& module, const InferenceScope& scope, const Type& a, const Type& b) {
  if (a.kind() == Type::Kind::kNever) return b;
  if (b.kind() == Type::Kind::kNever) return a;
  if (a.is_tuple() && b.is_tuple() && a.fields().size() == b.fields().size()) {
    std::vector<Type> fields;
    for (size_t i = 0; i < a.fields().size(); ++i) {
      BATON_ASSIGN_OR_RETURN(Type field, JoinTypes(module, scope, a.fields()[i], b.fields()[i]));
      fields.push_back(std::move(field));
    }
    return Type::Tuple(std::move(fields));
  }
  if (a.is_sequence() && b.is_sequence()) {
    const std::optional<Type> element = JoinElementTypes(a.element(), b.element());
    return element ? absl::StatusOr<Type>(Type::Sequence(*element)) : Unlike(a, b);
  }
  if (!a.is_tensor() || !b.is_tensor()) return a == b ? absl::StatusOr<Type>(a) : Unlike(a, b);
  if (a.tensor().dtype != b.tensor().dtype) return Unlike(a, b);
  return JoinTensors(module, scope, a.tensor(), b.tensor());
}

}  // namespace baton::ir
