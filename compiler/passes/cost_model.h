// About how long bindings take, as far as types tell. Internal to passes: a guess for decisions that need no
// more than the right order, never a promise.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/ir/module.h"

namespace baton {

// One estimate twice: as a number, extents that are not known being kAssumedExtent, and as a form in them.
struct Work {
  double ns = 0;
  Dim ps;  // in picoseconds, so that coefficients stay integers; opaque when it outgrew its use

  void Add(const Work& other);
};

class CostModel {
 public:
  // What takes as long as a kernel call, or longer, counts 1 and everything else 0, when `unit` is set: for
  // tests that want each call and kernel forked.
  CostModel(const ir::Module& module, bool unit);

  // Of the binding with all that is inside it. Gives the same later on, also when passes have changed what is
  // inside.
  const Work& Of(const ir::Binding& binding);
  // Says that `copy` stands for what `var` stood for.
  void Copy(const ir::Var* var, const ir::Var* copy) { known_[copy] = Work(known_.at(var)); }
  // True for functions that call themselves, directly or through others.
  bool IsRecursive(const ir::Function* function) const { return recursive_.count(function) > 0; }

 private:
  Work Estimate(const ir::Binding& binding);
  Work EstimateRegion(const ir::Region& region);
  Work KernelWork(const ir::Binding& binding, const ir::OpCall& call) const;
  Work CallWork(const ir::Call& call);
  Work ClosureWork(const ir::CallClosure& call) const;
  void EstimateFunctions(const ir::Module& module);

  const bool unit_;
  std::unordered_map<const ir::Var*, Work> known_;
  std::unordered_map<const ir::Function*, Work> functions_;
  std::unordered_set<const ir::Function*> recursive_;
  std::vector<const ir::Function*> closure_targets_;
  std::unordered_map<const ir::Function*, Work> closures_;  // of the targets
};

// An extent of which nothing is known.
inline constexpr int64_t kAssumedExtent = 16;

// The value of a form with kAssumedExtent for each symbol.
double AssumedValue(const Dim& dim);
// `dim` with what `value` gives in the place of each symbol.
Dim SubstituteSymbols(const Dim& dim, const std::function<Dim(absl::string_view)>& value);
// `work` in nanoseconds as code can compute it without failing and from symbols that `is_defined` only; else
// the number alone.
Dim WorkInCode(const Work& work, const std::function<bool(absl::string_view)>& is_defined);

}  // namespace baton
