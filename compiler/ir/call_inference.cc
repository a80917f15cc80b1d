#include "compiler/ir/call_inference.h"

#include <algorithm>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "compiler/ir/call_context.h"
#include "compiler/ir/type_relations.h"
#include "vm/core/status.h"

namespace baton::ir {
namespace {

absl::Status CheckOperandKinds(const OpCall& call) {
  for (const Atom& arg : call.args) {
    if (!arg.empty() && !arg.type().is_tensor()) {
      return absl::InvalidArgumentError(
          absl::StrCat(call.op->name, ": an operand is ", arg.type().ToString(), ", expected a tensor"));
    }
  }
  return absl::OkStatus();
}

// The error of a type rule with the operator's name before it and the operands' types behind it.
absl::Status Describe(const absl::Status& status, const OpCall& call, const CallContext& context) {
  const bool named = absl::StartsWith(status.message(), absl::StrCat(call.op->name, ": "));
  const bool described = absl::StrContains(status.message(), "Tensor[");
  return absl::Status(status.code(),
                      absl::StrCat(named ? "" : absl::StrCat(call.op->name, ": "), status.message(),
                                   described ? "" : absl::StrCat(" in ", context.Describe())));
}

// Every symbol that a call introduces must be an extent of its result as it is, for that is how code finds
// its value.
void RequireBareSymbols(Module& module, InferenceScope& scope, TensorTypes* types) {
  const InferenceScope::Mark mark = scope.mark();
  for (const TensorType& type : *types) scope.DefineSymbols(type);
  for (TensorType& type : *types) {
    const Type bare =
        MapExtents(type, [&](const Dim& dim) { return scope.Defined(dim) ? dim : module.FreshSymbol("d"); });
    type = bare.tensor();
  }
  scope.Restore(mark);
}

bool HasOpaqueCheck(const std::vector<DimCheck>& checks) {
  return std::any_of(checks.begin(), checks.end(),
                     [](const DimCheck& check) { return check.a.is_opaque() || check.b.is_opaque(); });
}

bool HasOpaqueExtent(const TensorTypes& types) {
  for (const TensorType& type : types) {
    if (!type.shape.has_rank()) continue;
    for (const Dim& dim : type.shape.dims()) {
      if (dim.is_opaque()) return true;
    }
  }
  return false;
}

// Nothing that the rule saw depends on the run.
bool SeesOnlyConstants(CallContext& context) {
  for (int i = 0; i < context.num_inputs(); ++i) {
    if (!context.HasInput(i)) continue;
    if (!context.input(i)->shape.IsStatic()) return false;
    if (const Elements* elements = context.Tracked(i)) {
      for (const Element& element : *elements) {
        if (element.dim() == nullptr || !element.dim()->is_constant()) return false;
      }
    }
  }
  return true;
}

// Extents and checks that are too large or too long to be written down are left to run time, where the
// operator's rule applies again, to numbers. Errors: InvalidArgument when the numbers are known already.
absl::Status LeaveOpaqueToRunTime(Module& module, CallContext& context, CallResult* result) {
  if (!HasOpaqueCheck(result->checks) && !HasOpaqueExtent(result->types)) return absl::OkStatus();
  if (SeesOnlyConstants(context)) return absl::InvalidArgumentError("a size exceeds 64 bits");
  for (TensorType& type : result->types) {
    type = MapExtents(type, [&](const Dim&) { return module.FreshSymbol("d"); }).tensor();
  }
  result->checks.clear();
  return absl::OkStatus();
}

// A tensor must be possible whatever the extents are that are not known yet.
absl::Status CheckSizes(const TensorTypes& types) {
  for (const TensorType& type : types) {
    if (!type.shape.has_rank()) continue;
    absl::InlinedVector<int64_t, kMaxRank> known;
    for (const Dim& dim : type.shape.dims()) {
      if (dim.is_constant()) known.push_back(dim.value());
    }
    if (CheckedNumBytes(known, DTypeSize(type.dtype))) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("the result would be ", type.ToString(), ", which no tensor can be"));
  }
  return absl::OkStatus();
}

// Elements that an operator moves about: result element i is element sources[i] of the inputs, one after the
// other.
void TrackRearrangement(const OpCall& call, CallContext& context, Elements* elements) {
  absl::StatusOr<std::vector<int>> sources = call.op->elements(context, call.attrs.raw());
  if (!sources.ok() || sources->size() != elements->size()) return;
  std::vector<const Element*> pool;  // null: not tracked
  for (int i = 0; i < context.num_inputs(); ++i) {
    if (!context.HasInput(i)) continue;
    const Elements* input = context.Tracked(i);
    if (input != nullptr) {
      for (const Element& element : *input) pool.push_back(&element);
      continue;
    }
    const Shape& shape = context.input(i)->shape;
    const Dim count = shape.has_rank() ? shape.NumElements() : Dim(-1);
    // Later inputs cannot be located; what came before can.
    if (!count.is_constant() || count.value() < 0 || count.value() > 4096) break;
    pool.insert(pool.end(), count.value(), nullptr);
  }
  for (size_t i = 0; i < elements->size(); ++i) {
    const int source = (*sources)[i];
    if (source >= 0 && source < static_cast<int>(pool.size()) && pool[source] != nullptr) {
      (*elements)[i] = *pool[source];
    }
  }
}

void TrackElementwise(const OpCall& call, CallContext& context, const Facts& facts, DType dtype,
                      Elements* elements) {
  std::vector<const Elements*> inputs;
  for (int i = 0; i < context.num_inputs(); ++i) {
    const Elements* input = context.Tracked(i);
    // Only equal counts and single elements: other broadcasts do not occur in shape arithmetic.
    if (input == nullptr || (input->size() != elements->size() && input->size() != 1)) return;
    inputs.push_back(input);
  }
  if (inputs.empty()) return;
  for (size_t i = 0; i < elements->size(); ++i) {
    std::vector<const Element*> operands;
    for (const Elements* input : inputs) operands.push_back(&(*input)[input->size() == 1 ? 0 : i]);
    (*elements)[i] = EvaluateScalar(call.op->scalar, context.input(0)->dtype, dtype, operands, facts);
  }
}

// A reduction to one element.
void TrackFold(const OpCall& call, CallContext& context, const Facts& facts, DType dtype,
               Elements* elements) {
  const Elements* inputs = context.Tracked(0);
  if (inputs == nullptr || inputs->empty() || elements->size() != 1 || !IsInteger(dtype)) return;
  Element folded = inputs->front();
  for (size_t i = 1; i < inputs->size(); ++i) {
    folded = EvaluateScalar(call.op->fold, dtype, dtype, {&folded, &(*inputs)[i]}, facts);
  }
  elements->front() = folded;
}

// An integer that cannot be followed gets a symbol of its own, so that shapes may depend on it.
void NameUnknown(Module& module, DType dtype, Elements* elements) {
  if (!IsInteger(dtype)) return;
  for (Element& element : *elements) {
    if (!element.known()) element = Element{module.FreshSymbol("v", /*non_negative=*/false)};
  }
}

std::optional<Elements> TrackCall(Module& module, const Facts& facts, const OpCall& call,
                                  CallContext& context, const TensorType& type) {
  const std::optional<int64_t> count = TrackedCount(type);
  if (!count) return std::nullopt;
  Elements elements(*count);
  std::vector<Dim> values;
  if (call.op->values && call.op->values(context, call.attrs.raw(), &values) &&
      static_cast<int64_t>(values.size()) == *count) {
    for (int64_t i = 0; i < *count; ++i) elements[i] = Element{values[i]};
  } else if (call.op->elements) {
    TrackRearrangement(call, context, &elements);
  } else if (call.op->scalar != ScalarForm::kNone) {
    TrackElementwise(call, context, facts, type.dtype, &elements);
  } else if (call.op->fold != ScalarForm::kNone) {
    TrackFold(call, context, facts, type.dtype, &elements);
  }
  NameUnknown(module, type.dtype, &elements);
  return elements;
}

}  // namespace

absl::StatusOr<CallResult> InferOpCall(Module& module, InferenceScope& scope, const OpCall& call) {
  BATON_RETURN_IF_ERROR(CheckOperandKinds(call));
  CallContext context(module, scope, call);
  CallResult result;
  absl::Status status = call.op->type(context, call.attrs.raw(), &result.types);
  result.checks = context.TakeChecks();
  if (status.ok()) status = CheckSizes(result.types);
  if (status.ok()) status = LeaveOpaqueToRunTime(module, context, &result);
  if (!status.ok()) return Describe(status, call, context);
  RequireBareSymbols(module, scope, &result.types);
  if (call.op->outputs.size() == 1 && !call.op->variadic_outputs) {
    result.elements = TrackCall(module, scope.facts(), call, context, result.types[0]);
  }
  return result;
}

void NameUnknownElements(Module& module, Var* var) {
  if (!var->type.is_tensor()) return;
  const TensorType& type = var->type.tensor();
  const std::optional<int64_t> count = TrackedCount(type);
  if (!count) return;
  if (!var->elements) var->elements.emplace(*count);
  NameUnknown(module, type.dtype, &*var->elements);
}

}  // namespace baton::ir
