// What stands at the memory port of an RTL chip: DeviceMemory behind AXI-like channels with latencies, or
// with everything random that the protocol leaves open.
#pragma once

#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include "accel/vta/device_memory.h"
#include "vta_sim/rtl_instance.h"

namespace baton::vta {

// Reads: the first beat comes `read_latency` cycles after the request, then one each cycle; any number may be
// outstanding. The default is the specification's reference model (section 16).
struct MemoryTiming {
  int read_latency = 16;  // cycles
  int bus_bytes = 8;      // a beat: 8, 16, 32 or 64; which exist depends on the configuration, rtl_chip.h
  int write_response_latency = 1;  // cycles after the last beat of a burst
  // Random ready and valid on every channel, latencies up to read_latency, bursts of different tags
  // interleaved in any order.
  bool randomise = false;
  uint64_t seed = 0;
};

class MemoryModel {
 public:
  // Addresses outside `memory` read zeros; what is written there is lost.
  MemoryModel(DeviceMemory& memory, const MemoryTiming& timing);

  // Sets the memory side's pins for the next cycle.
  void Drive(RtlInputs& inputs);
  // Takes what was handed over in the cycle with these pins.
  void Observe(const RtlInputs& inputs, const RtlOutputs& outputs);

 private:
  struct Burst {
    uint32_t address;  // of the next beat
    uint32_t beats;    // left
    uint32_t tag;
    uint64_t ready;  // cycle of its first beat
  };
  struct WriteBeat {
    uint8_t data[kMaxBusBytes];
    uint64_t strobe;
    bool last;
  };

  bool Chance();  // one in two when random, else always
  void ChooseRead(RtlInputs& inputs);
  void Write();

  DeviceMemory& memory_;
  MemoryTiming timing_;
  std::mt19937_64 random_;
  uint64_t cycle_ = 0;
  std::deque<Burst> reads_;
  int current_ = -1;  // of reads_: offered on the read channel
  std::deque<Burst> write_bursts_;
  std::deque<WriteBeat> write_beats_;
  std::deque<uint64_t> responses_;  // cycles in which they are due
  bool responding_ = false;
};

}  // namespace baton::vta
