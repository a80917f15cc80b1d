// The host registers of the RTL at its pins, without a program.
#include "accel/vta/host_registers.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "accel/vta/chip.h"
#include "vta_sim/rtl_libraries.h"

namespace baton::vta {
namespace {

class Pins {
 public:
  Pins() : instance_(MakeRtlInstance(FindConfig("default")->config, 8)) {
    REQUIRE(instance_ != nullptr);
    inputs_.reset = true;
    Step();
    inputs_.reset = false;
  }
  ~Pins() {
    static int count = 0;
    const char* folder = std::getenv("BATON_VTA_COVERAGE_DIR");
    if (folder != nullptr)
      instance_->WriteCoverage(absl::StrCat(folder, "/host_registers_", count++, ".dat"));
  }

  void Write(uint32_t address, uint32_t value) {
    inputs_.host_write = true;
    inputs_.host_address = address;
    inputs_.host_write_data = value;
    Step();
    inputs_.host_write = false;
  }
  uint32_t Read(uint32_t address) {
    inputs_.host_read = true;
    inputs_.host_address = address;
    Step();
    inputs_.host_read = false;
    Step();
    return outputs_.host_read_data;
  }
  bool run_over() const { return outputs_.run_over; }

 private:
  void Step() {
    instance_->Settle(inputs_, outputs_);
    instance_->Clock();
  }

  std::unique_ptr<RtlInstance> instance_;
  RtlInputs inputs_;
  RtlOutputs outputs_ = {};
};

TEST_CASE("host registers: counts and bases are read back as written", "[vta_sim]") {
  Pins pins;
  uint32_t value = 0x01234560;
  for (const HostRegisterInfo& info : AllHostRegisters()) {
    const bool is_base = absl::EndsWith(info.name, "_base") || info.name == "instruction_count";
    if (is_base) pins.Write(info.offset, value += 0x10);
  }
  value = 0x01234560;
  for (const HostRegisterInfo& info : AllHostRegisters()) {
    CAPTURE(std::string(info.name));
    const bool is_base = absl::EndsWith(info.name, "_base") || info.name == "instruction_count";
    if (is_base) CHECK(pins.Read(info.offset) == (value += 0x10));
  }
}

TEST_CASE("host registers: an idle chip says so, counts nothing and has nothing behind the counters",
          "[vta_sim]") {
  Pins pins;
  CHECK(pins.Read(static_cast<uint32_t>(HostRegister::control)) == 0);
  CHECK(pins.Read(static_cast<uint32_t>(HostRegister::cycle_count)) == 0);
  CHECK(pins.Read(static_cast<uint32_t>(HostRegister::trap_cause)) == 0);
  const uint32_t end =
      static_cast<uint32_t>(HostRegister::counters) + 8 * static_cast<uint32_t>(AllCounters().size());
  for (uint32_t address = static_cast<uint32_t>(HostRegister::counters); address < end + 16; address += 4) {
    // Before the first launch counters hold what they started with; from `end` on there are none.
    if (address >= end) CHECK(pins.Read(address) == 0);
  }
  CHECK_FALSE(pins.run_over());
}

TEST_CASE("host registers: a soft reset ends by itself when nothing is under way", "[vta_sim]") {
  Pins pins;
  pins.Write(static_cast<uint32_t>(HostRegister::control), 4);
  uint32_t control = 16;
  for (int i = 0; i < 10 && (control & 16) != 0; ++i)
    control = pins.Read(static_cast<uint32_t>(HostRegister::control));
  CHECK(control == 0);
}

}  // namespace
}  // namespace baton::vta
