// Type inference of loops: rounds over both regions until what is carried has stable types.
#include "absl/strings/str_cat.h"
#include "compiler/ir/call_inference.h"
#include "compiler/ir/type_relations.h"
#include "compiler/passes/type_inference.h"
#include "vm/core/status.h"

namespace baton {

using ir::Atom;
using ir::Element;
using ir::Elements;
using ir::InferenceScope;
using ir::Region;
using ir::Var;

namespace {

// Rounds after which everything that a loop carries and that still changes gets unknown rank.
constexpr int kMaxLoopRounds = 12;

// Elements that the body keeps stay known; false when nothing changed.
bool WidenElements(const std::optional<Elements>& next, std::optional<Elements>* current) {
  if (!*current) return false;
  if (!next || next->size() != (*current)->size()) {
    current->reset();
    return true;
  }
  bool changed = false;
  for (size_t i = 0; i < next->size(); ++i) {
    Element& element = (**current)[i];
    const bool same =
        element.dim() != nullptr && (*next)[i].dim() != nullptr && *element.dim() == *(*next)[i].dim();
    if (same || !element.known()) continue;
    element = Element{};
    changed = true;
  }
  return changed;
}

}  // namespace

absl::Status TypeInference::InferLoop(ir::Loop& loop, Var* var) {
  if (!ir::RegionsFit(loop)) return absl::InternalError("loop: regions do not fit its carried values");
  CarriedTypes types;
  CarriedElements elements;
  for (const Atom& initial : loop.initial) {
    types.push_back(scope_.TypeOf(initial));
    elements.push_back(scope_.ElementsOf(initial));
  }
  ++unstable_loops_;
  absl::Status status;
  for (int round = 0; status.ok(); ++round) {
    absl::StatusOr<bool> changed = InferLoopRound(loop, &types, &elements, round);
    status = changed.status();
    if (!status.ok() || !*changed) break;
  }
  --unstable_loops_;
  BATON_RETURN_IF_ERROR(status);
  // The types are stable: one more round, which may cut what is now proved to fail.
  if (unstable_loops_ == 0) BATON_RETURN_IF_ERROR(InferLoopRound(loop, &types, &elements, 0).status());
  if (loop.condition->diverges) {
    var->type = Type::Never();
  } else {
    SetLoopResult(types, elements, var);
  }
  return absl::OkStatus();
}

// Infers both regions with the given carried types and widens these by what the body gives; true when they
// changed.
absl::StatusOr<bool> TypeInference::InferLoopRound(ir::Loop& loop, CarriedTypes* types,
                                                   CarriedElements* elements, int round) {
  InferenceScope::Mark mark = scope_.mark();
  absl::StatusOr<bool> changed = false;
  absl::Status status = InferCarriedRegion(loop.condition, *types, *elements);
  if (status.ok() && !loop.condition->diverges) status = CheckCondition(loop.condition->results[0]);
  scope_.Restore(mark);
  if (status.ok()) {
    status = InferCarriedRegion(loop.body, *types, *elements);
    if (status.ok() && !loop.body->diverges) changed = WidenCarried(loop.body, types, elements, round);
  }
  scope_.Restore(mark);
  BATON_RETURN_IF_ERROR(status);
  return changed;
}

absl::Status TypeInference::InferCarriedRegion(Region* region, const CarriedTypes& types,
                                               const CarriedElements& elements) {
  for (size_t i = 0; i < region->params.size(); ++i) {
    Var* param = region->params[i];
    param->type = types[i];
    param->elements = elements[i];
    ir::NameUnknownElements(module_, param);
    scope_.Define(*param);
  }
  return InferRegion(region, /*conditional=*/true);
}

absl::StatusOr<bool> TypeInference::WidenCarried(const Region* body, CarriedTypes* types,
                                                 CarriedElements* elements, int round) {
  bool changed = false;
  for (size_t i = 0; i < types->size(); ++i) {
    const Type next = scope_.TypeOf(body->results[i]);
    CarriedTensor tensor{body->params[i], 0};
    const std::optional<Type> widened = Widen((*types)[i], next, &tensor, round);
    if (!widened) {
      return absl::InvalidArgumentError(absl::StrCat("loop: carried value ", i, " starts as ",
                                                     (*types)[i].ToString(), " and becomes ",
                                                     next.ToString()));
    }
    if (!(*widened == (*types)[i])) {
      (*types)[i] = *widened;
      changed = true;
    }
    changed |= WidenElements(scope_.ElementsOf(body->results[i]), &(*elements)[i]);
  }
  return changed;
}

// The least type that both have; nothing when there is none.
std::optional<Type> TypeInference::Widen(const Type& current, const Type& next, CarriedTensor* tensor,
                                         int round) {
  if (current.is_tensor() && next.is_tensor() && current.tensor().dtype == next.tensor().dtype) {
    const Shape shape = WidenShape(current.tensor().shape, next.tensor().shape, *tensor, round);
    ++tensor->index;
    return Type(TensorType{next.tensor().dtype, shape});
  }
  if (current.is_tuple() && next.is_tuple() && current.fields().size() == next.fields().size()) {
    std::vector<Type> fields;
    for (size_t i = 0; i < current.fields().size(); ++i) {
      std::optional<Type> field = Widen(current.fields()[i], next.fields()[i], tensor, round);
      if (!field) return std::nullopt;
      fields.push_back(*std::move(field));
    }
    return Type::Tuple(std::move(fields));
  }
  if (current.is_sequence() && next.is_sequence()) {
    std::optional<Type> element = ir::JoinElementTypes(current.element(), next.element());
    if (!element) return std::nullopt;
    return Type::Sequence(*std::move(element));
  }
  if (current.is_tensor() || !(current == next)) return std::nullopt;
  return current;
}

// An extent that the body changes becomes a symbol of the parameter, which then may change freely.
Shape TypeInference::WidenShape(const Shape& current, const Shape& next, const CarriedTensor& tensor,
                                int round) {
  if (!current.has_rank() || !next.has_rank() || current.rank() != next.rank()) return Shape::Unranked();
  if (round >= kMaxLoopRounds && !(current == next)) return Shape::Unranked();
  Dims dims;
  for (int i = 0; i < current.rank(); ++i) {
    const std::pair key(std::pair(tensor.param, tensor.index), i);
    auto own = loop_symbols_.find(key);
    if (current[i] == next[i] || (own != loop_symbols_.end() && current[i] == own->second)) {
      dims.push_back(current[i]);
      continue;
    }
    if (own == loop_symbols_.end()) own = loop_symbols_.emplace(key, module_.FreshSymbol("d")).first;
    dims.push_back(own->second);
  }
  return Shape(std::move(dims));
}

// After the loop the values that changed are new ones.
void TypeInference::SetLoopResult(const CarriedTypes& types, const CarriedElements& elements, Var* var) {
  CarriedTypes results;
  for (const Type& type : types) {
    results.push_back(ir::MapExtents(
        type, [this](const Dim& dim) { return scope_.Defined(dim) ? dim : module_.FreshSymbol("d"); }));
  }
  if (results.size() != 1) {
    var->type = Type::Tuple(std::move(results));
    return;
  }
  var->type = results[0];
  var->elements = elements[0];
  ir::NameUnknownElements(module_, var);
}

}  // namespace baton
