// Attention and what goes with it.
#include <string>

#include "compiler/import/onnx_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

enum Input { kQuery, kKey, kValue, kMask, kPastKey, kPastValue, kValidLength };
enum Output { kY, kPresentKey, kPresentValue, kScores };

// Packed heads [batch, length, heads * size] as [batch, heads, length, size]. A tensor has these by its rank,
// or, where that is not known yet, when the node tells the number of heads, as it must then only.
Atom SplitHeads(OnnxNode& node, Atom packed, int64_t heads) {
  const std::optional<int> rank = node.Rank(packed);
  if (rank ? *rank != 3 : heads == 0) return packed;
  if (heads < 1) {
    node.Invalid(
        absl::StrCat("attribute 'kv_num_heads' is ", heads, ", expected at least 1 for operands of rank 3"));
    return packed;
  }
  const auto part = [&](int64_t start, int64_t end) {
    return node.Call("shape_of", {packed}, {{"start", start}, {"end", end}});
  };
  const Atom count = node.Ints({heads});
  const Atom size = node.Call("floor_divide", {part(2, 3), count});
  const Atom shape = node.Call("concatenate", {part(0, 2), count, size}, {{"axis", int64_t{0}}});
  const Atom split = node.Call("reshape", {packed, shape}, {{"allow_zero", true}});
  return node.Call("transpose", {split}, {{"axes", std::vector<int64_t>{0, 2, 1, 3}}});
}

// Keys or values after those of the cache, as a cache is kept.
Atom Present(OnnxNode& node, Atom past, Atom packed, int64_t heads) {
  const Atom now = SplitHeads(node, packed, heads);
  return past.empty() ? now : node.Call("concatenate", {past, now}, {{"axis", int64_t{2}}});
}

std::optional<Attributes> AttentionAttributes(OnnxNode& node) {
  OnnxAttributes& from = node.attributes();
  Attributes attributes = {{"q_num_heads", from.Int("q_num_heads", 0)},
                           {"kv_num_heads", from.Int("kv_num_heads", 0)},
                           {"scale", from.Float("scale", 0)},
                           {"softcap", from.Float("softcap", 0)},
                           {"is_causal", from.Int("is_causal", 0) != 0}};
  if (node.version() >= 25) {
    attributes.emplace_back("left_window", from.Int("left_window_size", -1));
    attributes.emplace_back("right_window", from.Int("right_window_size", -1));
  }
  const int64_t mode = from.Int("qk_matmul_output_mode", 0);
  if (mode < 0 || mode > 3) {
    node.Invalid(absl::StrCat("attribute 'qk_matmul_output_mode' is ", mode, ", expected 0 to 3"));
    return std::nullopt;
  }
  if (node.WantsOutput(kScores)) attributes.emplace_back("scores", mode);
  const int64_t precision = from.Int("softmax_precision", DTypeToOnnx(DType::kFloat32));
  const std::optional<DType> dtype =
      DTypeFromOnnx(precision < 0 || precision > 1000 ? 0 : static_cast<int>(precision));
  if (!dtype) {
    node.Invalid(absl::StrCat("attribute 'softmax_precision' is ", precision, ", which is no float type"));
    return std::nullopt;
  }
  attributes.emplace_back("softmax_precision", *dtype);
  return attributes;
}

}  // namespace

void ConvertAttention(OnnxNode& node) {
  const std::optional<Attributes> attributes = AttentionAttributes(node);
  if (!attributes) return;
  const bool has_past = node.HasInput(kPastKey);
  if (has_past != node.HasInput(kPastValue))
    return node.Invalid("has one of past_key and past_value, expected both");
  if (has_past && node.HasInput(kValidLength)) {
    return node.Invalid("has past_key and nonpad_kv_seqlen, expected at most one of them");
  }
  Atom key = node.Input(kKey), value = node.Input(kValue), offset;
  if (has_past || node.WantsOutput(kPresentKey) || node.WantsOutput(kPresentValue)) {
    const int64_t heads = node.attributes().Int("kv_num_heads", 0);
    key = Present(node, node.Input(kPastKey), key, heads);
    value = Present(node, node.Input(kPastValue), value, heads);
  }
  if (has_past) {
    const Attributes length = {{"start", int64_t{2}}, {"end", int64_t{3}}};
    offset = node.Call("shape_of", {node.Input(kPastKey)}, length);
  }
  const std::vector<Atom> results = node.CallMany(
      "attention", {node.Input(kQuery), key, value, node.Input(kMask), offset, node.Input(kValidLength)},
      *attributes, node.WantsOutput(kScores) ? 2 : 1);
  node.SetOutput(kY, results[0]);
  node.SetOutput(kPresentKey, key);
  node.SetOutput(kPresentValue, value);
  if (results.size() > 1) node.SetOutput(kScores, results[1]);
}

void ConvertRotaryEmbedding(OnnxNode& node) {
  OnnxAttributes& from = node.attributes();
  const Attributes attributes = {{"num_heads", from.Int("num_heads", 0)},
                                 {"rotary_dim", from.Int("rotary_embedding_dim", 0)},
                                 {"interleaved", from.Int("interleaved", 0) != 0}};
  node.SetOutput(0, node.Call("rotary_embedding", node.Inputs(), attributes));
}

void ConvertTensorScatter(OnnxNode& node) {
  const Attributes attributes = {{"axis", node.attributes().Int("axis", -2)},
                                 {"mode", node.attributes().String("mode", "linear")}};
  node.SetOutput(0, node.Call("tensor_scatter", node.Inputs(), attributes));
}

void ConvertLinearAttention(OnnxNode& node) {
  OnnxAttributes& from = node.attributes();
  from.Ignore("chunk_size");  // of a way to compute it
  const Attributes attributes = {{"q_num_heads", from.RequiredInt("q_num_heads")},
                                 {"kv_num_heads", from.RequiredInt("kv_num_heads")},
                                 {"scale", from.Float("scale", 0)},
                                 {"update_rule", from.String("update_rule", "gated_delta")}};
  node.CallForOutputs("linear_attention", node.Inputs(), attributes);
}

void ConvertCausalConvWithState(OnnxNode& node) {
  const std::string activation = node.attributes().String("activation", "none");
  node.CallForOutputs("causal_conv_with_state", node.Inputs(), {{"activation", activation}});
}

}  // namespace baton
