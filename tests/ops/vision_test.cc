#include <cmath>

#include "tests/ops/op_support.h"
#include "tests/support/symbolic_types.h"

namespace baton::test {
namespace {

using Doubles = std::vector<double>;

std::vector<Tensor> RunAll(const char* op, const std::vector<Tensor>& inputs,
                           const Attributes& attributes = {}) {
  auto results = TryRun(op, inputs, attributes);
  INFO(results.status());
  REQUIRE(results.ok());
  return *results;
}

TEST_CASE("vision.multibox_prior: sizes, then ratios, around each pixel", "[ops]") {
  const Tensor data = Tensor::Allocate(DType::kFloat32, {1, 3, 1, 2}).value();
  CHECK_THAT(
      Run("vision.multibox_prior", {data}, {{"sizes", Doubles{0.5, 1}}, {"ratios", Doubles{1, 4}}}),
      AllClose(Of<float>({1, 6, 4}, {0.125, 0.25, 0.375, 0.75, 0,   0, 0.5, 1, 0,   0.375, 0.5, 0.625,
                                     0.625, 0.25, 0.875, 0.75, 0.5, 0, 1,   1, 0.5, 0.375, 1,   0.625}),
               1e-6, 0));
  CHECK_THAT(
      Run("vision.multibox_prior", {data},
          {{"sizes", Doubles{2}}, {"steps", Doubles{0.5, 0.25}}, {"offsets", Doubles{1, 0}}, {"clip", true}}),
      Equals(Of<float>({1, 2, 4}, {0, 0, 0.5, 1, 0, 0, 0.75, 1})));
  CHECK(SymbolicTypes()
            .Add(DType::kFloat32, {"n", "c", "h", "w"})
            .Infer("vision.multibox_prior", {{"sizes", Doubles{1, 2}}}) == "Tensor[(1, 2*h*w, 4), float32]");
  CHECK(Error("vision.multibox_prior", {data}, {{"steps", Doubles{1}}}).find("two elements each") !=
        std::string::npos);
}

TEST_CASE("vision.multibox_transform_loc: boxes of the anchors with a class", "[ops]") {
  // Three anchors: background wins above nothing (class 2), below the threshold, class 1.
  const Tensor probability = Of<float>({1, 3, 3}, {0.1, 0.9, 0.2, 0.2, 0.05, 0.7, 0.7, 0.05, 0.1});
  const Tensor location = Of<float>({1, 12}, {0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0});
  const Tensor anchor = Of<float>({1, 3, 4}, {0.25, 0.25, 0.75, 0.5, 0, 0, 1, 1, 0.5, 0, 1, 1});
  const auto results =
      RunAll("vision.multibox_transform_loc", {probability, location, anchor}, {{"threshold", 0.1}});
  CHECK_THAT(results[0], AllClose(Of<float>({1, 3, 6}, {1, 0.7, 0.25, 0.25, 0.75, 0.5, 0, 0.7, 0.75, 0, 1, 1,
                                                        -1, -1, -1, -1, -1, -1}),
                                  1e-6, 0));
  CHECK_THAT(results[1], Equals(Of<int32_t>({1}, {2})));
  const auto whole = RunAll("vision.multibox_transform_loc", {probability, location, anchor},
                            {{"clip", false}, {"keep_background", true}});
  CHECK_THAT(whole[1], Equals(Of<int32_t>({1}, {3})));
  CHECK(whole[0]->As<float>()[6] == 0);
  CHECK(whole[0]->As<float>()[16] == Approx(1.25));
}

TEST_CASE("vision.multibox_transform_loc: anchors must agree", "[ops]") {
  SymbolicTypes types;
  types.Add(DType::kFloat32, {"b", "21", "a"})
      .Add(DType::kFloat32, {"b", "4*a"})
      .Add(DType::kFloat32, {"1", "a", "4"});
  CHECK(types.Infer("vision.multibox_transform_loc") == "Tensor[(b, a, 6), float32]; Tensor[(b), int32]");
  CHECK(Error("vision.multibox_transform_loc",
              {Of<float>({1, 1, 1}, {1}), Of<float>({1, 3}, {1, 2, 3}), Of<float>({1, 1, 4}, {0, 0, 1, 1})})
            .find("must be equal, found 3 and 4") != std::string::npos);
}

// Rows (class, score, x1, y1, x2, y2).
const Doubles kDetections = {0,  0.5, 0, 0, 1, 1,  //
                             1,  0.8, 0, 0, 1, 1,  //
                             0,  0.9, 0, 0, 1, 2,  //
                             -1, 0.7, 5, 5, 6, 6,  //
                             0,  0.1, 8, 8, 9, 9};

TEST_CASE("vision.get_valid_counts: moves valid boxes to the front", "[ops]") {
  const Tensor data = Of<float>({1, 5, 6}, kDetections);
  const auto results = RunAll("vision.get_valid_counts", {data, Of<float>({}, {0.2})});
  CHECK_THAT(results[0], Equals(Of<int32_t>({1}, {3})));
  CHECK_THAT(results[2], Equals(Of<int32_t>({1, 5}, {0, 1, 2, -1, -1})));
  CHECK(results[1]->As<float>()[2 * 6 + 1] == 0.9f);
  CHECK(results[1]->As<float>()[3 * 6] == -1);
  const auto any_class =
      RunAll("vision.get_valid_counts", {data, Of<float>({1}, {0.6})}, {{"id_index", int64_t{-1}}});
  CHECK_THAT(any_class[2], Equals(Of<int32_t>({1, 5}, {1, 2, 3, -1, -1})));
  CHECK(Error("vision.get_valid_counts", {Of<float>({1, 1, 1}, {1}), Of<float>({}, {0})})
            .find("elements of a box must be at least 2, found 1") != std::string::npos);
}

std::vector<Tensor> Nms(const Doubles& rows, double count, double max_output, double threshold,
                        const Attributes& attributes = {}) {
  const int64_t n = static_cast<int64_t>(rows.size()) / 6;
  Index positions;
  for (int64_t i = 0; i < n; ++i) positions.push_back(10 + i);
  const Tensor indices =
      Run("cast", {Tensor::FromValues<int64_t>({1, n}, positions)}, {{"dtype", DType::kInt32}});
  return RunAll("vision.non_max_suppression",
                {Of<float>({1, n, 6}, rows), Of<int32_t>({1}, {count}), indices,
                 Of<int32_t>({}, {max_output}), Of<float>({}, {threshold})},
                attributes);
}

TEST_CASE("vision.non_max_suppression: keeps the best of overlapping boxes of a class", "[ops]") {
  const Doubles rows = {0, 0.5, 0, 0, 1, 1, 1, 0.8, 0, 0, 1, 1, 0, 0.9, 0, 0, 1, 2, 0, 0.6, 8, 8, 9, 9};
  const auto results = Nms(rows, 4, -1, 0.5);
  CHECK_THAT(results[1], Equals(Of<int32_t>({1, 4}, {12, 11, 13, -1})));
  CHECK_THAT(results[2], Equals(Of<int32_t>({1, 1}, {3})));
  CHECK_THAT(results[0], Equals(Of<float>({1, 4, 6}, {0, 0.9, 0, 0, 1, 2, 1,  0.8, 0,  0,  1,  1,
                                                      0, 0.6, 8, 8, 9, 9, -1, -1,  -1, -1, -1, -1})));
  // The overlap is exactly one half: only a higher threshold allows it.
  CHECK_THAT(Nms(rows, 4, -1, 0.51)[2], Equals(Of<int32_t>({1, 1}, {4})));
  CHECK_THAT(Nms(rows, 4, -1, 0.5, {{"force_suppress", true}})[1],
             Equals(Of<int32_t>({1, 4}, {12, 13, -1, -1})));
  CHECK_THAT(Nms(rows, 4, 1, 0.5)[1], Equals(Of<int32_t>({1, 4}, {12, -1, -1, -1})));
  CHECK_THAT(Nms(rows, 4, -1, 0.5, {{"top_k", int64_t{2}}})[1],
             Equals(Of<int32_t>({1, 4}, {12, 11, -1, -1})));
  CHECK_THAT(Nms(rows, 1, -1, 0.5)[1], Equals(Of<int32_t>({1, 4}, {10, -1, -1, -1})));
  CHECK_THAT(Nms(rows, 4, -1, 0)[1], Equals(Of<int32_t>({1, 4}, {10, 11, 12, 13})));
}

TEST_CASE("vision.non_max_suppression: suppressed rows stay in place or move behind", "[ops]") {
  const Doubles rows = {0, 0.9, 0, 0, 1, 1, 0, 0.8, 0, 0, 1, 1, 0, 0.7, 5, 5, 6, 6};
  CHECK(Nms(rows, 3, -1, 0.5)[0]->As<float>()[6] == -1);
  CHECK(Nms(rows, 3, -1, 0.5)[0]->As<float>()[13] == 0.7f);
  CHECK(Nms(rows, 3, -1, 0.5, {{"invalid_to_bottom", true}})[0]->As<float>()[7] == 0.7f);
}

TEST_CASE("vision.non_max_suppression: hostile operands are refused", "[ops]") {
  const auto error = [](double count, const Tensor& data) {
    return Error("vision.non_max_suppression", {data, Of<int32_t>({1}, {count}), Of<int32_t>({1, 1}, {0}),
                                                Of<int32_t>({}, {1}), Of<float>({}, {0.5})});
  };
  const Tensor box = Of<float>({1, 1, 6}, {0, 1, 0, 0, 1, 1});
  CHECK(error(2, box) == "vision.non_max_suppression: valid_count of batch 0 is 2, expected 0 to 1");
  CHECK(error(-1, box).find("is -1, expected 0 to 1") != std::string::npos);
  CHECK(error(1, Of<float>({1, 1, 5}, {0, 1, 0, 0, 1})).find("must be at least 6, found 5") !=
        std::string::npos);
  CHECK(error(1, Of<float>({1, 1, 6}, {NAN, NAN, NAN, NAN, NAN, NAN})).empty());
}

// Three boxes of which the first two overlap by 9 / 11, the third lies apart.
Tensor ThreeBoxes() {
  return Of<float>({1, 3, 4}, {0, 0, 1, 1, 0, 0.1, 1, 1.1, 10, 11, 11, 10});
}

Tensor SelectAll(const Tensor& scores, int64_t max_output, double iou, const Tensor& score_threshold) {
  return Run("vision.all_class_non_max_suppression",
             {ThreeBoxes(), scores, Ints64({max_output}), Of<float>({}, {iou}), score_threshold});
}

TEST_CASE("vision.all_class_non_max_suppression: selects by class and score", "[ops]") {
  const Tensor scores = Of<float>({1, 2, 3}, {0.9, 0.75, 0.6, 0.2, 0.75, 0.95});
  CHECK_THAT(SelectAll(scores, 9, 0.5, Tensor()),
             Equals(Of<int64_t>({4, 3}, {0, 0, 0, 0, 0, 2, 0, 1, 2, 0, 1, 1})));
  CHECK_THAT(SelectAll(scores, 1, 0.5, Tensor()), Equals(Of<int64_t>({2, 3}, {0, 0, 0, 0, 1, 2})));
  CHECK_THAT(SelectAll(scores, 9, 0.9, Of<float>({1}, {0.75})),
             Equals(Of<int64_t>({2, 3}, {0, 0, 0, 0, 1, 2})));
  CHECK_THAT(SelectAll(scores, 0, 0.5, Tensor()), Equals(Of<int64_t>({0, 3}, {})));
  CHECK_THAT(SelectAll(scores, -1, 0.5, Tensor()), Equals(Of<int64_t>({0, 3}, {})));
}

TEST_CASE("vision.all_class_non_max_suppression: centres and sizes, no boxes, types", "[ops]") {
  CHECK_THAT(Run("vision.all_class_non_max_suppression",
                 {Of<float>({1, 2, 4}, {0.5, 0.5, 1, 1, 0.5, 0.6, 1, 1}), Of<float>({1, 1, 2}, {0.1, 0.2}),
                  Ints64({9}), Of<float>({}, {0.5})},
                 {{"center_point_box", true}}),
             Equals(Of<int64_t>({1, 3}, {0, 0, 1})));
  CHECK_THAT(Run("vision.all_class_non_max_suppression",
                 {Of<float>({2, 0, 4}, {}), Of<float>({2, 3, 0}, {}), Ints64({9}), Of<float>({}, {0.5})}),
             Equals(Of<int64_t>({0, 3}, {})));
  SymbolicTypes types;
  types.Add(DType::kFloat32, {"b", "n", "4"}).Add(DType::kFloat32, {"b", "80", "n"}).Add(DType::kInt64, {});
  CHECK(types.Add(DType::kFloat32, {}).AddAbsent().Infer("vision.all_class_non_max_suppression") ==
        "Tensor[(_0, 3), int64]");
}

TEST_CASE("vision.regular_non_max_suppression: the best of all classes, filled up", "[ops]") {
  // The first score of each box is the background's.
  const Tensor scores = Of<float>({1, 3, 3}, {0, 0.9, 0.2, 0, 0.75, 0.7, 0, 0.6, 0.95});
  const auto detect = [&](int64_t per_class, int64_t max) {
    return RunAll("vision.regular_non_max_suppression", {ThreeBoxes(), scores},
                  {{"max_detections_per_class", per_class},
                   {"max_detections", max},
                   {"num_classes", int64_t{2}},
                   {"iou_threshold", 0.5},
                   {"score_threshold", 0.6}});
  };
  const auto all = detect(5, 5);
  CHECK_THAT(all[2], Equals(Of<float>({1, 5}, {0.95, 0.9, 0.7, 0.6, 0})));
  CHECK_THAT(all[1], Equals(Of<float>({1, 5}, {1, 0, 1, 0, 0})));
  CHECK_THAT(all[3], Equals(Of<float>({1}, {4})));
  CHECK(all[0]->As<float>()[0] == 10);
  CHECK_THAT(detect(1, 5)[2], Equals(Of<float>({1, 5}, {0.95, 0.9, 0, 0, 0})));
  CHECK_THAT(detect(5, 1)[2], Equals(Of<float>({1, 1}, {0.95})));
  CHECK(Error("vision.regular_non_max_suppression", {ThreeBoxes(), scores}).find("is missing") !=
        std::string::npos);
}

// A check may only be about what exists before the call.
TEST_CASE("vision: unranked operands leave fresh extents and no checks", "[ops]") {
  const auto infer = [](const char* op, int num_inputs, const Attributes& attributes = {}) {
    SymbolicTypes types;
    for (int i = 0; i < num_inputs; ++i) types.AddUnranked(DType::kFloat32);
    const std::string text = types.Infer(op, attributes);
    CHECK(types.required().empty());
    return text;
  };
  CHECK(infer("vision.multibox_prior", 1) == "Tensor[(1, _0, 4), float32]");
  CHECK(infer("vision.multibox_transform_loc", 3) == "Tensor[(_0, _2, 6), float32]; Tensor[(_0), int32]");
  CHECK(infer("vision.get_valid_counts", 2) ==
        "Tensor[(_0), int32]; Tensor[(_0, _1, _2), float32]; Tensor[(_0, _1), int32]");
  CHECK(infer("vision.proposal", 3) == "Tensor[(_0, 5), float32]");
  CHECK(infer("vision.roi_align", 2, {{"pooled_size", Index{2, 3}}}) == "Tensor[(_1, _0, 2, 3), float32]");
  CHECK(infer("image.grid_sample", 2) == "Tensor[*, float32]");
  SymbolicTypes crop;
  crop.AddUnranked(DType::kFloat32)
      .AddUnranked(DType::kFloat32)
      .Add(DType::kInt64, {"n"})
      .AddValue({"8", "9"});
  CHECK(crop.Infer("image.crop_and_resize") == "Tensor[(_0, _2, 8, 9), float32]");
  CHECK(crop.required().empty());
}

}  // namespace
}  // namespace baton::test
