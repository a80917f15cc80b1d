#include "compiler/passes/region_graph.h"

#include <algorithm>

namespace baton {

using ir::Binding;
using ir::Region;
using ir::Var;

RegionGraph::RegionGraph(const Region& region, const std::vector<std::string>& final_symbols,
                         SymbolScope* scope, const std::function<Facts(const Binding&)>& before) {
  const int end = static_cast<int>(region.bindings.size());
  nodes_.resize(end + 1);
  users_.resize(end + 1);
  for (int i = 0; i < end; ++i) {
    const Binding& binding = region.bindings[i];
    const Facts facts = before(binding);
    RegionNode& node = nodes_[i];
    node.ns = node.subtree_ns = facts.ns;
    node.hazard = node.subtree_hazard = facts.hazard;
    node.first_use = end;
    index_of_[binding.var] = i;
    AddNode(binding, *scope);
    scope->Define(binding.var);
  }
  const auto use_at_end = [&](const Var* var) {
    const auto found = index_of_.find(var);
    if (found != index_of_.end()) AddUse(found->second, end);
  };
  if (!region.diverges) {
    for (const ir::Atom& result : region.results) use_at_end(result.var());
  }
  for (const std::string& symbol : final_symbols) use_at_end(scope->Find(symbol));
  FindParents();
  SumSubtrees();
  FindInputs();
  CountFallible();
}

void RegionGraph::AddNode(const Binding& binding, const SymbolScope& scope) {
  const int index = index_of_.at(binding.var);
  RegionNode& node = nodes_[index];
  const auto use = [&](const Var* var) {
    const auto found = index_of_.find(var);
    if (found != index_of_.end() && found->second != index) node.producers.push_back(found->second);
  };
  VisitUsedVars(binding, use);
  VisitUsedSymbols(binding, [&](absl::string_view symbol) {
    Var* definer = scope.Find(symbol);
    if (definer == nullptr) return;
    const auto same = [&](const auto& known) { return known.first == symbol; };
    if (std::any_of(node.symbols.begin(), node.symbols.end(), same)) return;
    node.symbols.emplace_back(std::string(symbol), definer);
    use(definer);
  });
  std::sort(node.producers.begin(), node.producers.end());
  node.producers.erase(std::unique(node.producers.begin(), node.producers.end()), node.producers.end());
  for (const int producer : node.producers) AddUse(producer, index);
}

void RegionGraph::AddUse(int producer, int user) {
  users_[producer].push_back(user);
  nodes_[producer].is_used = true;
  nodes_[producer].first_use = std::min(nodes_[producer].first_use, user);
}

// Users come later, so that parents are known from the end backwards. jumps_ lead up by steps that make any
// ancestor reachable in O(log n) (skew-binary jump pointers).
void RegionGraph::FindParents() {
  const int end = num_nodes();
  depths_.assign(end + 1, 0);
  jumps_.assign(end + 1, end);
  for (int i = end - 1; i >= 0; --i) {
    int parent = users_[i].empty() ? end : users_[i][0];
    for (const int user : users_[i]) parent = CommonParent(parent, user);
    nodes_[i].parent = parent;
    depths_[i] = depths_[parent] + 1;
    const int jump = jumps_[parent];
    const bool equal = depths_[parent] - depths_[jump] == depths_[jump] - depths_[jumps_[jump]];
    jumps_[i] = equal ? jumps_[jump] : parent;
  }
  for (int i = 0; i < end; ++i) nodes_[nodes_[i].parent].children.push_back(i);
}

int RegionGraph::CommonParent(int a, int b) const {
  if (depths_[a] < depths_[b]) std::swap(a, b);
  while (depths_[a] > depths_[b]) a = depths_[jumps_[a]] >= depths_[b] ? jumps_[a] : nodes_[a].parent;
  while (a != b) {
    const bool far = jumps_[a] != jumps_[b];
    a = far ? jumps_[a] : nodes_[a].parent;
    b = far ? jumps_[b] : nodes_[b].parent;
  }
  return a;
}

// Children come before their parents.
void RegionGraph::SumSubtrees() {
  const int end = num_nodes();
  for (int i = 0; i < end; ++i) {
    RegionNode& node = nodes_[i];
    if (node.hazard == Hazard::kMayFail) {
      ++node.num_fallible;
      node.first_fallible = std::min(node.first_fallible, i);
      node.last_fallible = std::max(node.last_fallible, i);
    }
    RegionNode& parent = nodes_[node.parent];
    parent.size += node.size;
    parent.subtree_ns += node.subtree_ns;
    parent.subtree_hazard = std::max(parent.subtree_hazard, node.subtree_hazard);
    parent.num_fallible += node.num_fallible;
    parent.first_fallible = std::min(parent.first_fallible, node.first_fallible);
    parent.last_fallible = std::max(parent.last_fallible, node.last_fallible);
  }
  places_.assign(end + 1, 0);
  order_.assign(end + 1, 0);
  for (int i = end; i >= 0; --i) {
    order_[places_[i]] = i;
    int place = places_[i] + 1;
    for (const int child : nodes_[i].children) {
      places_[child] = place;
      place += nodes_[child].size;
    }
  }
}

// Each subtree's inputs are those of its parts that are not inside it; the smaller heap joins the larger.
void RegionGraph::FindInputs() {
  const int end = num_nodes();
  std::vector<Inputs> inputs(end + 1);
  for (int i = 0; i < end; ++i) {
    Inputs& own = inputs[i];
    for (const int producer : nodes_[i].producers) own.push(producer);
    while (!own.empty() && IsInSubtree(own.top(), i)) own.pop();
    nodes_[i].ready = own.empty() ? -1 : own.top();
    Inputs& parent = inputs[nodes_[i].parent];
    if (nodes_[i].parent == end) {
      own = Inputs();
      continue;
    }
    if (parent.size() < own.size()) parent.swap(own);
    for (; !own.empty(); own.pop()) parent.push(own.top());
  }
}

void RegionGraph::CountFallible() {
  const int end = num_nodes();
  num_fallible_.assign(end + 2, 0);
  fallible_before_.assign(end + 2, -1);
  fallible_from_.assign(end + 2, end);
  for (int i = 0; i < end; ++i) {
    const bool fallible = nodes_[i].hazard == Hazard::kMayFail;
    num_fallible_[i + 1] = num_fallible_[i] + (fallible ? 1 : 0);
    fallible_before_[i + 1] = fallible ? i : fallible_before_[i];
  }
  num_fallible_[end + 1] = num_fallible_[end];
  fallible_before_[end + 1] = fallible_before_[end];
  for (int i = end - 1; i >= 0; --i) {
    fallible_from_[i] = nodes_[i].hazard == Hazard::kMayFail ? i : fallible_from_[i + 1];
  }
}

std::vector<int> RegionGraph::Subtree(int root) const {
  std::vector<int> members(order_.begin() + places_[root],
                           order_.begin() + places_[root] + nodes_[root].size);
  std::sort(members.begin(), members.end());
  return members;
}

}  // namespace baton
