// Conversions of images, pools, signals and orders: which operator, with which attributes, at which version;
// and compositions against numbers by hand.
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/import/one_node.h"

namespace baton {
namespace {

using Catch::Matchers::Contains;

constexpr int kFloat = onnx::TensorProto::FLOAT;
constexpr int kInt64 = onnx::TensorProto::INT64;

TEST_CASE("images: constant scales become attributes, others an operand", "[import]") {
  const onnx::TensorProto scales = FloatTensor("s", {4}, {1, 1, 2, 0.5f});
  CHECK_THAT(OneNode(13, "Resize", {"x", "", "s"}, kPlain, {scales}).Text(),
             Contains("image.resize(x, scales=[1f64, 1f64, 2f64, 0.5f64]"));
  CHECK_THAT(OneNode(13, "Resize", {"x", "", "s"}).Text(), Contains("image.resize(x, -, -, s, "));
  CHECK_THAT(OneNode(13, "Resize", {"x", "", "", "n4"}).Text(), Contains("image.resize(x, n4, "));
  // Before opset 13 the operand that is not used is an empty vector.
  const onnx::TensorProto empty = FloatTensor("e", {0}, {});
  CHECK_THAT(OneNode(11, "Resize", {"x", "e", "e", "n4"}, kPlain, {empty}).Text(),
             Contains("image.resize(x, n4, "));
  CHECK_THAT(OneNode(11, "Resize", {"x", "e", "e"}, kPlain, {empty}).Error(),
             Contains("has neither scales nor sizes"));
}

TEST_CASE("images: resize has ONNX's defaults", "[import]") {
  const std::string newest = OneNode(19, "Resize", {"x", "", "s"}).Text();
  for (const char* part :
       {"method=\"nearest_neighbor\"", "rounding_method=\"round_prefer_floor\"", "cubic_alpha=-0.75"})
    CHECK_THAT(newest, Contains(part));
  for (const auto& [op, opset] : std::vector<std::pair<std::string, int>>{{"Resize", 10}, {"Upsample", 9}}) {
    const std::string text = OneNode(opset, op, {"x", "s"}).Text();
    CHECK_THAT(text, Contains("coordinate_transformation_mode=\"asymmetric\""));
    CHECK_THAT(text, Contains("rounding_method=\"floor_or_ceil\""));
  }
  const Attribute antialias = [](NodeBuilder& node) { node.Int("antialias", 1); };
  CHECK_THAT(OneNode(18, "Resize", {"x", "", "s"}, antialias).Text(), Contains("antialias=True"));
  CHECK_THAT(OneNode(13, "Resize", {"x", "", "s"}, antialias).Error(), Contains("antialias"));
}

TEST_CASE("images: the region counts for crops only, which need it", "[import]") {
  const Attribute crop = [](NodeBuilder& node) {
    node.String("coordinate_transformation_mode", "tf_crop_and_resize");
  };
  CHECK_THAT(OneNode(13, "Resize", {"x", "r", "s"}).Text(), Contains("image.resize(x, -, -, s, "));
  CHECK_THAT(OneNode(13, "Resize", {"x", "r", "s"}, crop).Text(), Contains("image.resize(x, -, r, s, "));
  CHECK_THAT(OneNode(13, "Resize", {"x", "", "s"}, crop).Error(), Contains("has no roi"));
}

TEST_CASE("images: upsample of every age doubles pixels", "[import]") {
  const Tensor image = Image({1, 2, 3, 4}, 2);
  const std::vector<float> doubled = {1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4};
  CHECK(Floats(OneNode(1, "Upsample", {"x"}, [](NodeBuilder& node) {
                 node.Float("height_scale", 2).Float("width_scale", 2);
               }).Result({image})) == doubled);
  CHECK(Floats(OneNode(7, "Upsample", {"x"}, [](NodeBuilder& node) {
                 node.Floats("scales", {1, 1, 2, 2});
               }).Result({image})) == doubled);
  CHECK(Floats(OneNode(9, "Upsample", {"x", "s"}).Result({image, F32({4}, {1, 1, 2, 2})})) == doubled);
  CHECK_THAT(OneNode(7, "Upsample", {"x"}).Error(), Contains("attribute 'scales' is missing"));
  CHECK_THAT(OneNode(10, "Upsample", {"x", "s"}).Error(), Contains("operator Upsample (opset 10)"));
}

TEST_CASE("images: crops and pads about the centre, the odd element at the end", "[import]") {
  const auto centered = [](const std::vector<float>& line, int64_t length) {
    OneNode node(18, "CenterCropPad", {"v", "n1"}, [](NodeBuilder& n) { n.Ints("axes", {-1}); });
    return Floats(node.Result({F32({static_cast<int64_t>(line.size())}, line), I64({1}, {length})}));
  };
  CHECK(centered({1, 2, 3, 4, 5}, 2) == std::vector<float>{2, 3});
  CHECK(centered({1, 2, 3, 4, 5}, 3) == std::vector<float>{2, 3, 4});
  CHECK(centered({1, 2}, 5) == std::vector<float>{0, 1, 2, 0, 0});
  CHECK(centered({1, 2}, 2) == std::vector<float>{1, 2});
  CHECK(centered({1, 2}, 0).empty());
  OneNode both(18, "CenterCropPad", {"x", "n4"});
  CHECK(DimsOf(both.Result({Image({1, 2, 3, 4, 5, 6}, 2), I64({4}, {1, 1, 1, 4})})) ==
        std::vector<int64_t>{1, 1, 1, 4});
  CHECK_FALSE(both.RunError({Image({1, 2}, 2), I64({4}, {1, 1, -1, 2})}).empty());
  CHECK_FALSE(both.RunError({Image({1, 2}, 2), I64({4}, {1, 1, INT64_MAX, 2})}).empty());
  CHECK_FALSE(both.RunError({Image({1, 2}, 2), I64({3}, {1, 1, 1})}).empty());
}

TEST_CASE("images: grids have their coordinates last", "[import]") {
  ModelBuilder model(20);
  model.Input("x", kFloat, {1, 1, 2, 2}).Input("t", kFloat, {1, 2, 3}).Input("n", kInt64, {4}).Output("y");
  model.Node("AffineGrid", {"t", "n"}, {"g"}).Int("align_corners", 1);
  model.Node("GridSample", {"x", "g"}, {"y"}).Int("align_corners", 1);
  // The identity with x and y swapped transposes the image.
  const Tensor result =
      Run(model, {Image({1, 2, 3, 4}, 2), F32({1, 2, 3}, {0, 1, 0, 1, 0, 0}), I64({4}, {1, 1, 2, 2})})[0];
  CHECK(Floats(result) == std::vector<float>{1, 3, 2, 4});
}

TEST_CASE("images: regions of every version", "[import]") {
  const Strings inputs = {"x", "r", "n2"};
  CHECK_THAT(OneNode(10, "RoiAlign", inputs).Text(), !Contains("aligned=True"));
  CHECK_THAT(OneNode(16, "RoiAlign", inputs).Text(), Contains("aligned=True"));
  CHECK_THAT(OneNode(16, "RoiAlign", inputs, [](NodeBuilder& n) { n.String("mode", "max"); }).Text(),
             Contains("mode=\"max_weighted\""));
  CHECK_THAT(OneNode(16, "RoiAlign", inputs,
                     [](NodeBuilder& n) { n.String("coordinate_transformation_mode", "pixel"); })
                 .Error(),
             Contains("expected half_pixel or output_half_pixel"));
  CHECK_THAT(OneNode(13, "MaxRoiPool", {"x", "r"}).Error(), Contains("attribute 'pooled_shape' is missing"));
  CHECK_THAT(OneNode(11, "NonMaxSuppression", {"b", "s"}).Text(), Contains("(b, s, int640, float320"));
}

TEST_CASE("pools: attributes appear with the versions that brought them", "[import]") {
  const auto pool = [](const char* op, int opset, const Attribute& more) {
    return OneNode(opset, op, {"x"}, [&](NodeBuilder& node) {
      node.Ints("kernel_shape", {2, 2});
      more(node);
    });
  };
  const Attribute ceil_mode = [](NodeBuilder& node) { node.Int("ceil_mode", 1); };
  const Attribute dilations = [](NodeBuilder& node) { node.Ints("dilations", {2, 2}); };
  CHECK_THAT(pool("LpPool", 18, ceil_mode).Text(), Contains("ceil_mode=True"));
  CHECK_THAT(pool("LpPool", 11, ceil_mode).Error(), Contains("ceil_mode"));
  CHECK_THAT(pool("AveragePool", 19, dilations).Text(), Contains("dilations=[2, 2]"));
  CHECK_THAT(pool("AveragePool", 11, dilations).Error(), Contains("dilations"));
  CHECK_THAT(pool("MaxPool", 10, dilations).Text(), Contains("dilations=[2, 2]"));
  CHECK_THAT(pool("MaxPool", 8, ceil_mode).Error(), Contains("ceil_mode"));
  // The exponent was a float, then an integer.
  CHECK_THAT(pool("LpPool", 1, [](NodeBuilder& n) { n.Float("p", 3); }).Text(), Contains("p=3"));
  CHECK_THAT(pool("LpPool", 2, [](NodeBuilder& n) { n.Int("p", 3); }).Text(), Contains("p=3"));
  CHECK_THAT(pool("LpPool", 2, [](NodeBuilder& n) { n.Float("p", 3); }).Error(), Contains("'p'"));
  CHECK_THAT(OneNode(11, "MaxUnpool", {"x", "n4"}).Error(), Contains("attribute 'kernel_shape' is missing"));
}

TEST_CASE("pools: norms along an axis leave lines of zeros alone", "[import]") {
  for (const int64_t p : {1, 2}) {
    OneNode node(1, "LpNormalization", {"x"}, [&](NodeBuilder& n) { n.Int("p", p); });
    const double norm = p == 1 ? 7 : 5;
    const std::vector<float> y = Floats(node.Result({Image({3, -4, 0, 0}, 2)}));
    CHECK(y[0] == Approx(3 / norm));
    CHECK(y[1] == Approx(-4 / norm));
    CHECK(y[2] == 0);
    CHECK(y[3] == 0);
  }
  CHECK_THAT(OneNode(1, "LpNormalization", {"x"}, [](NodeBuilder& n) { n.Int("p", 3); }).Error(),
             Contains("expected 1 or 2"));
  CHECK_THAT(OneNode(13, "LRN", {"x"}).Error(), Contains("'size'"));
}

TEST_CASE("signals: windows, periodic and symmetric", "[import]") {
  const auto window = [](const char* op, int64_t size, int64_t periodic) {
    OneNode node(17, op, {"n"}, [&](NodeBuilder& n) { n.Int("periodic", periodic); });
    return Floats(node.Result({Scalar(size)}));
  };
  const auto check = [](const std::vector<float>& found, const std::vector<double>& expected) {
    REQUIRE(found.size() == expected.size());
    for (size_t i = 0; i < found.size(); ++i) CHECK(found[i] == Approx(expected[i]).margin(1e-7));
  };
  check(window("HannWindow", 4, 1), {0, 0.5, 1, 0.5});
  check(window("HannWindow", 5, 0), {0, 0.5, 1, 0.5, 0});
  check(window("HammingWindow", 2, 1), {4.0 / 46, 1});
  check(window("BlackmanWindow", 4, 1), {0, 0.34, 1, 0.34});
  check(window("HannWindow", 1, 0), {0});
  check(window("HannWindow", 0, 1), {});
  CHECK_FALSE(OneNode(17, "HannWindow", {"n"}).RunError({Scalar(-1)}).empty());
  OneNode halves(17, "HannWindow", {"n"},
                 [](NodeBuilder& n) { n.Int("output_datatype", onnx::TensorProto::FLOAT16); });
  CHECK(halves.Result({Scalar(3)}).dtype() == DType::kFloat16);
  CHECK_THAT(OneNode(17, "HannWindow", {"n"},
                     [](NodeBuilder& n) { n.Int("output_datatype", onnx::TensorProto::STRING); })
                 .Error(),
             Contains("element type string"));
}

TEST_CASE("signals: the axis of a transform is an attribute, then an operand", "[import]") {
  CHECK_THAT(OneNode(17, "DFT", {"x"}).Text(), Contains("dft(x, -, int641"));
  CHECK_THAT(OneNode(19, "DFT", {"x", "n"}, [](NodeBuilder& n) { n.Int("axis", 2); }).Text(),
             Contains("dft(x, n, int642"));
  CHECK_THAT(OneNode(20, "DFT", {"x", "", "n"}).Text(), Contains("dft(x, -, n"));
  CHECK_THAT(OneNode(20, "DFT", {"x"}).Text(), Contains("dft(x"));
  CHECK_THAT(OneNode(20, "DFT", {"x"}, [](NodeBuilder& n) { n.Int("axis", 1); }).Error(), Contains("axis"));
  CHECK_THAT(OneNode(17, "STFT", {"x", "n", "w"}, [](NodeBuilder& n) { n.Int("onesided", 0); }).Text(),
             Contains("stft(x, n, w, onesided=False"));
}

TEST_CASE("orders: unique and compress without an axis see a flat tensor", "[import]") {
  ModelBuilder model(11);
  model.Input("x", kFloat, {2, 2}).Output("u").Output("c");
  model.Node("Unique", {"x"}, {"u", "", "", "c"}).Int("sorted", 0);
  const std::vector<Tensor> outputs = Run(model, {F32({2, 2}, {3, 1, 3, 2})});
  CHECK(Floats(outputs[0]) == std::vector<float>{3, 1, 2});
  CHECK(Ints(outputs[1]) == std::vector<int64_t>{2, 1, 1});
  // Times first by default.
  OneNode reversed(10, "ReverseSequence", {"v2", "n2"});
  CHECK_THAT(reversed.Text(), Contains("seq_axis=0, batch_axis=1"));
}

}  // namespace
}  // namespace baton
