// The passes over a Module, each with what it needs and what it guarantees. Their order is in pipeline.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "compiler/ir/memory_plan.h"
#include "compiler/ir/module.h"
#include "compiler/passes/forking.h"

namespace baton {

// Gives every Var its type and, for small integer and bool tensors, what is known of its elements; gives
// every binding the checks that could not be proved. Inside a branch, what the condition implies is used. A
// binding of a branch or loop body that is proved to fail becomes a Raise; its region diverges. Needs: types
// of function parameters, result types of functions that are called; a "?" in a parameter's own extents
// becomes a fresh symbol. Guarantees: every Var has a type; may run again at any time. Errors:
// InvalidArgument with the node when a binding outside any branch cannot be right.
absl::Status InferTypes(ir::Module& module);

// Replaces values by equal ones that are simpler: copies, casts and reshapes to the same type, projections of
// tuples, elements known as constants, branches of known condition, matches on values just made, calls of
// closures just made, cheap algebra. Needs: types.
// Guarantees: true when anything changed; types are stale then.
absl::StatusOr<bool> Simplify(ir::Module& module);

// Runs operators whose operands are all constants. Results above `max_bytes` are left alone.
// Needs: types. Guarantees: true when anything changed; types stay right.
absl::StatusOr<bool> FoldConstants(ir::Module& module, int64_t max_bytes);

// Removes bindings whose value is not used and functions that no entry point reaches. Keeps calls that may
// write to references or may not end. Guarantees: true when anything changed; types stay right.
bool RemoveDeadCode(ir::Module& module);

// Where the branches of an `if` differ in rank, moves what follows it in its region into both branches, so
// that each copy sees known ranks. Copies at most `budget` bindings in all and reduces it by what it copied.
// Needs: types. Guarantees: true when anything changed; types are stale then.
bool SpecializeRanks(ir::Module& module, int64_t* budget);

// Puts the bodies of functions that are small or called in one place only where they are called; recursive
// functions stay. Copies at most `budget` bindings in all and reduces it by what it copied. Needs: types.
// Guarantees: true when anything changed; types are stale then.
bool InlineFunctions(ir::Module& module, int64_t* budget);

// Marks the Vars that live as scalars in registers instead of tensors. Needs: types.
void UnboxScalars(ir::Module& module);

// Plans arenas from lifetimes and symbolic sizes. Needs: types, unboxed marks.
ir::MemoryPlan PlanMemory(const ir::Module& module);

struct ForkOptions {
  // Forks each call and kernel that does not wait for another, however short, without an estimate of its
  // work: for tests.
  bool always = false;
};
// Makes strands of bindings that do not wait for each other and are worth it, and forks them. Metadata
// "schedule" tells what was found. Needs: types, unboxed marks. Guarantees: true when anything changed; types
// and marks stay right.
bool Parallelise(ir::Module& module, const ForkOptions& options);

struct PipelineOptions {
  int optimization_level = 2;
  std::function<void(absl::string_view pass, const ir::Module& module)> after_pass;
  Forking forking = Forking::kWhereWorthwhile;
};

// The passes in order. Guarantees: types, unboxed marks; ready for PlanMemory and lowering.
absl::Status RunPasses(ir::Module& module, const PipelineOptions& options);
// Names that after_pass may see, in order.
std::vector<std::string> PipelinePassNames();

}  // namespace baton
