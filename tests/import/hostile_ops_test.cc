// Operands and attributes that no operator can serve: errors, never a crash.
#include <catch2/catch.hpp>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "tests/import/one_node.h"

namespace baton {
namespace {

using Catch::Matchers::Contains;

TEST_CASE("hostile operands: errors that say why", "[import]") {
  const Tensor image = Image({1, 2, 3, 4}, 2);
  struct Case {
    std::string op;
    int64_t opset;
    Strings inputs;
    Attribute set;
    std::vector<Tensor> values;
    std::string message;
  };
  const Attribute window = [](NodeBuilder& n) { n.Ints("kernel_shape", {2, 2}); };
  const std::vector<Case> cases = {
      {"TopK", 11, {"x", "n1"}, kPlain, {image, I64({1}, {3})}, "must be at least 3, found 2"},
      {"TopK", 11, {"x", "n1"}, kPlain, {image, I64({1}, {-1})}, "k must be at least 0, found -1"},
      {"TopK",
       11,
       {"x", "n1"},
       [](NodeBuilder& n) { n.Int("axis", 4); },
       {image, I64({1}, {1})},
       "axis 4 is outside"},
      {"Unique", 11, {"x"}, [](NodeBuilder& n) { n.Int("axis", -5); }, {image}, "axis -5 is outside"},
      {"ReverseSequence", 10, {"x", "n1"}, kPlain, {image, I64({1}, {2})}, "has length 2, expected 0 to 1"},
      {"Resize", 13, {"x", "", "s"}, kPlain, {image, F32({4}, {1, 1, NAN, 1})}, "scale nan is not positive"},
      {"Resize",
       13,
       {"x", "", "", "n4"},
       kPlain,
       {image, I64({4}, {1, 1, -2, 1})},
       "must be at least 0, found -2"},
      {"Resize", 13, {"x", "", "s"}, kPlain, {image, F32({2}, {1, 1})}, "elements of scales"},
      {"RoiAlign",
       16,
       {"x", "x2", "n1"},
       kPlain,
       {image, F32({1, 4}, {0, 0, 1, 1}), I64({1}, {1})},
       "roi 0 is in batch 1"},
      {"MaxUnpool", 11, {"x", "n"}, window, {image, I64({1, 1, 2, 2}, {0, 1, 2, 99})}, "index 99 is outside"},
      {"DFT", 17, {"x", "n"}, kPlain, {image, Scalar(0)}, "length of the transform"},
      {"DFT", 20, {"x", "", "n"}, kPlain, {image, {}, Scalar(3)}, "is the last"},
      {"STFT", 17, {"x3", "n"}, kPlain, {F32({1, 4, 1}, {1, 2, 3, 4}), Scalar(0)}, "frame_step"},
      {"Det", 11, {"x2"}, kPlain, {F32({1, 2}, {1, 2})}, "rows and columns"},
      {"MaxPool",
       12,
       {"x"},
       [](NodeBuilder& n) {
         n.Ints("kernel_shape", {9, 9});
       },
       {image},
       "must be at least 9, found 2"},
      {"Compress",
       11,
       {"x", "b"},
       [](NodeBuilder& n) { n.Int("axis", 2); },
       {image, Tensor::FromValues<Bool>({3}, {Bool(false), Bool(false), Bool(true)})},
       "index 2 is outside"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.op, c.message);
    std::vector<Tensor> given;
    for (const Tensor& value : c.values) {
      if (value) given.push_back(value);
    }
    CHECK_THAT(OneNode(c.opset, c.op, c.inputs, c.set).RunError(given), Contains(c.message));
  }
}

TEST_CASE("hostile attributes: errors of the import", "[import]") {
  struct Case {
    std::string op;
    std::string name;
    std::vector<int64_t> values;
  };
  for (const Case& c : std::vector<Case>{{"MaxPool", "strides", {0, 1}},
                                         {"MaxPool", "dilations", {1, -1}},
                                         {"MaxPool", "pads", {-1, 0, 0, 0}},
                                         {"MaxPool", "kernel_shape", {0, 2}},
                                         {"LpPool", "strides", {INT64_MAX, 1}},
                                         {"LpPool", "kernel_shape", {2, INT64_MIN}},
                                         {"AveragePool", "kernel_shape", {-2, 2}},
                                         {"MaxUnpool", "strides", {0, 0}},
                                         {"MaxUnpool", "pads", {0, 0, 0, -1}}}) {
    CAPTURE(c.op, c.name);
    const Strings inputs = c.op == "MaxUnpool" ? Strings{"x", "n4"} : Strings{"x"};
    OneNode node(18, c.op, inputs, [&](NodeBuilder& n) {
      if (c.name != "kernel_shape") n.Ints("kernel_shape", {2, 2});
      n.Ints(c.name, c.values);
    });
    CHECK_THAT(node.Error(), Contains(absl::StrCat(c.name, "[")));
  }
}

}  // namespace
}  // namespace baton
