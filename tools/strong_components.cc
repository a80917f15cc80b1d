#include "tools/strong_components.h"

#include <algorithm>
#include <cstddef>

namespace baton {
namespace {

class Search {
 public:
  explicit Search(const std::vector<std::vector<int>>& successors)
      : successors_(successors), number_(successors.size()), lowest_(successors.size()) {}

  std::vector<std::vector<int>> Run() {
    for (size_t node = 0; node < successors_.size(); ++node) {
      if (number_[node] == 0) VisitFrom(static_cast<int>(node));
    }
    return std::move(components_);
  }

 private:
  static constexpr int kDone = -1;
  struct Step {
    int node;
    size_t next;  // the successor to look at
  };

  void Enter(int node, std::vector<Step>* steps) {
    number_[node] = lowest_[node] = ++count_;
    open_.push_back(node);
    steps->push_back({node, 0});
  }

  void VisitFrom(int root) {
    std::vector<Step> steps;
    Enter(root, &steps);
    while (!steps.empty()) {
      Step& step = steps.back();
      const int node = step.node;
      if (step.next < successors_[node].size()) {
        const int successor = successors_[node][step.next++];
        if (number_[successor] == 0) {
          Enter(successor, &steps);
        } else if (number_[successor] != kDone) {
          lowest_[node] = std::min(lowest_[node], number_[successor]);
        }
        continue;
      }
      steps.pop_back();
      const int lowest = lowest_[node];
      if (!steps.empty()) lowest_[steps.back().node] = std::min(lowest_[steps.back().node], lowest);
      if (lowest == number_[node]) Close(node);
    }
  }

  // All that is open since `root` is its component.
  void Close(int root) {
    const auto begin = std::find(open_.rbegin(), open_.rend(), root).base() - 1;
    for (auto node = begin; node != open_.end(); ++node) number_[*node] = kDone;
    components_.emplace_back(begin, open_.end());
    open_.erase(begin, open_.end());
  }

  const std::vector<std::vector<int>>& successors_;
  std::vector<int> number_;  // in the order of entering, from 1; 0: not entered; kDone: in a component
  std::vector<int> lowest_;  // number that is reached
  std::vector<int> open_;    // entered, in no component
  int count_ = 0;
  std::vector<std::vector<int>> components_;
};

}  // namespace

std::vector<std::vector<int>> StrongComponents(const std::vector<std::vector<int>>& successors) {
  return Search(successors).Run();
}

}  // namespace baton
