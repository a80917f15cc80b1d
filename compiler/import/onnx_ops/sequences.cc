// Sequences: what makes them, changes them, and makes tensors of them.
#include <onnx/onnx_pb.h>

#include "compiler/import/onnx_ops/control_flow.h"
#include "compiler/import/onnx_ops/converters.h"
#include "compiler/import/onnx_ops/loop_builder.h"
#include "compiler/import/onnx_tensor.h"

namespace baton {

using ir::Atom;
using ir::SequenceOperation;

namespace {

Atom Length(OnnxNode& node, Atom sequence) {
  return node.Sequence(SequenceOperation::kLength, {sequence});
}

// SplitToSequence where `count`, `start_of(i)` and `end_of(i)` say which slices of `axis` become elements.
Atom SplitBy(OnnxNode& node, int64_t axis, Atom count, bool keeps_axis,
             const std::function<std::pair<Atom, Atom>(Atom)>& bounds_of) {
  LoopBuilder loop(node);
  Atom piece;
  node.InRegion(loop.body(), [&] {
    const auto [start, end] = bounds_of(loop.iteration());
    const auto vector = [&](Atom value) { return node.Call("reshape", {value, node.Ints({1})}); };
    piece = node.Call("strided_slice", {node.Input(0), vector(start), vector(end), node.Ints({axis})});
    if (!keeps_axis) piece = node.Call("squeeze", {piece, node.Ints({axis})});
  });
  if (!node.ok()) return node.Placeholder();
  const int pieces = loop.Collect("pieces", piece);
  loop.Finish(count);
  return loop.Result(pieces);
}

Atom ExtentOf(OnnxNode& node, int64_t axis) {
  return node.Call("take", {node.ShapeOf(node.Input(0)), node.Int(axis)}, {{"axis", int64_t{0}}});
}

// The number of axes, int64 of rank 0.
Atom RankOf(OnnxNode& node, Atom value) {
  return node.Call("take", {node.ShapeOf(node.ShapeOf(value)), node.Int(0)}, {{"axis", int64_t{0}}});
}

// A scalar: chunks of that size, the last of them perhaps smaller.
Atom SplitToChunks(OnnxNode& node, int64_t axis, Atom size, bool keeps_axis) {
  const Atom extent = ExtentOf(node, axis);
  const Atom is_positive = node.Call("greater", {size, node.Int(0)});
  size = Require(node, is_positive, "SplitToSequence: the size of the pieces is not positive", size);
  // ceil(extent / size) = -floor(-extent / size)
  const Atom count =
      node.Call("negative", {node.Call("floor_divide", {node.Call("negative", {extent}), size})});
  return SplitBy(node, axis, count, keeps_axis, [&](Atom i) {
    const Atom start = node.Call("multiply", {i, size});
    // A slice ends where the axis does.
    return std::pair(start, node.Call("add", {start, size}));
  });
}

// A vector: the size of each piece; together they are the extent.
Atom SplitToSizes(OnnxNode& node, int64_t axis, Atom sizes) {
  const Atom ends = node.Call("cumsum", {sizes, node.Int(0)});
  const Atom starts = node.Call("subtract", {ends, sizes});
  const Atom zero = node.Int(0);
  const Atom total = node.Call("sum", {sizes});
  // A partial sum beyond 64 bits is negative.
  const Atom least =
      node.Call("min", {node.Call("concatenate", {sizes, ends, node.Ints({0})}, {{"axis", int64_t{0}}})});
  const Atom fits = node.Call("logical_and", {node.Call("equal", {total, ExtentOf(node, axis)}),
                                              node.Call("greater_equal", {least, zero})});
  const Atom count = Require(node, fits, "SplitToSequence: the sizes do not add up to the extent of the axis",
                             node.Call("take", {node.ShapeOf(sizes), zero}, {{"axis", int64_t{0}}}));
  return SplitBy(node, axis, count, /*keeps_axis=*/true, [&](Atom i) {
    const auto at = [&](Atom list) { return node.Call("take", {list, i}, {{"axis", int64_t{0}}}); };
    return std::pair(at(starts), at(ends));
  });
}

}  // namespace

void ConvertSequenceEmpty(OnnxNode& node) {
  const absl::StatusOr<DType> dtype =
      DTypeOfOnnxCode(node.attributes().Int("dtype", onnx::TensorProto::FLOAT));
  if (dtype.ok()) return node.SetOutput(0, node.EmptySequence(*dtype));
  if (absl::IsUnimplemented(dtype.status())) return node.Unsupported(dtype.status().message());
  node.Invalid(dtype.status().message());
}

void ConvertSequenceConstruct(OnnxNode& node) {
  node.SetOutput(0, node.Sequence(SequenceOperation::kMake, node.Inputs()));
}

void ConvertSequenceInsert(OnnxNode& node) {
  if (!node.HasInput(2)) {
    return node.SetOutput(0, node.Sequence(SequenceOperation::kAppend, {node.Input(0), node.Input(1)}));
  }
  node.SetOutput(0, node.Sequence(SequenceOperation::kInsert, node.Inputs()));
}

void ConvertSequenceErase(OnnxNode& node) {
  const Atom last = node.HasInput(1) ? node.Input(1) : node.Int(-1);
  node.SetOutput(0, node.Sequence(SequenceOperation::kErase, {node.Input(0), last}));
}

void ConvertSequenceAt(OnnxNode& node) {
  node.SetOutput(0, node.Sequence(SequenceOperation::kAt, node.Inputs()));
}

void ConvertSequenceLength(OnnxNode& node) {
  node.SetOutput(0, Length(node, node.Input(0)));
}

void ConvertSplitToSequence(OnnxNode& node) {
  const int64_t axis = node.attributes().Int("axis", 0);
  const bool keeps_axis = node.attributes().Int("keepdims", 1) != 0;
  if (!node.HasInput(1)) return node.SetOutput(0, SplitToChunks(node, axis, node.Int(1), keeps_axis));
  const Atom split = node.Cast(node.Input(1), DType::kInt64);
  const std::optional<int> rank = node.Rank(node.Input(1));
  if (rank && *rank > 1) return node.Invalid(absl::StrCat("split has rank ", *rank, ", expected 0 or 1"));
  // Both ways take whatever shape there is, since the rank may not be known before the run.
  const Atom sizes = node.Call("reshape", {split, node.Ints({-1})});
  const auto to_chunks = [&] {
    const Atom size = node.Call("take", {sizes, node.Int(0)}, {{"axis", int64_t{0}}});
    return SplitToChunks(node, axis, size, /*keeps_axis=*/true);
  };
  const auto to_sizes = [&] { return SplitToSizes(node, axis, sizes); };
  if (rank) return node.SetOutput(0, *rank == 0 ? to_chunks() : to_sizes());
  const Atom rank_at_run = RankOf(node, split);
  const Atom fits = node.Call("less", {rank_at_run, node.Int(2)});
  const Atom checked = Require(node, fits, "SplitToSequence: split has more than one axis", rank_at_run);
  node.SetOutput(0, Select(node, node.Call("equal", {checked, node.Int(0)}), to_chunks, to_sizes));
}

void ConvertConcatFromSequence(OnnxNode& node) {
  const Type sequence = node.import().TypeOf(node.Input(0));
  ir::SequenceOp join;
  join.axis = node.attributes().RequiredInt("axis");
  if (join.axis < -kMaxRank || join.axis >= kMaxRank)
    return node.Invalid(absl::StrCat("axis ", join.axis, " is no axis of any tensor"));
  join.args = {node.Input(0)};
  join.what = "ConcatFromSequence";
  join.operation = SequenceOperation::kConcat;
  if (!sequence.is_sequence()) return node.Invalid("input 0 is no sequence");
  const Type result(sequence.element().tensor().dtype, Shape::Unranked());
  if (node.attributes().Int("new_axis", 0) != 0) {
    join.operation = SequenceOperation::kStack;
    join.empty = result.tensor();
    join.args[0] = Require(node, node.Call("greater", {Length(node, node.Input(0)), node.Int(0)}),
                           "ConcatFromSequence: the sequence is empty", node.Input(0));
  }
  node.SetOutput(0, node.Bind(std::move(join), result));
}

// The body once for each element of the first sequence; other sequences give the element at the same place,
// tensors are passed whole.
void ConvertSequenceMap(OnnxNode& node) {
  const onnx::GraphProto* body = node.attributes().RequiredGraph("body");
  if (body == nullptr) return;
  if (body->output_size() < node.num_outputs()) {
    return node.Invalid(
        absl::StrCat("the body has ", body->output_size(), " outputs, the node ", node.num_outputs()));
  }
  Atom count = Length(node, node.Input(0));
  for (int i = 1; i < node.num_inputs(); ++i) {
    if (!node.import().TypeOf(node.Input(i)).is_sequence()) continue;
    count = Require(node, node.Call("equal", {count, Length(node, node.Input(i))}),
                    absl::StrCat("SequenceMap: inputs 0 and ", i, " have different lengths"), count);
  }
  LoopBuilder loop(node);
  std::vector<Atom> arguments;
  node.InRegion(loop.body(), [&] {
    for (const Atom& input : node.Inputs()) {
      const bool is_sequence = node.import().TypeOf(input).is_sequence();
      arguments.push_back(is_sequence ? node.Sequence(SequenceOperation::kAt, {input, loop.iteration()})
                                      : input);
    }
  });
  const std::vector<Atom> outputs = node.BuildGraph(*body, arguments, loop.body());
  if (!node.ok()) return;
  std::vector<int> collected;
  for (int i = 0; i < node.num_outputs(); ++i)
    collected.push_back(loop.Collect(body->output(i).name(), outputs[i]));
  loop.Finish(count);
  for (int i = 0; i < node.num_outputs(); ++i) {
    if (node.WantsOutput(i)) node.SetOutput(i, loop.Result(collected[i]));
  }
}

}  // namespace baton
