#include "compiler/passes/cost_model.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "compiler/ir/type_relations.h"
#include "compiler/ir/value_tracking.h"
#include "compiler/passes/call_graph.h"

namespace baton {
namespace {

using ir::Atom;
using ir::Binding;
using ir::Function;
using ir::Region;
using ir::Var;

// What calling a kernel takes before it computes: the instruction, the output's memory, the shape check.
// bench/dispatch.cc, "kernel calls".
constexpr int64_t kKernelPs = 60'000;
// A call of a function: frame and moves.
constexpr int64_t kCallPs = 10'000;
// A scalar instruction, a view, an object.
constexpr int64_t kInstructionPs = 2'000;
// One core on kernels as they are: 16 operations (half the peak of 8-wide fused multiply-add at 2 GHz) or 16
// bytes (second-level cache) per nanosecond.
constexpr int64_t kPsPerFlop = 62;
constexpr int64_t kPsPerByte = 62;
// A kernel on tensors of unknown rank.
constexpr int64_t kUnknownKernelPs = 500'000;
// Rounds of a loop, and bodies that a recursive call runs: at least these.
constexpr int64_t kAssumedRounds = 8;
constexpr int64_t kAssumedBodies = 2;

Work Constant(int64_t ps) {
  return {static_cast<double>(ps) / 1000, Dim(ps)};
}

Work FromDim(Dim ps) {
  const double ns = AssumedValue(ps) / 1000;
  return {ns, std::move(ps)};
}

Work Times(const Work& work, int64_t count) {
  return {work.ns * static_cast<double>(count), work.ps * Dim(count)};
}

const Work& Larger(const Work& a, const Work& b) {
  return a.ns >= b.ns ? a : b;
}

Dim NumBytes(const TensorType& type) {
  return type.shape.NumElements() * Dim(DTypeSize(type.dtype));
}

// The binding is a kernel call or something that may be one or more of them.
bool IsUnit(const Binding& binding) {
  if (const auto* call = std::get_if<ir::OpCall>(&binding.expr))
    return !binding.var->unboxed && !call->op->is_view;
  return std::holds_alternative<ir::Call>(binding.expr) ||
         std::holds_alternative<ir::CallClosure>(binding.expr) || !ir::Regions(binding.expr).empty();
}

// Pairs the symbols that a callee's parameter has as extents with the argument's extents.
void BindSymbols(const Type& param, const Type& arg, std::map<std::string, Dim, std::less<>>* values) {
  std::vector<TensorType> own, given;
  ir::VisitTensors(param, [&](const TensorType& type) { own.push_back(type); });
  ir::VisitTensors(arg, [&](const TensorType& type) { given.push_back(type); });
  for (size_t i = 0; i < std::min(own.size(), given.size()); ++i) {
    const Shape &a = own[i].shape, &b = given[i].shape;
    if (!a.has_rank() || !b.has_rank() || a.rank() != b.rank()) continue;
    for (int axis = 0; axis < a.rank(); ++axis) {
      if (!a[axis].symbol().empty()) values->emplace(a[axis].symbol(), b[axis]);
    }
  }
}

double AssumedAtom(const DimAtom& atom) {
  if (atom.function == DimFunction::kSymbol) return kAssumedExtent;
  const double a = AssumedValue(atom.a), b = AssumedValue(atom.b);
  switch (atom.function) {
    case DimFunction::kFloorDiv:
      return b == 0 ? 0 : std::floor(a / b);
    case DimFunction::kMod:
      return b == 0 ? 0 : a - b * std::floor(a / b);
    case DimFunction::kMin:
      return std::min(a, b);
    case DimFunction::kMax:
      return std::max(a, b);
    case DimFunction::kBroadcast:
      return a == 1 ? b : a;
    case DimFunction::kSymbol:
      break;
  }
  return kAssumedExtent;
}

// Scalar instructions compute it without ever failing.
bool IsSafe(const DimAtom& atom) {
  if (atom.function == DimFunction::kSymbol) return true;
  const bool divides = atom.function == DimFunction::kFloorDiv || atom.function == DimFunction::kMod;
  if (divides && (!atom.b.is_constant() || atom.b.value() == 0)) return false;
  return ir::MaxMagnitude(atom.a).has_value() && ir::MaxMagnitude(atom.b).has_value();
}

}  // namespace

void Work::Add(const Work& other) {
  ns += other.ns;
  if (!ps.is_opaque()) ps = other.ps.is_opaque() ? other.ps : ps + other.ps;
}

double AssumedValue(const Dim& dim) {
  double sum = static_cast<double>(dim.constant());
  for (const DimTerm& term : dim.terms()) {
    double product = static_cast<double>(term.coefficient);
    for (const DimAtomRef& atom : term.factors) product *= AssumedAtom(*atom);
    sum += product;
  }
  return sum;
}

Dim SubstituteSymbols(const Dim& dim, const std::function<Dim(absl::string_view)>& value) {
  Dim sum(dim.constant());
  for (const DimTerm& term : dim.terms()) {
    Dim product(term.coefficient);
    for (const DimAtomRef& atom : term.factors) {
      product = product * (atom->function == DimFunction::kSymbol
                               ? value(atom->name)
                               : Dim::Apply(atom->function, SubstituteSymbols(atom->a, value),
                                            SubstituteSymbols(atom->b, value)));
    }
    sum = sum + product;
  }
  return sum;
}

Dim WorkInCode(const Work& work, const std::function<bool(absl::string_view)>& is_defined) {
  // Code for longer forms would cost more than they tell.
  constexpr size_t kMaxTerms = 4;
  const Dim constant(static_cast<int64_t>(std::clamp(work.ns, 1.0, 1e15)));
  bool usable = !work.ps.is_opaque() && work.ps.terms().size() <= kMaxTerms;
  work.ps.VisitSymbols([&](absl::string_view symbol) { usable = usable && is_defined(symbol); });
  if (!usable) return constant;
  std::vector<DimTerm> terms(work.ps.terms().begin(), work.ps.terms().end());
  for (DimTerm& term : terms) {
    for (const DimAtomRef& atom : term.factors) usable &= IsSafe(*atom);
    // Rounded up from a quarter, lest what is long only for large extents be lost.
    term.coefficient = (term.coefficient + 750) / 1000;
  }
  return usable ? Dim::FromTerms(work.ps.constant() / 1000, std::move(terms)) : constant;
}

CostModel::CostModel(const ir::Module& module, bool unit) : unit_(unit) {
  EstimateFunctions(module);
}

void CostModel::EstimateFunctions(const ir::Module& module) {
  const CallGraph calls(module);
  closure_targets_ = calls.closure_targets();
  recursive_ = calls.Recursive();
  // Callees before callers; on cycles, a call of what has no estimate yet adds nothing: its body once. A
  // second time for calls of closures, which may be of any function.
  const int num_rounds = closure_targets_.empty() ? 1 : 2;
  for (int round = 0; round < num_rounds; ++round) {
    for (const Function* target : closure_targets_) closures_[target] = std::exchange(functions_[target], {});
    functions_.clear();
    for (const Function* function : calls.CalleesFirst()) {
      if (!function->is_entry) functions_[function] = EstimateRegion(*function->body);
    }
    known_.clear();  // also since calls on cycles count from here on
  }
}

const Work& CostModel::Of(const Binding& binding) {
  const auto found = known_.find(binding.var);
  if (found != known_.end()) return found->second;
  Work work = unit_ ? Work{IsUnit(binding) ? 1.0 : 0.0, Dim(0)} : Estimate(binding);
  return known_.emplace(binding.var, std::move(work)).first->second;
}

Work CostModel::EstimateRegion(const Region& region) {
  Work sum;
  for (const Binding& binding : region.bindings) sum.Add(Of(binding));
  return sum;
}

Work CostModel::Estimate(const Binding& binding) {
  if (const auto* call = std::get_if<ir::OpCall>(&binding.expr)) return KernelWork(binding, *call);
  if (const auto* call = std::get_if<ir::Call>(&binding.expr)) return CallWork(*call);
  if (const auto* call = std::get_if<ir::CallClosure>(&binding.expr)) return ClosureWork(*call);
  if (const auto* loop = std::get_if<ir::Loop>(&binding.expr)) {
    Work round = EstimateRegion(*loop->condition);
    round.Add(EstimateRegion(*loop->body));
    return Times(round, kAssumedRounds);
  }
  const std::vector<Region*> regions = ir::Regions(binding.expr);
  if (!regions.empty()) {
    Work largest;
    for (const Region* region : regions) largest = Larger(largest, EstimateRegion(*region));
    return largest;
  }
  const bool is_free = std::holds_alternative<ir::MakeTuple>(binding.expr) ||
                       std::holds_alternative<ir::Project>(binding.expr);
  if (is_free) return Work();
  const bool joins = std::holds_alternative<ir::SequenceOp>(binding.expr);
  return Constant(joins ? kKernelPs : kInstructionPs);
}

Work CostModel::KernelWork(const Binding& binding, const ir::OpCall& call) const {
  if (binding.var->unboxed || call.op->is_view) return Constant(kInstructionPs);
  std::vector<Type> given(call.args.size());
  std::vector<TensorType> outputs;
  std::vector<const TensorType*> inputs(std::max(call.args.size(), call.op->inputs.size()), nullptr);
  bool ranked = true;
  for (size_t i = 0; i < call.args.size(); ++i) {
    if (call.args[i].empty()) continue;
    given[i] = call.args[i].type();
    inputs[i] = &given[i].tensor();
    ranked &= inputs[i]->shape.has_rank();
  }
  ir::VisitTensors(binding.var->type, [&](const TensorType& type) {
    outputs.push_back(type);
    ranked &= type.shape.has_rank();
  });
  if (!ranked || outputs.empty()) return Constant(kUnknownKernelPs);
  Dim bytes;
  for (const TensorType& output : outputs) bytes = bytes + NumBytes(output);
  // What moves elements reads as many as it writes: not all of an embedding's table.
  const bool moves = call.op->elements != nullptr && call.op->flops == nullptr;
  if (moves) bytes = Dim(2) * bytes;
  for (const TensorType* input : inputs) {
    if (!moves && input != nullptr) bytes = bytes + NumBytes(*input);
  }
  Work work = FromDim(bytes * Dim(kPsPerByte));
  // Without a rule one operation per element, which takes less than its bytes.
  static_assert(kPsPerFlop <= kPsPerByte);
  if (call.op->flops) {
    const Dim flops = call.op->flops(inputs, outputs, call.attrs.raw());
    work = Larger(FromDim(flops * Dim(kPsPerFlop)), work);
  }
  work.Add(Constant(kKernelPs));
  return work;
}

Work CostModel::CallWork(const ir::Call& call) {
  Work work = Constant(kCallPs);
  const auto callee = functions_.find(call.callee);
  if (callee == functions_.end()) return work;
  Work body = callee->second;
  if (!body.ps.is_constant() && !body.ps.is_opaque()) {
    std::map<std::string, Dim, std::less<>> values;
    for (size_t i = 0; i < call.args.size(); ++i) {
      BindSymbols(call.callee->body->params[i]->type, call.args[i].type(), &values);
    }
    body = FromDim(SubstituteSymbols(body.ps, [&](absl::string_view symbol) {
      const auto value = values.find(symbol);
      return value == values.end() ? Dim(kAssumedExtent) : value->second;
    }));
  }
  work.Add(IsRecursive(call.callee) ? Times(body, kAssumedBodies) : body);
  return work;
}

// The largest of the functions that the closure may be, by its type.
Work CostModel::ClosureWork(const ir::CallClosure& call) const {
  Work largest;
  for (const Function* target : closure_targets_) {
    const auto found = closures_.find(target);
    const Type& result = call.closure.type().result();
    if (found == closures_.end() || !(ir::OpenExtents(target->result_type) == result)) continue;
    largest = Larger(largest, found->second);
  }
  // Its symbols are the function's own.
  largest.ps = SubstituteSymbols(largest.ps, [](absl::string_view) { return Dim(kAssumedExtent); });
  largest.Add(Constant(kCallPs));
  return largest;
}

}  // namespace baton
