#include "tests/ops/nn_support.h"

namespace baton::test {
namespace {

using Ints = std::vector<int64_t>;

struct ConvCase {
  Ints data, weight;
  Ints strides, pads, dilations;
  int64_t group = 1;
  bool bias = false;
};

Attributes AttributesOf(const ConvCase& c) {
  Attributes attributes = {{"group", c.group}};
  if (!c.strides.empty()) attributes.emplace_back("strides", c.strides);
  if (!c.pads.empty()) attributes.emplace_back("pads", c.pads);
  if (!c.dilations.empty()) attributes.emplace_back("dilations", c.dilations);
  return attributes;
}

// Index of a position in an array, or -1 outside.
int64_t Offset(const Ints& dims, const Ints& index) {
  int64_t offset = 0;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (index[i] < 0 || index[i] >= dims[i]) return -1;
    offset = offset * dims[i] + index[i];
  }
  return offset;
}

// Calls `visit` for every index below `dims`.
void ForEachIndex(const Ints& dims, const std::function<void(const Ints&)>& visit) {
  int64_t n = 1;
  for (int64_t dim : dims) n *= dim;
  Ints index(dims.size(), 0);
  for (int64_t i = 0; i < n; ++i) {
    visit(index);
    for (int axis = static_cast<int>(dims.size()) - 1; axis >= 0 && ++index[axis] == dims[axis]; --axis)
      index[axis] = 0;
  }
}

// The definition, one product at a time, for any number of axes.
Values Reference(const ConvCase& c, const Tensor& data, const Tensor& weight, const Tensor& bias,
                 const Ints& out) {
  const Values x = ToValues(data), w = ToValues(weight);
  const Values b = bias ? ToValues(bias) : Values(c.weight[0], 0.0);
  Values y;
  ForEachIndex(out, [&](const Ints& o) {
    double sum = b[o[1]];
    ForEachIndex(Ints(c.weight.begin() + 1, c.weight.end()), [&](const Ints& k) {
      Ints from = {o[0], o[1] / (c.weight[0] / c.group) * c.weight[1] + k[0]};
      for (size_t axis = 0; axis + 1 < k.size(); ++axis) {
        const int64_t stride = c.strides.empty() ? 1 : c.strides[axis];
        const int64_t dilation = c.dilations.empty() ? 1 : c.dilations[axis];
        from.push_back(o[2 + axis] * stride - (c.pads.empty() ? 0 : c.pads[axis]) + k[1 + axis] * dilation);
      }
      const int64_t at = Offset(c.data, from);
      Ints tap = {o[1]};
      tap.insert(tap.end(), k.begin(), k.end());
      if (at >= 0) sum += x[at] * w[Offset(c.weight, tap)];
    });
    y.push_back(sum);
  });
  return y;
}

const std::vector<ConvCase>& Cases() {
  static const std::vector<ConvCase> cases = {
      {{1, 1, 640}, {258, 1, 256}, {128}, {}, {}},  // a speech model's five
      {{1, 129, 4}, {128, 129, 3}, {1}, {1, 1}, {}, 1, true},
      {{1, 128, 4}, {64, 128, 3}, {2}, {1, 1}, {}, 1, true},
      {{1, 64, 2}, {64, 64, 3}, {2}, {1, 1}, {}, 1, true},
      {{1, 64, 1}, {128, 64, 3}, {1}, {1, 1}, {}, 1, true},
      {{2, 1, 9}, {17, 1, 3}, {3}, {}, {}, 1, true},       // windows that are stretches of the signal
      {{3, 5, 7}, {16, 5, 3}, {2}, {2, 0}, {2}},           // uneven padding, dilation
      {{1, 3, 40}, {20, 3, 5}, {1}, {2, 2}, {}, 1, true},  // too many windows to pack
      {{1, 1, 1}, {1, 1, 1}, {}, {}, {}},
      {{0, 3, 5}, {2, 3, 3}, {}, {}, {}},
      {{2, 3, 5}, {0, 3, 3}, {}, {}, {}},
      {{2, 0, 5}, {3, 0, 3}, {}, {}, {}, 1, true},  // no channels: the bias alone
      {{2, 0, 5}, {3, 0, 3}, {}, {}, {}},
      {{2, 4, 5, 6}, {6, 2, 3, 2}, {2, 1}, {1, 0, 1, 1}, {1, 2}, 2, true},
      {{1, 6, 7, 5}, {6, 1, 3, 3}, {1, 1}, {1, 1, 1, 1}, {}, 6, true},
      {{2, 3, 4, 4}, {5, 3, 1, 1}, {}, {}, {}, 1, true},  // pointwise
      {{1, 2, 2, 3}, {16, 2, 2, 2}, {}, {0, 1, 0, 0}, {1, 2}},
      {{1, 2, 3, 4, 5}, {17, 2, 2, 3, 2}, {2, 2, 3}, {1, 1, 1, 0, 1, 1}, {}, 1, true},
      {{1, 1, 3}, {2, 1, 2}, {1}, {5, 4}, {}},  // windows wholly in the padding
      {{1, 16, 3}, {16, 16, 2}, {1}, {5, 0}, {3}, 1, true},
  };
  return cases;
}

}  // namespace

TEST_CASE("nn.conv: every kernel agrees with the definition", "[ops][nn]") {
  const size_t i = GENERATE(range(size_t{0}, Cases().size()));
  const DType dtype = GENERATE(DType::kFloat32, DType::kFloat64, DType::kFloat16, DType::kBFloat16);
  const ConvCase& c = Cases()[i];
  CAPTURE(i, DTypeName(dtype));
  std::vector<Tensor> inputs = {Random(c.data, 1, dtype), Random(c.weight, 2, dtype)};
  if (c.bias) inputs.push_back(Random({c.weight[0]}, 3, dtype));
  const double tolerance = dtype == DType::kFloat64 ? 1e-12 : dtype == DType::kFloat32 ? 2e-5 : 8e-3;
  ForEachKernel("nn.conv", AttributesOf(c), inputs, [&](const std::vector<Tensor>& outputs) {
    const Ints out(outputs[0].shape().begin(), outputs[0].shape().end());
    CheckClose(outputs[0], Reference(c, inputs[0], inputs[1], c.bias ? inputs[2] : Tensor(), out), tolerance);
  });
}

TEST_CASE("nn.conv: extents follow ONNX", "[ops][nn]") {
  const Tensor data = Random({1, 1, 8, 7}, 1);
  const Tensor weight = Random({1, 1, 3, 2}, 2);
  const auto shape_with = [&](const Attributes& attributes) {
    Values shape;
    ForEachKernel("nn.conv", attributes, {data, weight},
                  [&](const auto& outputs) { shape = ShapeOf(outputs[0]); });
    return shape;
  };
  CHECK(shape_with({}) == Values{1, 1, 6, 6});
  CHECK(shape_with({{"strides", Ints{3, 2}}}) == Values{1, 1, 2, 3});
  CHECK(shape_with({{"pads", Ints{1, 0, 2, 3}}}) == Values{1, 1, 9, 9});
  CHECK(shape_with({{"auto_pad", "SAME_UPPER"}, {"strides", Ints{3, 2}}}) == Values{1, 1, 3, 4});
  CHECK(shape_with({{"auto_pad", "VALID"}, {"pads", Ints{1, 1, 1, 1}}}) == Values{1, 1, 6, 6});
}

TEST_CASE("nn.conv: SAME_UPPER and SAME_LOWER put the odd zero at the end and at the begin", "[ops][nn]") {
  const std::vector<Tensor> inputs = {Floats({1, 1, 3}, {1, 2, 3}), Floats({1, 1, 2}, {10, 1})};
  ForEachKernel("nn.conv", {{"auto_pad", "SAME_UPPER"}}, inputs, [](const auto& outputs) {
    CheckClose(outputs[0], {12, 23, 30}, 1e-6);
  });
  ForEachKernel("nn.conv", {{"auto_pad", "SAME_LOWER"}}, inputs, [](const auto& outputs) {
    CheckClose(outputs[0], {1, 12, 23}, 1e-6);
  });
}

TEST_CASE("nn.conv: one bound kernel serves changing shapes", "[ops][nn]") {
  const OpDef& op = *FindOp("nn.conv");
  const Tensor weight = Random({17, 2, 3}, 2);
  ConvCase c{{1, 2, 0}, {17, 2, 3}, {}, {1, 1}, {}};
  for (size_t k = 0; k < op.kernels.size(); ++k) {
    auto bound = Bind(op, k, AttributesOf(c), {Random({1, 2, 4}, 1), weight}, {1});
    REQUIRE(bound.ok());
    for (const int64_t length : {4, 1, 9, 30, 31, 32, 33, 34, 35, 36, 37, 4, 30}) {
      c.data[2] = length;
      const Tensor data = Random(c.data, static_cast<uint32_t>(length));
      auto outputs = (*bound)->Run({data, weight});
      REQUIRE(outputs.ok());
      const Ints out((*outputs)[0].shape().begin(), (*outputs)[0].shape().end());
      CheckClose((*outputs)[0], Reference(c, data, weight, Tensor(), out), 1e-5);
    }
  }
}

TEST_CASE("nn.conv: hostile attributes and shapes are errors", "[ops][nn]") {
  const Tensor data = Random({1, 4, 5}, 1);
  const Tensor weight = Random({4, 4, 3}, 2);
  const auto error = [&](const Attributes& attributes) {
    return ErrorOf("nn.conv", attributes, {data, weight});
  };
  const auto contains = [](const std::string& text) { return Catch::Matchers::Contains(text); };
  CHECK(error({{"strides", Ints{0}}}) == "nn.conv: strides[0] is 0, expected 1 to 2147483647");
  CHECK_THAT(error({{"dilations", Ints{-1}}}), contains("dilations[0] is -1"));
  CHECK_THAT(error({{"pads", Ints{0, -1}}}), contains("pads[1] is -1"));
  CHECK_THAT(error({{"pads", Ints{0}}}), contains("pads has 1 elements, expected 2"));
  CHECK_THAT(error({{"strides", Ints{1, 1}}}), contains("strides has 2 elements, expected 1"));
  CHECK_THAT(error({{"group", int64_t{0}}}), contains("group[0] is 0"));
  CHECK_THAT(error({{"group", int64_t{3}}}), contains("channels of data"));
  CHECK_THAT(error({{"auto_pad", "SAME"}}), contains("auto_pad is 'SAME'"));
  CHECK_THAT(error({{"dilations", Ints{3}}}), contains("padded extent of data on spatial axis 0"));
  CHECK_THAT(error({{"dilations", Ints{INT64_MAX}}}), contains("dilations[0]"));
  CHECK_THAT(ErrorOf("nn.conv", {}, {Random({4, 5}, 1), weight}), contains("data has rank 2"));
  CHECK_THAT(ErrorOf("nn.conv", {}, {Random({1, 1, 1, 1, 1, 1}, 1), Random({1, 1, 1, 1, 1, 1}, 1)}),
             contains("4 spatial axes"));
  CHECK_THAT(ErrorOf("nn.conv", {}, {data, Random({4, 4, 0}, 2)}), contains("kernel's extent"));
  CHECK_THAT(ErrorOf("nn.conv", {}, {data, weight, Random({3}, 2)}), contains("extent of bias"));
  CHECK_THAT(ErrorOf("nn.conv", {}, {data, Random({4, 4, 3}, 2, DType::kFloat64)}), contains("float64"));
}

}  // namespace baton::test
