// What depends on what among the bindings of one region, and which of them work for one result only. Internal
// to parallelise.
#pragma once

#include <functional>
#include <queue>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/ir/module.h"
#include "compiler/passes/hazards.h"
#include "compiler/passes/uses.h"

namespace baton {

// A binding, by its index in the region. Nodes form a tree: a node's parent is the first binding that every
// way from it to the region's end passes (its immediate postdominator), or the end itself, num_nodes(). So
// the values that a subtree computes are seen by nobody else, its root's apart, and a subtree's inputs are
// all that it waits for.
struct RegionNode {
  std::vector<int> producers;                             // bindings of this region whose values it uses
  std::vector<std::pair<std::string, ir::Var*>> symbols;  // those it uses, and what defines them outside
  bool is_used = false;
  int first_use = 0;  // the first that uses it; num_nodes(): the end
  double ns = 0;
  Hazard hazard = Hazard::kNone;
  int parent = 0;
  std::vector<int> children;  // in order
  // Of the subtree.
  int size = 1;
  double subtree_ns = 0;
  Hazard subtree_hazard = Hazard::kNone;
  int num_fallible = 0;  // bindings that may fail
  int first_fallible = INT32_MAX, last_fallible = -1;
  int ready = -1;  // the last binding outside that it needs
};

class RegionGraph {
 public:
  struct Facts {
    double ns = 0;
    Hazard hazard = Hazard::kNone;
  };
  // `before` is called for each binding in turn, with `scope` as it is there; gives what is known of it.
  // The bindings' symbols are in the scope afterwards. `final_symbols` are used at the region's end.
  RegionGraph(const ir::Region& region, const std::vector<std::string>& final_symbols, SymbolScope* scope,
              const std::function<Facts(const ir::Binding&)>& before);

  int num_nodes() const { return static_cast<int>(nodes_.size()) - 1; }
  // That of num_nodes() stands for the region's end.
  const RegionNode& operator[](int index) const { return nodes_[index]; }
  // True when `node` is `root` or below it.
  bool IsInSubtree(int node, int root) const {
    return places_[node] >= places_[root] && places_[node] < places_[root] + nodes_[root].size;
  }
  // In order.
  std::vector<int> Subtree(int root) const;
  // How many bindings before `index` may fail.
  int NumFallibleBefore(int index) const { return num_fallible_[index]; }
  // The last before `index`, or -1; the first from `index` on, or num_nodes().
  int FallibleBefore(int index) const { return fallible_before_[index]; }
  int FallibleFrom(int index) const { return fallible_from_[index]; }

 private:
  using Inputs = std::priority_queue<int>;
  void AddNode(const ir::Binding& binding, const SymbolScope& scope);
  void AddUse(int producer, int user);
  void FindParents();
  int CommonParent(int a, int b) const;
  void SumSubtrees();
  void FindInputs();
  void CountFallible();

  std::unordered_map<const ir::Var*, int> index_of_;
  std::vector<RegionNode> nodes_;
  std::vector<std::vector<int>> users_;
  std::vector<int> depths_, jumps_;  // for common parents: an ancestor some way up
  std::vector<int> places_;          // in an order in which each subtree is one stretch
  std::vector<int> order_;           // its inverse
  std::vector<int> num_fallible_, fallible_before_, fallible_from_;
};

}  // namespace baton
