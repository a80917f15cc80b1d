// One instance of the RTL, whatever its configuration and bus width: its pins, and a clock. Each verilated
// library makes one through verilated_instance.cc; RtlChip drives it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace baton::vta {

inline constexpr int kMaxBusBytes = 64;

// Named as the ports of vta_top.sv, which says what they mean.
struct RtlInputs {
  bool reset = false;
  bool host_write = false;
  bool host_read = false;
  uint32_t host_address = 0;
  uint32_t host_write_data = 0;
  bool ar_ready = false;
  bool r_valid = false;
  bool r_last = false;
  uint32_t r_tag = 0;
  alignas(8) uint8_t r_data[kMaxBusBytes] = {};
  bool aw_ready = false;
  bool w_ready = false;
  bool b_valid = false;
};

struct RtlOutputs {
  uint32_t host_read_data;
  bool run_over;
  bool ar_valid;
  uint32_t ar_address;
  uint32_t ar_length;
  uint32_t ar_tag;
  bool r_ready;
  bool aw_valid;
  uint32_t aw_address;
  uint32_t aw_length;
  bool w_valid;
  bool w_last;
  uint64_t w_strobe;
  alignas(8) uint8_t w_data[kMaxBusBytes];
  bool b_ready;
  uint32_t record_head;
  uint32_t record_begin;
  uint32_t record_retire;
  uint32_t record_steps[3];
};

class RtlInstance {
 public:
  virtual ~RtlInstance() = default;

  // One clock cycle in two halves: what the outputs are for these inputs, then the rising edge.
  virtual void Settle(const RtlInputs& inputs, RtlOutputs& outputs) = 0;
  virtual void Clock() = 0;

  // Writes a waveform to `path` from now on. False when the library was built without tracing.
  virtual bool Trace(const std::string& path) = 0;
  // Writes what coverage was counted; nothing unless the library was built for it.
  virtual void WriteCoverage(const std::string& path) = 0;
};

}  // namespace baton::vta
