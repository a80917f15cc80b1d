#include "ops/nn/gate_matrix.h"
#include "ops/nn/recurrent.h"
#include "ops/op_cost.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

struct LstmAttrs {
  std::string direction = "forward";
  int64_t hidden_size = 0;
  std::vector<std::string> activations;
  std::vector<double> activation_alpha, activation_beta;
  double clip = 0;
  bool input_forget = false;
  int64_t layout = 0;
};

enum Input { kX, kW, kR, kB, kSequenceLens, kInitialH, kInitialC, kP };
constexpr int kGates = 4;  // in the order i, o, f, c

const std::vector<std::string>& DefaultActivations() {
  static const auto& names = *new std::vector<std::string>{"Sigmoid", "Tanh", "Tanh"};
  return names;
}

absl::Status CheckLstm(const LstmAttrs& attrs) {
  return CheckRecurrent(RecurrentOf(attrs), DefaultActivations());
}

absl::Status LstmType(TypeContext& context, const LstmAttrs& attrs, TensorTypes* result) {
  return RecurrentType(context, RecurrentOf(attrs), kGates, true, result);
}

// One direction.
template <typename T>
struct LstmCell {
  GateMatrix<T> recurrent;
  const T* peepholes;             // [3 * hidden]: i, o, f; or null
  const Activation* activations;  // f, g, h
  double clip;
  bool input_forget;
  int64_t hidden;
  T* gates;  // scratch [batch, 4 * hidden]

  void Step(int64_t n, const T* projected, int64_t stride, T* h, T* c) {
    recurrent.Multiply(h, hidden, n, projected, stride, gates, kGates * hidden);
    for (int64_t i = 0; i < n; ++i) {
      Update(gates + i * kGates * hidden, h + i * hidden, c + i * hidden);
    }
  }

  void Update(T* row, T* h, T* c) {
    T* const i = row;
    T* const o = row + hidden;
    T* const f = row + 2 * hidden;
    T* const g = row + 3 * hidden;
    const bool fast = recurrent.fast;
    if (peepholes != nullptr) {
      AddPeephole(i, peepholes, c);
      AddPeephole(f, peepholes + 2 * hidden, c);
    }
    if (peepholes == nullptr) {
      ClipRow(clip, row, kGates * hidden);
      Activate(fast, activations[0], i, 3 * hidden);
    } else {
      ClipRow(clip, i, hidden);
      ClipRow(clip, f, 2 * hidden);
      Activate(fast, activations[0], i, hidden);
      Activate(fast, activations[0], f, hidden);
    }
    Activate(fast, activations[1], g, hidden);
    if (input_forget) {
      for (int64_t k = 0; k < hidden; ++k) f[k] = 1 - i[k];
    }
    for (int64_t k = 0; k < hidden; ++k) c[k] = f[k] * c[k] + i[k] * g[k];
    if (peepholes != nullptr) {
      AddPeephole(o, peepholes + hidden, c);
      ClipRow(clip, o, hidden);
      Activate(fast, activations[0], o, hidden);
    }
    std::copy_n(c, hidden, h);
    Activate(fast, activations[2], h, hidden);
    for (int64_t k = 0; k < hidden; ++k) h[k] *= o[k];
  }

  void AddPeephole(T* gate, const T* weights, const T* c) {
    for (int64_t k = 0; k < hidden; ++k) gate[k] += weights[k] * c[k];
  }
};

// What is prepared once per call site; all null for the reference.
struct LstmWeights {
  PackedGates input, recurrent;
  Activations activations;
  bool fast = false;
};

template <typename T>
absl::Status RunLstm(const LstmAttrs& attrs, const LstmWeights& prepared, KernelCall& call) {
  const RecurrentAttrs common = RecurrentOf(attrs);
  const RecurrentCall shape(common, call);
  BATON_RETURN_IF_ERROR(shape.CheckLengths());
  if (shape.IsEmpty()) return absl::OkStatus();
  const int64_t hidden = shape.hidden;
  const int64_t width = kGates * hidden;
  const int64_t rows = shape.steps * shape.batch;
  const int64_t count = rows * width + shape.batch * (width + 2 * hidden) + width;
  T* scratch = static_cast<T*>(call.context.Scratch(count * sizeof(T)));
  if (scratch == nullptr) return absl::ResourceExhaustedError("no memory for the gates");
  T* projected = scratch;
  T* gates = projected + rows * width;
  T* h = gates + shape.batch * width;
  T* c = h + shape.batch * hidden;
  T* bias = c + shape.batch * hidden;
  const auto input = [&](int index) {
    return call.inputs[index] == nullptr ? nullptr : call.inputs[index]->As<T>();
  };
  const int num_threads = call.context.num_threads;
  for (int64_t d = 0; d < shape.directions; ++d) {
    const int direction = static_cast<int>(d);
    if (const T* both = input(kB); both != nullptr) {
      both += d * 2 * width;
      for (int64_t k = 0; k < width; ++k) bias[k] = both[k] + both[width + k];
    }
    const GateMatrix<T> weights = {input(kW) + d * width * shape.input,
                                   width,
                                   shape.input,
                                   prepared.fast,
                                   prepared.input.Get(d, 0),
                                   num_threads};
    weights.Multiply(input(kX), shape.input, rows, input(kB) == nullptr ? nullptr : bias, 0, projected,
                     width);
    LstmCell<T> cell = {{input(kR) + d * width * hidden, width, hidden, prepared.fast,
                         prepared.recurrent.Get(d, 0), num_threads},
                        input(kP) == nullptr ? nullptr : input(kP) + d * 3 * hidden,
                        &prepared.activations[3 * direction],
                        attrs.clip,
                        attrs.input_forget,
                        hidden,
                        gates};
    LoadState(shape, d, call.inputs[kInitialH], h);
    LoadState(shape, d, call.inputs[kInitialC], c);
    RunDirection(shape, d, common.Reverses(direction), projected, width, cell, h, c,
                 call.outputs[0]->As<T>());
    StoreState(shape, d, h, call.outputs[1]);
    StoreState(shape, d, c, call.outputs[2]);
  }
  return absl::OkStatus();
}

absl::Status LstmPortable(const LstmAttrs& attrs, KernelCall& call) {
  LstmWeights weights;
  BATON_ASSIGN_OR_RETURN(weights.activations, RecurrentActivations(RecurrentOf(attrs), DefaultActivations()));
  if (call.inputs[kX]->dtype == DType::kFloat64) return RunLstm<double>(attrs, weights, call);
  return RunLstm<float>(attrs, weights, call);
}

class FastLstm final : public PreparedKernel {
 public:
  FastLstm(const LstmAttrs& attrs, LstmWeights weights) : attrs_(attrs), weights_(std::move(weights)) {}
  absl::Status Run(KernelCall& call) const override {
    if (call.inputs[kX]->dtype == DType::kFloat64) return RunLstm<double>(attrs_, weights_, call);
    return RunLstm<float>(attrs_, weights_, call);
  }

 private:
  LstmAttrs attrs_;
  LstmWeights weights_;
};

// Packed constant weights, OpenBLAS for the rest, vector activations.
absl::StatusOr<std::unique_ptr<PreparedKernel>> PrepareLstm(const LstmAttrs& attrs, const KernelSpec& spec) {
  LstmWeights weights;
  weights.fast = true;
  BATON_ASSIGN_OR_RETURN(weights.activations, RecurrentActivations(RecurrentOf(attrs), DefaultActivations()));
  BATON_ASSIGN_OR_RETURN(weights.input, PackedGates::Pack(spec.inputs[kW].constant, 1, {1}));
  BATON_ASSIGN_OR_RETURN(weights.recurrent, PackedGates::Pack(spec.inputs[kR].constant, 1, {1}));
  return std::make_unique<FastLstm>(attrs, std::move(weights));
}

}  // namespace

const OpDef& Lstm() {
  static const OpDef& def = *new OpDef(MakeOp<LstmAttrs>({
      .name = "lstm",
      .doc = "Long short-term memory over a sequence; gates in the order i, o, f, c. X [T, B, I], W [D, 4*H, "
             "I], R [D, "
             "4*H, H], B [D, 8*H], P [D, 3*H] (i, o, f); Y [T, D, B, H], Y_h and Y_c [D, B, H]. Source: ONNX "
             "LSTM-14.",
      .attrs = {{"direction", &LstmAttrs::direction, "forward, reverse or bidirectional"},
                {"hidden_size", &LstmAttrs::hidden_size, "H; 0: as R says"},
                {"activations", &LstmAttrs::activations, "f, g, h per direction; empty: Sigmoid, Tanh, Tanh"},
                {"activation_alpha", &LstmAttrs::activation_alpha,
                 "parameters of activations that have one, in order"},
                {"activation_beta", &LstmAttrs::activation_beta, "second parameters, in order"},
                {"clip", &LstmAttrs::clip, "bound of the gates before their activation; 0: none"},
                {"input_forget", &LstmAttrs::input_forget, "couples the gates: f = 1 - i"},
                {"layout", &LstmAttrs::layout, "1: batch comes first in X, Y and the states"}},
      .inputs = {"X", "W", "R", InputDef("B").Optional(), InputDef("sequence_lens").Optional(),
                 InputDef("initial_h").Optional(), InputDef("initial_c").Optional(),
                 InputDef("P").Optional()},
      .outputs = {"Y", "Y_h", "Y_c"},
      .type = LstmType,
      .check_attrs = CheckLstm,
      .flops = RecurrentFlops<LstmAttrs>,
      .kernels = {{"packed", nullptr, PrepareLstm}, {"portable", LstmPortable}},
  }));
  return def;
}

}  // namespace baton
