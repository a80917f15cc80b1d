#include "compiler/ir/call_context.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace baton::ir {

CallContext::CallContext(Module& module, const InferenceScope& scope, const OpCall& call)
    : module_(module), scope_(scope), call_(call) {
  const size_t count = call.args.size();
  types_.resize(count);
  elements_.resize(count);
  values_.resize(count);
  for (size_t i = 0; i < count; ++i) {
    const Atom& arg = call.args[i];
    if (arg.empty()) continue;
    types_[i] = scope.TypeOf(arg).tensor();
    elements_[i] = scope.ElementsOf(arg);
  }
}

const std::vector<Dim>* CallContext::InputValue(int index) {
  if (index >= num_inputs() || !elements_[index] || types_[index]->shape.rank() > 1) return nullptr;
  return InputElements(index);
}

const std::vector<Dim>* CallContext::InputElements(int index) {
  if (index >= num_inputs() || !elements_[index]) return nullptr;
  if (!values_[index]) {
    std::vector<Dim> dims;
    for (const Element& element : *elements_[index]) {
      if (element.dim() == nullptr) return nullptr;
      dims.push_back(*element.dim());
    }
    values_[index] = std::move(dims);
  }
  return &*values_[index];
}

Dim CallContext::FreshDim(absl::string_view hint) {
  return module_.FreshSymbol(hint);
}

void CallContext::AddCheck(DimCheck::Kind kind, const Dim& a, const Dim& b, absl::string_view what) {
  checks_.push_back({kind, a, b, absl::StrCat(call_.op->name, ": ", what)});
}

absl::Status CallContext::RequireEqual(const Dim& a, const Dim& b, absl::string_view what) {
  std::optional<bool> truth = Decide({DimCondition::Comparison::kEqual, a, b}, scope_.facts());
  if (truth && !*truth) {
    return absl::InvalidArgumentError(absl::StrCat(what, ": ", a.ToString(), " and ", b.ToString()));
  }
  if (!truth) AddCheck(DimCheck::Kind::kEqual, a, b, what);
  return absl::OkStatus();
}

absl::Status CallContext::RequireAtLeast(const Dim& a, const Dim& b, absl::string_view what) {
  std::optional<bool> truth = Decide({DimCondition::Comparison::kLessEqual, b, a}, scope_.facts());
  if (truth && !*truth) {
    return absl::InvalidArgumentError(absl::StrCat(what, ": ", a.ToString(), " is less than ", b.ToString()));
  }
  if (!truth) AddCheck(DimCheck::Kind::kAtLeast, a, b, what);
  return absl::OkStatus();
}

absl::StatusOr<Dim> CallContext::BroadcastDim(const Dim& a, const Dim& b) {
  const Facts& facts = scope_.facts();
  if (a == b || b == Dim(1)) return a;
  if (a == Dim(1)) return b;
  if (Decide({DimCondition::Comparison::kEqual, a, b}, facts) == true) return a;
  auto cannot_be_one = [&](const Dim& dim) {
    return Decide({DimCondition::Comparison::kEqual, dim, Dim(1)}, facts) == false;
  };
  if (cannot_be_one(a) && cannot_be_one(b)) {
    if (Decide({DimCondition::Comparison::kEqual, a, b}, facts) == false) {
      return absl::InvalidArgumentError(
          absl::StrCat("extents ", a.ToString(), " and ", b.ToString(), " do not broadcast"));
    }
    AddCheck(DimCheck::Kind::kEqual, a, b, "extents to broadcast");
    return a;
  }
  AddCheck(DimCheck::Kind::kBroadcast, a, b, "extents");
  if (cannot_be_one(a)) return a;
  if (cannot_be_one(b)) return b;
  return Dim::Apply(DimFunction::kBroadcast, a, b);
}

std::string CallContext::Describe() const {
  return absl::StrCat(call_.op->name, "(",
                      absl::StrJoin(types_, ", ",
                                    [](std::string* out, const std::optional<TensorType>& type) {
                                      out->append(type ? type->ToString() : "-");
                                    }),
                      ")");
}

}  // namespace baton::ir
