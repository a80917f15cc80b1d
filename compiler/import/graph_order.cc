#include "compiler/import/graph_order.h"

#include <onnx/onnx_pb.h>

#include <functional>
#include <queue>

#include "absl/container/flat_hash_map.h"

namespace baton {

void GraphOrder::AddUses(const onnx::NodeProto& node, Names* uses) {
  for (const std::string& input : node.input()) {
    if (!input.empty()) uses->insert(input);
  }
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.has_g()) {
      const Names& names = FreeNames(attribute.g());
      uses->insert(names.begin(), names.end());
    }
  }
}

const GraphOrder::Names& GraphOrder::FreeNames(const onnx::GraphProto& graph) {
  if (auto found = free_names_.find(&graph); found != free_names_.end()) return found->second;
  Names names;
  for (const onnx::NodeProto& node : graph.node()) AddUses(node, &names);
  for (const onnx::ValueInfoProto& output : graph.output()) names.insert(output.name());
  for (const onnx::ValueInfoProto& input : graph.input()) names.erase(input.name());
  for (const onnx::TensorProto& tensor : graph.initializer()) names.erase(tensor.name());
  for (const onnx::SparseTensorProto& tensor : graph.sparse_initializer())
    names.erase(tensor.values().name());
  for (const onnx::NodeProto& node : graph.node()) {
    for (const std::string& output : node.output()) names.erase(output);
  }
  return free_names_.emplace(&graph, std::move(names)).first->second;
}

std::vector<int> GraphOrder::Sort(absl::Span<const onnx::NodeProto* const> nodes) {
  const int count = static_cast<int>(nodes.size());
  absl::flat_hash_map<absl::string_view, int> producer;
  for (int i = 0; i < count; ++i) {
    for (const std::string& output : nodes[i]->output()) {
      if (!output.empty()) producer.emplace(output, i);
    }
  }
  std::vector<std::vector<int>> users(nodes.size());
  std::vector<int> num_waiting_for(nodes.size(), 0);
  for (int i = 0; i < count; ++i) {
    Names uses;
    AddUses(*nodes[i], &uses);
    for (absl::string_view name : uses) {
      auto found = producer.find(name);
      if (found == producer.end()) continue;
      users[found->second].push_back(i);
      ++num_waiting_for[i];
    }
  }
  std::priority_queue<int, std::vector<int>, std::greater<int>> ready;
  for (int i = 0; i < count; ++i) {
    if (num_waiting_for[i] == 0) ready.push(i);
  }
  std::vector<int> order;
  while (!ready.empty()) {
    const int node = ready.top();
    ready.pop();
    order.push_back(node);
    for (int user : users[node]) {
      if (--num_waiting_for[user] == 0) ready.push(user);
    }
  }
  return order;
}

}  // namespace baton
