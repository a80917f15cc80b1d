#include "vta_sim/memory_model.h"

#include <cstring>

namespace baton::vta {

MemoryModel::MemoryModel(DeviceMemory& memory, const MemoryTiming& timing)
    : memory_(memory), timing_(timing), random_(timing.seed) {}

bool MemoryModel::Chance() {
  return !timing_.randomise || (random_() & 1) != 0;
}

void MemoryModel::Drive(RtlInputs& inputs) {
  ++cycle_;
  inputs.ar_ready = Chance();
  inputs.aw_ready = Chance();
  inputs.w_ready = Chance();
  // What was offered and not taken stays.
  if (current_ < 0) ChooseRead(inputs);
  if (!responding_) responding_ = !responses_.empty() && responses_.front() <= cycle_ && Chance();
  inputs.b_valid = responding_;
}

void MemoryModel::ChooseRead(RtlInputs& inputs) {
  inputs.r_valid = false;
  if (reads_.empty() || !Chance()) return;
  const size_t choice = timing_.randomise ? random_() % reads_.size() : 0;
  const Burst& burst = reads_[choice];
  if (burst.ready > cycle_) return;
  current_ = static_cast<int>(choice);
  inputs.r_valid = true;
  inputs.r_tag = burst.tag;
  inputs.r_last = burst.beats == 1;
  const uint64_t bytes = timing_.bus_bytes;
  if (burst.address + bytes <= memory_.size()) {
    std::memcpy(inputs.r_data, memory_.data() + burst.address, bytes);
  } else {
    for (uint64_t i = 0; i < bytes; ++i) {
      inputs.r_data[i] = burst.address + i < memory_.size() ? memory_.data()[burst.address + i] : 0;
    }
  }
}

void MemoryModel::Observe(const RtlInputs& inputs, const RtlOutputs& outputs) {
  if (inputs.r_valid && outputs.r_ready) {
    Burst& burst = reads_[current_];
    burst.address += timing_.bus_bytes;
    if (--burst.beats == 0) reads_.erase(reads_.begin() + current_);
    current_ = -1;
  }
  if (inputs.ar_ready && outputs.ar_valid) {
    const int latency =
        timing_.randomise ? static_cast<int>(random_() % (timing_.read_latency + 1)) : timing_.read_latency;
    reads_.push_back({outputs.ar_address, outputs.ar_length + 1, outputs.ar_tag, cycle_ + latency});
  }
  if (inputs.aw_ready && outputs.aw_valid) {
    write_bursts_.push_back({outputs.aw_address, outputs.aw_length + 1, 0, 0});
  }
  if (inputs.w_ready && outputs.w_valid) {
    WriteBeat& beat = write_beats_.emplace_back();
    std::memcpy(beat.data, outputs.w_data, timing_.bus_bytes);
    beat.strobe = outputs.w_strobe;
    beat.last = outputs.w_last;
  }
  if (inputs.b_valid && outputs.b_ready) {
    responses_.pop_front();
    responding_ = false;
  }
  Write();
}

void MemoryModel::Write() {
  while (!write_bursts_.empty() && !write_beats_.empty()) {
    Burst& burst = write_bursts_.front();
    const WriteBeat& beat = write_beats_.front();
    for (int i = 0; i < timing_.bus_bytes; ++i) {
      const uint64_t address = uint64_t{burst.address} + i;
      if ((beat.strobe >> i & 1) != 0 && address < memory_.size()) memory_.data()[address] = beat.data[i];
    }
    burst.address += timing_.bus_bytes;
    // A wrong `last` ends the burst where the RTL says, so that a test sees it in memory or as a hang.
    const bool ended = beat.last;
    write_beats_.pop_front();
    if (ended) {
      write_bursts_.pop_front();
      responses_.push_back(cycle_ + timing_.write_response_latency);
    }
  }
}

}  // namespace baton::vta
