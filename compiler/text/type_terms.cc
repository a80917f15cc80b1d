#include "compiler/text/type_terms.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "vm/core/status.h"

namespace baton::text {
namespace {

using Kind = TypeTerm::Kind;

absl::Status Mismatch(TypeTerm* found, TypeTerm* expected) {
  return absl::InvalidArgumentError(absl::StrCat("the type is ", TypeTerms::ToType(found).ToString(),
                                                 ", expected ", TypeTerms::ToType(expected).ToString()));
}

bool Occurs(const TypeTerm* unbound, TypeTerm* term) {
  term = TypeTerms::Find(term);
  if (term == unbound) return true;
  return std::any_of(term->parts.begin(), term->parts.end(),
                     [&](TypeTerm* part) { return Occurs(unbound, part); });
}

Type TensorOf(const TypeTerm& term) {
  if (!term.has_rank) return TensorType{term.dtype, Shape::Unranked()};
  Dims dims;
  for (const int64_t extent : term.dims) dims.push_back(extent == TypeTerm::kOpen ? AnyDim() : Dim(extent));
  return TensorType{term.dtype, Shape(std::move(dims))};
}

}  // namespace

TypeTerm* TypeTerms::Fresh() {
  return &terms_.emplace_back();
}

TypeTerm* TypeTerms::Tuple(std::vector<TypeTerm*> fields) {
  TypeTerm* term = Fresh();
  term->kind = Kind::kTuple;
  term->parts = std::move(fields);
  return term;
}

TypeTerm* TypeTerms::Function(std::vector<TypeTerm*> params, TypeTerm* result) {
  TypeTerm* term = Fresh();
  term->kind = Kind::kFunction;
  term->parts = std::move(params);
  term->parts.insert(term->parts.begin(), result);
  return term;
}

TypeTerm* TypeTerms::Data(absl::string_view name, std::vector<TypeTerm*> args) {
  TypeTerm* term = Fresh();
  term->kind = Kind::kData;
  term->name = std::string(name);
  term->parts = std::move(args);
  return term;
}

TypeTerm* TypeTerms::Reference(TypeTerm* content) {
  TypeTerm* term = Fresh();
  term->kind = Kind::kReference;
  term->parts = {content};
  return term;
}

TypeTerm* TypeTerms::FromType(const Type& type, bool declared) {
  return Instantiate(type, {}, {}, declared);
}

TypeTerm* TypeTerms::Instantiate(const Type& type, absl::Span<const std::string> params,
                                 absl::Span<TypeTerm* const> args, bool declared) {
  const auto all = [&](absl::Span<const Type> types) {
    std::vector<TypeTerm*> terms;
    for (const Type& part : types) terms.push_back(Instantiate(part, params, args, declared));
    return terms;
  };
  switch (type.kind()) {
    case Type::Kind::kTensor: {
      TypeTerm* term = Fresh();
      term->kind = Kind::kTensor;
      term->declared = declared;
      term->dtype = type.tensor().dtype;
      term->has_rank = type.tensor().shape.has_rank();
      if (!term->has_rank) return term;
      for (const Dim& dim : type.tensor().shape.dims()) {
        term->dims.push_back(dim.is_constant() ? dim.value() : TypeTerm::kOpen);
      }
      return term;
    }
    case Type::Kind::kTuple:
      return Tuple(all(type.fields()));
    case Type::Kind::kFunction:
      return Function(all(type.params()), Instantiate(type.result(), params, args, declared));
    case Type::Kind::kData:
      return Data(type.name(), all(type.args()));
    case Type::Kind::kReference:
      return Reference(Instantiate(type.content(), params, args, declared));
    case Type::Kind::kVariable: {
      const auto found = std::find(params.begin(), params.end(), type.name());
      if (found != params.end()) return args[found - params.begin()];
      TypeTerm* term = Fresh();
      term->kind = Kind::kVariable;
      term->name = type.name();
      return term;
    }
    // Text has no notation for sequences.
    case Type::Kind::kSequence:
    case Type::Kind::kUnknown:
    case Type::Kind::kNever:
    case Type::Kind::kFuture:
      break;
  }
  return Fresh();
}

TypeTerm* TypeTerms::Find(TypeTerm* term) {
  while (term->forward != nullptr) {
    if (term->forward->forward != nullptr) term->forward = term->forward->forward;
    term = term->forward;
  }
  return term;
}

Type TypeTerms::ToType(TypeTerm* term) {
  term = Find(term);
  std::vector<Type> parts;
  for (TypeTerm* part : term->parts) parts.push_back(ToType(part));
  switch (term->kind) {
    case Kind::kUnbound:
      return Type();
    case Kind::kTensor:
      return TensorOf(*term);
    case Kind::kTuple:
      return Type::Tuple(std::move(parts));
    case Kind::kFunction: {
      Type result = parts[0];
      parts.erase(parts.begin());
      return Type::Function(std::move(parts), std::move(result));
    }
    case Kind::kData:
      return Type::Data(term->name, std::move(parts));
    case Kind::kReference:
      return Type::Reference(parts[0]);
    case Kind::kVariable:
      break;
  }
  return Type::Variable(term->name);
}

bool TypeTerms::IsComplete(TypeTerm* term) {
  term = Find(term);
  return term->kind != Kind::kUnbound && std::all_of(term->parts.begin(), term->parts.end(), IsComplete);
}

absl::Status TypeTerms::Bind(TypeTerm* unbound, TypeTerm* term) {
  if (Occurs(unbound, term)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the type would contain itself: ", ToType(term).ToString()));
  }
  unbound->forward = term;
  ++version_;
  return absl::OkStatus();
}

TypeTerm* TypeTerms::Copy(TypeTerm* term) {
  term = Find(term);
  if (term->kind != Kind::kTensor && term->kind != Kind::kTuple) return term;
  TypeTerm* copy = Fresh();
  *copy = *term;
  copy->declared = false;
  for (TypeTerm*& part : copy->parts) part = Copy(part);
  return copy;
}

absl::Status TypeTerms::UnifyParts(TypeTerm* a, TypeTerm* b) {
  if (a->kind != b->kind || a->name != b->name || a->parts.size() != b->parts.size()) return Mismatch(a, b);
  for (size_t i = 0; i < a->parts.size(); ++i) {
    if (!Unify(a->parts[i], b->parts[i]).ok()) return Mismatch(a, b);
  }
  return absl::OkStatus();
}

absl::Status TypeTerms::Unify(TypeTerm* a, TypeTerm* b) {
  a = Find(a);
  b = Find(b);
  if (a == b) return absl::OkStatus();
  if (a->kind == Kind::kUnbound) return Bind(a, b);
  if (b->kind == Kind::kUnbound) return Bind(b, a);
  if (a->kind == Kind::kTensor && b->kind == Kind::kTensor) {
    BATON_RETURN_IF_ERROR(MergeTensor(a, b, Differing::kError));
    b->declared |= a->declared;
  } else {
    BATON_RETURN_IF_ERROR(UnifyParts(a, b));
  }
  // A part may have become the other term.
  if (Find(a) != Find(b)) a->forward = b;
  return absl::OkStatus();
}

// Extents of `to` become those of values of both.
absl::Status TypeTerms::MergeTensor(TypeTerm* from, TypeTerm* to, Differing differing) {
  if (from->dtype != to->dtype) return Mismatch(from, to);
  if (!to->has_rank) return absl::OkStatus();
  if (!from->has_rank || from->dims.size() != to->dims.size()) {
    if (from->has_rank && differing == Differing::kError) return Mismatch(from, to);
    to->has_rank = false;
    to->dims.clear();
    ++version_;
    return absl::OkStatus();
  }
  for (size_t i = 0; i < to->dims.size(); ++i) {
    if (from->dims[i] == to->dims[i] || to->dims[i] == TypeTerm::kOpen) continue;
    if (from->dims[i] != TypeTerm::kOpen && differing == Differing::kError) return Mismatch(from, to);
    to->dims[i] = TypeTerm::kOpen;
    ++version_;
  }
  return absl::OkStatus();
}

absl::Status TypeTerms::FlowTo(TypeTerm* from, TypeTerm* to, Differing differing) {
  from = Find(from);
  to = Find(to);
  if (from == to) return absl::OkStatus();
  // A join with what is not known yet waits: it must not become the same term, which others may narrow.
  if (from->kind == Kind::kUnbound && differing == Differing::kOpen) return absl::OkStatus();
  if (to->kind == Kind::kUnbound) return Bind(to, Copy(from));
  if (from->kind == Kind::kUnbound) return Bind(from, Copy(to));
  if (from->kind == Kind::kTuple && to->kind == Kind::kTuple && from->parts.size() == to->parts.size()) {
    for (size_t i = 0; i < from->parts.size(); ++i) {
      if (!FlowTo(from->parts[i], to->parts[i], differing).ok()) return Mismatch(from, to);
    }
    return absl::OkStatus();
  }
  if (from->kind != Kind::kTensor || to->kind != Kind::kTensor) return Unify(from, to);
  if (!to->declared) return MergeTensor(from, to, differing);
  if (from->dtype != to->dtype) return Mismatch(from, to);
  if (!from->has_rank || !to->has_rank) return absl::OkStatus();
  if (from->dims.size() != to->dims.size()) return Mismatch(from, to);
  for (size_t i = 0; i < to->dims.size(); ++i) {
    const bool both = from->dims[i] != TypeTerm::kOpen && to->dims[i] != TypeTerm::kOpen;
    if (both && from->dims[i] != to->dims[i]) return Mismatch(from, to);
  }
  return absl::OkStatus();
}

absl::Status TypeTerms::Flow(TypeTerm* from, TypeTerm* to) {
  return FlowTo(from, to, Differing::kError);
}

absl::Status TypeTerms::Join(TypeTerm* from, TypeTerm* to) {
  return FlowTo(from, to, Differing::kOpen);
}

}  // namespace baton::text
