// Scan: states go from step to step over slices of the inputs; what each step gives is stacked.
#include <onnx/onnx_pb.h>

#include "compiler/import/onnx_ops/control_flow.h"
#include "compiler/import/onnx_ops/converters.h"
#include "compiler/import/onnx_ops/loop_builder.h"

namespace baton {
namespace {

using ir::Atom;
using ir::SequenceOperation;

// One scan. The lists are as long as there are states, scanned inputs and scanned outputs.
struct Scan {
  const onnx::GraphProto* body = nullptr;
  std::vector<Atom> states, inputs;
  std::vector<int64_t> input_axes, input_directions;
  std::vector<int64_t> output_axes, output_directions;
  Atom length;  // of the scan: int64, rank 0

  int num_states() const { return static_cast<int>(states.size()); }
  int num_inputs() const { return static_cast<int>(inputs.size()); }
  int num_outputs() const { return body->output_size() - num_states(); }
};

// `name` as a list of `count` numbers, 0 when it is absent.
std::vector<int64_t> List(OnnxNode& node, absl::string_view name, int count, bool is_direction) {
  if (!node.attributes().Has(name)) return std::vector<int64_t>(count, 0);
  std::vector<int64_t> list = node.attributes().Ints(name);
  if (static_cast<int>(list.size()) != count) {
    node.Invalid(absl::StrCat("attribute '", name, "' has ", list.size(), " numbers, expected ", count));
    list.resize(count);
  }
  for (const int64_t number : list) {
    if (is_direction && number != 0 && number != 1)
      node.Invalid(absl::StrCat("attribute '", name, "' has ", number, ", expected 0 or 1"));
  }
  return list;
}

// The extent of `axis`, int64 of rank 0.
Atom Extent(OnnxNode& node, Atom value, int64_t axis) {
  return node.Call("take", {node.ShapeOf(value), node.Int(axis)}, {{"axis", int64_t{0}}});
}

// `value` with the elements along `axis` in the opposite order.
Atom Reversed(OnnxNode& node, Atom value, int64_t axis) {
  return node.Call("strided_slice",
                   {value, node.Ints({-1}), node.Ints({INT64_MIN}), node.Ints({axis}), node.Ints({-1})});
}

// Final states, then the scanned outputs.
std::vector<Atom> BuildScan(OnnxNode& node, const Scan& scan) {
  LoopBuilder loop(node);
  std::vector<Atom> arguments;
  std::vector<int> states;
  for (int i = 0; i < scan.num_states(); ++i) {
    states.push_back(loop.Carry(scan.body->input(i).name(), scan.states[i]));
    arguments.push_back(loop.Current(states[i]));
  }
  node.InRegion(loop.body(), [&] {
    for (int i = 0; i < scan.num_inputs(); ++i) {
      Atom step = loop.iteration();
      if (scan.input_directions[i] == 1) {
        step = node.Call("subtract", {node.Call("subtract", {scan.length, node.Int(1)}), step});
      }
      arguments.push_back(node.Call("take", {scan.inputs[i], step}, {{"axis", scan.input_axes[i]}}));
    }
  });
  const std::vector<Atom> outputs = node.BuildGraph(*scan.body, arguments, loop.body());
  if (!node.ok()) return {};
  for (int i = 0; i < scan.num_states(); ++i) loop.SetNext(states[i], outputs[i]);
  std::vector<int> scanned;
  for (int i = 0; i < scan.num_outputs(); ++i) {
    const int output = scan.num_states() + i;
    scanned.push_back(loop.Collect(scan.body->output(output).name(), outputs[output]));
  }
  loop.Finish(scan.length);
  std::vector<Atom> results;
  for (const int state : states) results.push_back(loop.Result(state));
  for (int i = 0; i < scan.num_outputs(); ++i) {
    const onnx::ValueInfoProto& declared = scan.body->output(scan.num_states() + i);
    Atom stacked = StackScanned(node, loop.Result(scanned[i]), declared, scan.output_axes[i]);
    if (scan.output_directions[i] == 1) stacked = Reversed(node, stacked, scan.output_axes[i]);
    results.push_back(stacked);
  }
  return results;
}

// Reads body and number of scanned inputs; splits the node's inputs from `first` on. False after an error.
bool ReadScan(OnnxNode& node, int first, Scan* scan) {
  scan->body = node.attributes().RequiredGraph("body");
  const int64_t num_inputs = node.attributes().RequiredInt("num_scan_inputs");
  if (scan->body == nullptr || !node.ok()) return false;
  const int num_given = node.num_inputs() - first;
  if (num_inputs < 1 || num_inputs > num_given) {
    node.Invalid(absl::StrCat("num_scan_inputs is ", num_inputs, ", expected 1 to ", num_given));
    return false;
  }
  for (int i = first; i < node.num_inputs(); ++i) {
    if (!node.HasInput(i)) node.Invalid(absl::StrCat("input ", i, " is missing"));
    (i - first < num_given - num_inputs ? scan->states : scan->inputs).push_back(node.Input(i));
  }
  if (scan->body->input_size() != num_given) {
    node.Invalid(absl::StrCat("the body has ", scan->body->input_size(), " inputs, expected ", num_given));
  } else if (scan->num_outputs() < 0 || node.num_outputs() > scan->body->output_size()) {
    node.Invalid(absl::StrCat("the body has ", scan->body->output_size(), " outputs, expected ",
                              scan->num_states(), " states and what is scanned, for ", node.num_outputs(),
                              " outputs of the node"));
  }
  return node.ok();
}

// All inputs are scanned to the same length.
Atom CommonLength(OnnxNode& node, const Scan& scan) {
  Atom length = Extent(node, scan.inputs[0], scan.input_axes[0]);
  for (int i = 1; i < scan.num_inputs(); ++i) {
    const Atom other = Extent(node, scan.inputs[i], scan.input_axes[i]);
    length = Require(node, node.Call("equal", {length, other}),
                     absl::StrCat("the scanned inputs 0 and ", i, " have different lengths"), length);
  }
  return length;
}

}  // namespace

void ConvertScan(OnnxNode& node) {
  Scan scan;
  if (!ReadScan(node, 0, &scan)) return;
  scan.input_axes = List(node, "scan_input_axes", scan.num_inputs(), false);
  scan.input_directions = List(node, "scan_input_directions", scan.num_inputs(), true);
  scan.output_axes = List(node, "scan_output_axes", scan.num_outputs(), false);
  scan.output_directions = List(node, "scan_output_directions", scan.num_outputs(), true);
  if (!node.ok()) return;
  scan.length = CommonLength(node, scan);
  const std::vector<Atom> results = BuildScan(node, scan);
  for (int i = 0; i < node.num_outputs() && node.ok(); ++i) {
    if (node.WantsOutput(i)) node.SetOutput(i, results[i]);
  }
}

// Version 8: all tensors have a batch axis before the others, whose entries are scanned one by one, each to
// its own length; what is scanned is padded with zeros to the length of the inputs.
void ConvertBatchScan(OnnxNode& node) {
  Scan scan;
  if (!ReadScan(node, 1, &scan)) return;
  scan.input_axes.assign(scan.num_inputs(), 0);
  scan.input_directions = List(node, "directions", scan.num_inputs(), true);
  scan.output_axes.assign(scan.num_outputs(), 0);
  scan.output_directions.assign(scan.num_outputs(), 0);
  if (!node.ok()) return;
  const Atom batch_size = Extent(node, scan.inputs[0], 0);
  const Atom full_length = Extent(node, scan.inputs[0], 1);
  LoopBuilder batch(node);
  std::vector<Atom> results;
  node.InRegion(batch.body(), [&] {
    const auto entry_of = [&](Atom value) {
      return node.Call("take", {value, batch.iteration()}, {{"axis", int64_t{0}}});
    };
    Scan entry = scan;
    for (Atom& state : entry.states) state = entry_of(state);
    for (Atom& input : entry.inputs) input = entry_of(input);
    entry.length = node.HasInput(0) ? node.AsScalar(node.Cast(entry_of(node.Input(0)), DType::kInt64))
                                    : CommonLength(node, entry);
    // Only the valid part, also backwards.
    for (Atom& input : entry.inputs) {
      const Atom end = node.Call("reshape", {entry.length, node.Ints({1})});
      input = node.Call("strided_slice", {input, node.Ints({0}), end, node.Ints({0})});
    }
    results = BuildScan(node, entry);
    for (size_t i = scan.states.size(); i < results.size(); ++i) {
      const Atom missing =
          node.Call("reshape", {node.Call("subtract", {full_length, entry.length}), node.Ints({1})});
      const Atom pads = node.Call("concatenate", {node.Ints({0}), missing}, {{"axis", int64_t{0}}});
      results[i] = node.Call("nn.pad", {results[i], pads, Atom(), node.Ints({0})});
    }
  });
  if (!node.ok()) return;
  std::vector<int> collected;
  for (size_t i = 0; i < results.size(); ++i) {
    collected.push_back(batch.Collect(scan.body->output(static_cast<int>(i)).name(), results[i]));
  }
  batch.Finish(batch_size);
  for (int i = 0; i < node.num_outputs(); ++i) {
    if (!node.WantsOutput(i)) continue;
    node.SetOutput(i, StackScanned(node, batch.Result(collected[i]), scan.body->output(i), 0));
  }
}

}  // namespace baton
