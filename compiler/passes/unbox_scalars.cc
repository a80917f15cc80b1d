// Decides which values live as scalars in registers. A value can when each of its elements is computed by
// scalar instructions: a dimension, an element of another value, or scalar arithmetic on such.
#include "compiler/ir/value_tracking.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/rewrite.h"
#include "vm/core/value.h"

namespace baton {
namespace {

using ir::Atom;
using ir::Binding;
using ir::Region;
using ir::Var;

std::optional<int64_t> SmallCount(const Type& type) {
  if (!type.is_tensor() || !ScalarSlotKind(type.tensor().dtype) || !type.tensor().shape.IsStatic())
    return std::nullopt;
  int64_t count = 1;
  for (const Dim& dim : type.tensor().shape.dims()) {
    if (dim.value() > ir::kMaxTrackedElements) return std::nullopt;
    count *= dim.value();
    if (count > ir::kMaxTrackedElements) return std::nullopt;
  }
  return count;
}

// An operand whose elements scalar instructions can reach: unboxed, constant, or one element of a tensor.
bool IsReachable(const Atom& atom) {
  if (atom.empty() || !SmallCount(atom.type())) return false;
  return atom.constant() != nullptr || atom.var()->unboxed || IsScalarType(atom.type());
}

// Integers that a double holds as they are.
bool AreExactInDouble(const Atom& atom) {
  if (atom.var() == nullptr || !atom.var()->elements) return false;
  for (const ir::Element& element : *atom.var()->elements) {
    if (element.dim() == nullptr) return false;
    if (ir::MaxMagnitude(*element.dim()).value_or(INT64_MAX) > int64_t{1} << 53) return false;
  }
  return true;
}

bool HasScalarInstruction(const ir::OpCall& call, DType result_type) {
  const DType dtype = call.args[0].type().tensor().dtype;
  const bool is_float = IsFloat(dtype);
  switch (call.op->scalar) {
    case ScalarForm::kNone:
      return false;
    case ScalarForm::kCast:
      // To float32 by way of the double that a slot holds, a wide integer would be rounded twice.
      if (dtype == DType::kInt64 && result_type == DType::kFloat32) return AreExactInDouble(call.args[0]);
      // How floats out of the range of a narrow integer convert is the kernel's business.
      return !is_float || !IsInteger(result_type) || result_type == DType::kInt64;
    case ScalarForm::kSelect:
      return result_type != DType::kBool;
    case ScalarForm::kModulo:
    case ScalarForm::kFloorModulo:
    case ScalarForm::kFloorDivide:
      return !is_float;
    case ScalarForm::kSqrt:
    case ScalarForm::kFloor:
    case ScalarForm::kCeil:
      return is_float;
    case ScalarForm::kAnd:
    case ScalarForm::kOr:
    case ScalarForm::kXor:
    case ScalarForm::kNot:
      return dtype == DType::kBool;
    default:
      return dtype != DType::kBool;
  }
}

// Element for element: every operand has the result's count or one element.
bool IsScalarArithmetic(const ir::OpCall& call, int64_t count, DType result_type) {
  if (call.args.empty() || call.op->scalar == ScalarForm::kNone) return false;
  for (const Atom& arg : call.args) {
    if (!IsReachable(arg)) return false;
    const int64_t elements = *SmallCount(arg.type());
    if (elements != count && elements != 1) return false;
  }
  return HasScalarInstruction(call, result_type);
}

// A reduction of few integers to one. Floats the kernel adds up in an order of its own.
bool IsScalarFold(const ir::OpCall& call, int64_t count, DType result_type) {
  return call.op->fold != ScalarForm::kNone && count == 1 && IsInteger(result_type) &&
         IsReachable(call.args[0]) && *SmallCount(call.args[0].type()) > 0;
}

bool AllDims(const ir::Elements& elements) {
  for (const ir::Element& element : elements) {
    if (!element.known()) return false;
  }
  return true;
}

// The elements of the value follow from dimensions that are defined elsewhere: not from symbols that it
// introduces.
bool FollowsFromDims(const Binding& binding, const std::set<std::string, std::less<>>& own_symbols) {
  if (!binding.var->elements || !AllDims(*binding.var->elements)) return false;
  bool follows = true;
  auto visit = [&](absl::string_view name) { follows &= own_symbols.count(name) == 0; };
  for (const ir::Element& element : *binding.var->elements) {
    if (element.dim() != nullptr) element.dim()->VisitSymbols(visit);
    if (element.condition() != nullptr) {
      element.condition()->a.VisitSymbols(visit);
      element.condition()->b.VisitSymbols(visit);
    }
  }
  return follows;
}

class Unboxer {
 public:
  void Run(ir::Module& module) {
    std::vector<Region*> regions;
    VisitRegionsInnerFirst(module, [&](Region* region) { regions.push_back(region); });
    for (ir::Function& function : module.functions()) {
      // What callers of an entry point give is boxed.
      if (!function.is_entry) UnboxParams(function.body->params);
      for (Var* param : function.body->params) DefineSymbols(param);
    }
    for (auto it = regions.rbegin(); it != regions.rend(); ++it) VisitRegion(*it);
  }

 private:
  void VisitRegion(Region* region) {
    for (Binding& binding : region->bindings) {
      binding.var->unboxed = CanUnbox(binding);
      DefineSymbols(binding.var);
      for (Region* inner : ir::Regions(binding.expr)) UnboxParams(inner->params);
    }
  }

  void UnboxParams(const std::vector<Var*>& params) {
    for (Var* param : params) {
      param->unboxed = IsScalarType(param->type);
      DefineSymbols(param);
    }
  }

  bool CanUnbox(const Binding& binding) const {
    const Type& type = binding.var->type;
    const std::optional<int64_t> count = SmallCount(type);
    const auto* call = std::get_if<ir::OpCall>(&binding.expr);
    if (call == nullptr) return IsScalarType(type);  // results of regions and calls, projections of them
    if (!count || !binding.checks.empty()) return false;
    if (FollowsFromDims(binding, OwnSymbols(binding.var))) return true;
    if (IsScalarArithmetic(*call, *count, type.tensor().dtype)) return true;
    if (IsScalarFold(*call, *count, type.tensor().dtype)) return true;
    // One element moved as it is: a view of a scalar.
    return *count == 1 && call->op->is_view && IsReachable(call->args[0]);
  }

  // Symbols that this value is the first to have as an element.
  std::set<std::string, std::less<>> OwnSymbols(const Var* var) const {
    std::set<std::string, std::less<>> own;
    for (const ir::Element& element : var->elements.value_or(ir::Elements{})) {
      if (element.dim() == nullptr || element.dim()->symbol().empty()) continue;
      if (defined_.count(element.dim()->symbol()) == 0) own.emplace(element.dim()->symbol());
    }
    return own;
  }

  void DefineSymbols(const Var* var) {
    ir::VisitBareSymbols(*var, [this](absl::string_view symbol) { defined_.emplace(symbol); });
  }

  std::set<std::string, std::less<>> defined_;
};

}  // namespace

void UnboxScalars(ir::Module& module) {
  Unboxer().Run(module);
}

}  // namespace baton
