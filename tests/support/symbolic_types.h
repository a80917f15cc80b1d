// A TypeContext for tests of type rules: types and operand values are given as text, requirements that cannot
// be decided are recorded instead of checked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ops/op_def.h"
#include "ops/registry.h"
#include "vm/core/status.h"

namespace baton::test {

class SymbolicTypes final : public TypeContext {
 public:
  // A ranked input: Add(DType::kFloat32, {"seq", "8"}).
  SymbolicTypes& Add(DType dtype, const std::vector<std::string>& dims) {
    Dims parsed;
    for (const std::string& dim : dims) parsed.push_back(Dim::Parse(dim).value());
    return AddType({dtype, Shape(std::move(parsed))});
  }
  SymbolicTypes& AddUnranked(DType dtype) { return AddType({dtype, Shape::Unranked()}); }
  SymbolicTypes& AddAbsent() {
    inputs_.push_back(std::nullopt);
    values_.push_back(std::nullopt);
    return *this;
  }
  // An int64 vector whose elements are known: AddValue({"seq", "-1"}).
  SymbolicTypes& AddValue(const std::vector<std::string>& elements) {
    AddType({DType::kInt64, Shape({Dim(static_cast<int64_t>(elements.size()))})});
    std::vector<Dim> value;
    for (const std::string& element : elements) value.push_back(Dim::Parse(element).value());
    values_.back() = std::move(value);
    return *this;
  }
  SymbolicTypes& AddScalarValue(const std::string& element) {
    AddType({DType::kInt64, Shape()});
    values_.back() = std::vector<Dim>{Dim::Parse(element).value()};
    return *this;
  }

  // The result types of `op` as text, separated by "; ", or its error.
  std::string Infer(absl::string_view op, const Attributes& attributes = {}) {
    const OpDef* def = FindOp(op);
    if (def == nullptr) return "no such operator";
    absl::StatusOr<OpAttrs> attrs = def->ParseAttrs(attributes);
    if (!attrs.ok()) return std::string(attrs.status().message());
    TensorTypes types;
    if (absl::Status status = def->type(*this, attrs->raw(), &types); !status.ok()) {
      return std::string(status.message());
    }
    std::string text;
    for (const TensorType& type : types) absl::StrAppend(&text, text.empty() ? "" : "; ", type.ToString());
    return text;
  }

  // What was required and could not be decided: "seq == len", "len >= 1", in order.
  const std::vector<std::string>& required() const { return required_; }

  int num_inputs() const override { return static_cast<int>(inputs_.size()); }
  const TensorType* input(int index) const override { return inputs_[index] ? &*inputs_[index] : nullptr; }
  const std::vector<Dim>* InputValue(int index) override {
    return values_[index] ? &*values_[index] : nullptr;
  }
  Dim FreshDim(absl::string_view hint) override { return Dim::Symbol(absl::StrCat("_", fresh_++)); }

  absl::Status RequireEqual(const Dim& a, const Dim& b, absl::string_view what) override {
    if (a == b) return absl::OkStatus();
    if (Dim::ProvablyDifferent(a, b)) {
      return absl::InvalidArgumentError(
          absl::StrCat(what, " must be equal, found ", a.ToString(), " and ", b.ToString()));
    }
    required_.push_back(absl::StrCat(a.ToString(), " == ", b.ToString()));
    return absl::OkStatus();
  }

  absl::Status RequireAtLeast(const Dim& a, const Dim& b, absl::string_view what) override {
    const Dim difference = a - b;
    if (difference.LowerBound().value_or(-1) >= 0) return absl::OkStatus();
    if (difference.UpperBound().value_or(0) < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(what, " must be at least ", b.ToString(), ", found ", a.ToString()));
    }
    required_.push_back(absl::StrCat(a.ToString(), " >= ", b.ToString()));
    return absl::OkStatus();
  }

  absl::StatusOr<Dim> BroadcastDim(const Dim& a, const Dim& b) override {
    if (a == b || b == Dim(1)) return a;
    if (a == Dim(1)) return b;
    if (a.is_constant() && b.is_constant()) {
      return absl::InvalidArgumentError(
          absl::StrCat("extents ", a.value(), " and ", b.value(), " do not broadcast"));
    }
    required_.push_back(absl::StrCat(a.ToString(), " broadcasts ", b.ToString()));
    return Dim::Apply(DimFunction::kBroadcast, a, b);
  }

 private:
  SymbolicTypes& AddType(TensorType type) {
    inputs_.push_back(std::move(type));
    values_.push_back(std::nullopt);
    return *this;
  }

  std::vector<std::optional<TensorType>> inputs_;
  std::vector<std::optional<std::vector<Dim>>> values_;
  std::vector<std::string> required_;
  int fresh_ = 0;
};

}  // namespace baton::test
