#include <unordered_map>

#include "compiler/ir/value_tracking.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/rewrite.h"
#include "ops/registry.h"

namespace baton {
namespace {

using ir::Atom;
using ir::Binding;
using ir::Region;
using ir::Var;

class Simplifier {
 public:
  explicit Simplifier(ir::Module& module) : module_(module) {}

  bool Run() {
    for (ir::Function& function : module_.functions()) SimplifyRegion(function.body);
    return changed_;
  }

 private:
  // Recursion: once per nested region; importers bound the nesting.
  void SimplifyRegion(Region* region) {
    std::vector<Binding> kept;
    kept.reserve(region->bindings.size());
    if (!AppendSimplified(std::move(region->bindings), &kept)) {
      region->diverges = true;
      region->results.clear();
    }
    region->bindings = std::move(kept);
    substitution_.ApplyTo(&region->results);
    for (Binding& binding : region->bindings) {
      for (Region* inner : ir::Regions(binding.expr)) SimplifyRegion(inner);
    }
  }

  // False when the bindings always fail: what would follow is not reached.
  bool AppendSimplified(std::vector<Binding> bindings, std::vector<Binding>* kept) {
    for (Binding& binding : bindings) {
      substitution_.ApplyTo(&binding.expr);
      if (Region* taken = TakenRegion(binding.expr)) {
        if (!InlineRegion(taken, binding, kept)) return false;
        continue;
      }
      CallDirectly(&binding.expr);
      CallForResult(&binding.expr);
      const Atom value = SimplerValue(binding);
      if (!value.empty()) {
        changed_ = true;
        substitution_.Replace(binding.var, value);
        continue;
      }
      if (auto* call = std::get_if<ir::OpCall>(&binding.expr)) SimplifyAlgebra(call);
      NoteValue(binding);
      const bool never = binding.var->type.kind() == Type::Kind::kNever;
      kept->push_back(std::move(binding));
      if (never) {
        changed_ |= &binding != &bindings.back();
        return false;
      }
    }
    return true;
  }

  // Values that later expressions may take apart.
  void NoteValue(const Binding& binding) {
    if (const auto* tuple = std::get_if<ir::MakeTuple>(&binding.expr)) tuples_[binding.var] = tuple->fields;
    if (const auto* data = std::get_if<ir::MakeData>(&binding.expr)) data_[binding.var] = *data;
    if (const auto* closure = std::get_if<ir::MakeClosure>(&binding.expr)) closures_[binding.var] = *closure;
    const auto* call = std::get_if<ir::OpCall>(&binding.expr);
    if (call != nullptr && call->op->result_alone != nullptr && !binding.has_checks())
      calls_[binding.var] = *call;
  }

  // One result of several, of a small vector of integers: from a call that gives it alone, through which
  // inference follows the elements.
  void CallForResult(ir::Expr* expr) {
    const auto* project = std::get_if<ir::Project>(expr);
    const auto found = project == nullptr ? calls_.end() : calls_.find(project->tuple.var());
    if (found == calls_.end()) return;
    const ir::OpCall& call = found->second;
    const Atom data = call.args[0];
    if (!data.type().is_tensor() || !ir::TrackedCount(data.type().tensor())) return;
    if (data.type().tensor().shape.rank() != 1) return;
    TensorTypes results;
    for (const Type& field : project->tuple.type().fields()) results.push_back(field.tensor());
    const std::optional<ResultCall> alone = call.op->result_alone(call.attrs.raw(), results, project->index);
    if (!alone) return;
    ir::OpCall single{alone->op, alone->op->DefaultAttrs(), {data}};
    for (const Tensor& operand : alone->operands) single.args.push_back(module_.NewConstant(operand));
    single.args.resize(alone->op->inputs.size());
    *expr = std::move(single);
    changed_ = true;
  }

  // A call of a closure that was made here needs no closure.
  void CallDirectly(ir::Expr* expr) {
    const auto* call = std::get_if<ir::CallClosure>(expr);
    const auto closure = call == nullptr ? closures_.end() : closures_.find(call->closure.var());
    if (closure == closures_.end()) return;
    ir::Call direct{closure->second.function, closure->second.captured};
    direct.args.insert(direct.args.end(), call->args.begin(), call->args.end());
    *expr = std::move(direct);
    changed_ = true;
  }

  // The region that is certain to run, or null.
  Region* TakenRegion(const ir::Expr& expr) {
    if (const auto* branch = std::get_if<ir::If>(&expr)) return TakenBranch(*branch);
    if (const auto* loop = std::get_if<ir::Loop>(&expr)) return TakenCondition(*loop);
    const auto* match = std::get_if<ir::Match>(&expr);
    const auto data = match == nullptr ? data_.end() : data_.find(match->data.var());
    return data == data_.end() ? nullptr : TakenArm(*match, data->second);
  }

  // A condition that always fails is all that runs of its loop.
  Region* TakenCondition(const ir::Loop& loop) {
    Region* condition = loop.condition;
    if (!condition->diverges) return nullptr;
    for (size_t i = 0; i < loop.initial.size(); ++i) {
      substitution_.Replace(condition->params[i], loop.initial[i]);
    }
    condition->params.clear();
    return condition;
  }

  // The arm for a known constructor, its parameters replaced by the fields.
  Region* TakenArm(const ir::Match& match, const ir::MakeData& data) {
    for (const ir::MatchArm& arm : match.arms) {
      if (arm.constructor != data.constructor) continue;
      for (size_t i = 0; i < data.fields.size(); ++i) {
        substitution_.Replace(arm.region->params[i], data.fields[i]);
      }
      arm.region->params.clear();
      return arm.region;
    }
    return match.otherwise;
  }

  static Region* TakenBranch(const ir::If& branch) {
    std::optional<ir::Element> condition;
    if (branch.condition.constant() != nullptr) {
      std::optional<ir::Elements> elements = ir::ConstantElements(branch.condition.constant()->value);
      if (elements && elements->size() == 1) condition = (*elements)[0];
    } else if (branch.condition.var()->elements && branch.condition.var()->elements->size() == 1) {
      condition = (*branch.condition.var()->elements)[0];
    }
    if (!condition || condition->dim() == nullptr || !condition->dim()->is_constant()) return nullptr;
    return condition->dim()->value() != 0 ? branch.then_region : branch.else_region;
  }

  bool InlineRegion(Region* taken, const Binding& binding, std::vector<Binding>* kept) {
    changed_ = true;
    if (!AppendSimplified(std::move(taken->bindings), kept) || taken->diverges) return false;
    substitution_.ApplyTo(&taken->results);
    if (taken->results.size() == 1) {
      substitution_.Replace(binding.var, taken->results[0]);
      return true;
    }
    tuples_[binding.var] = taken->results;
    Binding tuple;
    tuple.var = binding.var;
    tuple.expr = ir::MakeTuple{taken->results};
    tuple.location = binding.location;
    kept->push_back(std::move(tuple));
    return true;
  }

  // What can stand for the binding's value; empty if nothing can.
  Atom SimplerValue(const Binding& binding) {
    if (const auto* project = std::get_if<ir::Project>(&binding.expr)) {
      auto tuple = project->tuple.var() != nullptr ? tuples_.find(project->tuple.var()) : tuples_.end();
      return tuple != tuples_.end() ? tuple->second[project->index] : Atom();
    }
    const auto* call = std::get_if<ir::OpCall>(&binding.expr);
    if (call == nullptr || binding.has_checks() || !binding.var->type.is_tensor()) return Atom();
    if (Atom constant = KnownConstant(binding.var); !constant.empty()) return constant;
    return IsIdentity(*call, binding.var->type) ? call->args[0] : Atom();
  }

  Atom KnownConstant(const Var* var) {
    if (!var->elements) return Atom();
    for (const ir::Element& element : *var->elements) {
      if (element.dim() == nullptr || !element.dim()->is_constant()) return Atom();
    }
    const TensorType& type = var->type.tensor();
    std::vector<int64_t> dims;
    for (const Dim& dim : type.shape.dims()) dims.push_back(dim.value());
    absl::StatusOr<Tensor> tensor = Tensor::Allocate(type.dtype, dims);
    if (!tensor.ok()) return Atom();
    VisitDType(type.dtype, [&](auto sample) {
      using T = decltype(sample);
      for (size_t i = 0; i < var->elements->size(); ++i) {
        const int64_t value = (*var->elements)[i].dim()->value();
        if constexpr (std::is_integral_v<T>) (*tensor)->As<T>()[i] = static_cast<T>(value);
        if constexpr (std::is_same_v<T, Bool>) (*tensor)->As<T>()[i] = Bool(value != 0);
      }
    });
    return module_.NewConstant(*std::move(tensor));
  }

  static bool IsOnes(const Atom& atom) {
    if (atom.empty()) return true;
    if (atom.constant() == nullptr) return false;
    std::optional<ir::Elements> elements = ir::ConstantElements(atom.constant()->value);
    if (!elements) return false;
    for (const ir::Element& element : *elements) {
      if (element.dim() == nullptr || !(*element.dim() == Dim(1))) return false;
    }
    return true;
  }

  // True when the call gives its first operand back.
  static bool IsIdentity(const ir::OpCall& call, const Type& type) {
    if (call.args.empty() || call.args[0].empty() || !(call.args[0].type() == type)) return false;
    if (!type.tensor().shape.has_rank()) return call.op->name == "copy";
    if (call.op->is_view || call.op->scalar == ScalarForm::kCast || call.op->name == "expand") return true;
    if (call.op->name == "concatenate") return call.args.size() == 1;
    // The whole of every axis, forwards.
    if (call.op->name == "strided_slice") return call.args.size() < 5 || IsOnes(call.args[4]);
    return false;
  }

  // x ** 2 is x * x: exact, and far cheaper.
  void SimplifyAlgebra(ir::OpCall* call) {
    if (call->op->name != "power" || call->args[1].constant() == nullptr || call->args[0].empty()) return;
    const Tensor& exponent = call->args[1].constant()->value;
    if (exponent.dtype() != DType::kFloat32 || exponent.shape().size() != 0 ||
        exponent.values<float>()[0] != 2.0f)
      return;
    const OpDef* multiply = FindOp("multiply");
    if (!call->args[0].type().is_tensor() || !IsFloat(call->args[0].type().tensor().dtype)) return;
    *call = ir::OpCall{multiply, multiply->DefaultAttrs(), {call->args[0], call->args[0]}};
    changed_ = true;
  }

  ir::Module& module_;
  Substitution substitution_;
  std::unordered_map<const Var*, std::vector<Atom>> tuples_;
  std::unordered_map<const Var*, ir::MakeData> data_;
  std::unordered_map<const Var*, ir::MakeClosure> closures_;
  std::unordered_map<const Var*, ir::OpCall> calls_;  // with several results
  bool changed_ = false;
};

}  // namespace

absl::StatusOr<bool> Simplify(ir::Module& module) {
  return Simplifier(module).Run();
}

}  // namespace baton
