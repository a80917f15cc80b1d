// Type inference of `if` and `match`.
#include "absl/strings/str_cat.h"
#include "compiler/ir/call_inference.h"
#include "compiler/ir/type_relations.h"
#include "compiler/passes/type_inference.h"
#include "vm/core/status.h"

namespace baton {

using ir::Atom;
using ir::DimCondition;
using ir::Element;
using ir::Elements;
using ir::InferenceScope;
using ir::Region;
using ir::Var;

// The value of a region: its result, or a tuple of its results; Never when it diverges.
Type TypeInference::ResultType(const Region* region) const {
  if (region->diverges) return Type::Never();
  if (region->results.size() == 1) return scope_.TypeOf(region->results[0]);
  std::vector<Type> fields;
  for (const Atom& result : region->results) fields.push_back(scope_.TypeOf(result));
  return Type::Tuple(std::move(fields));
}

absl::Status TypeInference::CheckCondition(const Atom& condition) const {
  const Type type = scope_.TypeOf(condition);
  if (!type.is_tensor() || type.tensor().dtype != DType::kBool) {
    return absl::InvalidArgumentError(absl::StrCat("condition is ", type.ToString(), ", expected one bool"));
  }
  const Shape& shape = type.tensor().shape;
  if (shape.has_rank() && Dim::ProvablyDifferent(shape.NumElements(), Dim(1))) {
    return absl::InvalidArgumentError(
        absl::StrCat("condition is ", type.ToString(), ", expected one element"));
  }
  return absl::OkStatus();
}

absl::Status TypeInference::InferIf(ir::If& branch, Var* var) {
  BATON_RETURN_IF_ERROR(CheckCondition(branch.condition));
  std::optional<DimCondition> condition;
  Region* taken = nullptr;  // where the condition is known
  if (std::optional<Elements> elements = scope_.ElementsOf(branch.condition);
      elements && elements->size() == 1) {
    const Element& element = (*elements)[0];
    if (element.condition() != nullptr) condition = *element.condition();
    const bool decided = element.dim() != nullptr && element.dim()->is_constant();
    if (decided) taken = element.dim()->value() != 0 ? branch.then_region : branch.else_region;
    if (decided && unstable_loops_ == 0 && branch.condition.var() != nullptr) {
      // True only here: the assumptions of this scope decided it.
      branch.condition = module_.NewConstant(Tensor::Scalar(Bool(element.dim()->value() != 0)));
    }
  }
  std::optional<DimCondition> opposite = condition;
  if (opposite) opposite->negated = !opposite->negated;
  BATON_ASSIGN_OR_RETURN(Type then_type, InferBranch(branch.then_region, condition));
  BATON_ASSIGN_OR_RETURN(Type else_type, InferBranch(branch.else_region, opposite));
  then_type = Generalize(std::move(then_type), else_type, condition);
  else_type = Generalize(std::move(else_type), then_type, opposite);
  BATON_ASSIGN_OR_RETURN(var->type, JoinTypes(module_, scope_, then_type, else_type));
  if (taken != nullptr && !taken->diverges) {
    // The other branch has nothing to say, so that a chain of such branches is inferred in one round.
    const Type type = ResultType(taken);
    BATON_ASSIGN_OR_RETURN(var->type, JoinTypes(module_, scope_, type, type));
    if (var->type.is_tensor()) JoinElements({taken}, var);
    return absl::OkStatus();
  }
  if (var->type.is_tensor()) JoinElements({branch.then_region, branch.else_region}, var);
  return absl::OkStatus();
}

absl::Status TypeInference::InferMatch(ir::Match& match, Var* var) {
  BATON_RETURN_IF_ERROR(ir::TypeArmParams(module_, match.data.type(), match));
  var->type = Type::Never();
  std::vector<Region*> regions;
  for (const ir::MatchArm& arm : match.arms) regions.push_back(arm.region);
  if (match.otherwise != nullptr) regions.push_back(match.otherwise);
  for (Region* region : regions) {
    BATON_ASSIGN_OR_RETURN(const Type type, InferBranch(region, std::nullopt));
    BATON_ASSIGN_OR_RETURN(var->type, JoinTypes(module_, scope_, var->type, type));
  }
  if (var->type.is_tensor()) JoinElements(regions, var);
  return absl::OkStatus();
}

absl::StatusOr<Type> TypeInference::InferBranch(Region* region,
                                                const std::optional<DimCondition>& condition) {
  const InferenceScope::Mark mark = scope_.mark();
  if (condition) scope_.Assume(*condition);
  for (const Var* param : region->params) scope_.Define(*param);
  const absl::Status status = InferRegion(region, /*conditional=*/true);
  Type type = status.ok() ? ResultType(region) : Type();
  scope_.Restore(mark);
  BATON_RETURN_IF_ERROR(status);
  return type;
}

// Where an extent of `type`, inferred under `assumption`, is what the other branch's extent becomes under
// the same assumption, the other's is right for both.
Type TypeInference::Generalize(Type type, const Type& other, const std::optional<DimCondition>& assumption) {
  if (!assumption) return type;
  if (type.is_tuple() && other.is_tuple() && type.fields().size() == other.fields().size()) {
    std::vector<Type> fields;
    for (size_t i = 0; i < type.fields().size(); ++i) {
      fields.push_back(Generalize(type.fields()[i], other.fields()[i], assumption));
    }
    return Type::Tuple(std::move(fields));
  }
  if (!type.is_tensor() || !other.is_tensor()) return type;
  const Shape& shape = type.tensor().shape;
  const Shape& other_shape = other.tensor().shape;
  if (!shape.has_rank() || !other_shape.has_rank() || shape.rank() != other_shape.rank()) return type;
  const InferenceScope::Mark mark = scope_.mark();
  scope_.Assume(*assumption);
  Dims dims;
  for (int i = 0; i < shape.rank(); ++i) {
    dims.push_back(scope_.Rewrite(other_shape[i]) == shape[i] ? other_shape[i] : shape[i]);
  }
  scope_.Restore(mark);
  return Type(TensorType{type.tensor().dtype, Shape(std::move(dims))});
}

// Elements known to be the same wherever the value comes from stay known.
void TypeInference::JoinElements(const std::vector<Region*>& regions, Var* var) {
  const std::optional<int64_t> count = ir::TrackedCount(var->type.tensor());
  if (!count) return;
  std::optional<Elements> joined;
  for (const Region* region : regions) {
    if (region->diverges) continue;
    std::optional<Elements> next = scope_.ElementsOf(region->results[0]);
    if (!next || next->size() != static_cast<size_t>(*count)) next.emplace(*count);
    if (!joined) joined = next;
    for (size_t i = 0; i < next->size(); ++i) {
      const Dim* a = (*joined)[i].dim();
      const Dim* b = (*next)[i].dim();
      const bool same = a != nullptr && b != nullptr && *a == *b && scope_.Defined(*a);
      if (!same) (*joined)[i] = Element{};
    }
  }
  var->elements = std::move(joined);
  ir::NameUnknownElements(module_, var);
}

}  // namespace baton
