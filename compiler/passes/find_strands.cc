#include "compiler/passes/find_strands.h"

#include <algorithm>
#include <optional>

namespace baton {
namespace {

// A strand may be so much longer than what is beside it when it cannot change places with that, since both
// may fail; otherwise the longest work stays where it is.
constexpr double kMaxImbalance = 8;
// Sums of floating-point numbers are exact to a fraction of a nanosecond only.
constexpr double kTolerance = 1e-3;

// Sums over ranges of numbers that change.
class RangeSums {
 public:
  explicit RangeSums(int count) : tree_(count + 1, 0.0) {}
  void Add(int index, double value) {
    for (size_t i = static_cast<size_t>(index) + 1; i < tree_.size(); i += i & -i) tree_[i] += value;
  }
  // Of [begin, end).
  double Sum(int begin, int end) const { return begin >= end ? 0 : Before(end) - Before(begin); }

 private:
  double Before(int end) const {
    double sum = 0;
    for (auto i = static_cast<size_t>(end); i > 0; i -= i & -i) sum += tree_[i];
    return sum;
  }
  std::vector<double> tree_;
};

class StrandFinder {
 public:
  StrandFinder(const RegionGraph& graph, const StrandLimits& limits)
      : graph_(graph),
        limits_(limits),
        own_work_(graph.num_nodes()),
        strand_of_(graph.num_nodes(), -1),
        steps_left_(int64_t{8} * graph.num_nodes()) {
    for (int i = 0; i < graph.num_nodes(); ++i) own_work_.Add(i, graph[i].ns);
  }

  // From the region's end inwards: subtrees of one parent first, then what is inside those that stay.
  StrandChoice Run() {
    std::vector<int> pending = {graph_.num_nodes()};
    while (!pending.empty()) {
      const int parent = pending.back();
      pending.pop_back();
      std::vector<int> staying = TrySubtrees(graph_[parent].children);
      pending.insert(pending.end(), staying.rbegin(), staying.rend());
    }
    return std::move(choice_);
  }

 private:
  // What is known of a strand before its bindings are looked at one by one.
  struct Candidate {
    std::vector<int> roots;
    double ns = 0;
    int ready = -1;
    int first_use = INT32_MAX;
    int num_fallible = 0, first_fallible = INT32_MAX, last_fallible = -1;
    int size = 0;
  };

  // Gives those that stay and are worth looking into.
  std::vector<int> TrySubtrees(const std::vector<int>& roots) {
    std::vector<int> staying;
    Candidate small;  // neighbours that are worth a strand only together
    const auto flush = [&] {
      if (!small.roots.empty() && !(small.ns >= limits_.min_ns && Try(small))) NoteSmall(small);
      small = Candidate();
    };
    for (const int root : roots) {
      const RegionNode& node = graph_[root];
      if (node.subtree_ns >= limits_.min_ns) {
        flush();
        if (!TryLarge(root)) staying.push_back(root);
        continue;
      }
      if (node.subtree_ns == 0 || node.subtree_hazard == Hazard::kEffect || !node.is_used) continue;
      // Subtrees that wait for the same do not wait for each other.
      if (!small.roots.empty() && graph_[small.roots.back()].ready != node.ready) flush();
      Join(root, &small);
      if (small.ns >= limits_.min_ns) flush();
    }
    flush();
    return staying;
  }

  void Join(int root, Candidate* candidate) const {
    const RegionNode& node = graph_[root];
    candidate->roots.push_back(root);
    candidate->ns += node.subtree_ns;
    candidate->ready = std::max(candidate->ready, node.ready);
    candidate->first_use = std::min(candidate->first_use, node.first_use);
    candidate->num_fallible += node.num_fallible;
    candidate->first_fallible = std::min(candidate->first_fallible, node.first_fallible);
    candidate->last_fallible = std::max(candidate->last_fallible, node.last_fallible);
    candidate->size += node.size;
  }

  bool TryLarge(int root) {
    Candidate candidate;
    Join(root, &candidate);
    if (graph_[root].subtree_hazard == Hazard::kEffect || !graph_[root].is_used)
      return Refuse(root, Refusal::kEffect);
    return Try(candidate);
  }

  void NoteSmall(const Candidate& candidate) {
    choice_.small_ns += candidate.ns;
    choice_.num_small += candidate.size;
  }

  bool Refuse(int root, Refusal why) {
    choice_.refused.push_back({root, why});
    return false;
  }

  bool Try(const Candidate& candidate) {
    const int root = candidate.roots.back();
    // Cheap bounds first; what follows looks at every binding of the candidate.
    double root_ns = 0;
    for (const int own : candidate.roots) root_ns += graph_[own].ns;
    if (!IsWorthwhile(candidate, own_work_.Sum(candidate.ready + 1, candidate.first_use) - root_ns))
      return Refuse(root, Refusal::kNothingBeside);
    if (!KeepsFailures(candidate, candidate.ready)) return Refuse(root, Refusal::kFailure);
    if (steps_left_ < candidate.size) return Refuse(root, Refusal::kTooLarge);
    steps_left_ -= candidate.size;
    Strand strand;
    for (const int own : candidate.roots) {
      const std::vector<int> members = graph_.Subtree(own);
      strand.members.insert(strand.members.end(), members.begin(), members.end());
    }
    std::sort(strand.members.begin(), strand.members.end());
    strand.forked_after = ForkedAfter(candidate, strand.members);
    strand.ns_beside = own_work_.Sum(strand.forked_after + 1, candidate.first_use);
    for (const int member : strand.members) {
      if (member > strand.forked_after) strand.ns_beside -= graph_[member].ns;
    }
    if (!IsWorthwhile(candidate, strand.ns_beside)) return Refuse(root, Refusal::kNothingBeside);
    if (!KeepsFailures(candidate, strand.forked_after)) return Refuse(root, Refusal::kFailure);
    const double most = strand.ns_beside * (candidate.num_fallible > 0 ? kMaxImbalance : 1);
    if (candidate.ns > most + kTolerance) return Refuse(root, Refusal::kStays);
    if (!limits_.fits(strand.members)) return Refuse(root, Refusal::kTooLarge);
    Accept(candidate, std::move(strand));
    return true;
  }

  bool IsWorthwhile(const Candidate& candidate, double ns_beside) const {
    return candidate.first_use < INT32_MAX && ns_beside > limits_.min_ns - kTolerance;
  }

  // A Fork behind binding `place`: between it and where the candidate's failures stood, no other may fail.
  bool KeepsFailures(const Candidate& candidate, int place) const {
    if (candidate.num_fallible == 0) return true;
    const int last = std::max(candidate.last_fallible, place);
    const int within =
        graph_.NumFallibleBefore(last + 1) - graph_.NumFallibleBefore(candidate.first_fallible);
    if (within != candidate.num_fallible) return false;
    const int next = graph_.FallibleFrom(candidate.last_fallible + 1);
    return next == graph_.num_nodes() || PlaceOf(next) >= place;
  }

  // Where a binding is evaluated: its own place, or that of its strand's Fork.
  int PlaceOf(int index) const {
    return strand_of_[index] < 0 ? index : choice_.strands[strand_of_[index]].forked_after;
  }

  // Behind the last input; a strand's value is not asked for earlier than it is anyway.
  int ForkedAfter(const Candidate& candidate, const std::vector<int>& members) const {
    int place = -1;
    for (const int member : members) {
      for (const int producer : graph_[member].producers) {
        if (std::binary_search(members.begin(), members.end(), producer)) continue;
        const int strand = strand_of_[producer];
        place = std::max(place, strand < 0 ? producer : choice_.strands[strand].awaited_before - 1);
      }
    }
    if (candidate.num_fallible == 0) return place;
    const int before = graph_.FallibleBefore(candidate.first_fallible);
    return before < 0 ? place : std::max(place, PlaceOf(before));
  }

  void Accept(const Candidate& candidate, Strand strand) {
    for (const int member : strand.members) {
      strand_of_[member] = static_cast<int>(choice_.strands.size());
      own_work_.Add(member, -graph_[member].ns);
    }
    strand.roots = candidate.roots;
    strand.awaited_before = candidate.first_use;
    strand.first_fallible = candidate.first_fallible;
    strand.ns = candidate.ns;
    choice_.strands.push_back(std::move(strand));
  }

  const RegionGraph& graph_;
  const StrandLimits limits_;
  RangeSums own_work_;          // of bindings that are in no strand
  std::vector<int> strand_of_;  // by binding; -1: none
  int64_t steps_left_;          // bindings that may still be looked at in detail
  StrandChoice choice_;
};

}  // namespace

StrandChoice FindStrands(const RegionGraph& graph, const StrandLimits& limits) {
  return StrandFinder(graph, limits).Run();
}

}  // namespace baton
