// Scopes and the type context of type inference. Internal to infer_types*.cc.
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/ir/module.h"
#include "compiler/passes/value_tracking.h"

namespace baton {

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
  void Assume(const ir::DimCondition& condition);
  const Facts& facts() const { return facts_; }

  // The form of a Dim, type or element under the assumptions.
  Dim Rewrite(const Dim& dim) const;
  TensorType Rewrite(const TensorType& type) const;
  ir::Element Rewrite(const ir::Element& element) const;

  void DefineSymbols(const TensorType& type);
  void DefineSymbol(absl::string_view name);
  // True when every symbol of `dim` is defined here.
  bool Defined(const Dim& dim) const;

 private:
  Facts facts_;
  std::vector<std::pair<DimAtomRef, Dim>> rewrites_;
  std::set<std::string, std::less<>> symbols_;
  std::vector<std::string> symbol_order_;
};

// The TypeContext of one operator call under inference.
class CallContext : public TypeContext {
 public:
  CallContext(ir::Module& module, const InferenceScope& scope, const ir::OpCall& call);

  int num_inputs() const override { return static_cast<int>(types_.size()); }
  const TensorType* input(int index) const override { return types_[index] ? &*types_[index] : nullptr; }
  const std::vector<Dim>* InputValue(int index) override;
  Dim FreshDim(absl::string_view hint) override;
  absl::Status RequireEqual(const Dim& a, const Dim& b, absl::string_view what) override;
  absl::Status RequireAtLeast(const Dim& a, const Dim& b, absl::string_view what) override;
  absl::StatusOr<Dim> BroadcastDim(const Dim& a, const Dim& b) override;

  // Known elements of an input, or null.
  const Elements* InputElements(int index) const { return elements_[index] ? &*elements_[index] : nullptr; }
  // Checks that could not be proved.
  std::vector<ir::DimCheck> TakeChecks() { return std::move(checks_); }
  // "add(Tensor[(2), float32], Tensor[(3), float32])".
  std::string Describe() const;

 private:
  void AddCheck(ir::DimCheck::Kind kind, const Dim& a, const Dim& b, absl::string_view what);

  ir::Module& module_;
  const InferenceScope& scope_;
  const ir::OpCall& call_;
  std::vector<std::optional<TensorType>> types_;
  std::vector<std::optional<Elements>> elements_;
  std::vector<std::optional<std::vector<Dim>>> values_;
  std::vector<ir::DimCheck> checks_;
};

// The least type that both have: equal extents defined in `scope`, which is outside both, stay; others become
// fresh symbols; unequal ranks become unknown. Errors: InvalidArgument for different element types or tuple
// sizes.
absl::StatusOr<Type> JoinTypes(ir::Module& module, const InferenceScope& scope, const Type& a, const Type& b);

}  // namespace baton
