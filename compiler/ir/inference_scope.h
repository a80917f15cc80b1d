// InferenceScope: what type inference knows at one point of a function. Used by the inference of single calls
// (call_inference.h), by passes, and by importers that type what they emit.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/module.h"
#include "compiler/ir/value_tracking.h"

namespace baton::ir {

// What holds at the current point: conditions of the enclosing branches, as facts and as rewrites of Dims
// that they imply, and the symbols that are defined. Grows inwards; a Mark restores an outer state.
class InferenceScope {
 public:
  struct Mark {
    size_t facts, rewrites, symbols;
  };
  Mark mark() const { return {facts_.size(), rewrites_.size(), symbol_order_.size()}; }
  void Restore(const Mark& mark);

  // Assumes that a condition is true.
  void Assume(const DimCondition& condition);
  const Facts& facts() const { return facts_; }

  // The form of a Dim, type or element under the assumptions. Of a type the tensors in it, not what lies in
  // data, functions and references.
  Dim Rewrite(const Dim& dim) const;
  TensorType Rewrite(const TensorType& type) const;
  Type Rewrite(const Type& type) const;
  Element Rewrite(const Element& element) const;

  // Type and elements of an operand under the assumptions.
  Type TypeOf(const Atom& atom) const { return Rewrite(atom.type()); }
  std::optional<Elements> ElementsOf(const Atom& atom) const;

  // Defines the symbols that can be read from the value.
  void Define(const Var& var);
  void DefineSymbols(const Type& type);
  void DefineSymbol(absl::string_view name);
  // True when every symbol of `dim` is defined here, so that it has a value.
  bool Defined(const Dim& dim) const;

 private:
  Facts facts_;
  std::vector<std::pair<DimAtomRef, Dim>> rewrites_;
  std::set<std::string, std::less<>> symbols_;
  std::vector<std::string> symbol_order_;
};

}  // namespace baton::ir
