// Reductions. Axes are an attribute before opset 13 (ReduceSum) or 18 (the others), then an operand.
#include <utility>

#include "compiler/import/onnx_ops/converters.h"

namespace baton {
namespace {

constexpr std::pair<absl::string_view, absl::string_view> kNames[] = {
    {"ReduceSum", "sum"},        {"ReduceMean", "mean"},
    {"ReduceMax", "max"},        {"ReduceMin", "min"},
    {"ReduceProd", "prod"},      {"ReduceL1", "l1"},
    {"ReduceL2", "l2"},          {"ReduceSumSquare", "sum_square"},
    {"ReduceLogSum", "log_sum"}, {"ReduceLogSumExp", "log_sum_exp"},
};

}  // namespace

void ConvertReduce(OnnxNode& node) {
  absl::string_view op;
  for (const auto& [onnx_name, name] : kNames) {
    if (onnx_name == node.op()) op = name;
  }
  Attributes attributes = {{"keepdims", node.attributes().Int("keepdims", 1) != 0}};
  ir::Atom axes;
  if (node.version() >= (node.op() == "ReduceSum" ? 13 : 18)) {
    axes = node.Input(1);
    attributes.emplace_back("noop_with_empty_axes", node.attributes().Int("noop_with_empty_axes", 0) != 0);
  } else if (const std::vector<int64_t> list = node.attributes().Ints("axes"); !list.empty()) {
    axes = node.Ints(list);
  }
  node.SetOutput(0, node.Call(op, {node.Input(0), axes}, attributes));
}

}  // namespace baton
