#include "tests/ops/nn_support.h"

namespace baton::test {
namespace {

using Ints = std::vector<int64_t>;

// Softmax of the lines along `axis`, in double.
Values SoftmaxReference(const Tensor& data, int axis, bool log) {
  Values y = ToValues(data);
  int64_t inner = 1;
  for (int i = axis + 1; i < data->rank; ++i) inner *= data->dims[i];
  const int64_t n = data->dims[axis];
  for (int64_t start = 0; start < static_cast<int64_t>(y.size()); ++start) {
    if (start / inner % n != 0) continue;
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += std::exp(y[start + i * inner]);
    for (int64_t i = 0; i < n; ++i) {
      double& value = y[start + i * inner];
      value = log ? value - std::log(sum) : std::exp(value) / sum;
    }
  }
  return y;
}

}  // namespace

TEST_CASE("nn.softmax, nn.log_softmax: every kernel agrees with the definition on every axis", "[ops][nn]") {
  const bool log = GENERATE(false, true);
  const Ints dims = GENERATE(Ints{1}, Ints{3, 5}, Ints{2, 3, 33}, Ints{0, 4}, Ints{3, 0}, Ints{2, 17, 2});
  const DType dtype = GENERATE(DType::kFloat32, DType::kFloat64, DType::kFloat16);
  const Tensor data = Random(dims, 3, dtype);
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    CAPTURE(log, dims, axis, DTypeName(dtype));
    for (const int64_t given :
         {static_cast<int64_t>(axis), static_cast<int64_t>(axis) - static_cast<int64_t>(dims.size())}) {
      ForEachKernel(log ? "nn.log_softmax" : "nn.softmax", {{"axis", given}}, {data},
                    [&](const auto& outputs) {
                      CheckClose(outputs[0], SoftmaxReference(data, static_cast<int>(axis), log),
                                 dtype == DType::kFloat16 ? 2e-3 : 1e-6);
                    });
    }
  }
}

TEST_CASE("nn.softmax: large values do not overflow; nothing but -infinity gives NaN", "[ops][nn]") {
  const double infinity = std::numeric_limits<double>::infinity();
  ForEachKernel("nn.softmax", {}, {Floats({3, 2}, {1e30, 1e30, -infinity, 5, -infinity, -infinity})},
                [](const auto& outputs) {
                  CheckClose(outputs[0], {0.5, 0.5, 0, 1, std::nan(""), std::nan("")}, 1e-6);
                });
  CHECK_THAT(ErrorOf("nn.softmax", {{"axis", int64_t{1}}}, {Random({3}, 1)}),
             Catch::Matchers::Contains("axis 1"));
}

TEST_CASE("nn.batch_norm: normalises each channel", "[ops][nn]") {
  const auto vector = [](const Values& values) {
    return Floats({static_cast<int64_t>(values.size())}, values);
  };
  // Worked by hand: (x - mean) / sqrt(var) * scale + bias with var + epsilon = 4 and 1.
  const std::vector<Tensor> inputs = {Floats({2, 2, 1, 2}, {1, 2, 3, 4, 5, 6, 7, 8}), vector({2, 10}),
                                      vector({1, 0}), vector({1, 3}), vector({3.5, 0.5})};
  ForEachKernel("nn.batch_norm", {{"epsilon", 0.5}}, inputs, [](const auto& outputs) {
    CheckClose(outputs[0], {1, 2, 0, 10, 5, 6, 40, 50}, 1e-6);
  });
  ForEachKernel(
      "nn.batch_norm", {{"epsilon", 0.0}},
      {vector({3, 5}), vector({1}), vector({0}), vector({1}), MakeTensor(DType::kFloat64, {1}, {4})},
      [](const auto& outputs) {
        CheckClose(outputs[0], {1, 2}, 1e-6);
      });
  ForEachKernel("nn.batch_norm", {}, {Random({0, 2, 3}, 1), inputs[1], inputs[2], inputs[3], inputs[4]},
                [](const auto& outputs) { CHECK(outputs[0].num_elements() == 0); });
  CHECK_THAT(ErrorOf("nn.batch_norm", {}, {Random({1, 3}, 1), inputs[1], inputs[2], inputs[3], inputs[4]}),
             Catch::Matchers::Contains("extent of scale and channels of data"));
}

TEST_CASE("nn.layer_norm: normalises the trailing axes and returns their statistics", "[ops][nn]") {
  const Tensor data = Floats({2, 3}, {-0.625, 0.25, -0.25, 0.625, 0.125, -0.375});
  const Tensor scale = Floats({3}, {1, 2, 0.5});
  const Tensor bias = Floats({3}, {0, 0.25, -1});
  const Values x = ToValues(data);
  Values expected, means, inverses;
  for (int row = 0; row < 2; ++row) {
    const double mean = (x[row * 3] + x[row * 3 + 1] + x[row * 3 + 2]) / 3;
    double variance = 0;
    for (int i = 0; i < 3; ++i) variance += (x[row * 3 + i] - mean) * (x[row * 3 + i] - mean) / 3;
    means.push_back(mean);
    inverses.push_back(1 / std::sqrt(variance + 1e-5));
    for (int i = 0; i < 3; ++i) {
      expected.push_back((x[row * 3 + i] - mean) * inverses.back() * ToValues(scale)[i] + ToValues(bias)[i]);
    }
  }
  ForEachKernel("nn.layer_norm", {}, {data, scale, bias}, [&](const auto& outputs) {
    CheckClose(outputs[0], expected, 1e-6);
    CHECK(ShapeOf(outputs[1]) == Values{2, 1});
    CheckClose(outputs[1], means, 1e-6);
    CheckClose(outputs[2], inverses, 1e-6);
  });
}

TEST_CASE("nn.layer_norm: keeps a small variance beside a large mean", "[ops][nn]") {
  const double root = std::sqrt(1.5);
  ForEachKernel("nn.layer_norm", {{"epsilon", 0.0}},
                {Floats({1, 3}, {1e4, 1e4 + 1, 1e4 + 2}), Floats({1}, {1})}, [&](const auto& outputs) {
                  CheckClose(outputs[0], {-root, 0, root}, 1e-6);
                });
}

TEST_CASE("nn.layer_norm: several axes, empty data, and scales that broadcast", "[ops][nn]") {
  ForEachKernel("nn.layer_norm", {{"axis", int64_t{0}}, {"epsilon", 0.0}},
                {Floats({2, 2}, {1, 1, 3, 3}), Floats({2, 1}, {1, 10}), Floats({2}, {0, 1})},
                [](const auto& outputs) {
                  CheckClose(outputs[0], {-1, 0, 10, 11}, 1e-6);
                  CHECK(ShapeOf(outputs[1]) == Values{1, 1});
                });
  ForEachKernel("nn.layer_norm", {}, {Random({0, 3}, 1), Random({3}, 1)},
                [](const auto& outputs) { CHECK(outputs[0].num_elements() == 0); });
  ForEachKernel("nn.layer_norm", {}, {Random({2, 0}, 1), Random({0}, 1)},
                [](const auto& outputs) { CHECK(std::isnan(ToValues(outputs[1])[0])); });
  CHECK_THAT(ErrorOf("nn.layer_norm", {}, {Random({2, 3}, 1), Random({2}, 1)}),
             Catch::Matchers::Contains("broadcast"));
  CHECK_THAT(ErrorOf("nn.layer_norm", {}, {Random({2, 3}, 1), Random({2, 3}, 1)}),
             Catch::Matchers::Contains("scale has rank 2, expected at most 1"));
}

}  // namespace baton::test
