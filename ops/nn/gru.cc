#include "ops/nn/gate_matrix.h"
#include "ops/nn/recurrent.h"
#include "ops/op_cost.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

struct GruAttrs {
  std::string direction = "forward";
  int64_t hidden_size = 0;
  std::vector<std::string> activations;
  std::vector<double> activation_alpha, activation_beta;
  double clip = 0;
  bool linear_before_reset = false;
  int64_t layout = 0;
};

enum Input { kX, kW, kR, kB, kSequenceLens, kInitialH };
constexpr int kGates = 3;  // in the order z, r, h

const std::vector<std::string>& DefaultActivations() {
  static const auto& names = *new std::vector<std::string>{"Sigmoid", "Tanh"};
  return names;
}

absl::Status CheckGru(const GruAttrs& attrs) {
  return CheckRecurrent(RecurrentOf(attrs), DefaultActivations());
}

absl::Status GruType(TypeContext& context, const GruAttrs& attrs, TensorTypes* result) {
  return RecurrentType(context, RecurrentOf(attrs), kGates, false, result);
}

// One direction.
template <typename T>
struct GruCell {
  GateMatrix<T> recurrent_zr, recurrent_h;
  const T* recurrent_bias_h;      // [hidden] with linear_before_reset, or null
  const Activation* activations;  // f, g
  bool linear_before_reset;
  double clip;
  int64_t hidden;
  T* gates;  // scratch [batch, 3 * hidden]
  T* reset;  // scratch [batch, hidden]

  void Step(int64_t n, const T* projected, int64_t stride, T* h, T*) {
    const int64_t width = kGates * hidden;
    recurrent_zr.Multiply(h, hidden, n, projected, stride, gates, width);
    for (int64_t i = 0; i < n; ++i) {
      ClipRow(clip, gates + i * width, 2 * hidden);
      Activate(recurrent_zr.fast, activations[0], gates + i * width, 2 * hidden);
    }
    const T* const projected_h = projected + 2 * hidden;
    if (linear_before_reset) {
      recurrent_h.Multiply(h, hidden, n, recurrent_bias_h, 0, reset, hidden);
      for (int64_t i = 0; i < n; ++i) {
        T* const row = gates + i * width;
        const T* const x = projected_h + i * stride;
        for (int64_t k = 0; k < hidden; ++k)
          row[2 * hidden + k] = x[k] + row[hidden + k] * reset[i * hidden + k];
      }
    } else {
      for (int64_t i = 0; i < n; ++i) {
        const T* const r = gates + i * width + hidden;
        for (int64_t k = 0; k < hidden; ++k) reset[i * hidden + k] = r[k] * h[i * hidden + k];
      }
      recurrent_h.Multiply(reset, hidden, n, projected_h, stride, gates + 2 * hidden, width);
    }
    for (int64_t i = 0; i < n; ++i) Update(gates + i * width, h + i * hidden);
  }

  // h = (1 - z) * g(candidate) + z * h.
  void Update(T* row, T* h) {
    T* const z = row;
    T* const candidate = row + 2 * hidden;
    ClipRow(clip, candidate, hidden);
    Activate(recurrent_zr.fast, activations[1], candidate, hidden);
    for (int64_t k = 0; k < hidden; ++k) h[k] = (1 - z[k]) * candidate[k] + z[k] * h[k];
  }
};

// What is prepared once per call site; empty for the reference.
struct GruWeights {
  PackedGates input, recurrent;
  Activations activations;
  bool fast = false;
};

// What is added before the steps: Wb + Rb, but for h only Wb when Rb is added under the reset gate.
template <typename T>
void ProjectionBias(const T* both, int64_t hidden, bool linear_before_reset, T* bias) {
  const int64_t width = kGates * hidden;
  const int64_t summed = linear_before_reset ? 2 * hidden : width;
  for (int64_t k = 0; k < width; ++k) bias[k] = k < summed ? both[k] + both[width + k] : both[k];
}

template <typename T>
absl::Status RunGru(const GruAttrs& attrs, const GruWeights& prepared, KernelCall& call) {
  const RecurrentAttrs common = RecurrentOf(attrs);
  const RecurrentCall shape(common, call);
  BATON_RETURN_IF_ERROR(shape.CheckLengths());
  if (shape.IsEmpty()) return absl::OkStatus();
  const int64_t hidden = shape.hidden;
  const int64_t width = kGates * hidden;
  const int64_t rows = shape.steps * shape.batch;
  const int64_t count = rows * width + shape.batch * (width + 2 * hidden) + width;
  T* const projected = static_cast<T*>(call.context.Scratch(count * sizeof(T)));
  if (projected == nullptr) return absl::ResourceExhaustedError("no memory for the gates");
  T* const gates = projected + rows * width;
  T* const h = gates + shape.batch * width;
  T* const reset = h + shape.batch * hidden;
  T* const bias = reset + shape.batch * hidden;
  const auto input = [&](int index) {
    return call.inputs[index] == nullptr ? nullptr : call.inputs[index]->As<T>();
  };
  const int num_threads = call.context.num_threads;
  for (int64_t d = 0; d < shape.directions; ++d) {
    const int direction = static_cast<int>(d);
    const T* const both = input(kB) == nullptr ? nullptr : input(kB) + d * 2 * width;
    if (both != nullptr) ProjectionBias(both, hidden, attrs.linear_before_reset, bias);
    const GateMatrix<T> weights = {input(kW) + d * width * shape.input,
                                   width,
                                   shape.input,
                                   prepared.fast,
                                   prepared.input.Get(d, 0),
                                   num_threads};
    weights.Multiply(input(kX), shape.input, rows, both == nullptr ? nullptr : bias, 0, projected, width);
    const GateMatrix<T> recurrent = {
        input(kR) + d * width * hidden, width, hidden, prepared.fast, nullptr, num_threads};
    GruCell<T> cell = {recurrent.Slice(0, 2 * hidden, prepared.recurrent.Get(d, 0)),
                       recurrent.Slice(2 * hidden, hidden, prepared.recurrent.Get(d, 1)),
                       both == nullptr ? nullptr : both + width + 2 * hidden,
                       &prepared.activations[2 * direction],
                       attrs.linear_before_reset,
                       attrs.clip,
                       hidden,
                       gates,
                       reset};
    LoadState(shape, d, call.inputs[kInitialH], h);
    RunDirection(shape, d, common.Reverses(direction), projected, width, cell, h, static_cast<T*>(nullptr),
                 call.outputs[0]->As<T>());
    StoreState(shape, d, h, call.outputs[1]);
  }
  return absl::OkStatus();
}

absl::Status Run(const GruAttrs& attrs, const GruWeights& weights, KernelCall& call) {
  if (call.inputs[kX]->dtype == DType::kFloat64) return RunGru<double>(attrs, weights, call);
  return RunGru<float>(attrs, weights, call);
}

absl::Status GruPortable(const GruAttrs& attrs, KernelCall& call) {
  GruWeights weights;
  BATON_ASSIGN_OR_RETURN(weights.activations, RecurrentActivations(RecurrentOf(attrs), DefaultActivations()));
  return Run(attrs, weights, call);
}

class FastGru final : public PreparedKernel {
 public:
  FastGru(const GruAttrs& attrs, GruWeights weights) : attrs_(attrs), weights_(std::move(weights)) {}
  absl::Status Run(KernelCall& call) const override { return baton::Run(attrs_, weights_, call); }

 private:
  GruAttrs attrs_;
  GruWeights weights_;
};

// Packed constant weights, OpenBLAS for the rest, vector activations.
absl::StatusOr<std::unique_ptr<PreparedKernel>> PrepareGru(const GruAttrs& attrs, const KernelSpec& spec) {
  GruWeights weights;
  weights.fast = true;
  BATON_ASSIGN_OR_RETURN(weights.activations, RecurrentActivations(RecurrentOf(attrs), DefaultActivations()));
  BATON_ASSIGN_OR_RETURN(weights.input, PackedGates::Pack(spec.inputs[kW].constant, 1, {1}));
  BATON_ASSIGN_OR_RETURN(weights.recurrent, PackedGates::Pack(spec.inputs[kR].constant, kGates, {2, 1}));
  return std::make_unique<FastGru>(attrs, std::move(weights));
}

}  // namespace

const OpDef& Gru() {
  static const OpDef& def = *new OpDef(MakeOp<GruAttrs>({
      .name = "gru",
      .doc = "Gated recurrent unit over a sequence; gates in the order z, r, h. X [T, B, I], W [D, 3*H, I], "
             "R [D, 3*H, "
             "H], B [D, 6*H]; Y [T, D, B, H], Y_h [D, B, H]. Source: ONNX GRU-14.",
      .attrs = {{"direction", &GruAttrs::direction, "forward, reverse or bidirectional"},
                {"hidden_size", &GruAttrs::hidden_size, "H; 0: as R says"},
                {"activations", &GruAttrs::activations, "f, g per direction; empty: Sigmoid, Tanh"},
                {"activation_alpha", &GruAttrs::activation_alpha,
                 "parameters of activations that have one, in order"},
                {"activation_beta", &GruAttrs::activation_beta, "second parameters, in order"},
                {"clip", &GruAttrs::clip, "bound of the gates before their activation; 0: none"},
                {"linear_before_reset", &GruAttrs::linear_before_reset,
                 "the reset gate acts after the product with R"},
                {"layout", &GruAttrs::layout, "1: batch comes first in X, Y and the states"}},
      .inputs = {"X", "W", "R", InputDef("B").Optional(), InputDef("sequence_lens").Optional(),
                 InputDef("initial_h").Optional()},
      .outputs = {"Y", "Y_h"},
      .type = GruType,
      .check_attrs = CheckGru,
      .flops = RecurrentFlops<GruAttrs>,
      .kernels = {{"packed", nullptr, PrepareGru}, {"portable", GruPortable}},
  }));
  return def;
}

}  // namespace baton
