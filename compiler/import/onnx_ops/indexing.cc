// Operators that take parts of tensors, put them together, or find positions in them.
#include <string>

#include "compiler/import/onnx_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

constexpr int64_t kDefaultAxis = 0;

Attributes Axis(OnnxNode& node, int64_t fallback) {
  return {{"axis", node.attributes().Int("axis", fallback)}};
}

Attributes Reduction(OnnxNode& node, int since_version) {
  if (node.version() < since_version) return {};
  return {{"reduction", node.attributes().String("reduction", "none")}};
}

void SplitInto(OnnxNode& node, Atom sizes) {
  Attributes attributes = Axis(node, kDefaultAxis);
  attributes.emplace_back("num_outputs", int64_t{node.num_outputs()});
  node.CallForOutputs("split", {node.Input(0), sizes}, attributes);
}

void ConvertArg(OnnxNode& node, absl::string_view op) {
  const bool last = node.version() >= 12 && node.attributes().Int("select_last_index", 0) != 0;
  Attributes attributes = Axis(node, kDefaultAxis);
  attributes.emplace_back("keepdims", node.attributes().Int("keepdims", 1) != 0);
  attributes.emplace_back("select_last_index", last);
  node.SetOutput(0, node.Call(op, {node.Input(0)}, attributes));
}

void ConvertCumulative(OnnxNode& node, absl::string_view op) {
  const bool exclusive = node.attributes().Int("exclusive", 0) != 0;
  const bool reverse = node.attributes().Int("reverse", 0) != 0;
  node.SetOutput(0, node.Call(op, {node.Input(0), node.AsScalar(node.Input(1))},
                              {{"exclusive", exclusive}, {"reverse", reverse}}));
}

bool IsIndexType(DType dtype) {
  return dtype == DType::kInt32 || dtype == DType::kInt64;
}

}  // namespace

void ConvertConcat(OnnxNode& node) {
  if (node.version() >= 4) node.attributes().RequiredInt("axis");
  node.SetOutput(0, node.Call("concatenate", node.Inputs(), Axis(node, 1)));
}

// Version 1 had the sizes as an operand of the data's type, or as an attribute.
void ConvertSplitAttribute(OnnxNode& node) {
  Atom sizes;
  if (node.attributes().Has("split")) sizes = node.Ints(node.attributes().Ints("split"));
  if (node.HasInput(1)) sizes = node.Cast(node.Input(1), DType::kInt64);
  SplitInto(node, sizes);
}

void ConvertSplit(OnnxNode& node) {
  if (node.version() >= 18 && node.attributes().Has("num_outputs")) {
    const int64_t count = node.attributes().Int("num_outputs", 0);
    if (count != node.num_outputs() || node.HasInput(1)) {
      return node.Invalid(absl::StrCat("attribute 'num_outputs' is ", count, ", expected the ",
                                       node.num_outputs(), " outputs of the node and no sizes"));
    }
  }
  SplitInto(node, node.Input(1));
}

void ConvertSliceAttributes(OnnxNode& node) {
  OnnxAttributes& attributes = node.attributes();
  if (!attributes.Has("starts") || !attributes.Has("ends"))
    return node.Invalid("attribute 'starts' or 'ends' is missing");
  const Atom axes = attributes.Has("axes") ? node.Ints(attributes.Ints("axes")) : Atom();
  node.SetOutput(0, node.Call("strided_slice", {node.Input(0), node.Ints(attributes.Ints("starts")),
                                                node.Ints(attributes.Ints("ends")), axes}));
}

void ConvertPadAttributes(OnnxNode& node) {
  const char* name = node.version() < 2 ? "paddings" : "pads";
  if (!node.attributes().Has(name)) return node.Invalid(absl::StrCat("attribute '", name, "' is missing"));
  const Atom value = node.ScalarLike(node.Input(0), node.attributes().Float("value", 0));
  node.SetOutput(0, node.Call("nn.pad", {node.Input(0), node.Ints(node.attributes().Ints(name)), value},
                              {{"mode", node.attributes().String("mode", "constant")}}));
}

void ConvertPad(OnnxNode& node) {
  const std::string mode = node.attributes().String("mode", "constant");
  if (mode == "wrap" && node.version() < 19) return node.Invalid("has mode wrap, which opset 19 brought");
  node.SetOutput(0, node.Call("nn.pad", node.Inputs(), {{"mode", mode}}));
}

void ConvertTrilu(OnnxNode& node) {
  node.SetOutput(0, node.Call("trilu", node.Inputs(), {{"upper", node.attributes().Int("upper", 1) != 0}}));
}

void ConvertGather(OnnxNode& node) {
  node.SetOutput(0, node.Call("take", node.Inputs(), Axis(node, kDefaultAxis)));
}

void ConvertGatherElements(OnnxNode& node) {
  node.SetOutput(0, node.Call("gather_elements", node.Inputs(), Axis(node, kDefaultAxis)));
}

void ConvertGatherNd(OnnxNode& node) {
  const int64_t batch_dims = node.version() >= 12 ? node.attributes().Int("batch_dims", 0) : 0;
  node.SetOutput(0, node.Call("gather_nd", node.Inputs(), {{"batch_dims", batch_dims}}));
}

void ConvertScatterElements(OnnxNode& node) {
  Attributes attributes = Axis(node, kDefaultAxis);
  for (auto& attribute : Reduction(node, 16)) attributes.push_back(std::move(attribute));
  node.SetOutput(0, node.Call("scatter_elements", node.Inputs(), attributes));
}

void ConvertScatterNd(OnnxNode& node) {
  node.SetOutput(0, node.Call("scatter_nd", node.Inputs(), Reduction(node, 16)));
}

void ConvertOneHot(OnnxNode& node) {
  // Indices and depth may be of any numeric type.
  Atom indices = node.Input(0);
  if (!IsIndexType(node.ElementType(indices))) indices = node.Cast(indices, DType::kInt64);
  const Atom depth = node.Cast(node.AsScalar(node.Input(1)), DType::kInt64);
  node.SetOutput(0, node.Call("one_hot", {indices, depth, node.Input(2)}, Axis(node, -1)));
}

void ConvertArgMax(OnnxNode& node) {
  ConvertArg(node, "argmax");
}
void ConvertArgMin(OnnxNode& node) {
  ConvertArg(node, "argmin");
}

void ConvertCumSum(OnnxNode& node) {
  ConvertCumulative(node, "cumsum");
}
void ConvertCumProd(OnnxNode& node) {
  ConvertCumulative(node, "cumprod");
}

}  // namespace baton
