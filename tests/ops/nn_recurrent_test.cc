#include "tests/ops/nn_support.h"

namespace baton::test {
namespace {

using Strings = std::vector<std::string>;

struct Case {
  int64_t steps = 3, batch = 2, input = 2, hidden = 3;
  std::string direction = "forward";
  bool bias = true, lengths = false, initial = true, peepholes = false;
  double clip = 0;
  int64_t layout = 0;
  bool flag = false;  // input_forget, linear_before_reset

  int64_t directions() const { return direction == "bidirectional" ? 2 : 1; }
};

double Sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

// The equations of the ONNX standard, one number at a time, in double. Results in the layout of the case.
struct Reference {
  Reference(const Case& c, int gates, const std::vector<Tensor>& inputs) : c(c), gates(gates) {
    for (const Tensor& input : inputs) values.push_back(input ? ToValues(input) : Values());
    values.resize(8);
    const int64_t D = c.directions();
    y.assign(c.steps * D * c.batch * c.hidden, 0.0);
    y_h.assign(D * c.batch * c.hidden, 0.0);
    y_c = y_h;
  }

  double X(int64_t t, int64_t b, int64_t i) const {
    return values[0][(c.layout == 0 ? t * c.batch + b : b * c.steps + t) * c.input + i];
  }
  int64_t State(int64_t d, int64_t b, int64_t k) const {
    return (c.layout == 0 ? d * c.batch + b : b * c.directions() + d) * c.hidden + k;
  }
  int64_t Output(int64_t t, int64_t d, int64_t b, int64_t k) const {
    return (c.layout == 0 ? (t * c.directions() + d) * c.batch + b : (b * c.steps + t) * c.directions() + d) *
               c.hidden +
           k;
  }
  double Input(int64_t d, int64_t gate, int64_t k, int64_t t, int64_t b) const {
    double sum = Bias(d, gate, k);
    for (int64_t i = 0; i < c.input; ++i) {
      sum += values[1][((d * gates + gate) * c.hidden + k) * c.input + i] * X(t, b, i);
    }
    return sum;
  }
  double Recurrent(int64_t d, int64_t gate, int64_t k, const Values& h) const {
    double sum = Bias(d, gates + gate, k);
    for (int64_t i = 0; i < c.hidden; ++i) {
      sum += values[2][((d * gates + gate) * c.hidden + k) * c.hidden + i] * h[i];
    }
    return sum;
  }
  double Bias(int64_t d, int64_t gate, int64_t k) const {
    return c.bias ? values[3][(d * 2 * gates + gate) * c.hidden + k] : 0;
  }
  double Peephole(int64_t d, int64_t gate, int64_t k) const {
    return c.peepholes ? values[7][(d * 3 + gate) * c.hidden + k] : 0;
  }
  double Clip(double x) const { return c.clip == 0 ? x : std::min(std::max(x, -c.clip), c.clip); }

  // `step(d, t, b, h, cell)` updates the states.
  void Run(const std::function<void(int64_t, int64_t, int64_t, Values&, Values&)>& step) {
    for (int64_t d = 0; d < c.directions(); ++d) {
      for (int64_t b = 0; b < c.batch; ++b) {
        Values h(c.hidden, 0.0), cell(c.hidden, 0.0);
        for (int64_t k = 0; k < c.hidden && c.initial; ++k) {
          h[k] = values[5][State(d, b, k)];
          if (!values[6].empty()) cell[k] = values[6][State(d, b, k)];
        }
        const int64_t length = c.lengths ? static_cast<int64_t>(values[4][b]) : c.steps;
        for (int64_t s = 0; s < length; ++s) {
          const int64_t t = d == 1 || c.direction == "reverse" ? length - 1 - s : s;
          step(d, t, b, h, cell);
          for (int64_t k = 0; k < c.hidden; ++k) y[Output(t, d, b, k)] = h[k];
        }
        for (int64_t k = 0; k < c.hidden; ++k) {
          y_h[State(d, b, k)] = h[k];
          y_c[State(d, b, k)] = cell[k];
        }
      }
    }
  }

  void Lstm() {
    Run([this](int64_t d, int64_t t, int64_t b, Values& h, Values& cell) {
      const Values before = h;
      for (int64_t k = 0; k < c.hidden; ++k) {
        const auto gate = [&](int64_t g) { return Input(d, g, k, t, b) + Recurrent(d, g, k, before); };
        const double i = Sigmoid(Clip(gate(0) + Peephole(d, 0, k) * cell[k]));
        const double f = c.flag ? 1 - i : Sigmoid(Clip(gate(2) + Peephole(d, 2, k) * cell[k]));
        cell[k] = f * cell[k] + i * std::tanh(Clip(gate(3)));
        h[k] = Sigmoid(Clip(gate(1) + Peephole(d, 1, k) * cell[k])) * std::tanh(cell[k]);
      }
    });
  }

  void Gru() {
    Run([this](int64_t d, int64_t t, int64_t b, Values& h, Values&) {
      const Values before = h;
      Values z(c.hidden), r(c.hidden), reset(c.hidden);
      for (int64_t k = 0; k < c.hidden; ++k) {
        z[k] = Sigmoid(Clip(Input(d, 0, k, t, b) + Recurrent(d, 0, k, before)));
        r[k] = Sigmoid(Clip(Input(d, 1, k, t, b) + Recurrent(d, 1, k, before)));
        reset[k] = r[k] * before[k];
      }
      for (int64_t k = 0; k < c.hidden; ++k) {
        const double recurrent = c.flag ? r[k] * Recurrent(d, 2, k, before) : Recurrent(d, 2, k, reset);
        const double candidate = std::tanh(Clip(Input(d, 2, k, t, b) + recurrent));
        h[k] = (1 - z[k]) * candidate + z[k] * before[k];
      }
    });
  }

  void Rnn() {
    Run([this](int64_t d, int64_t t, int64_t b, Values& h, Values&) {
      const Values before = h;
      for (int64_t k = 0; k < c.hidden; ++k) {
        h[k] = std::tanh(Clip(Input(d, 0, k, t, b) + Recurrent(d, 0, k, before)));
      }
    });
  }

  const Case& c;
  const int64_t gates;
  std::vector<Values> values;
  Values y, y_h, y_c;
};

std::vector<Tensor> InputsOf(const Case& c, int gates, DType dtype) {
  const int64_t D = c.directions(), G = gates, H = c.hidden;
  const std::vector<int64_t> x = c.layout == 0 ? std::vector<int64_t>{c.steps, c.batch, c.input}
                                               : std::vector<int64_t>{c.batch, c.steps, c.input};
  const std::vector<int64_t> state =
      c.layout == 0 ? std::vector<int64_t>{D, c.batch, H} : std::vector<int64_t>{c.batch, D, H};
  std::vector<Tensor> inputs = {Random(x, 1, dtype),
                                Random({D, G * H, c.input}, 2, dtype),
                                Random({D, G * H, H}, 3, dtype),
                                c.bias ? Random({D, 2 * G * H}, 4, dtype) : Tensor(),
                                Tensor(),
                                Tensor()};
  if (c.lengths) {
    Values lengths(c.batch);
    for (int64_t b = 0; b < c.batch; ++b) lengths[b] = static_cast<double>((b * 2 + 1) % (c.steps + 1));
    inputs[4] = MakeTensor(DType::kInt32, {c.batch}, lengths);
  }
  if (c.initial) inputs[5] = Random(state, 5, dtype);
  if (gates == 4) {
    inputs.push_back(c.initial ? Random(state, 6, dtype) : Tensor());
    inputs.push_back(c.peepholes ? Random({D, 3 * H}, 7, dtype) : Tensor());
  }
  return inputs;
}

std::vector<Case> Cases() {
  std::vector<Case> cases = {
      {},
      {.batch = 1, .hidden = 17, .direction = "reverse"},
      {.direction = "bidirectional", .lengths = true, .peepholes = true, .clip = 0.7},
      {.direction = "bidirectional", .lengths = true, .layout = 1},
      {.steps = 4, .batch = 3, .direction = "reverse", .bias = false, .initial = false, .layout = 1},
      {.steps = 1, .batch = 1, .input = 5, .hidden = 32, .flag = true},
      {.steps = 4, .batch = 3, .input = 1, .hidden = 1, .lengths = true, .clip = 0.2, .flag = true},
      {.steps = 2,
       .batch = 40,
       .hidden = 5,
       .direction = "bidirectional",
       .flag = true},  // beyond packed rows
      {.steps = 0},
      {.batch = 0},
      {.hidden = 0},
      {.input = 0, .direction = "bidirectional", .peepholes = true},
      {.peepholes = true, .flag = true},
  };
  return cases;
}

void CheckCase(const std::string& op, int gates, const std::string& flag, void (Reference::*compute)()) {
  const size_t index = GENERATE(range(size_t{0}, Cases().size()));
  const DType dtype = GENERATE(DType::kFloat32, DType::kFloat64);
  const Case c = Cases()[index];
  CAPTURE(index, DTypeName(dtype));
  const std::vector<Tensor> inputs = InputsOf(c, gates, dtype);
  Attributes attributes = {
      {"direction", c.direction}, {"hidden_size", c.hidden}, {"clip", c.clip}, {"layout", c.layout}};
  if (!flag.empty()) attributes.emplace_back(flag, c.flag);
  Reference reference(c, gates, inputs);
  (reference.*compute)();
  const double tolerance = dtype == DType::kFloat64 ? 1e-12 : 2e-5;
  ForEachKernel(op, attributes, inputs, [&](const std::vector<Tensor>& outputs) {
    CheckClose(outputs[0], reference.y, tolerance);
    CheckClose(outputs[1], reference.y_h, tolerance);
    if (gates == 4) CheckClose(outputs[2], reference.y_c, tolerance);
  });
}

// Numbers that are easy to write down again elsewhere.
Tensor Sequence(const std::vector<int64_t>& dims, int64_t factor = 7, int64_t modulus = 11) {
  int64_t n = 1;
  for (int64_t dim : dims) n *= dim;
  Values values;
  for (int64_t i = 0; i < n; ++i)
    values.push_back(static_cast<double>(i * factor % modulus - modulus / 2) / 8);
  return Floats(dims, values);
}

}  // namespace

TEST_CASE("lstm: every kernel agrees with the equations", "[ops][nn]") {
  CheckCase("lstm", 4, "input_forget", &Reference::Lstm);
}
TEST_CASE("gru: every kernel agrees with the equations", "[ops][nn]") {
  CheckCase("gru", 3, "linear_before_reset", &Reference::Gru);
}
TEST_CASE("rnn: every kernel agrees with the equations", "[ops][nn]") {
  CheckCase("rnn", 1, "", &Reference::Rnn);
}

// The expected numbers of the next tests are those of onnxruntime 1.x for the same models.
TEST_CASE("lstm: agrees with another implementation", "[ops][nn]") {
  const std::vector<Tensor> inputs = {Sequence({3, 2, 2}),
                                      Sequence({2, 12, 2}, 5, 13),
                                      Sequence({2, 12, 3}, 3, 17),
                                      Sequence({2, 24}, 5, 9),
                                      MakeTensor(DType::kInt32, {2}, {2, 3}),
                                      Sequence({2, 2, 3}, 3, 5),
                                      Sequence({2, 2, 3}, 2, 7),
                                      Sequence({2, 9}, 4, 7)};
  ForEachKernel("lstm", {{"direction", "bidirectional"}, {"clip", 0.9}}, inputs, [](const auto& outputs) {
    CheckClose(outputs[1],
               {-0.175458, -0.005923031, -0.0705487, -0.1005418, 0.03500579, -0.04353881, -0.05919347,
                0.07679922, -0.1684578, -0.1314424, 0.2814314, -0.1809506},
               2e-6);
    CheckClose(outputs[2],
               {-0.4411596, -0.00981842, -0.1222071, -0.2132644, 0.05902398, -0.07508006, -0.1330567,
                0.1479386, -0.2763255, -0.3010412, 0.5595056, -0.3349835},
               2e-6);
  });
}

TEST_CASE("gru: agrees with another implementation", "[ops][nn]") {
  const std::vector<Tensor> inputs = {Sequence({3, 2, 2}),
                                      Sequence({2, 9, 2}, 5, 13),
                                      Sequence({2, 9, 3}, 3, 17),
                                      Sequence({2, 18}, 5, 9),
                                      MakeTensor(DType::kInt32, {2}, {2, 3}),
                                      Sequence({2, 2, 3}, 3, 5)};
  ForEachKernel("gru", {{"direction", "bidirectional"}}, inputs, [](const auto& outputs) {
    CheckClose(outputs[1],
               {0.04024701, 0.5584636, 0.0722094, 0.09495541, 0.6535349, -0.04501914, -0.3577503, 0.5259286,
                0.3546176, -0.2589906, 0.591266, 0.3038766},
               2e-6);
  });
  ForEachKernel("gru", {{"direction", "bidirectional"}, {"linear_before_reset", true}}, inputs,
                [](const auto& outputs) {
                  CheckClose(outputs[1],
                             {0.04260445, 0.4837339, 0.05940916, 0.1083961, 0.5209248, -0.06062745,
                              -0.2964793, 0.4361649, 0.3115036, -0.2070491, 0.4637396, 0.2363155},
                             2e-6);
                });
}

TEST_CASE("rnn: takes activations by name", "[ops][nn]") {
  const std::vector<Tensor> inputs = {Sequence({3, 2, 2}),
                                      Sequence({1, 3, 2}, 5, 13),
                                      Sequence({1, 3, 3}, 3, 17),
                                      Sequence({1, 6}, 5, 9),
                                      Tensor(),
                                      Sequence({1, 2, 3}, 3, 5)};
  ForEachKernel(
      "rnn", {{"direction", "reverse"}, {"activations", Strings{"Relu"}}}, inputs, [](const auto& outputs) {
        CheckClose(
            outputs[0],
            {0, 0, 0, 0, 0, 0.3671875, 0, 0.5019531, 0, 0, 0.125, 0.0625, 0.28125, 0, 0.390625, 0, 0, 0},
            1e-6);
      });
}

TEST_CASE("rnn: activations take their parameters in order", "[ops][nn]") {
  // One step of width 1 without recurrence: Y = f(X), per direction.
  const std::vector<Tensor> inputs = {Floats({1, 1, 1}, {-2}), Floats({2, 1, 1}, {1, 1}),
                                      Floats({2, 1, 1}, {0, 0})};
  const auto run = [&](const Strings& names, const Values& alpha, const Values& beta) {
    Values y;
    ForEachKernel("rnn",
                  {{"direction", "bidirectional"},
                   {"activations", names},
                   {"activation_alpha", alpha},
                   {"activation_beta", beta}},
                  inputs, [&](const auto& outputs) { y = ToValues(outputs[0]); });
    return y;
  };
  CHECK(run({"Affine", "LeakyRelu"}, {3, 0.5}, {1}) == Values{-5, -1});
  CHECK(run({"relu", "LeakyRelu"}, {0.25}, {}) == Values{0, -0.5});
  CHECK(run({"HardSigmoid", "Softsign"}, {0.125}, {}) == Values{0.25, static_cast<double>(-2.0f / 3.0f)});
  CHECK(run({"ThresholdedRelu", "Affine"}, {}, {}) == Values{0, -2});
}

TEST_CASE("lstm: wrong attributes and shapes are errors that name what is wrong", "[ops][nn]") {
  const auto contains = [](const std::string& text) { return Catch::Matchers::Contains(text); };
  const Tensor x = Random({2, 1, 3}, 1), w = Random({1, 8, 3}, 2), r = Random({1, 8, 2}, 3);
  CHECK_THAT(ErrorOf("lstm", {}, {Random({1, 1, 1, 2, 3}, 1), w, r}),
             contains("lstm: X has rank 5, expected 3 (sequence length, batch, input size)"));
  CHECK_THAT(ErrorOf("lstm", {{"direction", "up"}}, {x, w, r}), contains("direction is 'up'"));
  CHECK_THAT(ErrorOf("lstm", {{"direction", "bidirectional"}}, {x, w, r}), contains("extent 0 of W"));
  CHECK_THAT(ErrorOf("lstm", {{"hidden_size", int64_t{3}}}, {x, w, r}), contains("hidden_size"));
  CHECK_THAT(ErrorOf("lstm", {{"activations", Strings{"Sigmoid"}}}, {x, w, r}),
             contains("activations has 1 names"));
  CHECK_THAT(ErrorOf("lstm", {{"activations", Strings{"Sigmoid", "Tanh", "Gauss"}}}, {x, w, r}),
             contains("activation 'Gauss' is unknown"));
  CHECK_THAT(ErrorOf("lstm", {{"layout", int64_t{2}}}, {x, w, r}), contains("layout is 2"));
  CHECK_THAT(ErrorOf("lstm", {{"clip", -1.0}}, {x, w, r}), contains("clip is -1"));
  CHECK_THAT(ErrorOf("lstm", {}, {x, Random({1, 7, 3}, 2), r}), contains("extent 1 of W"));
  CHECK_THAT(ErrorOf("lstm", {}, {x, w, Random({1, 7, 2}, 2)}), contains("extent 1 of"));
  CHECK_THAT(ErrorOf("lstm", {}, {x, w, r, Tensor(), MakeTensor(DType::kInt32, {1}, {3})}),
             contains("sequence_lens[0] is 3, expected 0 to 2"));
  CHECK_THAT(ErrorOf("lstm", {}, {x, w, r, Tensor(), MakeTensor(DType::kInt32, {1}, {-1})}),
             contains("is -1"));
}

}  // namespace baton::test
