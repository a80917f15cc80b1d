#include <cmath>

#include "ops/attention/heads.h"
#include "ops/elementwise/kernels.h"
#include "ops/op_cost.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

enum Input { kQuery, kKey, kValue, kState, kDecay, kBeta };

struct LinearAttentionAttrs {
  int64_t q_num_heads = 0, kv_num_heads = 0;
  double scale = 0;
  std::string update_rule = "gated_delta";
};

bool IsGated(const LinearAttentionAttrs& attrs) {
  return attrs.update_rule == "gated" || attrs.update_rule == "gated_delta";
}
bool IsDelta(const LinearAttentionAttrs& attrs) {
  return attrs.update_rule == "delta" || attrs.update_rule == "gated_delta";
}

absl::Status CheckLinearAttentionAttrs(const LinearAttentionAttrs& attrs) {
  if (attrs.kv_num_heads < 1 || attrs.q_num_heads < 1 || attrs.q_num_heads % attrs.kv_num_heads != 0) {
    return absl::InvalidArgumentError(absl::StrCat("attribute 'q_num_heads' is ", attrs.q_num_heads,
                                                   ", expected a multiple of 'kv_num_heads', which is ",
                                                   attrs.kv_num_heads));
  }
  if (attrs.update_rule == "linear" || IsGated(attrs) || IsDelta(attrs)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("attribute 'update_rule' is '", attrs.update_rule,
                                                 "', expected linear, gated, delta or gated_delta"));
}

absl::Status RequirePresence(const TypeContext& context, int index, bool wanted, absl::string_view name,
                             absl::string_view rule) {
  if (context.HasInput(index) == wanted) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("update_rule ", rule, wanted ? " needs " : " does not go with ", name));
}

absl::Status CheckOperands(TypeContext& context, const LinearAttentionAttrs& attrs) {
  for (int i : {kQuery, kKey, kValue, kDecay, kBeta}) {
    BATON_RETURN_IF_ERROR(RequireDType(context, i, DTypeSet::kFloat));
    BATON_RETURN_IF_ERROR(RequireRank(context, i, 3, "an operand other than the state"));
    if (context.HasInput(i) && context.input(i)->dtype != context.input(kQuery)->dtype) {
      return absl::InvalidArgumentError("operands have different element types");
    }
  }
  BATON_RETURN_IF_ERROR(RequireDType(context, kState, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireRank(context, kState, 4, "state"));
  BATON_RETURN_IF_ERROR(RequirePresence(context, kDecay, IsGated(attrs), "decay", attrs.update_rule));
  return RequirePresence(context, kBeta, IsDelta(attrs), "beta", attrs.update_rule);
}

absl::Status LinearAttentionShapes(TypeContext& context, const LinearAttentionAttrs& attrs, Shape* output,
                                   Shape* state) {
  if (!context.AllRanked()) return absl::OkStatus();
  BATON_ASSIGN_OR_RETURN(const QkvDims dims, QkvDimsOf(context, attrs.q_num_heads, attrs.kv_num_heads));
  const auto& [q, k, v] = dims;
  BATON_RETURN_IF_ERROR(context.RequireEqual(q.size, k.size, "head sizes of query and key"));
  for (int i : {kKey, kValue, kDecay, kBeta}) {
    if (!context.HasInput(i)) continue;
    BATON_RETURN_IF_ERROR(context.RequireEqual(context.input(i)->shape[0], q.batch, "batches of operands"));
    BATON_RETURN_IF_ERROR(context.RequireEqual(context.input(i)->shape[1], q.length, "lengths of operands"));
  }
  const Dims state_dims = {q.batch, k.heads, k.size, v.size};
  for (int i = 0; context.HasInput(kState) && i < 4; ++i) {
    BATON_RETURN_IF_ERROR(
        context.RequireEqual(context.input(kState)->shape[i], state_dims[i],
                             absl::StrCat("extents of state and [batch, heads, key, value] along axis ", i)));
  }
  *output = Shape({q.batch, q.length, q.heads * v.size});
  *state = Shape(state_dims);
  return absl::OkStatus();
}

absl::Status LinearAttentionType(TypeContext& context, const LinearAttentionAttrs& attrs,
                                 TensorTypes* result) {
  BATON_RETURN_IF_ERROR(CheckOperands(context, attrs));
  Shape output = Shape::Unranked(), state = Shape::Unranked();
  BATON_RETURN_IF_ERROR(LinearAttentionShapes(context, attrs, &output, &state));
  const DType dtype = context.input(kQuery)->dtype;
  result->push_back({dtype, std::move(output)});
  result->push_back({context.HasInput(kState) ? context.input(kState)->dtype : dtype, std::move(state)});
  return absl::OkStatus();
}

// The recurrence of one head of key and value. C: float or double.
template <typename T, typename C>
class Recurrence {
 public:
  Recurrence(const LinearAttentionAttrs& attrs, KernelCall& call, C* state, C* update)
      : call_(call),
        q_(*call.inputs[kQuery], attrs.q_num_heads),
        k_(*call.inputs[kKey], attrs.kv_num_heads),
        v_(*call.inputs[kValue], attrs.kv_num_heads),
        y_(*call.outputs[0], attrs.q_num_heads),
        scale_(attrs.scale != 0 ? attrs.scale : 1 / std::sqrt(static_cast<double>(k_.size))),
        state_(state),
        update_(update) {}

  void Step(int64_t b, int64_t h, int64_t t) {
    const T* k = call_.inputs[kKey]->As<T>() + k_.Offset(b, h, t);
    const T* v = call_.inputs[kValue]->As<T>() + v_.Offset(b, h, t);
    if (const TensorObject* decay = call_.inputs[kDecay]; decay != nullptr) Decay(*decay, b, h, t);
    for (int64_t j = 0; j < v_.size; ++j) update_[j] = Convert<C>(v[j]);
    if (const TensorObject* beta = call_.inputs[kBeta]; beta != nullptr) Correct(*beta, b, h, t, k);
    for (int64_t i = 0; i < k_.size; ++i) {
      for (int64_t j = 0; j < v_.size; ++j) state_[i * v_.size + j] += Convert<C>(k[i]) * update_[j];
    }
    const int64_t sharing = q_.heads / k_.heads;
    for (int64_t i = 0; i < sharing; ++i) Read(b, h * sharing + i, t);
  }

 private:
  // Each row of the state loses its part: there is one decay per row, or one for all.
  void Decay(const TensorObject& decay, int64_t b, int64_t h, int64_t t) {
    const HeadLayout layout(decay, k_.heads);
    const T* logarithms = decay.As<T>() + layout.Offset(b, h, t);
    for (int64_t i = 0; i < k_.size; ++i) {
      const C factor = std::exp(Convert<C>(logarithms[layout.size == 1 ? 0 : i]));
      for (int64_t j = 0; j < v_.size; ++j) state_[i * v_.size + j] *= factor;
    }
  }

  // update := beta * (update - what the state holds for the key).
  void Correct(const TensorObject& beta, int64_t b, int64_t h, int64_t t, const T* k) {
    for (int64_t i = 0; i < k_.size; ++i) {
      for (int64_t j = 0; j < v_.size; ++j) update_[j] -= Convert<C>(k[i]) * state_[i * v_.size + j];
    }
    const int64_t rates = beta.dims[2];
    const C rate = Convert<C>(beta.As<T>()[(b * k_.length + t) * rates + (rates == 1 ? 0 : h)]);
    for (int64_t j = 0; j < v_.size; ++j) update_[j] *= rate;
  }

  void Read(int64_t b, int64_t h, int64_t t) {
    const T* q = call_.inputs[kQuery]->As<T>() + q_.Offset(b, h, t);
    T* y = call_.outputs[0]->As<T>() + y_.Offset(b, h, t);
    std::fill_n(update_, v_.size, C{0});
    for (int64_t i = 0; i < k_.size; ++i) {
      for (int64_t j = 0; j < v_.size; ++j) update_[j] += Convert<C>(q[i]) * state_[i * v_.size + j];
    }
    for (int64_t j = 0; j < v_.size; ++j) y[j] = Convert<T>(static_cast<C>(scale_) * update_[j]);
  }

  KernelCall& call_;
  const HeadLayout q_, k_, v_, y_;
  const double scale_;
  C* state_;   // [key, value]
  C* update_;  // [value]
};

// What the type rule cannot say: one of two extents.
absl::Status CheckRates(const LinearAttentionAttrs& attrs, KernelCall& call) {
  const int64_t heads = attrs.kv_num_heads;
  const auto check = [](const TensorObject* rates, int64_t a, int64_t b, absl::string_view name) {
    if (rates == nullptr || rates->dims[2] == a || rates->dims[2] == b) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("the last extent of ", name, " is ", rates->dims[2], ", expected ", a, " or ", b));
  };
  BATON_RETURN_IF_ERROR(check(call.inputs[kDecay], heads, call.inputs[kKey]->dims[2], "decay"));
  return check(call.inputs[kBeta], heads, 1, "beta");
}

template <typename S, typename C>
void LoadState(const TensorObject* past, int64_t offset, int64_t count, C* state) {
  if (past == nullptr) return std::fill_n(state, count, C{0}), void();
  for (int64_t i = 0; i < count; ++i) state[i] = Convert<C>(past->As<S>()[offset + i]);
}

template <typename T>
absl::Status RunLinearAttention(const LinearAttentionAttrs& attrs, KernelCall& call) {
  using C = ComputeType<T>;
  TensorObject& states = *call.outputs[1];
  const int64_t per_head = states.dims[2] * states.dims[3];
  C* state = static_cast<C*>(call.context.Scratch((per_head + states.dims[3]) * sizeof(C)));
  if (state == nullptr) return absl::ResourceExhaustedError("no memory for the state");
  Recurrence<T, C> recurrence(attrs, call, state, state + per_head);
  return VisitDTypeIn<DTypeSet::kFloat>(states.dtype, [&](auto element) {
    using S = decltype(element);
    for (int64_t head = 0; head < states.dims[0] * states.dims[1]; ++head) {
      LoadState<S>(call.inputs[kState], head * per_head, per_head, state);
      for (int64_t t = 0; t < call.inputs[kQuery]->dims[1]; ++t) {
        recurrence.Step(head / states.dims[1], head % states.dims[1], t);
      }
      for (int64_t i = 0; i < per_head; ++i) states.As<S>()[head * per_head + i] = Convert<S>(state[i]);
    }
    return absl::OkStatus();
  });
}

absl::Status LinearAttentionKernel(const LinearAttentionAttrs& attrs, KernelCall& call) {
  BATON_RETURN_IF_ERROR(CheckRates(attrs, call));
  return VisitDTypeIn<DTypeSet::kFloat>(call.inputs[kQuery]->dtype, [&](auto element) {
    return RunLinearAttention<decltype(element)>(attrs, call);
  });
}

// The state, an outer product of a key and a value, is updated and read at each position.
Dim LinearAttentionFlops(CostInputs inputs, CostOutputs outputs, const LinearAttentionAttrs&) {
  const Shape& query = inputs[0]->shape;
  return query.rank() == 0 ? Dim(1) : Dim(3) * ProductFlops(outputs[0], query[query.rank() - 1]);
}

}  // namespace

const OpDef& LinearAttention() {
  static const OpDef& def = *new OpDef(MakeOp<LinearAttentionAttrs>(
      {.name = "linear_attention",
       .doc = "For each head and step: S := exp(decay) S; S := S + key (x) u, with u = value, or "
              "beta (value - S^T key); output = scale * S^T query; and the last S. Operands are packed "
              "[batch, length, heads * size], the state is [batch, heads, key, value] (absent: zeros); "
              "several heads of query may share one. Source: ONNX LinearAttention-27.",
       .attrs = {{"q_num_heads", &LinearAttentionAttrs::q_num_heads, "heads of query", /*required=*/true},
                 {"kv_num_heads", &LinearAttentionAttrs::kv_num_heads, "heads of key and value",
                  /*required=*/true},
                 {"scale", &LinearAttentionAttrs::scale, "factor of the output; 0: 1 / sqrt(key size)"},
                 {"update_rule", &LinearAttentionAttrs::update_rule,
                  "linear, gated (with decay), delta (with beta) or gated_delta"}},
       .inputs = {"query", "key", "value", InputDef("state").Optional(), InputDef("decay").Optional(),
                  InputDef("beta").Optional()},
       .outputs = {"output", "state"},
       .type = LinearAttentionType,
       .check_attrs = CheckLinearAttentionAttrs,
       .flops = LinearAttentionFlops,
       .kernels = {{"portable", LinearAttentionKernel}}}));
  return def;
}

}  // namespace baton
