// The ordered list of passes.
#include "compiler/ir/check.h"
#include "compiler/passes/passes.h"

namespace baton {
namespace {

// Rounds of infer, fold, simplify and specialise: each needs what the others found; models settle in a few.
constexpr int kMaxRounds = 200;
constexpr int64_t kMaxFoldedBytes = int64_t{64} << 20;

// How many bindings inlining may copy.
constexpr int64_t kInlineBudget = 100'000;

// How many bindings rank specialisation may copy, by optimisation level.
int64_t SpecializationBudget(int level) {
  return level >= 3 ? 100'000 : level == 2 ? 10'000 : 0;
}

class Pipeline {
 public:
  Pipeline(ir::Module& module, const PipelineOptions& options) : module_(module), options_(options) {}

  absl::Status Run() {
    Done("import");
    BATON_RETURN_IF_ERROR(Infer());
    const int level = options_.optimization_level;
    int64_t budget = SpecializationBudget(level);
    int64_t inline_budget = level >= 2 ? kInlineBudget : 0;
    for (int round = 0; level >= 1 && round < kMaxRounds; ++round) {
      BATON_ASSIGN_OR_RETURN(bool folded, FoldConstants(module_, kMaxFoldedBytes));
      Done("fold_constants");
      BATON_ASSIGN_OR_RETURN(bool simplified, Simplify(module_));
      RemoveDeadCode(module_);
      Done("simplify");
      if (folded || simplified) {
        BATON_RETURN_IF_ERROR(Infer());
        continue;
      }
      if (InlineFunctions(module_, &inline_budget)) {
        Done("inline_functions");
      } else if (SpecializeRanks(module_, &budget)) {
        Done("specialize_ranks");
      } else {
        break;
      }
      BATON_RETURN_IF_ERROR(Infer());
    }
    RemoveDeadCode(module_);
    Done("remove_dead_code");
    if (level >= 2) {
      UnboxScalars(module_);
      Done("unbox_scalars");
    }
    const Forking forking = options_.forking;
    if (forking == Forking::kAlways || (forking == Forking::kWhereWorthwhile && level >= 2)) {
      Parallelise(module_, {.always = forking == Forking::kAlways});
      Done("parallelise");
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Infer() {
    BATON_RETURN_IF_ERROR(InferTypes(module_));
    Done("infer_types");
    return absl::OkStatus();
  }

  void Done(absl::string_view pass) {
#ifndef NDEBUG
    const absl::Status status = ir::CheckModule(module_, {.typed = pass == "infer_types"});
    if (!status.ok()) internal::CheckFailed(pass.data(), 0, std::string(status.message()).c_str());
#endif
    if (options_.after_pass) options_.after_pass(pass, module_);
  }

  ir::Module& module_;
  const PipelineOptions& options_;
};

}  // namespace

absl::Status RunPasses(ir::Module& module, const PipelineOptions& options) {
  return Pipeline(module, options).Run();
}

std::vector<std::string> PipelinePassNames() {
  return {"import",           "infer_types",      "fold_constants", "simplify",   "inline_functions",
          "specialize_ranks", "remove_dead_code", "unbox_scalars",  "parallelise"};
}

}  // namespace baton
