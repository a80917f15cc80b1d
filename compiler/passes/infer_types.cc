// Type inference: one walk over the regions in evaluation order; loops repeat until their carried types are
// stable.

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "compiler/ir/call_inference.h"
#include "compiler/ir/inference_scope.h"
#include "compiler/ir/type_relations.h"
#include "compiler/passes/passes.h"
#include "vm/core/status.h"

namespace baton {
namespace {

using ir::Atom;
using ir::Binding;
using ir::DimCondition;
using ir::Element;
using ir::InferenceScope;
using ir::Region;
using ir::Var;

// Rounds after which everything that a loop carries and that still changes gets unknown rank.
constexpr int kMaxLoopRounds = 12;

class TypeInference {
 public:
  explicit TypeInference(ir::Module& module) : module_(module) {}

  absl::Status Run() {
    for (ir::Function& function : module_.functions()) {
      scope_ = InferenceScope();
      for (Var* param : function.body->params) {
        scope_.DefineSymbols(param->type);
        param->elements.reset();
        ir::NameUnknownElements(module_, param);
        scope_.Define(*param);
      }
      BATON_RETURN_IF_ERROR(InferRegion(function.body, /*conditional=*/false));
      if (function.body->diverges) {
        return absl::InvalidArgumentError(absl::StrCat("function ", function.name, " always fails"));
      }
    }
    return absl::OkStatus();
  }

 private:
  // Infers all bindings. In a conditional region a binding that cannot be right ends the region instead of
  // failing.
  absl::Status InferRegion(Region* region, bool conditional) {
    region->diverges = false;
    for (size_t i = 0; i < region->bindings.size(); ++i) {
      Binding& binding = region->bindings[i];
      binding.checks.clear();
      binding.var->elements.reset();
      absl::Status status = InferBinding(binding);
      if (!status.ok()) {
        // A Raise gets its place from the back trace at run time.
        const std::string where = module_.location(binding.location).ToString();
        const bool placed = where.empty() || absl::StrContains(status.message(), "; at ");
        if (!conditional || !absl::IsInvalidArgument(status)) {
          return placed ? status : Annotate(status, absl::StrCat("at ", where));
        }
        Diverge(region, i, std::string(status.message()));
      }
      if (region->bindings[i].var->type.kind() == Type::Kind::kNever) {
        region->diverges = true;
        return absl::OkStatus();
      }
      scope_.Define(*binding.var);
    }
    return absl::OkStatus();
  }

  // The region fails at binding `index`. While a loop's types are still changing, later rounds may succeed,
  // so only the final round cuts the region.
  void Diverge(Region* region, size_t index, std::string message) {
    Binding& binding = region->bindings[index];
    binding.var->type = Type::Never();
    if (unstable_loops_ > 0) return;
    binding.expr = ir::Raise{std::move(message)};
    binding.checks.clear();
    region->bindings.resize(index + 1);
  }

  absl::Status InferBinding(Binding& binding) {
    Var* var = binding.var;
    if (auto* branch = std::get_if<ir::If>(&binding.expr)) return InferIf(*branch, var);
    if (auto* loop = std::get_if<ir::Loop>(&binding.expr)) return InferLoop(*loop, var);
    if (std::holds_alternative<ir::Raise>(binding.expr)) {
      var->type = Type::Never();
      return absl::OkStatus();
    }
    return ir::TypeBinding(module_, scope_, binding);
  }

  // Control flow.

  // The value of a region: its result, or a tuple of its results; Never when it diverges.
  Type ResultType(const Region* region) const {
    if (region->diverges) return Type::Never();
    if (region->results.size() == 1) return scope_.TypeOf(region->results[0]);
    std::vector<Type> fields;
    for (const Atom& result : region->results) fields.push_back(scope_.TypeOf(result));
    return Type::Tuple(std::move(fields));
  }

  absl::Status CheckCondition(const Atom& condition) const {
    const Type type = scope_.TypeOf(condition);
    if (!type.is_tensor() || type.tensor().dtype != DType::kBool) {
      return absl::InvalidArgumentError(
          absl::StrCat("condition is ", type.ToString(), ", expected one bool"));
    }
    const Shape& shape = type.tensor().shape;
    if (shape.has_rank() && Dim::ProvablyDifferent(shape.NumElements(), Dim(1))) {
      return absl::InvalidArgumentError(
          absl::StrCat("condition is ", type.ToString(), ", expected one element"));
    }
    return absl::OkStatus();
  }

  absl::Status InferIf(ir::If& branch, Var* var) {
    BATON_RETURN_IF_ERROR(CheckCondition(branch.condition));
    std::optional<DimCondition> condition;
    if (std::optional<ir::Elements> elements = scope_.ElementsOf(branch.condition);
        elements && elements->size() == 1) {
      const Element& element = (*elements)[0];
      if (element.condition() != nullptr) condition = *element.condition();
      const bool decided = element.dim() != nullptr && element.dim()->is_constant();
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
    BATON_ASSIGN_OR_RETURN(var->type, ir::JoinTypes(module_, scope_, then_type, else_type));
    if (var->type.is_tensor()) JoinElements(branch, var);
    return absl::OkStatus();
  }

  absl::StatusOr<Type> InferBranch(Region* region, const std::optional<DimCondition>& condition) {
    InferenceScope::Mark mark = scope_.mark();
    if (condition) scope_.Assume(*condition);
    absl::Status status = InferRegion(region, /*conditional=*/true);
    Type type = status.ok() ? ResultType(region) : Type();
    scope_.Restore(mark);
    BATON_RETURN_IF_ERROR(status);
    return type;
  }

  // Where an extent of `type`, inferred under `assumption`, is what the other branch's extent becomes under
  // the same assumption, the other's is right for both.
  Type Generalize(Type type, const Type& other, const std::optional<DimCondition>& assumption) {
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
    InferenceScope::Mark mark = scope_.mark();
    scope_.Assume(*assumption);
    Dims dims;
    for (int i = 0; i < shape.rank(); ++i) {
      dims.push_back(scope_.Rewrite(other_shape[i]) == shape[i] ? other_shape[i] : shape[i]);
    }
    scope_.Restore(mark);
    return Type(TensorType{type.tensor().dtype, Shape(std::move(dims))});
  }

  // Elements known to be the same in both branches stay known.
  void JoinElements(const ir::If& branch, Var* var) {
    const std::optional<int64_t> count = ir::TrackedCount(var->type.tensor());
    if (!count) return;
    var->elements.emplace(*count);
    const bool both = !branch.then_region->diverges && !branch.else_region->diverges;
    const Region* only = branch.then_region->diverges ? branch.else_region : branch.then_region;
    std::optional<ir::Elements> a = scope_.ElementsOf(only->results[0]);
    std::optional<ir::Elements> b = both ? scope_.ElementsOf(branch.else_region->results[0]) : a;
    if (a && b && a->size() == var->elements->size() && b->size() == a->size()) {
      for (size_t i = 0; i < a->size(); ++i) {
        const Dim* x = (*a)[i].dim();
        const Dim* y = (*b)[i].dim();
        if (x != nullptr && y != nullptr && *x == *y && scope_.Defined(*x)) (*var->elements)[i] = (*a)[i];
      }
    }
    ir::NameUnknownElements(module_, var);
  }

  absl::Status InferLoop(ir::Loop& loop, Var* var) {
    const size_t count = loop.initial.size();
    if (loop.condition->params.size() != count || loop.body->params.size() != count ||
        loop.body->results.size() != count || loop.condition->results.size() != 1) {
      return absl::InternalError("loop: regions do not fit its carried values");
    }
    std::vector<Type> types;
    std::vector<std::optional<ir::Elements>> elements;
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
    SetLoopResult(types, elements, var);
    return absl::OkStatus();
  }

  // Infers both regions with the given carried types and widens these by what the body gives; true when they
  // changed.
  absl::StatusOr<bool> InferLoopRound(ir::Loop& loop, std::vector<Type>* types,
                                      std::vector<std::optional<ir::Elements>>* elements, int round) {
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

  absl::Status InferCarriedRegion(Region* region, const std::vector<Type>& types,
                                  const std::vector<std::optional<ir::Elements>>& elements) {
    for (size_t i = 0; i < region->params.size(); ++i) {
      Var* param = region->params[i];
      param->type = types[i];
      param->elements = elements[i];
      ir::NameUnknownElements(module_, param);
      scope_.Define(*param);
    }
    return InferRegion(region, /*conditional=*/true);
  }

  absl::StatusOr<bool> WidenCarried(const Region* body, std::vector<Type>* types,
                                    std::vector<std::optional<ir::Elements>>* elements, int round) {
    bool changed = false;
    for (size_t i = 0; i < types->size(); ++i) {
      const Type next = scope_.TypeOf(body->results[i]);
      if (!next.is_tensor() || !(*types)[i].is_tensor() ||
          next.tensor().dtype != (*types)[i].tensor().dtype) {
        return absl::InvalidArgumentError(absl::StrCat("loop: carried value ", i, " starts as ",
                                                       (*types)[i].ToString(), " and becomes ",
                                                       next.ToString()));
      }
      const Shape widened =
          WidenShape((*types)[i].tensor().shape, next.tensor().shape, body->params[i], round);
      if (!(widened == (*types)[i].tensor().shape)) {
        (*types)[i] = TensorType{next.tensor().dtype, widened};
        changed = true;
      }
      changed |= WidenElements(scope_.ElementsOf(body->results[i]), &(*elements)[i]);
    }
    return changed;
  }

  // An extent that the body changes becomes a symbol of the parameter, which then may change freely.
  Shape WidenShape(const Shape& current, const Shape& next, const Var* param, int round) {
    if (!current.has_rank() || !next.has_rank() || current.rank() != next.rank()) return Shape::Unranked();
    if (round >= kMaxLoopRounds && !(current == next)) return Shape::Unranked();
    Dims dims;
    for (int i = 0; i < current.rank(); ++i) {
      const std::pair<const Var*, int> key(param, i);
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

  // Elements that the body keeps stay known; false when nothing changed.
  static bool WidenElements(const std::optional<ir::Elements>& next, std::optional<ir::Elements>* current) {
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

  // After the loop the values that changed are new ones.
  void SetLoopResult(const std::vector<Type>& types, const std::vector<std::optional<ir::Elements>>& elements,
                     Var* var) {
    std::vector<Type> results;
    for (const Type& type : types) {
      const Shape& shape = type.tensor().shape;
      if (!shape.has_rank()) {
        results.push_back(type);
        continue;
      }
      Dims dims;
      for (const Dim& dim : shape.dims())
        dims.push_back(scope_.Defined(dim) ? dim : module_.FreshSymbol("d"));
      results.push_back(TensorType{type.tensor().dtype, Shape(std::move(dims))});
    }
    if (results.size() != 1) {
      var->type = Type::Tuple(std::move(results));
      return;
    }
    var->type = results[0];
    var->elements = elements[0];
    ir::NameUnknownElements(module_, var);
  }

  ir::Module& module_;
  InferenceScope scope_;
  int unstable_loops_ = 0;  // loops around the current point whose carried types may still change
  std::map<std::pair<const Var*, int>, Dim> loop_symbols_;
};

}  // namespace

absl::Status InferTypes(ir::Module& module) {
  return TypeInference(module).Run();
}

}  // namespace baton
