// Norms of windows, and what undoes pools and blocks.
#include <cmath>

#include "tests/ops/op_support.h"
#include "tests/support/symbolic_types.h"

namespace baton::test {
namespace {

using Doubles = std::vector<double>;

TEST_CASE("nn.lp_pool: norms of windows, padding counts as 0", "[ops][nn]") {
  const Tensor data = Of<float>({1, 1, 4}, {3, -4, 12, 1});
  const auto pool = [&](double p, const Attributes& more) {
    Attributes attributes = {{"kernel_shape", Index{2}}, {"p", p}};
    attributes.insert(attributes.end(), more.begin(), more.end());
    return Run("nn.lp_pool", {data}, attributes);
  };
  CHECK_THAT(pool(1, {}), AllClose(Of<float>({1, 1, 3}, {7, 16, 13}), 1e-6, 0));
  CHECK_THAT(pool(2, {{"strides", Index{2}}}), AllClose(Of<float>({1, 1, 2}, {5, std::sqrt(145)}), 1e-5, 0));
  CHECK_THAT(pool(3, {{"dilations", Index{2}}}),
             AllClose(Of<float>({1, 1, 2}, {std::cbrt(27 + 1728), std::cbrt(64 + 1)}), 1e-5, 0));
  CHECK_THAT(pool(2, {{"pads", Index{1, 0}}, {"strides", Index{4}}}),
             AllClose(Of<float>({1, 1, 1}, {3}), 1e-6, 0));
  CHECK_THAT(pool(1, {{"strides", Index{3}}, {"ceil_mode", true}}),
             AllClose(Of<float>({1, 1, 2}, {7, 1}), 1e-6, 0));
  CHECK(Error("nn.lp_pool", {data}, {{"kernel_shape", Index{2}}, {"p", 0.0}}).find("attribute 'p'") !=
        std::string::npos);
  CHECK_FALSE(Error("nn.lp_pool", {data}, {{"kernel_shape", Index{0}}}).empty());
  CHECK_FALSE(Error("nn.lp_pool", {data}, {{"kernel_shape", Index{2}}, {"strides", Index{0}}}).empty());
}

TEST_CASE("nn.global_lp_pool: one norm per channel", "[ops][nn]") {
  const Tensor data = Of<Float16>({1, 2, 1, 2}, {3, -4, 5, 12});
  CHECK_THAT(Run("nn.global_lp_pool", {data}), Equals(Of<Float16>({1, 2, 1, 1}, {5, 13})));
  CHECK_THAT(Run("nn.global_lp_pool", {data}, {{"p", 1.0}}), Equals(Of<Float16>({1, 2, 1, 1}, {7, 17})));
  CHECK_THAT(Run("nn.global_lp_pool", {Of<float>({1, 1, 0}, {})}), Equals(Of<float>({1, 1, 1}, {0})));
  CHECK_FALSE(Error("nn.global_lp_pool", {data}, {{"p", -1.0}}).empty());
}

TEST_CASE("nn.max_pool_with_indices: indices column by column", "[ops][nn]") {
  const Tensor data = Of<float>({1, 2, 2, 3}, {0, 9, 0, 0, 0, 7, 1, 0, 0, 0, 0, 5});
  const Attributes attributes = {{"kernel_shape", Index{2, 3}}, {"storage_order", int64_t{1}}};
  const std::vector<Tensor> results = TryRun("nn.max_pool_with_indices", {data}, attributes).value();
  // The 9 is at row 0, column 1; the 5 at row 1, column 2 of the second channel.
  CHECK_THAT(results[1], Equals(Tensor::FromValues<int64_t>({1, 2, 1, 1}, {2, 6 + 5})));
  CHECK_FALSE(Error("nn.max_pool_with_indices", {data},
                    {{"kernel_shape", Index{2, 3}}, {"storage_order", int64_t{2}}})
                  .empty());
}

// The two operators share what they compute, not how.
TEST_CASE("nn.max_pool: agrees with nn.max_pool_with_indices", "[ops][nn]") {
  struct Case {
    std::vector<int64_t> shape, kernel, strides, pads, dilations;
    bool ceil_mode;
  };
  const Case cases[] = {
      {{1, 1, 5, 4}, {3, 2}, {2, 2}, {1, 0, 1, 1}, {1, 1}, true},
      {{2, 3, 17, 35}, {3, 3}, {1, 1}, {1, 1, 1, 1}, {1, 1}, false},
      {{1, 2, 16, 33}, {3, 3}, {2, 2}, {1, 1, 1, 1}, {1, 1}, true},
      {{1, 1, 9, 40}, {2, 5}, {1, 3}, {0, 2, 1, 2}, {2, 2}, false},
      {{2, 1, 50}, {4}, {5}, {3, 3}, {1}, true},
      {{1, 1, 4, 5, 6}, {2, 3, 2}, {1, 2, 3}, {1, 1, 0, 0, 1, 1}, {1, 1, 2}, false},
      {{1, 1, 3}, {7}, {1}, {6, 6}, {2}, false},
      {{1, 1, 1}, {1}, {1}, {1, 0}, {1}, false},
      {{1, 1, 1, 1}, {300, 1}, {1, 1}, {299, 0, 299, 0}, {1, 1}, false},
      {{0, 2, 3}, {1}, {1}, {0, 0}, {1}, false},
  };
  for (const Case& c : cases) {
    for (const DType dtype :
         {DType::kFloat32, DType::kFloat64, DType::kFloat16, DType::kInt8, DType::kUInt8, DType::kInt64}) {
      const Attributes attributes = {{"kernel_shape", c.kernel},
                                     {"strides", c.strides},
                                     {"pads", c.pads},
                                     {"dilations", c.dilations},
                                     {"ceil_mode", c.ceil_mode}};
      const Tensor data = RandomTensor(dtype, c.shape, 3);
      const std::vector<Tensor> values = TryRun("nn.max_pool", {data}, attributes).value();
      const std::vector<Tensor> both = TryRun("nn.max_pool_with_indices", {data}, attributes).value();
      CAPTURE(c.shape, c.kernel, static_cast<int>(dtype));
      CHECK_THAT(values[0], Equals(both[0]));
    }
  }
}

TEST_CASE("nn.max_unpool: puts back what nn.max_pool_with_indices took", "[ops][nn]") {
  const Attributes window = {{"kernel_shape", Index{2, 2}}, {"strides", Index{2, 2}}};
  const Tensor data = RandomTensor(DType::kFloat32, {2, 3, 4, 6}, 11);
  const std::vector<Tensor> pooled = TryRun("nn.max_pool_with_indices", {data}, window).value();
  const Tensor back = Run("nn.max_unpool", pooled, window);
  REQUIRE(back.shape() == data.shape());
  int64_t kept = 0;
  for (int64_t i = 0; i < data.num_elements(); ++i) {
    const float value = back->As<float>()[i];
    if (value != 0) CHECK(value == data->As<float>()[i]);
    kept += value != 0;
  }
  CHECK(kept == pooled[0].num_elements());
}

TEST_CASE("nn.max_unpool: another result keeps positions, not offsets", "[ops][nn]") {
  const Attributes window = {{"kernel_shape", Index{2, 2}}, {"strides", Index{2, 2}}};
  const Tensor data = Of<float>({1, 1, 1, 2}, {1, 2});
  const auto indices = [](int64_t a, int64_t b) { return Tensor::FromValues<int64_t>({1, 1, 1, 2}, {a, b}); };
  CHECK_THAT(Run("nn.max_unpool", {data, indices(1, 7)}, window),
             Equals(Of<float>({1, 1, 2, 4}, {0, 1, 0, 0, 0, 0, 0, 2})));
  CHECK_THAT(Run("nn.max_unpool", {data, indices(1, 7), Ints64({1, 1, 2, 5})}, window),
             Equals(Of<float>({1, 1, 2, 5}, {0, 1, 0, 0, 0, 0, 0, 0, 2, 0})));
  for (const int64_t bad : {-1, 8}) {
    CHECK(Error("nn.max_unpool", {data, indices(0, bad)}, window).find("is outside the result") !=
          std::string::npos);
  }
  CHECK(Error("nn.max_unpool", {data, indices(0, 7), Ints64({1, 1, 2, 3})}, window)
            .find("outside the result") != std::string::npos);
  CHECK_FALSE(Error("nn.max_unpool", {data, indices(0, 7), Ints64({1, 2, 2, 3})}, window).empty());
  CHECK_FALSE(Error("nn.max_unpool", {data, indices(0, 7), Ints64({1, 1, -2, 3})}, window).empty());
  CHECK_FALSE(Error("nn.max_unpool", {data, indices(0, 7), Ints64({1, 1, 2})}, window).empty());
  CHECK_FALSE(Error("nn.max_unpool", {data, indices(0, 7)}, {{"kernel_shape", Index{2}}}).empty());
  CHECK_FALSE(Error("nn.max_unpool", {data, indices(0, 7)},
                    {{"kernel_shape", Index{2, 2}}, {"pads", Index{9, 9, 9, 9}}})
                  .empty());
  SymbolicTypes types;
  types.Add(DType::kFloat32, {"n", "c", "h"}).Add(DType::kInt64, {"n", "c", "h"});
  CHECK(types.Infer("nn.max_unpool",
                    {{"kernel_shape", Index{3}}, {"strides", Index{2}}, {"pads", Index{1, 0}}}) ==
        "Tensor[(n, c, 2*h), float32]");
}

// The blocks of an image as nn.col2im takes them: data[n, c * block + tap, window].
Tensor NaiveBlocks(const Tensor& image, const Index& block, const Index& windows, int64_t stride,
                   int64_t dilation, int64_t pad) {
  const int64_t channels = image.shape()[1], taps = Count(block);
  return NaiveMove(image, {image.shape()[0], channels * taps, Count(windows)}, [&](const Index& at) {
    Index from = {at[0], at[1] / taps};
    int64_t tap = at[1] % taps, window = at[2];
    Index place(block.size());
    bool inside = true;
    for (size_t i = block.size(); i-- > 0; tap /= block[i], window /= windows[i]) {
      place[i] = window % windows[i] * stride + tap % block[i] * dilation - pad;
      inside = inside && place[i] >= 0 && place[i] < image.shape()[2 + i];
    }
    from.insert(from.end(), place.begin(), place.end());
    return inside ? from : Index{};
  });
}

TEST_CASE("nn.col2im: adds each pixel as often as it lies in a block", "[ops][nn]") {
  for (const int64_t dilation : {1, 2}) {
    const Index block = {2, 3}, extents = {6, 7};
    const int64_t stride = 2, pad = 1;
    Index windows;
    for (size_t i = 0; i < 2; ++i)
      windows.push_back((extents[i] + 2 * pad - (block[i] - 1) * dilation - 1) / stride + 1);
    const auto there_and_back = [&](const Tensor& image) {
      return Run("nn.col2im",
                 {NaiveBlocks(image, block, windows, stride, dilation, pad), Ints64(extents), Ints64(block)},
                 {{"strides", Index{stride, stride}},
                  {"dilations", Index{dilation, dilation}},
                  {"pads", Index(4, pad)}});
    };
    const Tensor image = RandomTensor(DType::kFloat64, {2, 3, 6, 7}, 13);
    const Tensor counts = there_and_back(Of<double>({2, 3, 6, 7}, Doubles(252, 1)));
    CHECK_THAT(there_and_back(image), AllClose(Run("multiply", {image, counts}), 1e-12, 0));
  }
}

TEST_CASE("nn.col2im: integers wrap, three axes, symbolic extents", "[ops][nn]") {
  CHECK_THAT(Run("nn.col2im", {Of<uint8_t>({1, 2, 2}, {200, 100, 100, 7}), Ints64({3}), Ints64({2})}),
             Equals(Of<uint8_t>({1, 1, 3}, {200, 200, 7})));
  CHECK_THAT(Run("nn.col2im", {Of<uint8_t>({1, 2, 2}, {0, 100, 200, 7}), Ints64({3}), Ints64({2})}),
             Equals(Of<uint8_t>({1, 1, 3}, {0, 300 - 256, 7})));
  CHECK(Run("nn.col2im", {RandomTensor(DType::kFloat32, {1, 16, 8}, 1), Ints64({3, 3, 3}), Ints64({2, 2, 2})})
            .shape() == absl::MakeConstSpan(Index{1, 2, 3, 3, 3}));
  SymbolicTypes types;
  types.Add(DType::kFloat32, {"n", "4*c", "h*w"}).AddValue({"h + 1", "w + 1"}).AddValue({"2", "2"});
  CHECK(types.Infer("nn.col2im") == "Tensor[(n, c, h + 1, w + 1), float32]");
}

TEST_CASE("nn.col2im: what does not fit is an error", "[ops][nn]") {
  const Tensor data = RandomTensor(DType::kFloat32, {1, 4, 4}, 1);
  const auto error = [&](const Index& image, const Index& block, const Attributes& attributes = {}) {
    return Error("nn.col2im", {data, Ints64(image), Ints64(block)}, attributes);
  };
  CHECK(error({3, 3}, {2, 2}).empty());
  CHECK(error({3, 4}, {2, 2}).find("blocks in data") != std::string::npos);
  CHECK(error({3, 3}, {3, 2}).find("must be equal") != std::string::npos);
  CHECK_FALSE(error({3, 3}, {0, 2}).empty());
  CHECK_FALSE(error({3, 3}, {-2, -2}).empty());
  CHECK_FALSE(error({-3, -3}, {2, 2}).empty());
  CHECK_FALSE(error({1, 1}, {2, 2}).empty());
  CHECK_FALSE(error({3}, {2, 2}).empty());
  CHECK_FALSE(error({INT64_MAX, INT64_MAX}, {2, 2}).empty());
  CHECK_FALSE(error({3, 3}, {2, 2}, {{"strides", Index{0, 1}}}).empty());
  CHECK_FALSE(error({3, 3}, {2, 2}, {{"dilations", Index{1}}}).empty());
}

TEST_CASE("nn.deform_conv: without offsets it is a convolution", "[ops][nn]") {
  for (const Index& spatial : std::vector<Index>{{7}, {6, 5}, {4, 3, 5}}) {
    const int axes = static_cast<int>(spatial.size());
    Index data_dims = {2, 4}, weight_dims = {6, 2}, out = {2, 0};
    const Index strides = {2, 1, 1}, kernel = {2, 3, 1};
    Attributes window = {{"group", int64_t{2}},
                         {"strides", Index(strides.begin(), strides.begin() + axes)},
                         {"pads", Index(static_cast<size_t>(2 * axes), 1)},
                         {"dilations", Index(static_cast<size_t>(axes), 1)}};
    for (int i = 0; i < axes; ++i) {
      data_dims.push_back(spatial[i]);
      weight_dims.push_back(kernel[i]);
      out.push_back((spatial[i] + 2 - kernel[i]) / strides[i] + 1);
    }
    const Tensor data = RandomTensor(DType::kFloat64, data_dims, 17),
                 weight = RandomTensor(DType::kFloat64, weight_dims, 19);
    const Tensor bias = RandomTensor(DType::kFloat64, {6}, 23);
    const int64_t taps = Count(Index(weight_dims.begin() + 2, weight_dims.end()));
    out[1] = 2 * taps * axes;
    const Tensor offset = Of<double>(out, Doubles(static_cast<size_t>(Count(out)), 0));
    out[1] = 2 * taps;
    const Tensor half = Of<double>(out, Doubles(static_cast<size_t>(Count(out)), 0.5));
    const Tensor expected = Run("nn.conv", {data, weight, bias}, window);
    window.emplace_back("offset_group", int64_t{2});
    CHECK_THAT(Run("nn.deform_conv", {data, weight, offset, bias}, window), AllClose(expected, 1e-9, 0));
    // A mask of one half halves all but the bias.
    const Tensor doubled = Run(
        "multiply", {Run("nn.deform_conv", {data, weight, offset, {}, half}, window), Of<double>({}, {2})});
    CHECK_THAT(doubled, AllClose(Run("nn.deform_conv", {data, weight, offset}, window), 1e-9, 0));
  }
}

TEST_CASE("nn.deform_conv: offsets move the samples, outside is 0", "[ops][nn]") {
  const Tensor data = Of<float>({1, 1, 2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor weight = Of<float>({1, 1, 1, 1}, {10});
  const auto at = [&](double y, double x) {
    Doubles offsets(12, 0);
    offsets[0] = y;  // of the first place alone: (0, 0)
    offsets[6] = x;
    return Run("nn.deform_conv", {data, weight, Of<float>({1, 2, 2, 3}, offsets)})->As<float>()[0];
  };
  CHECK(at(0, 0) == 10);
  CHECK(at(1, 2) == 60);
  CHECK(at(0.5, 0.5) == Approx(30));
  CHECK(at(-0.5, 0) == Approx(5));
  CHECK(at(-1, 0) == 0);
  CHECK(at(0, 2.5) == Approx(15));
  CHECK(at(1e30, 0) == 0);
  CHECK(at(std::nan(""), 0) == 0);
}

TEST_CASE("nn.deform_conv: shapes that do not fit are errors", "[ops][nn]") {
  const Tensor data = RandomTensor(DType::kFloat32, {1, 2, 3, 3}, 1),
               weight = RandomTensor(DType::kFloat32, {2, 2, 2, 2}, 1);
  const auto error = [&](const Index& offset, const Attributes& attributes = {}, const Tensor& mask = {}) {
    return Error("nn.deform_conv", {data, weight, RandomTensor(DType::kFloat32, offset, 1), {}, mask},
                 attributes);
  };
  CHECK(error({1, 8, 2, 2}).empty());
  CHECK(error({1, 8, 2, 3}).find("extents of offset and the result") != std::string::npos);
  CHECK(error({1, 7, 2, 2}).find("channels of offset") != std::string::npos);
  CHECK_FALSE(error({2, 8, 2, 2}).empty());
  CHECK_FALSE(error({1, 8, 2, 2}, {{"group", int64_t{0}}}).empty());
  CHECK_FALSE(error({1, 8, 2, 2}, {{"group", int64_t{2}}}).empty());
  CHECK_FALSE(error({1, 8, 2, 2}, {{"offset_group", int64_t{-1}}}).empty());
  CHECK_FALSE(error({1, 24, 2, 2}, {{"offset_group", int64_t{3}}}).empty());
  CHECK_FALSE(error({1, 8, 2, 2}, {}, RandomTensor(DType::kFloat32, {1, 4, 2, 1}, 1)).empty());
}

}  // namespace
}  // namespace baton::test
