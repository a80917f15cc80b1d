#include "compiler/ir/inference_scope.h"

#include "compiler/ir/type_relations.h"

namespace baton::ir {

void InferenceScope::Restore(const Mark& mark) {
  facts_.resize(mark.facts);
  rewrites_.resize(mark.rewrites);
  while (symbol_order_.size() > mark.symbols) {
    symbols_.erase(symbol_order_.back());
    symbol_order_.pop_back();
  }
}

void InferenceScope::Assume(const DimCondition& condition) {
  facts_.push_back(condition);
  if (condition.comparison == DimCondition::Comparison::kEqual && !condition.negated) {
    if (auto solution = SolveForAtom(condition.a - condition.b)) rewrites_.push_back(*std::move(solution));
  }
}

Dim InferenceScope::Rewrite(const Dim& dim) const {
  if (dim.is_constant()) return dim;
  Dim result = dim;
  for (const auto& [atom, value] : rewrites_) result = result.Substitute(atom, value);
  return result;
}

TensorType InferenceScope::Rewrite(const TensorType& type) const {
  if (rewrites_.empty() || !type.shape.has_rank()) return type;
  Dims dims;
  for (const Dim& dim : type.shape.dims()) dims.push_back(Rewrite(dim));
  return {type.dtype, Shape(std::move(dims))};
}

Type InferenceScope::Rewrite(const Type& type) const {
  if (rewrites_.empty()) return type;
  return MapTensors(type, [this](const TensorType& tensor) { return Rewrite(tensor); });
}

Element InferenceScope::Rewrite(const Element& element) const {
  if (element.dim() != nullptr) return Element{Rewrite(*element.dim())};
  if (element.condition() == nullptr) return element;
  DimCondition condition = *element.condition();
  condition.a = Rewrite(condition.a);
  condition.b = Rewrite(condition.b);
  if (std::optional<bool> truth = Decide(condition, facts_)) return Element{Dim(*truth ? 1 : 0)};
  return Element{std::move(condition)};
}

std::optional<Elements> InferenceScope::ElementsOf(const Atom& atom) const {
  if (atom.constant() != nullptr) return ConstantElements(atom.constant()->value);
  if (atom.var() == nullptr || !atom.var()->elements) return std::nullopt;
  Elements elements;
  for (const Element& element : *atom.var()->elements) elements.push_back(Rewrite(element));
  return elements;
}

void InferenceScope::DefineSymbol(absl::string_view name) {
  if (symbols_.emplace(name).second) symbol_order_.emplace_back(name);
}

void InferenceScope::DefineSymbols(const Type& type) {
  VisitTensors(type, [this](const TensorType& tensor) {
    if (!tensor.shape.has_rank()) return;
    for (const Dim& dim : tensor.shape.dims()) {
      if (!dim.symbol().empty()) DefineSymbol(dim.symbol());
    }
  });
}

void InferenceScope::Define(const Var& var) {
  VisitBareSymbols(var, [this](absl::string_view symbol) { DefineSymbol(symbol); });
}

bool InferenceScope::Defined(const Dim& dim) const {
  bool defined = !dim.is_opaque();
  dim.VisitSymbols([&](absl::string_view name) { defined &= symbols_.count(name) > 0; });
  return defined;
}

}  // namespace baton::ir
