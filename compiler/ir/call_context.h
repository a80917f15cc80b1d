// The TypeContext of one operator call whose operands are Atoms. Internal to call_inference.cc.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/ir/inference_scope.h"
#include "compiler/ir/module.h"

namespace baton::ir {

class CallContext : public TypeContext {
 public:
  CallContext(Module& module, const InferenceScope& scope, const OpCall& call);

  int num_inputs() const override { return static_cast<int>(types_.size()); }
  const TensorType* input(int index) const override { return types_[index] ? &*types_[index] : nullptr; }
  const std::vector<Dim>* InputValue(int index) override;
  const std::vector<Dim>* InputElements(int index) override;
  Dim FreshDim(absl::string_view hint) override;
  absl::Status RequireEqual(const Dim& a, const Dim& b, absl::string_view what) override;
  absl::Status RequireAtLeast(const Dim& a, const Dim& b, absl::string_view what) override;
  absl::StatusOr<Dim> BroadcastDim(const Dim& a, const Dim& b) override;

  // What is known of each element of an input, or null.
  const Elements* Tracked(int index) const { return elements_[index] ? &*elements_[index] : nullptr; }
  // Checks that could not be proved.
  std::vector<DimCheck> TakeChecks() { return std::move(checks_); }
  // "add(Tensor[(2), float32], Tensor[(3), float32])".
  std::string Describe() const;

 private:
  void AddCheck(DimCheck::Kind kind, const Dim& a, const Dim& b, absl::string_view what);

  Module& module_;
  const InferenceScope& scope_;
  const OpCall& call_;
  std::vector<std::optional<TensorType>> types_;
  std::vector<std::optional<Elements>> elements_;
  std::vector<std::optional<std::vector<Dim>>> values_;
  std::vector<DimCheck> checks_;
};

}  // namespace baton::ir
