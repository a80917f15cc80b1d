// image.resize with what ONNX's Resize brought: scales as an operand, antialiasing, kept aspect ratios.
#include <cmath>
#include <numeric>

#include "tests/ops/op_support.h"
#include "tests/support/symbolic_types.h"

namespace baton::test {
namespace {

using Doubles = std::vector<double>;
using Names = std::string;

Tensor Line(const Doubles& values) {
  return Of<float>({static_cast<int64_t>(values.size())}, values);
}
Tensor Scales(const Doubles& scales) {
  return Line(scales);
}

TEST_CASE("image.resize: scales as an operand give what the attribute gives", "[ops]") {
  const Tensor data = RandomTensor(DType::kFloat32, {2, 5, 7}, 3);
  const Doubles scales = {1, 0.6, 2.3};
  for (const char* method : {"nearest_neighbor", "linear", "cubic"}) {
    const Tensor by_operand =
        Run("image.resize", {data, {}, {}, Scales(scales)}, {{"method", Names(method)}});
    const Tensor by_attribute = Run("image.resize", {data}, {{"method", Names(method)}, {"scales", scales}});
    CHECK(by_operand.shape() == absl::MakeConstSpan(Index{2, 3, 16}));
    CHECK(BitwiseEqual(by_operand, by_attribute));
  }
}

TEST_CASE("image.resize: scales that are no scales are errors", "[ops]") {
  for (const double scale : {0.0, -1.0, HUGE_VAL, std::nan("")}) {
    CHECK(Error("image.resize", {Line({1, 2}), {}, {}, Scales({scale})}).find("is not positive and finite") !=
          Names::npos);
    CHECK(Error("image.resize", {Line({1, 2})}, {{"scales", Doubles{scale}}})
              .find("is not positive and finite") != Names::npos);
  }
  CHECK_FALSE(Error("image.resize", {Line({1, 2}), {}, {}, Scales({1e30})}).empty());
  CHECK_FALSE(Error("image.resize", {Line({1, 2})}, {{"scales", Doubles{1e30}}}).empty());
  CHECK(Error("image.resize", {Line({1, 2}), Ints64({-1})}).find("element of sizes") != Names::npos);
  CHECK(Error("image.resize", {Line({1, 2}), {}, {}, Scales({1, 2})}).find("elements of scales") !=
        Names::npos);
  CHECK(Error("image.resize", {Line({1, 2})}).find("neither sizes nor scales") != Names::npos);
  CHECK(Error("image.resize", {Of<float>({0}, {}), Ints64({3})}).find("has no elements") != Names::npos);
}

TEST_CASE("image.resize: antialiasing weighs all pixels that a place stands for", "[ops]") {
  const auto halve = [](const Doubles& line, const char* method, bool exclude) {
    return Run(
        "image.resize", {Line(line), Ints64({static_cast<int64_t>(line.size() / 2)})},
        {{"method", Names(method)}, {"antialias", true}, {"cubic_exclude", exclude}, {"cubic_alpha", -0.75}});
  };
  // Place 1 lies at 2.5; the triangle is 4 wide, with weights 1/8, 3/8, 3/8, 1/8 for the places 1 to 4.
  CHECK_THAT(halve({0, 8, 0, 0, 16, 0}, "linear", false),
             AllClose(Line({(8.0 * 3) / 8, (8.0 + 16) / 8, 16.0 * 3 / 8}), 1e-6, 0));
  // Without what lies outside, place 0 has 3/8, 3/8, 1/8 over their sum.
  CHECK_THAT(halve({0, 7, 0, 0, 0, 0}, "linear", true), AllClose(Line({3, 7.0 / 8, 0}), 1e-6, 0));
  for (const char* method : {"linear", "cubic"}) {
    CHECK_THAT(halve({5, 5, 5, 5, 5, 5, 5, 5}, method, true), AllClose(Line({5, 5, 5, 5}), 1e-5, 0));
    // An axis that grows is interpolated as ever.
    const Attributes plain = {{"method", Names(method)}};
    Attributes antialiased = plain;
    antialiased.emplace_back("antialias", true);
    CHECK_THAT(Run("image.resize", {Line({1, 5, 2}), Ints64({7})}, antialiased),
               AllClose(Run("image.resize", {Line({1, 5, 2}), Ints64({7})}, plain), 1e-5, 0));
  }
}

TEST_CASE("image.resize: antialiasing far too small a scale is an error, not a stall", "[ops]") {
  const Tensor data = Line({1, 2});
  const Tensor roi = Line({0, 1});
  CHECK(Error("image.resize", {data, Ints64({2}), roi},
              {{"antialias", true},
               {"scales", Doubles{1e-9}},
               {"coordinate_transformation_mode", Names("tf_crop_and_resize")}})
            .find("taps per place") != Names::npos);
}

TEST_CASE("image.resize: one scale for all axes keeps the aspect ratio", "[ops]") {
  const auto shape = [](const char* policy, const Index& sizes) {
    const Tensor result = Run("image.resize", {RandomTensor(DType::kFloat32, {4, 6}, 1), Ints64(sizes)},
                              {{"keep_aspect_ratio_policy", Names(policy)}});
    return Index(result.shape().begin(), result.shape().end());
  };
  CHECK(shape("stretch", {8, 6}) == Index{8, 6});
  CHECK(shape("not_larger", {8, 6}) == Index{4, 6});
  CHECK(shape("not_smaller", {8, 6}) == Index{8, 12});
  CHECK(shape("not_larger", {7, 9}) == Index{6, 9});   // 1.5
  CHECK(shape("not_smaller", {1, 5}) == Index{3, 5});  // 5/6 of 4 is 3.33
  CHECK(Error("image.resize", {Of<float>({0, 2}, {}), Ints64({1, 1})},
              {{"keep_aspect_ratio_policy", Names("not_larger")}})
            .find("no aspect ratio") != Names::npos);
  CHECK(Error("image.resize", {Line({1}), Ints64({1})}, {{"keep_aspect_ratio_policy", Names("fit")}})
            .find("expected stretch, not_larger or not_smaller") != Names::npos);
}

TEST_CASE("image.resize: floor_or_ceil depends on whether the axis shrinks", "[ops]") {
  const auto resize = [](double scale) {
    return Run("image.resize", {Line({0, 1, 2, 3})},
               {{"method", Names("nearest_neighbor")},
                {"coordinate_transformation_mode", Names("asymmetric")},
                {"rounding_method", Names("floor_or_ceil")},
                {"scales", Doubles{scale}}});
  };
  CHECK_THAT(resize(0.6), Equals(Line({0, 2})));                  // 0, 1.67
  CHECK_THAT(resize(1.75), Equals(Line({0, 0, 1, 1, 2, 2, 3})));  // 0, 0.57, 1.14, ...
}

TEST_CASE("image.resize: a plain area of integers stays plain", "[ops]") {
  for (const int64_t size : {1, 2, 3, 5, 7, 11, 13}) {
    const Tensor area = Run("image.resize", {Of<uint8_t>({1, 6}, Doubles(6, 54)), Ints64({3, size})});
    for (int64_t i = 0; i < area.num_elements(); ++i) CHECK(area->As<uint8_t>()[i] == 54);
  }
}

TEST_CASE("image.resize: extents follow from sizes and scales as far as they are known", "[ops]") {
  SymbolicTypes scaled;
  scaled.Add(DType::kFloat32, {"n", "h"});
  CHECK(scaled.Infer("image.resize", {{"axes", Index{1}}, {"scales", Doubles{2.5}}}) ==
        "Tensor[(n, floordiv(5*h, 2)), float32]");
  SymbolicTypes ratio;
  ratio.Add(DType::kFloat32, {"n", "h"}).AddValue({"8"});
  CHECK(ratio.Infer("image.resize", {{"axes", Index{1}}, {"keep_aspect_ratio_policy", Names("not_larger")}})
            .find("Tensor[(n, ") == 0);
}

TEST_CASE("image.grid_sample: any number of axes, coordinates last, any elements by the nearest", "[ops]") {
  const Attributes line = {{"coordinates_last", true}, {"align_corners", true}};
  // Pixels at -1, 0 and 1.
  CHECK_THAT(Run("image.grid_sample",
                 {Of<float>({1, 1, 3}, {2, 4, 8}), Of<float>({1, 4, 1}, {-1, -0.5, 0.5, 1})}, line),
             AllClose(Of<float>({1, 1, 4}, {2, 3, 6, 8}), 1e-6, 0));
  Attributes nearest = line;
  nearest.emplace_back("method", Names("nearest"));
  const Tensor big = Tensor::FromValues<int64_t>({1, 1, 2}, {INT64_MAX, INT64_MIN});
  CHECK(Run("image.grid_sample", {big, Of<float>({1, 2, 1}, {-1, 1})}, nearest)->As<int64_t>()[0] ==
        INT64_MAX);
  // Four axes: the middle of a hypercube is the mean of its corners.
  const Tensor cube = RandomTensor(DType::kFloat64, {1, 1, 2, 2, 2, 2}, 5);
  const double* x = cube->As<double>();
  const Tensor middle = Run("image.grid_sample", {cube, Of<float>({1, 1, 1, 1, 1, 4}, {0, 0, 0, 0})}, line);
  CHECK(middle->As<double>()[0] == Approx(std::accumulate(x, x + 16, 0.0) / 16));
  CHECK(Error("image.grid_sample", {Of<float>({1, 1, 3}, {2, 4, 8}), Of<float>({1, 4, 2}, Doubles(8))}, line)
            .find("must be equal, found 2 and 1") != Names::npos);
}

TEST_CASE("image.affine_grid: coordinates last are a transposed grid", "[ops]") {
  const Tensor matrix = RandomTensor(DType::kFloat32, {2, 2, 3}, 7);
  const Tensor first = Run("image.affine_grid", {matrix, Ints64({3, 4})});
  const Tensor last = Run("image.affine_grid", {matrix, Ints64({3, 4})}, {{"coordinates_last", true}});
  CHECK_THAT(Run("transpose", {first}, {{"axes", Index{0, 2, 3, 1}}}), Equals(last));
}

}  // namespace
}  // namespace baton::test
