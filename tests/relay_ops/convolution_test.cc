#include <catch2/catch.hpp>

#include "tests/relay_ops/relay_support.h"

namespace baton::test {
namespace {

using Catch::Contains;

TEST_CASE("nn.conv2d: channels first, padding in one, two or four numbers", "[relay]") {
  const Tensor x = F32({1, 1, 2, 2}, {1, 2, 3, 4}), w = F32({1, 1, 2, 2}, {1, 1, 1, 1});
  CHECK_THAT(Relay1("nn.conv2d", {x, w}), Equals(F32({1, 1, 1, 1}, {10})));
  CHECK_THAT(Relay1("nn.conv2d", {x, w}, {Ints("padding", {1}), Ints("strides", {2, 2})}),
             Equals(F32({1, 1, 2, 2}, {1, 2, 3, 4})));
  CHECK_THAT(Relay1("nn.conv2d", {x, w}, {Ints("padding", {1, 0})}), Equals(F32({1, 1, 3, 1}, {3, 10, 7})));
  CHECK_THAT(Relay1("nn.conv2d", {x, w}, {Ints("padding", {0, 0, 0, 1})}),
             Equals(F32({1, 1, 1, 2}, {10, 6})));
  CHECK_THAT(RelayError("nn.conv2d", {x, w}, {Ints("padding", {1, 1, 1})}), Contains("has 3 numbers"));
}

TEST_CASE("nn.conv2d: other layouts", "[relay]") {
  // Two channels in, one out: the sum of channel 0 and ten times channel 1.
  const Tensor x = F32({1, 1, 2, 2}, {1, 2, 3, 4}), w = F32({1, 1, 2, 1}, {1, 10});
  const Attrs nhwc = {A("data_layout", "NHWC"), A("kernel_layout", "HWIO")};
  CHECK_THAT(Relay1("nn.conv2d", {x, w}, nhwc), Equals(F32({1, 1, 2, 1}, {21, 43})));
  CHECK_THAT(Relay1("nn.conv2d", {x, w},
                    {A("data_layout", "NHWC"), A("kernel_layout", "HWIO"), A("out_layout", "NCHW")}),
             Equals(F32({1, 1, 1, 2}, {21, 43})));
  const Tensor blocked = F32({1, 1, 1, 2, 2}, {1, 2, 3, 4}), kernel = F32({1, 1, 1, 1, 2, 1}, {1, 10});
  CHECK_THAT(Relay1("nn.contrib_conv2d_NCHWc", {blocked, kernel},
                    {A("data_layout", "NCHW2c"), A("kernel_layout", "OIHW2i1o"), A("out_layout", "NCHW1c")}),
             Equals(F32({1, 1, 1, 2, 1}, {21, 43})));
}

TEST_CASE("nn.conv2d: depthwise weights in both forms", "[relay]") {
  const Tensor x = F32({1, 2, 1, 1}, {3, 5});
  CHECK_THAT(Relay1("nn.conv2d", {x, F32({2, 1, 1, 1}, {10, 100})}, {A("groups", 2)}),
             Equals(F32({1, 2, 1, 1}, {30, 500})));
  const Tensor multiplied = F32({2, 2, 1, 1}, {1, 2, 10, 20});
  CHECK_THAT(RelayIn(Mode::kStatic, "nn.conv2d", {x, multiplied}, {A("groups", 2), A("channels", 4)})[0],
             Equals(F32({1, 4, 1, 1}, {3, 6, 50, 100})));
}

TEST_CASE("nn.conv2d: channels and kernel size are held against the weight", "[relay]") {
  const Tensor x = F32({1, 1, 2, 2}, {1, 2, 3, 4}), w = F32({1, 1, 2, 2}, {1, 1, 1, 1});
  CHECK_THAT(Relay1("nn.conv2d", {x, w}, {A("channels", 1), Ints("kernel_size", {2, 2})}),
             Equals(F32({1, 1, 1, 1}, {10})));
  CHECK(RelayError("nn.conv2d", {x, w}, {A("channels", 2)}) ==
        "nn.conv2d: extent 0 of weight is 1, expected 2");
  CHECK(RelayError("nn.conv2d_transpose", {x, w}, {A("channels", 2)}) ==
        "nn.conv2d_transpose: extent 1 of weight is 1, expected 2");
  CHECK_THAT(RelayError("nn.conv2d", {x, w}, {Ints("kernel_size", {})}), Contains("has 0 numbers"));
  CHECK_THAT(RelayError("nn.conv2d", {x, w}, {Ints("kernel_size", {2, 3})}),
             Contains("extent 3 of weight is 2"));
}

TEST_CASE("convolution: one and three spatial axes, transposed", "[relay]") {
  CHECK_THAT(Relay1("nn.conv1d", {F32({1, 1, 3}, {1, 2, 3}), F32({1, 1, 2}, {1, 10})}),
             Equals(F32({1, 1, 2}, {21, 32})));
  CHECK_THAT(Relay1("nn.conv3d", {F32({1, 1, 1, 1, 2}, {1, 2}), F32({1, 1, 1, 1, 1}, {3})}),
             Equals(F32({1, 1, 1, 1, 2}, {3, 6})));
  CHECK_THAT(Relay1("nn.conv1d_transpose", {F32({1, 1, 2}, {1, 2}), F32({1, 1, 2}, {1, 10})},
                    {Ints("strides", {2})}),
             Equals(F32({1, 1, 4}, {1, 10, 2, 20})));
  CHECK_THAT(Relay1("nn.conv2d_transpose", {F32({1, 1, 1, 1}, {2}), F32({1, 1, 1, 2}, {1, 10})},
                    {Ints("strides", {1, 1}), Ints("output_padding", {0, 0})}),
             Equals(F32({1, 1, 1, 2}, {2, 20})));
}

TEST_CASE("nn.conv2d: extents follow from the data's", "[relay]") {
  CHECK(RelayType("nn.conv2d",
                  {{DType::kFloat32, {"n", "3", "h", "8"}}, {DType::kFloat32, {"4", "3", "3", "3"}}},
                  {Ints("padding", {1, 1})}) == "Tensor[(n, 4, h, 8), float32]");
}

TEST_CASE("pooling: windows, in any layout", "[relay]") {
  const Tensor x = F32({1, 1, 2, 2}, {1, 2, 3, 4});
  CHECK_THAT(Relay1("nn.max_pool2d", {x}, {Ints("pool_size", {2, 2})}), Equals(F32({1, 1, 1, 1}, {4})));
  CHECK_THAT(Relay1("nn.avg_pool2d", {x},
                    {Ints("pool_size", {2, 2}), Ints("padding", {1, 1}), Ints("strides", {2, 2})}),
             Equals(F32({1, 1, 2, 2}, {1, 2, 3, 4})));
  CHECK_THAT(Relay1("nn.avg_pool2d", {x},
                    {Ints("pool_size", {2, 2}), Ints("padding", {1, 1}), Ints("strides", {2, 2}),
                     A("count_include_pad", true)}),
             Equals(F32({1, 1, 2, 2}, {0.25, 0.5, 0.75, 1})));
  CHECK_THAT(
      Relay1("nn.max_pool1d", {F32({1, 3, 1}, {1, 3, 2})}, {Ints("pool_size", {2}), A("layout", "NWC")}),
      Equals(F32({1, 2, 1}, {3, 3})));
  CHECK_THAT(Relay1("nn.max_pool2d", {F32({1, 1, 1, 3}, {1, 2, 3})},
                    {Ints("pool_size", {1, 2}), Ints("strides", {1, 2}), A("ceil_mode", true)}),
             Equals(F32({1, 1, 1, 2}, {2, 3})));
  CHECK_THAT(Relay1("nn.global_avg_pool2d", {x}), Equals(F32({1, 1, 1, 1}, {2.5})));
  CHECK_THAT(Relay1("nn.global_max_pool2d", {F32({1, 2, 1, 2}, {1, 2, 3, 0})}, {A("layout", "NHWC")}),
             Equals(F32({1, 1, 1, 2}, {3, 2})));
  CHECK_THAT(RelayError("nn.max_pool2d", {x}), Contains("'pool_size' is missing"));
}

TEST_CASE("adaptive pooling: bins that may share elements", "[relay]") {
  const Tensor x = F32({1, 1, 3}, {1, 2, 6});
  const Attrs two = {Ints("output_size", {2})};
  CHECK_THAT(RelayIn(Mode::kStatic, "nn.adaptive_avg_pool1d", {x}, two)[0], Equals(F32({1, 1, 2}, {1.5, 4})));
  CHECK_THAT(RelayIn(Mode::kStatic, "nn.adaptive_max_pool1d", {x}, two)[0], Equals(F32({1, 1, 2}, {2, 6})));
  CHECK_THAT(Relay1("nn.adaptive_avg_pool1d", {x}, {Ints("output_size", {1})}), Equals(F32({1, 1, 1}, {3})));
  CHECK_THAT(Relay1("nn.adaptive_avg_pool1d", {x}), Equals(x));
  CHECK_THAT(RelayError("nn.adaptive_avg_pool1d", {x}, two, Mode::kSymbolic), Contains("no constant extent"));
}

}  // namespace
}  // namespace baton::test
