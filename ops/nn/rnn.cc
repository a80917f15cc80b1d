#include "ops/nn/gate_matrix.h"
#include "ops/nn/recurrent.h"
#include "ops/op_cost.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

struct RnnAttrs {
  std::string direction = "forward";
  int64_t hidden_size = 0;
  std::vector<std::string> activations;
  std::vector<double> activation_alpha, activation_beta;
  double clip = 0;
  int64_t layout = 0;
};

enum Input { kX, kW, kR, kB, kSequenceLens, kInitialH };

const std::vector<std::string>& DefaultActivations() {
  static const auto& names = *new std::vector<std::string>{"Tanh"};
  return names;
}

absl::Status CheckRnn(const RnnAttrs& attrs) {
  return CheckRecurrent(RecurrentOf(attrs), DefaultActivations());
}

absl::Status RnnType(TypeContext& context, const RnnAttrs& attrs, TensorTypes* result) {
  return RecurrentType(context, RecurrentOf(attrs), 1, false, result);
}

// One direction.
template <typename T>
struct RnnCell {
  GateMatrix<T> recurrent;
  const Activation* activation;
  double clip;
  int64_t hidden;
  T* gates;  // scratch [batch, hidden]

  void Step(int64_t n, const T* projected, int64_t stride, T* h, T*) {
    recurrent.Multiply(h, hidden, n, projected, stride, gates, hidden);
    ClipRow(clip, gates, n * hidden);
    Activate(recurrent.fast, *activation, gates, n * hidden);
    std::copy_n(gates, n * hidden, h);
  }
};

// What is prepared once per call site; empty for the reference.
struct RnnWeights {
  PackedGates input, recurrent;
  Activations activations;
  bool fast = false;
};

template <typename T>
absl::Status RunRnn(const RnnAttrs& attrs, const RnnWeights& prepared, KernelCall& call) {
  const RecurrentAttrs common = RecurrentOf(attrs);
  const RecurrentCall shape(common, call);
  BATON_RETURN_IF_ERROR(shape.CheckLengths());
  if (shape.IsEmpty()) return absl::OkStatus();
  const int64_t hidden = shape.hidden;
  const int64_t rows = shape.steps * shape.batch;
  const int64_t count = rows * hidden + 2 * shape.batch * hidden + hidden;
  T* const projected = static_cast<T*>(call.context.Scratch(count * sizeof(T)));
  if (projected == nullptr) return absl::ResourceExhaustedError("no memory for the states");
  T* const gates = projected + rows * hidden;
  T* const h = gates + shape.batch * hidden;
  T* const bias = h + shape.batch * hidden;
  const auto input = [&](int index) {
    return call.inputs[index] == nullptr ? nullptr : call.inputs[index]->As<T>();
  };
  const int num_threads = call.context.num_threads;
  for (int64_t d = 0; d < shape.directions; ++d) {
    const int direction = static_cast<int>(d);
    if (const T* both = input(kB); both != nullptr) {
      both += d * 2 * hidden;
      for (int64_t k = 0; k < hidden; ++k) bias[k] = both[k] + both[hidden + k];
    }
    const GateMatrix<T> weights = {input(kW) + d * hidden * shape.input,
                                   hidden,
                                   shape.input,
                                   prepared.fast,
                                   prepared.input.Get(d, 0),
                                   num_threads};
    weights.Multiply(input(kX), shape.input, rows, input(kB) == nullptr ? nullptr : bias, 0, projected,
                     hidden);
    RnnCell<T> cell = {{input(kR) + d * hidden * hidden, hidden, hidden, prepared.fast,
                        prepared.recurrent.Get(d, 0), num_threads},
                       &prepared.activations[direction],
                       attrs.clip,
                       hidden,
                       gates};
    LoadState(shape, d, call.inputs[kInitialH], h);
    RunDirection(shape, d, common.Reverses(direction), projected, hidden, cell, h, static_cast<T*>(nullptr),
                 call.outputs[0]->As<T>());
    StoreState(shape, d, h, call.outputs[1]);
  }
  return absl::OkStatus();
}

absl::Status Run(const RnnAttrs& attrs, const RnnWeights& weights, KernelCall& call) {
  if (call.inputs[kX]->dtype == DType::kFloat64) return RunRnn<double>(attrs, weights, call);
  return RunRnn<float>(attrs, weights, call);
}

absl::Status RnnPortable(const RnnAttrs& attrs, KernelCall& call) {
  RnnWeights weights;
  BATON_ASSIGN_OR_RETURN(weights.activations, RecurrentActivations(RecurrentOf(attrs), DefaultActivations()));
  return Run(attrs, weights, call);
}

class FastRnn final : public PreparedKernel {
 public:
  FastRnn(const RnnAttrs& attrs, RnnWeights weights) : attrs_(attrs), weights_(std::move(weights)) {}
  absl::Status Run(KernelCall& call) const override { return baton::Run(attrs_, weights_, call); }

 private:
  RnnAttrs attrs_;
  RnnWeights weights_;
};

// Packed constant weights, OpenBLAS for the rest, vector activations.
absl::StatusOr<std::unique_ptr<PreparedKernel>> PrepareRnn(const RnnAttrs& attrs, const KernelSpec& spec) {
  RnnWeights weights;
  weights.fast = true;
  BATON_ASSIGN_OR_RETURN(weights.activations, RecurrentActivations(RecurrentOf(attrs), DefaultActivations()));
  BATON_ASSIGN_OR_RETURN(weights.input, PackedGates::Pack(spec.inputs[kW].constant, 1, {1}));
  BATON_ASSIGN_OR_RETURN(weights.recurrent, PackedGates::Pack(spec.inputs[kR].constant, 1, {1}));
  return std::make_unique<FastRnn>(attrs, std::move(weights));
}

}  // namespace

const OpDef& Rnn() {
  static const OpDef& def = *new OpDef(MakeOp<RnnAttrs>({
      .name = "rnn",
      .doc = "Plain recurrent network over a sequence: h = f(X W^T + h R^T + Wb + Rb). X [T, B, I], W [D, H, "
             "I], R [D, H, "
             "H], B [D, 2*H]; Y [T, D, B, H], Y_h [D, B, H]. Source: ONNX RNN-14.",
      .attrs = {{"direction", &RnnAttrs::direction, "forward, reverse or bidirectional"},
                {"hidden_size", &RnnAttrs::hidden_size, "H; 0: as R says"},
                {"activations", &RnnAttrs::activations, "f per direction; empty: Tanh"},
                {"activation_alpha", &RnnAttrs::activation_alpha,
                 "parameters of activations that have one, in order"},
                {"activation_beta", &RnnAttrs::activation_beta, "second parameters, in order"},
                {"clip", &RnnAttrs::clip, "bound of the sum before its activation; 0: none"},
                {"layout", &RnnAttrs::layout, "1: batch comes first in X, Y and the states"}},
      .inputs = {"X", "W", "R", InputDef("B").Optional(), InputDef("sequence_lens").Optional(),
                 InputDef("initial_h").Optional()},
      .outputs = {"Y", "Y_h"},
      .type = RnnType,
      .check_attrs = CheckRnn,
      .flops = RecurrentFlops<RnnAttrs>,
      .kernels = {{"packed", nullptr, PrepareRnn}, {"portable", RnnPortable}},
  }));
  return def;
}

}  // namespace baton
