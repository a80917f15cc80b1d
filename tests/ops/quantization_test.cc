// Conversion between real and quantised numbers.
#include <cmath>

#include "tests/ops/op_support.h"
#include "tests/support/symbolic_types.h"

namespace baton::test {
namespace {

using Catch::Matchers::Contains;

constexpr DType kU8 = DType::kUInt8;
const double kInf = std::numeric_limits<double>::infinity();

Tensor Scale(double value) {
  return Of<float>({}, {value});
}

TEST_CASE("quantize_linear: halves go to the even neighbour, before the zero point is added", "[ops]") {
  const Tensor x = Of<float>({6}, {0.5, 1.5, 2.5, -0.5, -1.5, 0.75});
  CHECK_THAT(Run("quantize_linear", {x, Scale(1), Of<uint8_t>({}, {5})}),
             Equals(Of<uint8_t>({6}, {5, 7, 7, 5, 3, 6})));
}

TEST_CASE("quantize_linear: results saturate in every type", "[ops]") {
  const Tensor x = Of<float>({4}, {-1e9, 1e9, kInf, -kInf});
  const auto quantized = [&](Tensor zero, DType dtype) {
    return Run("quantize_linear", {x, Scale(0.5), zero}, {{"dtype", dtype}});
  };
  CHECK_THAT(quantized(Of<uint8_t>({}, {7}), kU8), Equals(Of<uint8_t>({4}, {0, 255, 255, 0})));
  CHECK_THAT(quantized(Of<int8_t>({}, {-7}), DType::kInt8), Equals(Of<int8_t>({4}, {-128, 127, 127, -128})));
  CHECK_THAT(quantized(Of<uint16_t>({}, {7}), DType::kUInt16),
             Equals(Of<uint16_t>({4}, {0, 65535, 65535, 0})));
  CHECK_THAT(quantized(Of<int16_t>({}, {7}), DType::kInt16),
             Equals(Of<int16_t>({4}, {-32768, 32767, 32767, -32768})));
}

TEST_CASE("quantize_linear: NaN is the zero point, a scale of 0 or NaN an error", "[ops]") {
  const Tensor x = Of<float>({3}, {kInf, -1, NAN});
  const Tensor zero = Of<uint8_t>({}, {9});
  CHECK_THAT(Run("quantize_linear", {x, Scale(1), zero}), Equals(Of<uint8_t>({3}, {255, 8, 9})));
  CHECK_THAT(Error("quantize_linear", {x, Scale(0), zero}),
             Contains("scale 0 is 0, and values are divided by it"));
  CHECK_THAT(Error("quantize_linear", {x, Scale(NAN), zero}), Contains("scale 0 is NaN, expected a number"));
}

TEST_CASE("quantize_linear: the quotient may be rounded to 16 bits first", "[ops]") {
  // 2049 / 1 is not a float16: it becomes 2048.
  const Tensor x = Of<float>({1}, {2049});
  CHECK_THAT(Run("quantize_linear", {x, Scale(1)}, {{"dtype", DType::kInt16}}),
             Equals(Of<int16_t>({1}, {2049})));
  CHECK_THAT(
      Run("quantize_linear", {x, Scale(1)}, {{"dtype", DType::kInt16}, {"precision", DType::kFloat16}}),
      Equals(Of<int16_t>({1}, {2048})));
}

// Which scale element `index` has: all of them, one per extent of `axis`, or one per block.
int64_t ScaleOf(const Index& index, const Index& dims, int64_t count, size_t axis, int64_t block) {
  if (count == 1) return 0;
  if (block == 0) return index[axis];
  int64_t offset = 0;
  for (size_t i = 0; i < dims.size(); ++i) {
    offset =
        i == axis ? offset * ((dims[i] + block - 1) / block) + index[i] / block : offset * dims[i] + index[i];
  }
  return offset;
}

TEST_CASE("quantize_linear, dequantize_linear: each element has its own scale and zero point", "[ops]") {
  struct Case {
    Index dims, scale_dims;
    int64_t axis, block;
  };
  const Case c = GENERATE(Case{{2, 3, 4}, {}, 1, 0}, Case{{2, 3, 4}, {1}, 7, 0}, Case{{2, 3, 4}, {3}, 1, 0},
                          Case{{2, 3, 4}, {4}, -1, 0}, Case{{2, 3, 4}, {2}, 0, 0},
                          Case{{2, 5, 3}, {2, 3, 3}, 1, 2}, Case{{2, 5}, {2, 2}, -1, 4},
                          Case{{5, 2}, {1, 2}, 0, 9}, Case{{0, 3}, {3}, 1, 0}, Case{{2, 0}, {0}, 1, 0});
  const int64_t n = Count(c.dims), count = Count(c.scale_dims);
  std::vector<double> values, scales, zeros;
  for (int64_t i = 0; i < n; ++i) values.push_back(static_cast<double>(i * 7 % 13) - 6);
  for (int64_t i = 0; i < count; ++i) scales.push_back(std::ldexp(1.0, static_cast<int>(i % 3) - 1));
  for (int64_t i = 0; i < count; ++i) zeros.push_back(static_cast<double>(i % 5));
  const size_t axis = static_cast<size_t>(c.axis < 0 ? c.axis + static_cast<int64_t>(c.dims.size()) : c.axis);
  std::vector<double> quantized, real;
  ForEachIndex(c.dims, [&](const Index& index) {
    const size_t i = quantized.size();
    const size_t k = static_cast<size_t>(ScaleOf(index, c.dims, count, axis, c.block));
    quantized.push_back(std::nearbyint(values[i] / scales[k]) + zeros[k]);
    real.push_back((values[i] - zeros[k]) * scales[k]);
  });
  const Tensor scale = Of<float>(c.scale_dims, scales);
  const Tensor zero = Of<int8_t>(c.scale_dims, zeros);
  const Attributes attributes = {{"axis", c.axis}, {"block_size", c.block}};
  Attributes to_int8 = attributes;
  to_int8.emplace_back("dtype", DType::kInt8);
  CHECK_THAT(Run("quantize_linear", {Of<float>(c.dims, values), scale, zero}, to_int8),
             Equals(Of<int8_t>(c.dims, quantized)));
  CHECK_THAT(Run("dequantize_linear", {Of<int8_t>(c.dims, values), scale, zero}, attributes),
             Equals(Of<float>(c.dims, real)));
}

TEST_CASE("dequantize_linear: no difference overflows, results have the type asked for", "[ops]") {
  const Tensor x = Of<int32_t>({2}, {-2147483648.0, 2147483647.0});
  CHECK_THAT(Run("dequantize_linear", {x, Scale(1), Of<int32_t>({}, {2147483647.0})}),
             Equals(Of<float>({2}, {-4294967295.0, 0})));
  CHECK_THAT(Run("dequantize_linear", {Of<int16_t>({1}, {3}), Scale(0.5)}, {{"dtype", DType::kFloat16}}),
             Equals(Of<Float16>({1}, {1.5})));
  CHECK_THAT(Run("dequantize_linear", {Of<int8_t>({2}, {0, 3}), Scale(0)}), Equals(Of<float>({2}, {0, 0})));
  CHECK_THAT(Error("dequantize_linear", {Of<int8_t>({1}, {3}), Scale(NAN)}),
             Contains("scale 0 is NaN, expected a number"));
}

TEST_CASE("quantize_linear, dequantize_linear: operands that do not fit are errors", "[ops]") {
  const Tensor x = Of<float>({2, 3}, {0, 0, 0, 0, 0, 0});
  const Tensor q = Of<int8_t>({2, 3}, {0, 0, 0, 0, 0, 0});
  const Tensor two = Of<float>({2}, {1, 1});
  CHECK_THAT(Error("quantize_linear", {x, two}), Contains("extents 2 and 3 do not broadcast"));
  CHECK_THAT(Error("dequantize_linear", {q, two}), Contains("extents 2 and 3 do not broadcast"));
  CHECK_THAT(Error("quantize_linear", {x, two}, {{"axis", int64_t{2}}}),
             Contains("axis 2 is outside [-2, 2)"));
  CHECK_THAT(Error("quantize_linear", {x, x}), Contains("scale has rank 2, expected 1"));
  CHECK_THAT(Error("quantize_linear", {x, two}, {{"block_size", int64_t{2}}}),
             Contains("scale has rank 1, expected 2"));
  CHECK_THAT(Error("quantize_linear", {x, x}, {{"block_size", int64_t{2}}}),
             Contains("data's blocks along axis 1"));
  CHECK_THAT(Error("quantize_linear", {x, two}, {{"block_size", int64_t{-1}}}),
             Contains("'block_size' is -1"));
  CHECK_THAT(Error("dequantize_linear", {q, Of<float>({2, 1}, {1, 1})}, {{"block_size", INT64_MAX}}),
             Contains("'block_size' is 9223372036854775807"));
  CHECK_THAT(Error("quantize_linear", {x, Scale(1), Of<int8_t>({}, {0})}),
             Contains("zero_point has element type int8"));
  CHECK_THAT(Error("quantize_linear", {x, Scale(1)}, {{"dtype", DType::kInt32}}), Contains("8 or 16 bits"));
  CHECK_THAT(Error("dequantize_linear", {Of<int64_t>({1}, {1}), Scale(1)}), Contains("element type int64"));
}

TEST_CASE("quantize_linear: extents may be symbols", "[ops]") {
  SymbolicTypes per_axis;
  per_axis.Add(DType::kFloat32, {"n", "c", "h"}).Add(DType::kFloat32, {"s"});
  CHECK(per_axis.Infer("quantize_linear") == "Tensor[(n, c, h), uint8]");
  CHECK(per_axis.required().size() == 2);
  SymbolicTypes blocks;
  blocks.Add(DType::kInt8, {"n", "k"}).Add(DType::kFloat32, {"n", "b"});
  CHECK(blocks.Infer("dequantize_linear", {{"block_size", int64_t{32}}}) == "Tensor[(n, k), float32]");
  CHECK(blocks.required().size() == 1);
  SymbolicTypes unranked;
  unranked.AddUnranked(DType::kFloat32).AddUnranked(DType::kFloat32);
  CHECK(unranked.Infer("quantize_linear") == "Tensor[*, uint8]");
}

}  // namespace
}  // namespace baton::test
