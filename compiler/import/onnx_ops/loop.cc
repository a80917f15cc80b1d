// Loop.
#include <onnx/onnx_pb.h>

#include <algorithm>

#include "compiler/import/onnx_ops/control_flow.h"
#include "compiler/import/onnx_ops/converters.h"
#include "compiler/import/onnx_ops/loop_builder.h"

namespace baton {
namespace {

using ir::Atom;

bool IsOptional(OnnxNode& node, Atom value) {
  return node.import().TypeOf(value).is_data();
}

// `graph` has inputs (iteration, condition, carried...) and outputs (condition, carried..., scanned...).
void BuildLoop(OnnxNode& node, const onnx::GraphProto& graph, int num_carried, int num_scanned) {
  const Atom trip_count = node.AsScalar(node.Input(0));
  LoopBuilder loop(node);
  const Atom start = node.HasInput(1) ? node.AsScalar(node.Input(1)) : node.Scalar(DType::kBool, 1);
  const int condition = loop.Carry("condition", start);
  std::vector<Atom> arguments = {loop.iteration(), loop.Current(condition)};
  std::vector<int> carried;
  for (int i = 0; i < num_carried; ++i) {
    if (!node.HasInput(i + 2)) return node.Invalid(absl::StrCat("carried value ", i, " is missing"));
    const bool is_named = i + 2 < graph.input_size();
    carried.push_back(loop.Carry(is_named ? graph.input(i + 2).name() : "", node.Input(i + 2)));
    arguments.push_back(loop.Current(carried.back()));
  }
  const std::vector<Atom> outputs = node.BuildGraph(graph, arguments, loop.body());
  if (!node.ok()) return;
  node.InRegion(loop.body(), [&] { loop.SetNext(condition, node.AsScalar(outputs[0])); });
  // A body may take an optional and give its content.
  std::vector<bool> gives_content;
  node.InRegion(loop.body(), [&] {
    for (int i = 0; i < num_carried; ++i) {
      const Atom next = outputs[1 + i];
      gives_content.push_back(IsOptional(node, node.Input(i + 2)) && !IsOptional(node, next));
      loop.SetNext(carried[i], gives_content[i] ? MakeSome(node, next) : next);
    }
  });
  std::vector<int> scanned;
  for (int i = 0; i < num_scanned; ++i) {
    const int output = 1 + num_carried + i;
    scanned.push_back(loop.Collect(graph.output(output).name(), outputs[output]));
  }
  loop.Finish(trip_count, condition);
  for (int i = 0; i < node.num_outputs(); ++i) {
    if (!node.WantsOutput(i)) continue;
    if (i < num_carried) {
      const Atom result = loop.Result(carried[i]);
      node.SetOutput(i, gives_content[i] ? ContentOf(node, result) : result);
    } else {
      const onnx::ValueInfoProto& declared = graph.output(1 + i);
      node.SetOutput(i, StackScanned(node, loop.Result(scanned[i - num_carried]), declared, 0));
    }
  }
}

}  // namespace

void ConvertLoop(OnnxNode& node) {
  const onnx::GraphProto* body = node.attributes().RequiredGraph("body");
  if (body == nullptr) return;
  if (body->output_size() < 1) return node.Invalid("the body has no outputs, expected a condition");
  const int num_carried = std::max(node.num_inputs(), 2) - 2;
  const int num_scanned = body->output_size() - 1 - num_carried;
  if (num_scanned < 0 || node.num_outputs() > num_carried + num_scanned) {
    return node.Invalid(absl::StrCat("the body has ", body->output_size(), " outputs, expected a condition, ",
                                     num_carried, " carried values and what is scanned, for ",
                                     node.num_outputs(), " outputs of the node"));
  }
  BuildLoop(node, *body, num_carried, num_scanned);
}

}  // namespace baton
