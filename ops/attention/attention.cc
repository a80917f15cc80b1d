#include "ops/attention/attention.h"

#include "absl/strings/str_cat.h"
#include "ops/attention/heads.h"
#include "ops/op_cost.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

absl::Status CheckAttentionAttrs(const AttentionAttrs& attrs) {
  if (attrs.scores < -1 || attrs.scores > 3) {
    return absl::InvalidArgumentError(
        absl::StrCat("attribute 'scores' is ", attrs.scores, ", expected -1 to 3"));
  }
  if (attrs.left_window < -1 || attrs.right_window < -1) {
    return absl::InvalidArgumentError(absl::StrCat("attributes 'left_window' and 'right_window' are ",
                                                   attrs.left_window, " and ", attrs.right_window,
                                                   ", expected -1 or more"));
  }
  if (attrs.q_num_heads < 0 || attrs.kv_num_heads < 0) {
    return absl::InvalidArgumentError("attribute 'q_num_heads' or 'kv_num_heads' is negative");
  }
  if (!IsFloat(attrs.softmax_precision)) {
    return absl::InvalidArgumentError("attribute 'softmax_precision' is no float type");
  }
  return absl::OkStatus();
}

absl::Status CheckElementTypes(TypeContext& context) {
  for (int i : {kQuery, kKey, kValue}) BATON_RETURN_IF_ERROR(RequireDType(context, i, DTypeSet::kFloat));
  if (context.input(kKey)->dtype != context.input(kQuery)->dtype) {
    return absl::InvalidArgumentError("query and key have different element types");
  }
  if (context.HasInput(kMask) && context.input(kMask)->dtype != DType::kBool) {
    BATON_RETURN_IF_ERROR(RequireDType(context, kMask, DTypeSet::kNumeric));
  }
  BATON_RETURN_IF_ERROR(RequireDType(context, kOffset, DTypeSet::kIndex));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, kOffset, "offset"));
  BATON_RETURN_IF_ERROR(RequireDType(context, kValidLength, DTypeSet::kIndex));
  return RequireRank(context, kValidLength, 1, "valid_length");
}

// The mask broadcasts to [batch, heads, queries, keys], but may have fewer keys.
absl::Status CheckMask(TypeContext& context, const Dims& scores) {
  if (!context.HasInput(kMask) || !context.input(kMask)->shape.has_rank()) return absl::OkStatus();
  const Shape& mask = context.input(kMask)->shape;
  if (mask.rank() < 1 || mask.rank() > 4) {
    return absl::InvalidArgumentError(absl::StrCat("mask has rank ", mask.rank(), ", expected 1 to 4"));
  }
  BATON_RETURN_IF_ERROR(
      context.RequireAtLeast(scores[3], mask[mask.rank() - 1], "keys, by the mask's last extent,"));
  for (int i = 2; i <= mask.rank(); ++i) {
    const Dim& extent = scores[4 - i];
    BATON_ASSIGN_OR_RETURN(const Dim dim, context.BroadcastDim(mask[mask.rank() - i], extent));
    BATON_RETURN_IF_ERROR(
        context.RequireEqual(dim, extent, "extents of the mask, broadcast, and of [batch, heads, queries]"));
  }
  return absl::OkStatus();
}

absl::Status CheckHeads(TypeContext& context, const HeadDims& q, const HeadDims& k, const HeadDims& v) {
  BATON_RETURN_IF_ERROR(context.RequireEqual(q.batch, k.batch, "batches of query and key"));
  BATON_RETURN_IF_ERROR(context.RequireEqual(k.batch, v.batch, "batches of key and value"));
  BATON_RETURN_IF_ERROR(context.RequireEqual(q.size, k.size, "head sizes of query and key"));
  BATON_RETURN_IF_ERROR(context.RequireEqual(k.heads, v.heads, "heads of key and value"));
  BATON_RETURN_IF_ERROR(context.RequireEqual(k.length, v.length, "lengths of key and value"));
  if (context.HasInput(kValidLength) && context.input(kValidLength)->shape.has_rank()) {
    BATON_RETURN_IF_ERROR(context.RequireEqual(context.input(kValidLength)->shape[0], q.batch,
                                               "extent of valid_length and batch"));
  }
  if (k.heads.is_constant() && k.heads == Dim(0))
    return context.RequireEqual(q.heads, k.heads, "heads of query and key");
  if (!k.heads.is_constant()) return absl::OkStatus();  // the kernel looks
  return context.RequireEqual(Mod(q.heads, k.heads), Dim(0), "the remainder of query's heads by key's and 0");
}

// The shapes of the result and of the scores; unranked where query, key or value are.
absl::Status AttentionShapes(TypeContext& context, const AttentionAttrs& attrs, Shape* output,
                             Shape* scores) {
  for (int i : {kQuery, kKey, kValue}) {
    if (!context.input(i)->shape.has_rank()) return absl::OkStatus();
  }
  BATON_ASSIGN_OR_RETURN(const QkvDims dims, QkvDimsOf(context, attrs.q_num_heads, attrs.kv_num_heads));
  const auto& [q, k, v] = dims;
  BATON_RETURN_IF_ERROR(CheckHeads(context, q, k, v));
  const Dims score_dims = {q.batch, q.heads, q.length, k.length};
  BATON_RETURN_IF_ERROR(CheckMask(context, score_dims));
  *scores = Shape(score_dims);
  const bool packed = context.input(kQuery)->shape.rank() == 3;
  *output =
      packed ? Shape({q.batch, q.length, q.heads * v.size}) : Shape({q.batch, q.heads, q.length, v.size});
  return absl::OkStatus();
}

absl::Status AttentionType(TypeContext& context, const AttentionAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(CheckElementTypes(context));
  Shape output = Shape::Unranked(), scores = Shape::Unranked();
  BATON_RETURN_IF_ERROR(AttentionShapes(context, attrs, &output, &scores));
  const DType dtype = context.input(kQuery)->dtype;
  result->push_back({dtype, std::move(output)});
  if (attrs.scores >= 0) result->push_back({dtype, std::move(scores)});
  return absl::OkStatus();
}

// Scores: queries times keys; then these times values.
Dim AttentionFlops(CostInputs inputs, CostOutputs outputs, const AttentionAttrs&) {
  const Shape& key = inputs[1]->shape;
  if (key.rank() < 2) return Dim(1);
  const Dim& num_keys = key[key.rank() - 2];
  return ProductFlops(*inputs[0], num_keys) + ProductFlops(outputs[0], num_keys);
}

}  // namespace

const OpDef& Attention() {
  static const OpDef& def = *new OpDef(MakeOp<AttentionAttrs>({
      .name = "attention",
      .doc = "softmax(query key^T * scale + bias) value for each head; several heads of query may share one "
             "of key and value. query, key and value are [batch, heads, length, size] or packed "
             "[batch, length, heads * size]. The bias is mask (added, or false for -inf, -inf for keys that "
             "it lacks), and -inf for keys beyond valid_length and those that `is_causal` and the windows "
             "exclude: query i stands at place i + offset, which is valid_length - queries where that is "
             "given. A query without keys gives zeros. Source: ONNX Attention-25.",
      .attrs = {{"q_num_heads", &AttentionAttrs::q_num_heads, "heads of a packed query"},
                {"kv_num_heads", &AttentionAttrs::kv_num_heads, "heads of packed keys and values"},
                {"scale", &AttentionAttrs::scale, "factor of the products; 0: 1 / sqrt(head size)"},
                {"softcap", &AttentionAttrs::softcap,
                 "above 0: products x become softcap * tanh(x / softcap)"},
                {"is_causal", &AttentionAttrs::is_causal, "keys after the query's place are excluded"},
                {"left_window", &AttentionAttrs::left_window, "keys seen before the query's place; -1: all"},
                {"right_window", &AttentionAttrs::right_window, "keys seen after the query's place; -1: all"},
                {"scores", &AttentionAttrs::scores,
                 "a second result [batch, heads, queries, keys]: 0 products, 1 capped, 2 biased, 3 softmax; "
                 "-1: none"},
                {"softmax_precision", &AttentionAttrs::softmax_precision,
                 "float64 computes in float64, as for float64 operands; else in float32"}},
      .inputs = {"query", "key", "value", InputDef("mask").Optional(), InputDef("offset").Optional(),
                 InputDef("valid_length").Optional()},
      .type = AttentionType,
      .check_attrs = CheckAttentionAttrs,
      .flops = AttentionFlops,
      .variadic_outputs = true,
      .kernels = {{"openblas", AttentionOpenBlas}, {"portable", AttentionPortable}},
  }));
  return def;
}

}  // namespace baton
