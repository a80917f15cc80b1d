#include "accel/cpu_device.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstring>

#include "accel/devices.h"

TEST_CASE("cpu_device: memory is aligned and writable", "[accel]") {
  baton::CpuDevice device;
  for (const size_t num_bytes : {1, 63, 64, 65, 4096}) {
    void* data = device.Allocate(num_bytes);
    REQUIRE(data != nullptr);
    CHECK(reinterpret_cast<uintptr_t>(data) % baton::kTensorAlignment == 0);
    std::memset(data, 0xab, num_bytes);
    device.Free(data, num_bytes);
  }
}

TEST_CASE("cpu_device: what no machine has is refused", "[accel]") {
  baton::CpuDevice device;
  CHECK(device.Allocate(SIZE_MAX) == nullptr);
  CHECK(device.Allocate(size_t{1} << 50) == nullptr);
}

TEST_CASE("devices: the CPU is one instance", "[accel]") {
  REQUIRE(baton::GetCpuDevice() != nullptr);
  CHECK(baton::GetCpuDevice() == baton::GetCpuDevice());
  CHECK(baton::GetCpuDevice()->name() == "cpu");
}
