#include "compiler/ir/type_flow.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/ir/type_relations.h"
#include "vm/core/status.h"

namespace baton::ir {
namespace {

absl::Status Misfit(const std::string& what, const Type& found, const Type& declared) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, " is ", found.ToString(), ", expected ", declared.ToString()));
}

DimAtomRef SymbolAtom(absl::string_view name) {
  return Dim::Symbol(name).terms()[0].factors[0];
}

// A name that no symbol has: for symbols on their way from a callee to a caller, which may have symbols of
// the same names.
std::string InTransit(absl::string_view name) {
  return absl::StrCat(name, "'callee");
}

}  // namespace

void TypeFlow::Keep(const Type& declared) {
  VisitTensors(declared, [this](const TensorType& tensor) {
    if (!tensor.shape.has_rank()) return;
    for (const Dim& dim : tensor.shape.dims()) {
      if (!dim.symbol().empty()) bound_.emplace(dim.symbol(), dim);
    }
  });
}

absl::Status TypeFlow::Add(const Type& found, const Type& declared, const std::string& what) {
  index_ = 0;
  BATON_RETURN_IF_ERROR(AddField(found, declared, what));
  ++operand_;
  return absl::OkStatus();
}

absl::Status TypeFlow::AddField(const Type& found, const Type& declared, const std::string& what) {
  if (found.is_tensor() && declared.is_tensor()) {
    BATON_RETURN_IF_ERROR(AddTensor(found.tensor(), declared.tensor(), what));
    ++index_;
    return absl::OkStatus();
  }
  if (found.is_tuple() && declared.is_tuple() && found.fields().size() == declared.fields().size()) {
    for (size_t i = 0; i < found.fields().size(); ++i) {
      const std::string field = absl::StrCat(what, ", field ", i);
      BATON_RETURN_IF_ERROR(AddField(found.fields()[i], declared.fields()[i], field));
    }
    return absl::OkStatus();
  }
  ++index_;
  if (found.is_sequence() && declared.is_sequence() &&
      JoinElementTypes(found.element(), declared.element()) == declared.element()) {
    return absl::OkStatus();
  }
  return found == declared ? absl::OkStatus() : Misfit(what, found, declared);
}

absl::Status TypeFlow::AddTensor(const TensorType& found, const TensorType& declared,
                                 const std::string& what) {
  if (found.dtype != declared.dtype) return Misfit(what, found, declared);
  if (!declared.shape.has_rank()) return absl::OkStatus();
  TensorType ranked = found;
  if (!found.shape.has_rank()) {
    ranked = MapExtents(declared, [this](const Dim& dim) {
               return dim.is_constant() ? dim : module_.FreshSymbol("d");
             }).tensor();
    type_checks_.push_back({operand_, index_, ranked, what});
  }
  if (ranked.shape.rank() != declared.shape.rank()) return Misfit(what, found, declared);
  for (int axis = 0; axis < declared.shape.rank(); ++axis) {
    const Dim& dim = declared.shape[axis];
    if (IsAnyDim(dim)) continue;
    if (!dim.symbol().empty() && bound_.try_emplace(std::string(dim.symbol()), ranked.shape[axis]).second)
      continue;
    goals_.push_back({ranked.shape[axis], dim, found, declared, what, axis});
  }
  return absl::OkStatus();
}

absl::Status TypeFlow::Finish() {
  for (const Goal& goal : goals_) {
    const std::optional<Dim> expected = Bind(goal.declared);
    if (!expected) continue;
    const std::optional<bool> truth =
        Decide({DimCondition::Comparison::kEqual, goal.found, *expected}, scope_.facts());
    if (truth && !*truth) return Misfit(goal.what, goal.found_type, goal.declared_type);
    if (truth) continue;
    const std::string what =
        absl::StrCat(goal.what, " (", goal.declared_type.ToString(), "): extent ", goal.axis);
    checks_.push_back({DimCheck::Kind::kEqual, goal.found, *expected, what});
  }
  return absl::OkStatus();
}

std::optional<Dim> TypeFlow::Bind(const Dim& declared) const {
  if (declared.is_constant()) return declared;
  bool all_bound = true;
  Dim dim = declared;
  declared.VisitSymbols([&](absl::string_view name) {
    all_bound &= bound_.count(name) > 0;
    dim = dim.Substitute(SymbolAtom(name), Dim::Symbol(InTransit(name)));
  });
  if (!all_bound) return std::nullopt;
  declared.VisitSymbols([&](absl::string_view name) {
    dim = dim.Substitute(SymbolAtom(InTransit(name)), bound_.find(name)->second);
  });
  return dim;
}

Type TypeFlow::Instantiate(const Type& declared) const {
  return MapExtents(declared, [this](const Dim& dim) {
    const std::optional<Dim> bound = IsAnyDim(dim) ? std::nullopt : Bind(dim);
    return bound && scope_.Defined(*bound) ? *bound : module_.FreshSymbol("d");
  });
}

}  // namespace baton::ir
