#include <cmath>
#include <numeric>

#include "tests/ops/op_support.h"
#include "tests/support/symbolic_types.h"

namespace baton::test {
namespace {

using Doubles = std::vector<double>;
using Names = std::string;

// first, first + 1, ...
Tensor Ramp(const Index& dims, double first = 1, DType dtype = DType::kFloat32) {
  Doubles values(static_cast<size_t>(Count(dims)));
  std::iota(values.begin(), values.end(), first);
  return Run("cast", {Of<double>(dims, values)}, {{"dtype", dtype}});
}

Attributes With(Attributes attributes, const Attributes& more) {
  attributes.insert(attributes.end(), more.begin(), more.end());
  return attributes;
}
const Attributes kSpatial = {{"axes", Index{2, 3}}};

TEST_CASE("image.resize: linear interpolation between the pixels' centres", "[ops]") {
  const Tensor data = Ramp({1, 1, 2, 2});
  CHECK_THAT(Run("image.resize", {data, Ints64({4, 4})}, kSpatial),
             AllClose(Of<float>({1, 1, 4, 4}, {1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5,
                                               3, 3.25, 3.75, 4}),
                      1e-6, 0));
  // The operator's example in the ONNX specification.
  CHECK_THAT(Run("image.resize", {Ramp({1, 1, 2, 4})}, With(kSpatial, {{"scales", Doubles{0.6, 0.6}}})),
             AllClose(Of<float>({1, 1, 1, 2}, {2.6666665, 4.3333331}), 1e-6, 0));
}

TEST_CASE("image.resize: coordinates of each mode", "[ops]") {
  const Tensor data = Of<float>({3}, {0, 10, 20});
  const auto resize = [&](const char* mode, int64_t size) {
    return Run("image.resize", {data, Ints64({size})}, {{"coordinate_transformation_mode", Names(mode)}});
  };
  CHECK_THAT(resize("align_corners", 5), Equals(Of<float>({5}, {0, 5, 10, 15, 20})));
  CHECK_THAT(resize("align_corners", 1), Equals(Of<float>({1}, {0})));
  CHECK_THAT(resize("asymmetric", 6), Equals(Of<float>({6}, {0, 5, 10, 15, 20, 20})));
  CHECK_THAT(resize("half_pixel", 1), Equals(Of<float>({1}, {10})));
  CHECK_THAT(resize("pytorch_half_pixel", 1), Equals(Of<float>({1}, {0})));
  CHECK_THAT(resize("half_pixel", 6), Equals(Of<float>({6}, {0, 2.5, 7.5, 12.5, 17.5, 20})));
  CHECK_THAT(resize("half_pixel_symmetric", 6), Equals(Of<float>({6}, {0, 2.5, 7.5, 12.5, 17.5, 20})));
  CHECK_THAT(resize("tf_half_pixel_for_nn", 3), Equals(Of<float>({3}, {5, 15, 20})));
}

TEST_CASE("image.resize: nearest pixels by each rounding, in any element type", "[ops]") {
  const auto resize = [](const Tensor& data, int64_t size, const char* rounding) {
    return Run("image.resize", {data, Ints64({size})},
               {{"method", Names("nearest_neighbor")},
                {"coordinate_transformation_mode", Names("asymmetric")},
                {"rounding_method", Names(rounding)}});
  };
  // Coordinates 0, 0.5, 1, 1.5.
  const Tensor data = Ints64({INT64_MAX, INT64_MIN + 1});
  const Tensor first = Ints64({INT64_MAX, INT64_MAX, INT64_MIN + 1, INT64_MIN + 1});
  const Tensor second = Ints64({INT64_MAX, INT64_MIN + 1, INT64_MIN + 1, INT64_MIN + 1});
  CHECK(BitwiseEqual(resize(data, 4, "floor"), first));
  CHECK(BitwiseEqual(resize(data, 4, "round_prefer_floor"), first));
  CHECK(BitwiseEqual(resize(data, 4, "round"), second));
  CHECK(BitwiseEqual(resize(data, 4, "round_prefer_ceil"), second));
  CHECK(BitwiseEqual(resize(data, 4, "ceil"), second));
  CHECK_THAT(resize(Of<Bool>({2}, {1, 0}), 4, "floor"), Equals(Of<Bool>({4}, {1, 1, 0, 0})));
  // A multiple of thirds must not fall below a whole number.
  CHECK(resize(Ramp({10}, 0), 30, "floor")->As<float>()[27] == 9);
}

TEST_CASE("image.resize: cubic interpolation, first row of the ONNX specification's example", "[ops]") {
  const Tensor result = Run("image.resize", {Ramp({1, 1, 4, 4}), Ints64({8, 8})},
                            With(kSpatial, {{"method", Names("cubic")}, {"cubic_alpha", -0.75}}));
  const double row[] = {0.47265625, 0.76953125, 1.24609375, 1.875,
                        2.28125,    2.91015625, 3.38671875, 3.68359375};
  for (int i = 0; i < 8; ++i) CHECK(result->As<float>()[i] == Approx(row[i]));
  // A constant stays, whether the border counts or not.
  for (const bool exclude : {false, true}) {
    CHECK_THAT(Run("image.resize", {Of<double>({2}, {3, 3}), Ints64({5})},
                   {{"method", Names("cubic")}, {"cubic_exclude", exclude}}),
               AllClose(Of<double>({5}, {3, 3, 3, 3, 3}), 1e-12, 0));
  }
}

TEST_CASE("image.resize: a region of interest, extrapolated where it leaves the image", "[ops]") {
  const Attributes crop = With(kSpatial, {{"coordinate_transformation_mode", Names("tf_crop_and_resize")}});
  CHECK_THAT(
      Run("image.resize", {Ramp({1, 1, 4, 4}), Ints64({3, 3}), Of<float>({4}, {0.4, 0.6, 0.6, 0.8})}, crop),
      AllClose(Of<float>({1, 1, 3, 3}, {7.6, 7.9, 8.2, 8.8, 9.1, 9.4, 10, 10.3, 10.6}), 1e-5, 0));
  CHECK_THAT(Run("image.resize", {Ramp({1, 1, 2, 2}), Ints64({2, 2}), Of<float>({4}, {0, 0, 2, 1})},
                 With(crop, {{"extrapolation_value", 9.0}})),
             Equals(Of<float>({1, 1, 2, 2}, {1, 2, 9, 9})));
}

TEST_CASE("image.resize: axes may grow, shrink or vanish; integers are truncated", "[ops]") {
  const Tensor data = Ramp({3, 1, 2}, 0, DType::kUInt8);
  CHECK_THAT(Run("image.resize", {data, Ints64({4, 1})}, {{"axes", Index{-1, 0}}}),
             Equals(Of<uint8_t>({1, 1, 4}, {2, 2, 2, 3})));
  CHECK_THAT(Run("image.resize", {data, Ints64({0})}, {{"axes", Index{1}}}),
             Equals(Of<uint8_t>({3, 0, 2}, {})));
  CHECK_THAT(Run("image.resize", {data}, {{"scales", Doubles{1, 1, 1}}}), Equals(data));
  CHECK_THAT(Run("image.resize", {Ramp({4}, 0, DType::kBFloat16)}, {{"scales", Doubles{0.5}}}),
             Equals(Of<BFloat16>({2}, {0.5, 2.5})));
}

TEST_CASE("image.resize: what does not fit is refused", "[ops]") {
  const Tensor data = Ramp({2, 2});
  CHECK(Error("image.resize", {data}).find("neither sizes nor scales are given") != std::string::npos);
  CHECK(Error("image.resize", {data, Ints64({2})}).find("must be equal, found 1 and 2") != std::string::npos);
  CHECK(Error("image.resize", {data, Ints64({2, -1})}).find("must be at least 0, found -1") !=
        std::string::npos);
  CHECK(Error("image.resize", {data}, {{"scales", Doubles{1}}}).find("has 1 elements for 2 axes") !=
        std::string::npos);
  CHECK(Error("image.resize", {data}, {{"scales", Doubles{1, 0}}}) ==
        "image.resize: scale 0 is not positive and finite");
  CHECK(Error("image.resize", {data, Ints64({1, 1})}, {{"method", Names("area")}}) ==
        "image.resize: attribute 'method' is 'area', expected nearest_neighbor or linear or cubic");
  CHECK(Error("image.resize", {Of<float>({0}, {}), Ints64({3})}) ==
        "image.resize: axis 0 of data has no elements");
  CHECK(Error("image.resize", {Of<Bool>({1}, {1}), Ints64({3})}).find("expected a numeric type") !=
        std::string::npos);
}

TEST_CASE("image.resize: symbolic extents", "[ops]") {
  const auto resize = [](SymbolicTypes& types, const Attributes& attributes) {
    return types.Infer("image.resize", With(kSpatial, attributes));
  };
  SymbolicTypes sized, unknown, doubled, thirds;
  sized.Add(DType::kFloat32, {"n", "3", "h", "w"}).AddValue({"2*h", "8"}).AddAbsent();
  CHECK(resize(sized, {}) == "Tensor[(n, 3, 2*h, 8), float32]");
  unknown.Add(DType::kFloat32, {"n", "3", "h", "w"}).Add(DType::kInt64, {"2"}).AddAbsent();
  CHECK(resize(unknown, {}) == "Tensor[(n, 3, _0, _1), float32]");
  doubled.Add(DType::kFloat32, {"n", "3", "h", "5"}).AddAbsent().AddAbsent();
  CHECK(resize(doubled, {{"scales", Doubles{2, 0.5}}}) == "Tensor[(n, 3, 2*h, 2), float32]");
  thirds.Add(DType::kFloat32, {"n", "3", "h", "w"}).AddAbsent().AddAbsent();
  CHECK(resize(thirds, {{"scales", Doubles{0.3, 0.5}}}) == "Tensor[(n, 3, _0, floordiv(w, 2)), float32]");
}

TEST_CASE("image.crop_and_resize: parts of chosen images in either layout", "[ops]") {
  const Tensor data = Ramp({2, 1, 2, 2}, 0);
  const Tensor boxes = Of<float>({3, 4}, {0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 2, 1});
  const Tensor images = Of<int32_t>({3}, {1, 0, 0});
  const Tensor expected = Of<float>({3, 1, 2, 2}, {4, 5, 6, 7, 3, 2, 1, 0, 0, 1, -1, -1});
  const Attributes attributes = {{"extrapolation_value", -1.0}};
  CHECK_THAT(Run("image.crop_and_resize", {data, boxes, images, Ints64({2, 2})}, attributes),
             Equals(expected));
  const Tensor last = Run("reshape", {data, Ints64({2, 2, 2, 1})});
  CHECK_THAT(Run("image.crop_and_resize", {last, boxes, images, Ints64({2, 2})},
                 With(attributes, {{"layout", Names("NHWC")}})),
             Equals(Run("reshape", {expected, Ints64({3, 2, 2, 1})})));
  CHECK_THAT(Run("image.crop_and_resize", {data, boxes, images, Ints64({1, 1})}, attributes),
             Equals(Of<float>({3, 1, 1, 1}, {5.5, 1.5, 2.5})));
  CHECK_THAT(
      Run("image.crop_and_resize", {data, Of<float>({1, 4}, {0, 0, 0.4, 1}), Ints64({0}), Ints64({1, 3})},
          {{"method", Names("nearest_neighbor")}}),
      Equals(Of<float>({1, 1, 1, 3}, {0, 1, 1})));
}

TEST_CASE("image.crop_and_resize: what does not fit is refused", "[ops]") {
  const Tensor data = Ramp({1, 1, 2, 2});
  const Tensor box = Of<float>({1, 4}, {0, 0, 1, 1});
  CHECK(Error("image.crop_and_resize", {data, box, Ints64({1}), Ints64({2, 2})}) ==
        "image.crop_and_resize: box 0 is in image 1, data has 1");
  CHECK(Error("image.crop_and_resize", {data, box, Ints64({0}), Ints64({2})})
            .find("crop_size has 1 elements") != std::string::npos);
  CHECK(Error("image.crop_and_resize", {Of<float>({1, 1, 0, 2}, {}), box, Ints64({0}), Ints64({1, 1})})
            .find("no pixels to crop") != std::string::npos);
  SymbolicTypes types;
  types.Add(DType::kFloat32, {"n", "3", "h", "w"}).Add(DType::kFloat32, {"k", "4"}).Add(DType::kInt64, {"k"});
  CHECK(types.AddValue({"8", "s"}).Infer("image.crop_and_resize") == "Tensor[(k, 3, 8, s), float32]");
}

TEST_CASE("image.grid_sample: samples, with each padding", "[ops]") {
  const Tensor data = Ramp({1, 1, 2, 3}, 1);
  // x, then y: the centre; the top left corner; half a pixel and two pixels outside; NaN.
  const Tensor grid = Of<float>({1, 2, 1, 5}, {0, -1, -1.5, 3, NAN, 0, -1, -1, 1, 0});
  const auto sample = [&](const char* method, const char* padding) {
    return Run("image.grid_sample", {data, grid},
               {{"method", Names(method)}, {"padding_mode", Names(padding)}});
  };
  CHECK_THAT(sample("bilinear", "zeros"), Equals(Of<float>({1, 1, 1, 5}, {3.5, 1, 0.5, 0, 0})));
  CHECK_THAT(sample("bilinear", "border"), Equals(Of<float>({1, 1, 1, 5}, {3.5, 1, 1, 6, 2.5})));
  CHECK(sample("bilinear", "reflection")->As<float>()[2] == 1.5f);
  CHECK(sample("bilinear", "reflection")->As<float>()[3] == 4.0f);
  CHECK(sample("nearest", "border")->As<float>()[3] == 6.0f);
  CHECK(sample("bicubic", "border")->As<float>()[1] == 1.0f);
}

TEST_CASE("image.grid_sample: corners may be the edges of the pixels, volumes have three axes", "[ops]") {
  const Tensor data = Ramp({1, 1, 1, 2}, 0);
  CHECK_THAT(Run("image.grid_sample", {data, Of<float>({1, 2, 1, 3}, {-1, 0, 0.5, 0, 0, 0})},
                 {{"align_corners", false}}),
             Equals(Of<float>({1, 1, 1, 3}, {0, 0.5, 1})));
  const Tensor volume = Ramp({1, 2, 2, 2, 2}, 0);
  CHECK_THAT(Run("image.grid_sample", {volume, Of<float>({1, 3, 1, 1, 2}, {1, 0, -1, 0, -1, 0})}),
             Equals(Of<float>({1, 2, 1, 1, 2}, {1, 3.5, 9, 11.5})));
  CHECK(Error("image.grid_sample", {data, Of<float>({1, 3, 1, 1}, {0, 0, 0})})
            .find("must be equal, found 3 and 2") != std::string::npos);
  CHECK(SymbolicTypes()
            .Add(DType::kFloat32, {"n", "3", "h", "w"})
            .Add(DType::kFloat32, {"n", "2", "a", "b"})
            .Infer("image.grid_sample") == "Tensor[(n, 3, a, b), float32]");
}

TEST_CASE("image.affine_grid: places of an image through a matrix", "[ops]") {
  const Tensor matrix = Of<float>({1, 2, 3}, {1, 0, 0, 0, 2, 10});
  CHECK_THAT(Run("image.affine_grid", {matrix, Ints64({2, 3})}),
             Equals(Of<float>({1, 2, 2, 3}, {-1, 0, 1, -1, 0, 1, 8, 8, 8, 12, 12, 12})));
  CHECK_THAT(Run("image.affine_grid", {matrix, Ints64({1, 2})}, {{"align_corners", false}}),
             Equals(Of<float>({1, 2, 1, 2}, {-0.5, 0.5, 10, 10})));
  CHECK(Run("image.affine_grid", {Ramp({2, 3, 4}), Ints64({2, 2, 2})}).shape() ==
        absl::MakeConstSpan(Index{2, 3, 2, 2, 2}));
  CHECK(Error("image.affine_grid", {matrix, Ints64({2, 2, 2})}).find("must be equal, found 2 and 3") !=
        std::string::npos);
  CHECK(Error("image.affine_grid", {matrix, Ints64({2})}).find("expected 2 or 3") != std::string::npos);
}

TEST_CASE("image.affine_grid: the identity matrix samples the image itself", "[ops]") {
  const Tensor data = RandomTensor(DType::kFloat64, {2, 3, 4, 5}, 3);
  const Tensor identity = Of<double>({2, 2, 3}, {1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0});
  for (const bool align_corners : {true, false}) {
    const Attributes attributes = {{"align_corners", align_corners}};
    const Tensor grid = Run("image.affine_grid", {identity, Ints64({4, 5})}, attributes);
    CHECK_THAT(Run("image.grid_sample", {data, grid}, attributes), AllClose(data, 1e-12, 0));
  }
}

}  // namespace
}  // namespace baton::test
