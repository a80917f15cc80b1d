#include <cmath>

#include "tests/ops/op_support.h"
#include "tests/support/symbolic_types.h"

namespace baton::test {
namespace {

using Doubles = std::vector<double>;

Tensor Plane() {
  return Of<float>({1, 1, 4, 4}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15});
}

TEST_CASE("vision.roi_align: samples between the pixels", "[ops]") {
  const auto align = [](const Doubles& roi, const Index& size, const Attributes& more) {
    Attributes attributes = more;
    attributes.push_back({"pooled_size", size});
    return Run("vision.roi_align", {Plane(), Of<float>({1, 5}, roi)}, attributes);
  };
  const Attributes two = {{"sample_ratio", int64_t{2}}};
  CHECK_THAT(align({0, 0, 0, 2, 2}, {1, 1}, two), Equals(Of<float>({1, 1, 1, 1}, {5})));
  CHECK_THAT(align({0, 0, 0, 2, 2}, {1, 1}, {}), Equals(Of<float>({1, 1, 1, 1}, {5})));
  CHECK_THAT(align({0, 0, 0, 2, 2}, {1, 1}, {{"aligned", true}}), Equals(Of<float>({1, 1, 1, 1}, {2.5})));
  CHECK_THAT(align({0, 0, 0, 2, 2}, {1, 1}, {{"mode", std::string("max")}}),
             Equals(Of<float>({1, 1, 1, 1}, {7.5})));
  CHECK_THAT(align({0, 0, 0, 4, 4}, {2, 1}, {{"spatial_scale", 0.5}}),
             Equals(Of<float>({1, 1, 2, 1}, {3, 7})));
  // A region of no extent counts as one pixel; one far outside is 0.
  CHECK_THAT(align({0, 1, 1, 1, 1}, {1, 1}, {}), Equals(Of<float>({1, 1, 1, 1}, {7.5})));
  CHECK_THAT(align({0, 90, 90, 91, 91}, {1, 1}, {}), Equals(Of<float>({1, 1, 1, 1}, {0})));
}

TEST_CASE("vision.roi_align: the greatest part of a pixel, not of a sample", "[ops]") {
  // The sample at (1.5, 1.5) is the mean of 5, 6, 9 and 10; the greatest part is a quarter of 10.
  const Attributes size = {{"pooled_size", Index{1, 1}}, {"sample_ratio", int64_t{1}}};
  Attributes weighted = size, summed = size;
  weighted.emplace_back("mode", std::string("max_weighted"));
  summed.emplace_back("mode", std::string("max"));
  const Tensor roi = Of<float>({1, 5}, {0, 1, 1, 2, 2});
  CHECK_THAT(Run("vision.roi_align", {Plane(), roi}, weighted), Equals(Of<float>({1, 1, 1, 1}, {2.5})));
  CHECK_THAT(Run("vision.roi_align", {Plane(), roi}, summed), Equals(Of<float>({1, 1, 1, 1}, {7.5})));
}

TEST_CASE("vision.roi_align: batches apart from the regions", "[ops]") {
  const Tensor data = RandomTensor(DType::kFloat32, {3, 2, 5, 5}, 3);
  const Attributes size = {{"pooled_size", Index{2, 2}}};
  const Tensor rows = Of<float>({2, 5}, {2, 0, 1, 3, 4, 0, 1, 1, 4, 2});
  const Tensor boxes = Of<float>({2, 4}, {0, 1, 3, 4, 1, 1, 4, 2});
  CHECK_THAT(Run("vision.roi_align", {data, boxes, Ints64({2, 0})}, size),
             Equals(Run("vision.roi_align", {data, rows}, size)));
  for (const int64_t bad : {int64_t{3}, int64_t{-1}, INT64_MIN}) {
    CHECK(Error("vision.roi_align", {data, boxes, Ints64({0, bad})}, size).find("roi 1 is in batch") !=
          std::string::npos);
  }
  CHECK(Error("vision.roi_align", {data, boxes, Ints64({0})}, size).find("batch_indices and rois") !=
        std::string::npos);
  CHECK_FALSE(Error("vision.roi_align", {data, rows, Ints64({0, 0})}, size).empty());
}

TEST_CASE("vision.roi_pool: the greatest pixel of each bin", "[ops]") {
  const auto pool = [](const Doubles& roi, const Index& size) {
    return Run("vision.roi_pool", {Plane(), Of<float>({1, 5}, roi)}, {{"pooled_size", size}});
  };
  CHECK_THAT(pool({0, 0, 0, 3, 3}, {2, 2}), Equals(Of<float>({1, 1, 2, 2}, {5, 7, 13, 15})));
  CHECK_THAT(pool({0, 0, 0, 2, 2}, {2, 2}), Equals(Of<float>({1, 1, 2, 2}, {5, 6, 9, 10})));
  CHECK_THAT(pool({0, 3, 3, 9, 9}, {1, 2}), Equals(Of<float>({1, 1, 1, 2}, {15, 0})));
}

TEST_CASE("vision.roi_align, vision.roi_pool: hostile regions give errors or zeros", "[ops]") {
  const Attributes size = {{"pooled_size", Index{1, 1}}};
  for (const char* op : {"vision.roi_align", "vision.roi_pool"}) {
    const auto error = [&](const Doubles& roi) { return Error(op, {Plane(), Of<float>({1, 5}, roi)}, size); };
    CHECK(error({1, 0, 0, 1, 1}) == absl::StrCat(op, ": roi 0 is in batch 1, data has 1"));
    CHECK(error({NAN, 0, 0, 1, 1}).find("is in batch nan") != std::string::npos);
    CHECK(Error(op, {Plane(), Of<float>({1, 4}, {0, 0, 0, 1})}, size).find("must be equal, found 4 and 5") !=
          std::string::npos);
    CHECK(Error(op, {Plane(), Of<float>({1, 5}, {0, 0, 0, 1, 1})}, {{"pooled_size", Index{1}}})
              .find("two positive numbers") != std::string::npos);
    CHECK_THAT(Run(op, {Plane(), Of<float>({0, 5}, {})}, size), Equals(Of<float>({0, 1, 1, 1}, {})));
  }
  CHECK(Error("vision.roi_align", {Plane(), Of<float>({1, 5}, {0, 0, 0, 1e30, 1})}, size)
            .find("is too large") != std::string::npos);
  CHECK(Run("vision.roi_pool", {Plane(), Of<float>({1, 5}, {0, -1e30, NAN, 1e30, 1e30})}, size)
            ->As<float>()[0] == 15);
}

TEST_CASE("vision.proposal: moved anchors, the best first, repeated", "[ops]") {
  // One anchor of 4 by 4 pixels around each of 1 x 2 pixels of a 16 x 16 image, which do not overlap.
  const Tensor scores = Of<float>({1, 2, 1, 2}, {0, 0, 0.3, 0.8});
  Doubles deltas(8, 0);
  deltas[1] = 0.25;  // dx of the second anchor: a quarter of its width
  const Tensor info = Of<float>({1, 3}, {16, 16, 1});
  const auto propose = [&](const Attributes& more, int64_t least = 1) {
    Attributes attributes = {{"scales", Doubles{1}},
                             {"ratios", Doubles{1}},
                             {"feature_stride", int64_t{4}},
                             {"rpn_min_size", least}};
    attributes.insert(attributes.end(), more.begin(), more.end());
    return Run("vision.proposal", {scores, Of<float>({1, 4, 1, 2}, deltas), info}, attributes);
  };
  CHECK_THAT(propose({{"rpn_post_nms_top_n", int64_t{3}}}),
             Equals(Of<float>({3, 5}, {0, 5, 0, 8, 3, 0, 0, 0, 3, 3, 0, 5, 0, 8, 3})));
  CHECK_THAT(propose({{"rpn_post_nms_top_n", int64_t{2}}, {"rpn_pre_nms_top_n", int64_t{1}}}),
             Equals(Of<float>({2, 5}, {0, 5, 0, 8, 3, 0, 5, 0, 8, 3})));
  CHECK_THAT(propose({{"rpn_post_nms_top_n", int64_t{1}}, {"iou_loss", true}}),
             AllClose(Of<float>({1, 5}, {0, 4.25, 0, 7, 3}), 1e-6, 0));
  // Boxes below the least size grow and lose their score.
  CHECK_THAT(propose({{"rpn_post_nms_top_n", int64_t{1}}}, /*least=*/8),
             Equals(Of<float>({1, 5}, {0, -4, -4, 7, 7})));
}

TEST_CASE("vision.proposal: channels follow from the anchors", "[ops]") {
  SymbolicTypes types;
  types.Add(DType::kFloat32, {"b", "24", "h", "w"}).Add(DType::kFloat32, {"b", "48", "h", "w"});
  CHECK(types.Add(DType::kFloat32, {"b", "3"}).Infer("vision.proposal") == "Tensor[(300*b, 5), float32]");
  SymbolicTypes wrong;
  wrong.Add(DType::kFloat32, {"b", "23", "h", "w"}).Add(DType::kFloat32, {"b", "48", "h", "w"});
  wrong.Add(DType::kFloat32, {"b", "3"});
  CHECK(wrong.Infer("vision.proposal").find("must be equal, found 23 and 24") != std::string::npos);
}

}  // namespace
}  // namespace baton::test
