// Finds bindings that do not wait for each other and forks some of them: region by region, inner ones first;
// the functions that are made of strands last. See docs/futures.md.
#include <algorithm>
#include <deque>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/type_relations.h"
#include "compiler/passes/cost_model.h"
#include "compiler/passes/find_strands.h"
#include "compiler/passes/hazards.h"
#include "compiler/passes/outline.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/region_graph.h"
#include "compiler/passes/schedule_notes.h"
#include "compiler/passes/uses.h"

namespace baton {
namespace {

using ir::Binding;
using ir::Function;
using ir::Region;
using ir::Var;

// A strand, and what is beside it, must be worth at least this: about 100 times what a fork costs when nobody
// takes it, and as long as it takes another thread to start it. bench/parallel.py, `baton profile`.
constexpr double kMinStrandNs = 2000;

class Paralleliser {
 public:
  Paralleliser(ir::Module& module, const ForkOptions& options)
      : module_(module),
        always_(options.always),
        costs_(module, options.always),
        hazards_(module),
        outliner_(module) {}

  bool Run() {
    std::vector<Function*> functions;
    for (Function& function : module_.functions()) functions.push_back(&function);
    for (Function* function : functions) {
      function_ = function;
      SymbolScope scope;
      VisitRegion(function->body, /*enter=*/true, FinalSymbols(*function), &scope);
      // Strands have branches of their own; regions inside have been seen.
      while (!outlined_.empty()) {
        function_ = outlined_.front();
        outlined_.pop_front();
        SymbolScope own;
        VisitRegion(function_->body, /*enter=*/false, {}, &own);
      }
    }
    notes_.Store(&module_);
    return changed_;
  }

 private:
  // Symbols that the checks of a function's results need.
  static std::vector<std::string> FinalSymbols(const Function& function) {
    std::vector<std::string> symbols;
    const auto add = [&](absl::string_view symbol) { symbols.emplace_back(symbol); };
    for (const ir::DimCheck& check : function.result_checks) {
      check.a.VisitSymbols(add);
      check.b.VisitSymbols(add);
    }
    return symbols;
  }

  // Recursion: once per nested region.
  void VisitRegion(Region* region, bool enter, const std::vector<std::string>& final_symbols,
                   SymbolScope* scope) {
    const SymbolScope::Mark mark = scope->mark();
    for (Var* param : region->params) scope->Define(param);
    const RegionGraph graph(*region, final_symbols, scope, [&](const Binding& binding) {
      const RegionGraph::Facts facts = FactsOf(binding);
      if (enter) {
        for (Region* inner : ir::Regions(binding.expr)) VisitRegion(inner, true, {}, scope);
      }
      return facts;
    });
    StrandLimits limits;
    limits.min_ns = always_ ? 1 : kMinStrandNs;
    limits.fits = [&](const std::vector<int>& members) {
      return outliner_.Fits(graph, members, region->bindings);
    };
    const StrandChoice choice = FindStrands(graph, limits);
    const ScheduleNotes::RegionNote note = ScheduleNotes::Describe(*region, graph, choice);
    std::vector<std::string> callees;
    if (!choice.strands.empty()) callees = Rewrite(region, graph, choice.strands);
    notes_.Add(*function_, note, callees);
    scope->Restore(mark);
  }

  // Bindings keep what was found before anything in them changed.
  RegionGraph::Facts FactsOf(const Binding& binding) {
    const auto known = facts_.find(binding.var);
    if (known != facts_.end()) return known->second;
    const RegionGraph::Facts facts{costs_.Of(binding).ns, hazards_.Of(binding)};
    facts_.emplace(binding.var, facts);
    return facts;
  }

  // Gives what each strand calls.
  std::vector<std::string> Rewrite(Region* region, const RegionGraph& graph,
                                   const std::vector<Strand>& strands) {
    changed_ = true;
    std::vector<Binding> old = std::move(region->bindings);
    std::vector<ForkedStrand> forked;
    std::vector<int> strand_of(old.size(), -1);
    std::vector<int> in_order;
    std::vector<std::string> callees;
    for (const Strand& strand : strands) {
      const auto index = static_cast<int>(forked.size());
      for (const int member : strand.members) strand_of[member] = index;
      in_order.push_back(index);
      const Work work = WorkOf(strand, old);
      forked.push_back(outliner_.Outline(graph, strand, StrandName(), &old));
      Complete(work, &forked.back());
      callees.push_back(forked.back().fork_expr()->callee->name);
    }
    // Of one place those that may fail come in their order, then the others, the longest first: shares of the
    // threads are evened out by what comes last. Source: Graham, Bounds on Multiprocessing Timing Anomalies,
    // SIAM J. Appl. Math. 1969.
    const auto key = [&](int i) {
      return std::tuple(strands[i].forked_after, strands[i].first_fallible, -strands[i].ns, i);
    };
    std::sort(in_order.begin(), in_order.end(), [&](int a, int b) { return key(a) < key(b); });
    Assemble(region, graph, strands, in_order, strand_of, std::move(old), std::move(forked));
    return callees;
  }

  std::string StrandName() { return absl::StrCat(BaseName(), "_strand"); }
  // Strands of strands are named after the function that all came from.
  const std::string& BaseName() {
    const auto found = origin_.find(function_);
    return found == origin_.end() ? function_->name : found->second;
  }

  Work WorkOf(const Strand& strand, const std::vector<Binding>& bindings) {
    Work work;
    for (const int member : strand.members) work.Add(costs_.Of(bindings[member]));
    return work;
  }

  void Complete(const Work& work, ForkedStrand* forked) {
    for (const auto& [copy, known] : forked->renamed) {
      facts_[copy] = facts_.at(known);
      costs_.Copy(known, copy);
    }
    if (forked->outlined != nullptr) {
      origin_.emplace(forked->outlined, BaseName());
      outlined_.push_back(forked->outlined);
    }
    ir::Fork* fork = forked->fork_expr();
    if (always_) return;
    fork->work = WorkInCode(work, [&](absl::string_view symbol) {
      bool defined = false;
      for (const ir::Atom& arg : fork->args) {
        if (arg.var() == nullptr) continue;
        ir::VisitBareSymbols(*arg.var(), [&](absl::string_view own) { defined |= own == symbol; });
      }
      return defined;
    });
  }

  // The bindings that stay, each Fork where its strand begins, each Await before the first use.
  void Assemble(Region* region, const RegionGraph& graph, const std::vector<Strand>& strands,
                const std::vector<int>& in_order, const std::vector<int>& strand_of, std::vector<Binding> old,
                std::vector<ForkedStrand> forked) {
    std::vector<Binding>& bindings = region->bindings;
    bindings.clear();
    const auto append = [&](std::vector<Binding>* some) {
      for (Binding& binding : *some) bindings.push_back(std::move(binding));
      some->clear();
    };
    std::vector<int> place(forked.size());
    for (size_t i = 0; i < in_order.size(); ++i) place[in_order[i]] = static_cast<int>(i);
    // In the order of the Forks: who waits for the longest meanwhile takes the next longest that is left.
    const auto await_for = [&](int user) {
      std::set<int> places;
      for (const int producer : graph[user].producers) {
        const int strand = strand_of[producer];
        if (strand >= 0 && strand != strand_of[user]) places.insert(place[strand]);
      }
      for (const int i : places) append(&forked[in_order[i]].await);
    };
    auto next = in_order.begin();
    for (int i = -1; i < graph.num_nodes(); ++i) {
      if (i >= 0 && strand_of[i] < 0) {
        await_for(i);
        bindings.push_back(std::move(old[i]));
      }
      for (; next != in_order.end() && strands[*next].forked_after == i; ++next) {
        for (const int member : strands[*next].members) await_for(member);
        append(&forked[*next].fork);
      }
    }
    // What only the results use.
    for (const int i : in_order) append(&forked[i].await);
  }

  ir::Module& module_;
  const bool always_;
  CostModel costs_;
  const Hazards hazards_;
  Outliner outliner_;
  ScheduleNotes notes_;
  Function* function_ = nullptr;
  std::unordered_map<const Var*, RegionGraph::Facts> facts_;
  std::unordered_map<const Function*, std::string> origin_;
  std::deque<Function*> outlined_;
  bool changed_ = false;
};

}  // namespace

bool Parallelise(ir::Module& module, const ForkOptions& options) {
  return Paralleliser(module, options).Run();
}

}  // namespace baton
