#include "compiler/passes/passes.h"
#include "compiler/passes/rewrite.h"
#include "ops/registry.h"

namespace baton {
namespace {

using ir::Binding;

bool AllConstant(const ir::OpCall& call) {
  for (const ir::Atom& arg : call.args) {
    if (arg.var() != nullptr) return false;
  }
  return true;
}

bool SmallResult(const Type& type, int64_t max_bytes) {
  if (!type.is_tensor() || !type.tensor().shape.IsStatic()) return false;
  std::vector<int64_t> dims;
  for (const Dim& dim : type.tensor().shape.dims()) dims.push_back(dim.value());
  const std::optional<int64_t> bytes = CheckedNumBytes(dims, DTypeSize(type.tensor().dtype));
  return bytes && *bytes <= max_bytes;
}

}  // namespace

absl::StatusOr<bool> FoldConstants(ir::Module& module, int64_t max_bytes) {
  Substitution folded;
  std::vector<ir::Region*> regions;
  VisitRegionsInnerFirst(module, [&](ir::Region* region) { regions.push_back(region); });
  // Outer regions first, so that inner ones see folded operands.
  for (auto it = regions.rbegin(); it != regions.rend(); ++it) {
    for (Binding& binding : (*it)->bindings) {
      if (!folded.empty()) folded.ApplyTo(&binding.expr);
      const auto* call = std::get_if<ir::OpCall>(&binding.expr);
      if (call == nullptr || !call->op->pure || !AllConstant(*call) ||
          !SmallResult(binding.var->type, max_bytes))
        continue;
      std::vector<Tensor> inputs;
      for (const ir::Atom& arg : call->args) {
        inputs.push_back(arg.constant() != nullptr ? arg.constant()->value : Tensor());
      }
      // One that fails stays: it may never be reached, and fails with its location if it is.
      absl::StatusOr<std::vector<Tensor>> results = RunOp(*call->op, call->attrs, inputs);
      if (results.ok()) folded.Replace(binding.var, module.NewConstant((*results)[0]));
    }
    folded.ApplyTo(&(*it)->results);
  }
  if (folded.empty()) return false;
  RemoveDeadCode(module);
  return true;
}

}  // namespace baton
