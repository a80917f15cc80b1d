#include "absl/strings/str_join.h"
#include "compiler/passes/infer_types.h"

namespace baton {

using ir::DimCheck;
using ir::DimCondition;
using ir::Element;

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

Element InferenceScope::Rewrite(const Element& element) const {
  if (element.dim() != nullptr) return Element{Rewrite(*element.dim())};
  if (element.condition() == nullptr) return element;
  DimCondition condition = *element.condition();
  condition.a = Rewrite(condition.a);
  condition.b = Rewrite(condition.b);
  if (std::optional<bool> truth = Decide(condition, facts_)) return Element{Dim(*truth ? 1 : 0)};
  return Element{std::move(condition)};
}

void InferenceScope::DefineSymbol(absl::string_view name) {
  if (symbols_.emplace(name).second) symbol_order_.emplace_back(name);
}

void InferenceScope::DefineSymbols(const TensorType& type) {
  if (!type.shape.has_rank()) return;
  for (const Dim& dim : type.shape.dims()) {
    if (!dim.symbol().empty()) DefineSymbol(dim.symbol());
  }
}

bool InferenceScope::Defined(const Dim& dim) const {
  bool defined = true;
  dim.VisitSymbols([&](absl::string_view name) { defined &= symbols_.count(name) > 0; });
  return defined;
}

CallContext::CallContext(ir::Module& module, const InferenceScope& scope, const ir::OpCall& call)
    : module_(module), scope_(scope), call_(call) {
  const size_t count = call.args.size();
  types_.resize(count);
  elements_.resize(count);
  values_.resize(count);
  for (size_t i = 0; i < count; ++i) {
    const ir::Atom& arg = call.args[i];
    if (arg.empty()) continue;
    if (arg.constant() != nullptr) {
      types_[i] = arg.constant()->value.type();
      elements_[i] = ConstantElements(arg.constant()->value);
      continue;
    }
    types_[i] = scope.Rewrite(arg.var()->type.tensor());
    if (!arg.var()->elements) continue;
    elements_[i].emplace();
    for (const Element& element : *arg.var()->elements) elements_[i]->push_back(scope.Rewrite(element));
  }
}

const std::vector<Dim>* CallContext::InputValue(int index) {
  if (index >= num_inputs() || !elements_[index] || types_[index]->shape.rank() > 1) return nullptr;
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

absl::StatusOr<Type> JoinTypes(ir::Module& module, const InferenceScope& scope, const Type& a,
                               const Type& b) {
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
  if (!a.is_tensor() || !b.is_tensor() || a.tensor().dtype != b.tensor().dtype) {
    return absl::InvalidArgumentError(
        absl::StrCat("one branch gives ", a.ToString(), ", the other ", b.ToString()));
  }
  const Shape& x = a.tensor().shape;
  const Shape& y = b.tensor().shape;
  if (!x.has_rank() || !y.has_rank() || x.rank() != y.rank())
    return Type(TensorType{a.tensor().dtype, Shape::Unranked()});
  Dims dims;
  for (int i = 0; i < x.rank(); ++i) {
    dims.push_back(x[i] == y[i] && scope.Defined(x[i]) ? x[i] : module.FreshSymbol("d"));
  }
  return Type(TensorType{a.tensor().dtype, Shape(std::move(dims))});
}

}  // namespace baton
