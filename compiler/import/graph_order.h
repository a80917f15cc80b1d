// The order in which the nodes of a graph can be converted, and the names that a nested graph takes from
// around it. Internal to the importer.
#pragma once

#include <unordered_map>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace onnx {
class GraphProto;
class NodeProto;
}  // namespace onnx

namespace baton {

// Threads: not safe. Recursion: once per level of nesting, which support_check.cc bounds.
class GraphOrder {
 public:
  // Indices into `nodes` such that every node comes after those whose outputs it or its nested graphs use,
  // otherwise in the given order. Fewer than nodes.size() when there is a cycle: the nodes on it and after it
  // are left out.
  std::vector<int> Sort(absl::Span<const onnx::NodeProto* const> nodes);

 private:
  using Names = absl::flat_hash_set<absl::string_view>;
  // What `node` uses: its inputs and what its nested graphs do not define themselves.
  void AddUses(const onnx::NodeProto& node, Names* uses);
  const Names& FreeNames(const onnx::GraphProto& graph);

  std::unordered_map<const onnx::GraphProto*, Names> free_names_;
};

}  // namespace baton
