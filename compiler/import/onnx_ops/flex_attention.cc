// Attention whose scores and probabilities are changed by graphs of the model.
#include "compiler/import/onnx_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

enum Input { kQuery, kKey, kValue };

// Extent `axis` of a tensor, as int64[1].
Atom Extent(OnnxNode& node, Atom value, int64_t axis) {
  return node.Call("shape_of", {value}, {{"start", axis}, {"end", axis + 1}});
}

Atom Reshaped(OnnxNode& node, Atom value, std::vector<Atom> shape) {
  const Atom dims = node.Call("concatenate", std::move(shape), {{"axis", int64_t{0}}});
  return node.Call("reshape", {value, dims}, {{"allow_zero", true}});
}

// [batch, heads, ...] as [batch, heads of keys, heads that share one, ...]: what is multiplied by keys or
// values [batch, heads, 1, ...].
Atom Grouped(OnnxNode& node, Atom value) {
  const Atom key_heads = Extent(node, node.Input(kKey), 1);
  const Atom sharing = node.Call("floor_divide", {Extent(node, node.Input(kQuery), 1), key_heads});
  return Reshaped(
      node, value,
      {Extent(node, value, 0), key_heads, sharing, Extent(node, value, 2), Extent(node, value, 3)});
}
Atom Ungrouped(OnnxNode& node, Atom value) {
  return Reshaped(node, value,
                  {Extent(node, value, 0), Extent(node, node.Input(kQuery), 1), Extent(node, value, 3),
                   Extent(node, value, 4)});
}

Atom Shared(OnnxNode& node, Atom value) {
  return node.Call("unsqueeze", {value, node.Ints({2})});
}

// The graph that attribute `name` holds, applied; without it, `value` itself.
Atom Modified(OnnxNode& node, const char* name, Atom value, DType dtype) {
  if (!node.attributes().Has(name)) return value;
  const onnx::GraphProto* graph = node.attributes().RequiredGraph(name);
  if (graph == nullptr) return value;
  const std::vector<Atom> results = node.Inlined(*graph, {value});
  if (!node.ok()) return value;
  if (results.size() != 1) {
    node.Invalid(absl::StrCat("the graph '", name, "' has ", results.size(), " outputs, expected 1"));
    return value;
  }
  return node.Cast(results[0], dtype);
}

// The factor of the products, of type `dtype`: 1 / sqrt(head size) unless it is given.
Atom Scale(OnnxNode& node, DType dtype) {
  if (node.attributes().Has("scale")) return node.Scalar(dtype, node.attributes().Float("scale", 0));
  const Atom size = node.Cast(Extent(node, node.Input(kQuery), 3), dtype);
  return node.Call("divide", {node.Scalar(dtype, 1), node.Call("sqrt", {size})});
}

// In which softmax and the graphs compute.
std::optional<DType> SoftmaxPrecision(OnnxNode& node) {
  const bool is_double = node.ElementType(node.Input(kQuery)) == DType::kFloat64;
  if (!node.attributes().Has("softmax_precision")) return is_double ? DType::kFloat64 : DType::kFloat32;
  const int64_t code = node.attributes().Int("softmax_precision", 0);
  const std::optional<DType> dtype = DTypeFromOnnx(code < 0 || code > 1000 ? 0 : static_cast<int>(code));
  if (dtype && IsFloat(*dtype)) return dtype;
  node.Invalid(absl::StrCat("attribute 'softmax_precision' is ", code, ", which is no float type"));
  return std::nullopt;
}

}  // namespace

void ConvertFlexAttention(OnnxNode& node) {
  const std::optional<DType> precision = SoftmaxPrecision(node);
  if (!precision) return;
  const DType dtype = node.ElementType(node.Input(kQuery));
  const DType product_type = DTypeSize(dtype) == 2 ? DType::kFloat32 : dtype;
  const Atom query = Grouped(node, node.Cast(node.Input(kQuery), product_type));
  const Atom key = node.Call("transpose", {node.Cast(node.Input(kKey), product_type)},
                             {{"axes", std::vector<int64_t>{0, 1, 3, 2}}});
  const Atom products = Ungrouped(node, node.Call("nn.matmul", {query, Shared(node, key)}));
  const Atom scaled = node.Call("multiply", {products, Scale(node, product_type)});
  const Atom scores = Modified(node, "score_mod", node.Cast(scaled, *precision), *precision);
  const Atom softmax = node.Call("nn.softmax", {scores}, {{"axis", int64_t{-1}}});
  const Atom probabilities = Modified(node, "prob_mod", softmax, *precision);
  const Atom value = node.Cast(node.Input(kValue), *precision);
  const Atom result = node.Call("nn.matmul", {Grouped(node, probabilities), Shared(node, value)});
  node.SetOutput(0, node.Cast(Ungrouped(node, result), node.ElementType(node.Input(kValue))));
}

}  // namespace baton
