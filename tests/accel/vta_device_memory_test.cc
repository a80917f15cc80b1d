#include "accel/vta/device_memory.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

namespace baton::vta {
namespace {

TEST_CASE("vta memory: begins as zeros and can be written to its end", "[accel]") {
  const auto memory = DeviceMemory::Create(10000).value();
  CHECK(memory->size() == 10000);
  CHECK(std::count(memory->data(), memory->data() + 10000, 0) == 10000);
  memory->data()[9999] = 7;
  CHECK(memory->bytes().back() == 7);
}

TEST_CASE("vta memory: sizes that addresses cannot reach are refused", "[accel]") {
  CHECK(absl::IsInvalidArgument(DeviceMemory::Create(0).status()));
  CHECK(absl::IsInvalidArgument(DeviceMemory::Create((uint64_t{1} << 32) + 1).status()));
  CHECK(DeviceMemory::Create(uint64_t{1} << 32).ok());
}

TEST_CASE("vta memory: what is allocated lies on pages of its own, never at 0", "[accel]") {
  const auto memory = DeviceMemory::Create(16 * kPageBytes).value();
  const uint32_t first = memory->Allocate(1).value();
  const uint32_t second = memory->Allocate(kPageBytes + 1).value();
  const uint32_t third = memory->Allocate(0).value();
  CHECK(first == kPageBytes);
  CHECK(second == 2 * kPageBytes);
  CHECK(third == 4 * kPageBytes);
  CHECK(memory->allocated_bytes() == 4 * kPageBytes);
}

TEST_CASE("vta memory: what is freed is joined and given out again", "[accel]") {
  const auto memory = DeviceMemory::Create(5 * kPageBytes).value();
  std::vector<uint32_t> pages;
  for (int i = 0; i < 4; ++i) pages.push_back(memory->Allocate(kPageBytes).value());
  CHECK(absl::IsResourceExhausted(memory->Allocate(1).status()));
  for (int i : {0, 2, 1, 3}) REQUIRE(memory->Free(pages[i]).ok());
  CHECK(memory->allocated_bytes() == 0);
  CHECK(memory->Allocate(4 * kPageBytes).value() == kPageBytes);
}

TEST_CASE("vta memory: an error says what was asked and what there is", "[accel]") {
  const auto memory = DeviceMemory::Create(4 * kPageBytes).value();
  REQUIRE(memory->Allocate(kPageBytes).ok());
  CHECK(std::string(memory->Allocate(10000).status().message()) ==
        "VTA memory: 10000 bytes asked for, the largest free piece of 16384 has 8192 bytes");
  CHECK(absl::IsResourceExhausted(memory->Allocate(UINT64_MAX).status()));
  CHECK(std::string(memory->Free(0x5000).message()) == "VTA memory: nothing is allocated at 0x5000");
  CHECK(absl::IsInvalidArgument(memory->Free(0)));
}

TEST_CASE("vta memory: freeing twice is refused", "[accel]") {
  const auto memory = DeviceMemory::Create(4 * kPageBytes).value();
  const uint32_t address = memory->Allocate(1).value();
  CHECK(memory->Free(address).ok());
  CHECK(absl::IsInvalidArgument(memory->Free(address)));
}

TEST_CASE("vta memory: random allocations never overlap, and all comes back", "[accel]") {
  const auto memory = DeviceMemory::Create(256 * kPageBytes).value();
  std::mt19937 random(1);
  std::vector<std::pair<uint32_t, uint32_t>> live;  // address, bytes
  for (int i = 0; i < 2000; ++i) {
    if (!live.empty() && random() % 2 == 0) {
      const size_t victim = random() % live.size();
      REQUIRE(memory->Free(live[victim].first).ok());
      live.erase(live.begin() + victim);
      continue;
    }
    const uint32_t bytes = 1 + random() % (8 * kPageBytes);
    const auto address = memory->Allocate(bytes);
    if (!address.ok()) continue;
    CHECK(*address % kPageBytes == 0);
    CHECK(*address + bytes <= memory->size());
    for (const auto& [other, size] : live) CHECK((*address + bytes <= other || other + size <= *address));
    live.push_back({*address, bytes});
  }
  for (const auto& allocation : live) REQUIRE(memory->Free(allocation.first).ok());
  CHECK(memory->Allocate(255 * kPageBytes).ok());
}

}  // namespace
}  // namespace baton::vta
