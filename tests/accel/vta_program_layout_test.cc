#include "accel/vta/program/layout.h"

#include <catch2/catch.hpp>
#include <numeric>

#include "tests/accel/vta_program_runner.h"

namespace baton::vta {
namespace {

std::vector<int8_t> Counting(size_t size) {
  std::vector<int8_t> values(size);
  std::iota(values.begin(), values.end(), 1);
  return values;
}

TEST_CASE("vta layouts: the small tile is innermost, and what it lacks is zeros") {
  // Blocks of 4: 5 channels of 2 pixels.
  const auto packed =
      PackTensor(ConfigNamed("small"), {.channels = 5, .pixels = 2}, absl::MakeConstSpan(Counting(10)));
  CHECK(packed == std::vector<uint8_t>{1, 3, 5, 7, 2, 4, 6, 8, 9, 0, 0, 0, 10, 0, 0, 0});
}

TEST_CASE("vta layouts: rows of a tile lie together") {
  const Config config = ConfigNamed("batch2");
  const auto packed = PackTensor(config, {.rows = 3, .channels = 1}, absl::MakeConstSpan(Counting(3)));
  REQUIRE(packed.size() == 2 * 32);
  CHECK(packed[0] == 1);
  CHECK(packed[16] == 2);
  CHECK(packed[32] == 3);
  CHECK(packed[48] == 0);
}

TEST_CASE("vta layouts: unpacking is the inverse of packing") {
  const Config config = ConfigNamed(GENERATE("default", "batch2", "small"));
  Random random(1);
  for (int i = 0; i < 30; ++i) {
    const PackedShape shape = {Draw(random, 1, 3), Draw(random, 1, 5), Draw(random, 1, 40),
                               Draw(random, 1, 6)};
    const auto values = RandomInt8(random, shape.num_values());
    const auto packed = PackTensor(config, shape, absl::MakeConstSpan(values));
    CHECK(packed.size() == PackedValues(config, shape));
    CHECK(UnpackTensor(config, shape, packed) == values);
  }
}

TEST_CASE("vta layouts: int32 is little endian, a bias is repeated for each row of the tile") {
  const auto packed = PackBias(ConfigNamed("batch2"), std::vector<int32_t>{0x01020304, -2});
  REQUIRE(packed.size() == 2 * 16 * 4);
  for (const size_t row : {0, 64}) {
    CHECK(std::vector<uint8_t>(packed.begin() + row, packed.begin() + row + 8) ==
          std::vector<uint8_t>{4, 3, 2, 1, 0xfe, 0xff, 0xff, 0xff});
  }
}

TEST_CASE("vta layouts: an element of weights has a row for each output channel") {
  // out 2, in 5: blocks of 4 x 4, two of input.
  const auto packed = PackDenseWeight(ConfigNamed("small"), 1, 2, 5, Counting(10));
  CHECK(packed == std::vector<uint8_t>{1, 2, 3, 4, 6,  7, 8, 9, 0, 0, 0, 0, 0, 0, 0, 0,
                                       5, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("vta layouts: depthwise weights are on the diagonal") {
  const auto packed =
      PackConv2dWeight(ConfigNamed("small"), {.in_channels = 3, .out_channels = 3, .groups = 3}, Counting(3));
  CHECK(packed == std::vector<uint8_t>{1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0});
}

TEST_CASE("vta layouts: groups that fill no blocks are taken together") {
  struct Case {
    uint32_t channels_in, channels_out, groups, together, groups_left;
  };
  for (const Case& c : {Case{64, 64, 64, 16, 4}, Case{64, 64, 2, 1, 2}, Case{24, 24, 3, 2, 2},
                        Case{12, 12, 2, 2, 1}, Case{10, 10, 1, 1, 1}}) {
    CAPTURE(c.channels_in, c.groups);
    const Conv2dBlocks blocks =
        BlocksOf(ConfigNamed("default"),
                 {.in_channels = c.channels_in, .out_channels = c.channels_out, .groups = c.groups});
    CHECK(blocks.groups_together == c.together);
    CHECK(blocks.groups == c.groups_left);
  }
}

}  // namespace
}  // namespace baton::vta
