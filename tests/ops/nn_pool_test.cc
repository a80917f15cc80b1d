#include "tests/ops/nn_support.h"

namespace baton::test {
namespace {

using Ints = std::vector<int64_t>;

// {-9, -2, 5, 12, ...} / 8: the numbers for which the expected results of onnxruntime are written below.
Tensor Image() {
  Values values;
  for (int i = 0; i < 20; ++i) values.push_back((i * 7 % 19 - 9) / 8.0);
  return Floats({1, 1, 5, 4}, values);
}

}  // namespace

TEST_CASE("nn.max_pool_with_indices: values and indices with padding and ceil_mode", "[ops][nn]") {
  ForEachKernel("nn.max_pool_with_indices",
                {{"kernel_shape", Ints{3, 2}},
                 {"strides", Ints{2, 2}},
                 {"pads", Ints{1, 0, 1, 1}},
                 {"ceil_mode", true}},
                {Image()}, [](const auto& outputs) {
                  CHECK(ShapeOf(outputs[0]) == Values{1, 1, 3, 2});
                  CheckClose(outputs[0], {0.875, 0.625, 1.125, 0.5, 1, 0.375}, 0);
                  CheckClose(outputs[1], {5, 2, 8, 10, 16, 18}, 0);
                });
  ForEachKernel("nn.max_pool_with_indices", {{"kernel_shape", Ints{2, 2}}, {"dilations", Ints{2, 1}}},
                {Image()}, [](const auto& outputs) {
                  CheckClose(outputs[0], {1.125, 0.625, 0.625, 0.875, 0.875, 0.25, 1.125, 0.5, 0.5}, 0);
                  CheckClose(outputs[1], {8, 2, 2, 5, 5, 7, 8, 10, 10}, 0);
                });
}

TEST_CASE("nn.max_pool_with_indices: integers, NaN, other ranks and windows without elements", "[ops][nn]") {
  ForEachKernel("nn.max_pool_with_indices", {{"kernel_shape", Ints{2}}},
                {MakeTensor(DType::kInt8, {1, 2, 3}, {-5, -3, -4, 1, 2, 3})}, [](const auto& outputs) {
                  CheckClose(outputs[0], {-3, -3, 2, 3}, 0);
                  CheckClose(outputs[1], {1, 1, 4, 5}, 0);
                });
  ForEachKernel("nn.max_pool_with_indices", {{"kernel_shape", Ints{3}}},
                {Floats({1, 1, 3}, {1, std::nan(""), 2})},
                [](const auto& outputs) { CHECK(std::isnan(ToValues(outputs[0])[0])); });
  ForEachKernel("nn.max_pool_with_indices", {{"kernel_shape", Ints{2, 1, 2}}}, {Random({2, 1, 2, 1, 2}, 1)},
                [](const auto& outputs) {
                  CHECK(ShapeOf(outputs[0]) == Values{2, 1, 1, 1, 1});
                });
  ForEachKernel("nn.max_pool_with_indices", {{"kernel_shape", Ints{1}}, {"pads", Ints{1, 0}}},
                {Floats({1, 1, 1}, {4})}, [](const auto& outputs) {
                  CheckClose(outputs[0], {-std::numeric_limits<double>::infinity(), 4}, 0);
                  CheckClose(outputs[1], {-1, 0}, 0);
                });
  ForEachKernel("nn.max_pool_with_indices", {{"kernel_shape", Ints{1}}}, {Random({0, 2, 3}, 1)},
                [](const auto& outputs) {
                  CHECK(ShapeOf(outputs[0]) == Values{0, 2, 3});
                });
}

TEST_CASE("nn.max_pool: NaN wins wherever it lies", "[ops][nn]") {
  for (int place = 0; place < 40; ++place) {
    Values values(40, 1.0);
    values[place] = std::nan("");
    ForEachKernel("nn.max_pool", {{"kernel_shape", Ints{3}}, {"pads", Ints{1, 1}}},
                  {Floats({1, 1, 40}, values)}, [&](const auto& outputs) {
                    const Values found = ToValues(outputs[0]);
                    for (int i = 0; i < 40; ++i) CHECK(std::isnan(found[i]) == (std::abs(i - place) <= 1));
                  });
  }
}

TEST_CASE("nn.avg_pool: counts padding on request, never what lies beyond", "[ops][nn]") {
  Attributes attributes = {
      {"kernel_shape", Ints{3, 3}}, {"strides", Ints{2, 2}}, {"pads", Ints{1, 1, 1, 1}}, {"ceil_mode", true}};
  ForEachKernel("nn.avg_pool", attributes, {Image()}, [](const auto& outputs) {
    CheckClose(outputs[0], {-0.125, 0, -0.3125, 0.375, -0.02777778, -0.2083333, 0.28125, -0.1875, -0.5},
               1e-6);
  });
  attributes.emplace_back("count_include_pad", true);
  ForEachKernel("nn.avg_pool", attributes, {Image()}, [](const auto& outputs) {
    CheckClose(outputs[0],
               {-0.05555556, 0, -0.1041667, 0.25, -0.02777778, -0.1041667, 0.125, -0.125, -0.1666667}, 1e-6);
  });
  ForEachKernel("nn.avg_pool",
                {{"kernel_shape", Ints{2, 3}}, {"strides", Ints{2, 2}}, {"auto_pad", "SAME_LOWER"}},
                {Image()}, [](const auto& outputs) {
                  CheckClose(outputs[0], {-0.6875, -0.1666667, 0.40625, -0.0625, 0.28125, -0.1875}, 1e-6);
                });
}

TEST_CASE("nn.global_avg_pool, nn.global_max_pool: reduce all spatial axes", "[ops][nn]") {
  const Tensor data = Floats({1, 2, 2, 2}, {1, 2, 3, 6, -1, -2, -3, -6});
  ForEachKernel("nn.global_avg_pool", {}, {data}, [](const auto& outputs) {
    CHECK(ShapeOf(outputs[0]) == Values{1, 2, 1, 1});
    CheckClose(outputs[0], {3, -3}, 0);
  });
  ForEachKernel("nn.global_max_pool", {}, {data}, [](const auto& outputs) {
    CheckClose(outputs[0], {6, -1}, 0);
  });
  ForEachKernel("nn.global_max_pool", {}, {Random({1, 1, 0}, 1)}, [](const auto& outputs) {
    CheckClose(outputs[0], {-std::numeric_limits<double>::infinity()}, 0);
  });
  CHECK_THAT(ErrorOf("nn.global_avg_pool", {}, {Random({2}, 1)}),
             Catch::Matchers::Contains("data has rank 1"));
}

TEST_CASE("pools: hostile attributes are errors, and huge ones cost nothing", "[ops][nn]") {
  const auto contains = [](const std::string& text) { return Catch::Matchers::Contains(text); };
  const Tensor data = Random({1, 1, 5}, 1);
  CHECK_THAT(ErrorOf("nn.max_pool", {}, {data}), contains("'kernel_shape' is missing"));
  CHECK_THAT(ErrorOf("nn.max_pool", {{"kernel_shape", Ints{0}}}, {data}), contains("kernel_shape[0] is 0"));
  CHECK_THAT(ErrorOf("nn.max_pool", {{"kernel_shape", Ints{1, 1}}}, {data}),
             contains("kernel_shape has 2 elements"));
  CHECK_THAT(ErrorOf("nn.avg_pool", {{"kernel_shape", Ints{6}}}, {data}), contains("padded extent"));
  const int64_t huge = INT32_MAX;
  ForEachKernel("nn.avg_pool",
                {{"kernel_shape", Ints{huge}},
                 {"pads", Ints{huge, huge}},
                 {"strides", Ints{huge}},
                 {"dilations", Ints{1}}},
                {data}, [](const auto& outputs) { CHECK(outputs[0].num_elements() == 2); });
}

TEST_CASE("nn.conv_transpose: agrees with another implementation", "[ops][nn]") {
  const auto sequence = [](const Ints& dims, int64_t factor, int64_t modulus) {
    int64_t n = 1;
    for (int64_t dim : dims) n *= dim;
    Values values;
    for (int64_t i = 0; i < n; ++i)
      values.push_back(static_cast<double>(i * factor % modulus - modulus / 2) / 8);
    return Floats(dims, values);
  };
  const Tensor data = sequence({1, 2, 3, 2}, 7, 11);
  const Tensor weight = sequence({2, 3, 2, 3}, 5, 13);
  const auto first_channel = [](const Tensor& output, size_t n) {
    Values values = ToValues(output);
    values.resize(n);
    return Floats({static_cast<int64_t>(n)}, values);
  };
  ForEachKernel("nn.conv_transpose",
                {{"strides", Ints{2, 1}}, {"pads", Ints{0, 1, 1, 0}}, {"output_padding", Ints{1, 0}}},
                {data, weight}, [&](const auto& outputs) {
                  CHECK(ShapeOf(outputs[0]) == Values{1, 3, 6, 3});
                  CheckClose(first_channel(outputs[0], 18),
                             {-0.234375, -0.15625, 0.125, -0.203125, -0.125, 0.1875, -0.03125, -0.484375,
                              0.453125, -0.578125, -0.421875, 0.703125, -0.171875, 0.21875, -0.421875,
                              0.59375, -0.03125, -0.671875},
                             1e-6);
                });
  ForEachKernel("nn.conv_transpose", {{"strides", Ints{3, 2}}, {"output_shape", Ints{7, 4}}}, {data, weight},
                [&](const auto& outputs) {
                  CheckClose(first_channel(outputs[0], 28),
                             {-0.078125, -0.28125, 0.03125,   0.1875,    0,        0,         0,
                              0,         0.15625,  -0.5,      -0.171875, 0.453125, -0.03125,  -1.046875,
                              0.078125,  0.703125, 0,         0,         0,        0,         0.015625,
                              -0.171875, 0.203125, -0.421875, 0.015625,  0.59375,  -0.046875, -0.671875},
                             1e-6);
                });
  ForEachKernel("nn.conv_transpose",
                {{"strides", Ints{3, 2}}, {"output_shape", Ints{7, 4}}, {"auto_pad", "SAME_UPPER"}},
                {data, weight}, [&](const auto& outputs) {
                  CheckClose(first_channel(outputs[0], 8),
                             {0.84375, -0.046875, -0.3125, -0.03125, 0, -0.078125, -0.28125, 0.03125}, 1e-6);
                });
  ForEachKernel("nn.conv_transpose", {{"group", int64_t{2}}, {"dilations", Ints{2, 1}}},
                {data, sequence({2, 2, 2, 2}, 7, 11), sequence({4}, 7, 11)}, [&](const auto& outputs) {
                  CHECK(ShapeOf(outputs[0]) == Values{1, 4, 5, 3});
                  CheckClose(first_channel(outputs[0], 15),
                             {-0.234375, -0.9375, -0.5625, -0.46875, -1.078125, -0.46875, -0.546875, -0.8125,
                              -0.5625, -0.5625, -0.9375, -0.234375, -0.65625, -0.453125, -0.859375},
                             1e-6);
                });
}

TEST_CASE("nn.conv_transpose: odd shapes agree among kernels and element types", "[ops][nn]") {
  struct Case {
    Ints data, weight, strides, pads, dilations;
    int64_t group;
  };
  const Case c =
      GENERATE(Case{{1, 1, 1}, {1, 1, 1}, {}, {}, {}, 1}, Case{{2, 4, 5}, {4, 3, 3}, {2}, {1, 2}, {2}, 2},
               Case{{0, 2, 3}, {2, 2, 2}, {}, {}, {}, 1}, Case{{1, 0, 3}, {0, 2, 2}, {}, {}, {}, 1},
               Case{{1, 3, 4, 3}, {3, 17, 3, 2}, {3, 1}, {1, 0, 0, 1}, {1, 2}, 1},
               Case{{1, 2, 2, 3, 2}, {2, 1, 2, 2, 3}, {1, 2, 2}, {0, 1, 0, 1, 0, 1}, {}, 2});
  Attributes attributes = {
      {"strides", c.strides}, {"pads", c.pads}, {"dilations", c.dilations}, {"group", c.group}};
  const std::vector<Tensor> exact = {Random(c.data, 1, DType::kFloat64), Random(c.weight, 2, DType::kFloat64),
                                     Random({c.weight[1] * c.group}, 3, DType::kFloat64)};
  Values expected;
  ForEachKernel("nn.conv_transpose", attributes, exact,
                [&](const auto& outputs) { expected = ToValues(outputs[0]); });
  for (const DType dtype : {DType::kFloat32, DType::kFloat16}) {
    std::vector<Tensor> inputs;
    for (const Tensor& input : exact) inputs.push_back(MakeTensor(dtype, input.shape(), ToValues(input)));
    ForEachKernel("nn.conv_transpose", attributes, inputs, [&](const auto& outputs) {
      CheckClose(outputs[0], expected, dtype == DType::kFloat32 ? 1e-5 : 8e-3);
    });
  }
}

TEST_CASE("nn.conv_transpose: hostile attributes are errors", "[ops][nn]") {
  const auto contains = [](const std::string& text) { return Catch::Matchers::Contains(text); };
  const std::vector<Tensor> inputs = {Random({1, 2, 3}, 1), Random({2, 2, 2}, 2)};
  const auto error = [&](const Attributes& attributes) {
    return ErrorOf("nn.conv_transpose", attributes, inputs);
  };
  CHECK_THAT(error({{"group", int64_t{-1}}}), contains("group[0] is -1"));
  CHECK_THAT(error({{"group", int64_t{4}}}), contains("remainder"));
  CHECK_THAT(error({{"output_padding", Ints{-1}}}), contains("output_padding[0] is -1"));
  CHECK_THAT(error({{"output_shape", Ints{1, 1}}}), contains("output_shape has 2 elements"));
  CHECK_THAT(error({{"pads", Ints{9, 9}}}), contains("output before padding"));
  CHECK_THAT(ErrorOf("nn.conv_transpose", {}, {Random({1, 2, 0}, 1), inputs[1]}), contains("extent of data"));
  CHECK_THAT(ErrorOf("nn.conv_transpose", {}, {Random({1, 3, 3}, 1), inputs[1]}),
             contains("channels of data"));
}

}  // namespace baton::test
