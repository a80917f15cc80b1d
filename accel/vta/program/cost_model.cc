#include "accel/vta/program/cost_model.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>

#include "accel/vta/isa.h"
#include "vm/core/status.h"

namespace baton::vta {
namespace {

// Cycles in which the memory port is taken. Later requests of the program may be served in earlier gaps: the
// queues run beside each other.
class Port {
 public:
  // Takes the first `beats` free cycles from `cycle` on; the end of the last.
  uint64_t Take(uint64_t cycle, uint64_t beats) {
    while (beats > 0) {
      auto next = busy_.upper_bound(cycle);
      if (next != busy_.begin()) {
        const auto before = std::prev(next);
        cycle = std::max(cycle, before->second);
      }
      const uint64_t gap_end = next == busy_.end() ? UINT64_MAX : next->first;
      const uint64_t taken = std::min(beats, gap_end - cycle);
      Mark(cycle, cycle + taken);
      cycle += taken;
      beats -= taken;
    }
    return cycle;
  }

 private:
  void Mark(uint64_t begin, uint64_t end) {
    if (begin == end) return;
    auto next = busy_.lower_bound(begin);
    if (next != busy_.end() && next->first == end) {
      end = next->second;
      next = busy_.erase(next);
    }
    if (next != busy_.begin() && std::prev(next)->second == begin) {
      std::prev(next)->second = end;
    } else {
      busy_[begin] = end;
    }
  }

  std::map<uint64_t, uint64_t> busy_;  // begin -> end, apart from each other
};

struct Range {
  uint32_t begin = 0, end = 0;

  bool Meets(const Range& other) const { return begin < other.end && other.begin < end; }
};

// Accumulators that an instruction uses.
struct Footprint {
  std::array<Range, 2> ranges;

  bool Meets(const Footprint& other) const {
    return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) {
      return std::any_of(other.ranges.begin(), other.ranges.end(),
                         [&](const Range& theirs) { return range.Meets(theirs); });
    });
  }
};

// The compute queue's engines: the two that work, and the one that loads.
enum Engine { kGemmEngine, kAluEngine, kLoadEngine, kNumEngines };

class Timeline {
 public:
  Timeline(const Program& program, const Machine& machine)
      : program_(program), config_(program.config), machine_(machine), uops_(config_.uop_depth()) {}

  std::vector<InstructionTime> Run() {
    std::vector<InstructionTime> times;
    times.reserve(program_.instructions.size());
    for (const Word& word : program_.instructions) {
      Fetch();
      const absl::StatusOr<Instruction> instruction = Unpack(config_, word);
      BATON_CHECK(instruction.ok());  // it was packed
      times.push_back(Place(*instruction));
    }
    return times;
  }

 private:
  static constexpr int kQueueOf[kNumTokenQueues][2] = {{0, 1}, {1, 0}, {1, 2}, {2, 1}};  // from, to

  // Fetch runs ahead as fast as it can, and leaves half of the port to others.
  void Fetch() {
    const uint64_t beats = std::max<uint64_t>(1, kInstructionBytes / machine_.bus_bytes);
    fetched_ = read_port_.Take(std::max<uint64_t>(fetched_ + beats, machine_.read_latency), beats);
  }

  InstructionTime Place(const Instruction& instruction) {
    const auto queue = static_cast<int>(QueueOf(instruction));
    const TokenBits bits = TokensOf(instruction);
    uint64_t ready = std::max(fetched_, queue_free_[queue]);
    for (int i = 0; i < kNumTokenQueues; ++i) {
      const bool pops = kQueueOf[i][0] < kQueueOf[i][1] ? bits.pop_prev : bits.pop_next;
      if (queue == kQueueOf[i][1] && pops && !tokens_[i].empty()) {
        ready = std::max(ready, tokens_[i].front());
        tokens_[i].pop_front();
      }
    }
    const InstructionTime time = Work(instruction, ready);
    for (int i = 0; i < kNumTokenQueues; ++i) {
      const bool pushes = kQueueOf[i][0] < kQueueOf[i][1] ? bits.push_next : bits.push_prev;
      if (queue == kQueueOf[i][0] && pushes) tokens_[i].push_back(time.end + 1);
    }
    return time;
  }

  InstructionTime Work(const Instruction& instruction, uint64_t ready) {
    if (const auto* gemm = std::get_if<GemmInstruction>(&instruction)) return Compute(*gemm, ready);
    if (const auto* alu = std::get_if<AluInstruction>(&instruction)) return Compute(*alu, ready);
    if (const auto* memory = std::get_if<MemoryInstruction>(&instruction)) {
      if (QueueOf(instruction) == Queue::kLoad) return Load(*memory, ready);
      if (QueueOf(instruction) == Queue::kStore) return Store(*memory, ready);
      return LoadForCompute(*memory, ready);
    }
    const uint64_t end = std::max(ready, retired_) + 1;
    return {ready, end};
  }

  uint64_t Beats(const MemoryInstruction& memory) const {
    const uint64_t row_bytes = uint64_t{memory.x_size} * ElementBytes(config_, memory.memory_type);
    return memory.y_size * ((row_bytes + machine_.bus_bytes - 1) / machine_.bus_bytes);
  }

  // Padding is written beside the rows, but in cycles of its own when the bus brings elements as fast as the
  // scratchpad takes them.
  uint64_t Transfer(const MemoryInstruction& memory, uint64_t begin) {
    const uint64_t elements = uint64_t{memory.y_pad_0 + memory.y_size + memory.y_pad_1} *
                              (memory.x_pad_0 + memory.x_size + memory.x_pad_1);
    const uint64_t end = read_port_.Take(begin + machine_.read_latency, Beats(memory));
    return std::max(end, begin + machine_.read_latency + elements) + machine_.load_overhead;
  }

  // Two engines, one for each scratchpad; begins and ends in order.
  InstructionTime Load(const MemoryInstruction& memory, uint64_t ready) {
    uint64_t& engine_free = load_engine_free_[memory.memory_type == static_cast<uint32_t>(MemoryType::kWgt)];
    const uint64_t begin = std::max(ready, engine_free);
    loaded_ = std::max(loaded_, memory.x_size == 0 ? begin + 1 : Transfer(memory, begin));
    engine_free = loaded_;
    queue_free_[static_cast<int>(Queue::kLoad)] = begin + 1;
    return {begin, loaded_};
  }

  InstructionTime Store(const MemoryInstruction& memory, uint64_t ready) {
    uint64_t end = ready + 1;
    if (memory.x_size != 0) {
      end =
          write_port_.Take(ready + machine_.store_overhead, Beats(memory) * machine_.store_cycles_per_beat) +
          machine_.write_latency;
    }
    queue_free_[static_cast<int>(Queue::kStore)] = end;
    return {ready, end};
  }

  // Issues in order; the engines work beside each other where they may; retires, and gives tokens, in order.
  InstructionTime LoadForCompute(const MemoryInstruction& memory, uint64_t ready) {
    if (memory.x_size == 0) {
      const uint64_t end = Retire(ready);
      queue_free_[static_cast<int>(Queue::kCompute)] = ready + 1;
      return {ready, end};
    }
    Footprint footprint;
    uint64_t begin = std::max(ready, engine_free_[kLoadEngine]);
    if (static_cast<MemoryType>(memory.memory_type) == MemoryType::kUop) {
      CopyUops(memory);
    } else {
      footprint.ranges[0] = {memory.sram_base, memory.sram_base + memory.y_size * memory.x_size};
    }
    begin = std::max(begin, After(kLoadEngine, footprint));
    const uint64_t end = Transfer(memory, begin);
    if (static_cast<MemoryType>(memory.memory_type) == MemoryType::kUop) uops_loaded_ = end;
    return Issue(kLoadEngine, ready, begin, end, footprint);
  }

  template <typename T>
  InstructionTime Compute(const T& instruction, uint64_t ready) {
    const Footprint footprint = FootprintOf(instruction);
    const uint64_t steps =
        uint64_t{instruction.iter_out} * instruction.iter_in * (instruction.uop_end - instruction.uop_bgn);
    Engine engine = kGemmEngine;
    uint64_t cycles = steps + machine_.gemm_overhead;
    if constexpr (std::is_same_v<T, AluInstruction>) {
      engine = kAluEngine;
      const bool broadcasts = instruction.src_factor_in == 0;
      cycles = steps * (instruction.use_imm || broadcasts ? 1 : machine_.alu_tensor_cycles) +
               machine_.alu_overhead;
    } else if (instruction.reset && ResetsOnAlu(ready)) {
      engine = kAluEngine;
    }
    const uint64_t begin = std::max({ready, engine_free_[engine], uops_loaded_, After(engine, footprint)});
    return Issue(engine, ready, begin, begin + cycles, footprint);
  }

  // The matrix unit goes on while the vector unit has nothing to do.
  bool ResetsOnAlu(uint64_t ready) const {
    return machine_.engines_overlap && engine_free_[kAluEngine] <= ready && engine_free_[kGemmEngine] > ready;
  }

  // When the other engines are done with what meets `footprint`; with all, if they do not overlap.
  uint64_t After(Engine engine, const Footprint& footprint) {
    uint64_t after = 0;
    for (int other = 0; other < kNumEngines; ++other) {
      if (other == engine) continue;
      for (const auto& [theirs, end] : in_flight_[other]) {
        if (!machine_.engines_overlap || footprint.Meets(theirs)) after = std::max(after, end);
      }
    }
    return after;
  }

  InstructionTime Issue(Engine engine, uint64_t ready, uint64_t begin, uint64_t end,
                        const Footprint& footprint) {
    engine_free_[engine] = end;
    in_flight_[engine].emplace_back(footprint, end);
    while (in_flight_[engine].size() > 64) in_flight_[engine].pop_front();
    // The queue's head stays there until its engine has room for it.
    std::deque<uint64_t>& begins = begins_[engine];
    begins.push_back(begin);
    uint64_t left = ready + 1;
    if (begins.size() > machine_.engine_queue) {
      left = std::max(left, begins.front());
      begins.pop_front();
    }
    queue_free_[static_cast<int>(Queue::kCompute)] = left;
    return {begin, Retire(end)};
  }

  uint64_t Retire(uint64_t end) {
    retired_ = std::max(retired_, end);
    return retired_;
  }

  void CopyUops(const MemoryInstruction& memory) {
    for (uint32_t i = 0; i < memory.x_size; ++i) {
      uops_[memory.sram_base + i] = UnpackUop(config_, program_.uops[memory.dram_base + i]);
    }
  }

  template <typename T>
  Footprint FootprintOf(const T& instruction) const {
    uint32_t dst_min = UINT32_MAX, dst_max = 0, src_min = UINT32_MAX, src_max = 0;
    for (uint32_t i = instruction.uop_bgn; i < instruction.uop_end; ++i) {
      dst_min = std::min(dst_min, uops_[i].dst_idx);
      dst_max = std::max(dst_max, uops_[i].dst_idx);
      src_min = std::min(src_min, uops_[i].src_idx);
      src_max = std::max(src_max, uops_[i].src_idx);
    }
    const auto last = [&](uint32_t max, uint32_t outer, uint32_t inner) {
      return max + (instruction.iter_out - 1) * outer + (instruction.iter_in - 1) * inner + 1;
    };
    Footprint footprint;
    footprint.ranges[0] = {dst_min, last(dst_max, instruction.dst_factor_out, instruction.dst_factor_in)};
    if constexpr (std::is_same_v<T, AluInstruction>) {
      footprint.ranges[1] = {src_min, last(src_max, instruction.src_factor_out, instruction.src_factor_in)};
    }
    return footprint;
  }

  const Program& program_;
  const Config& config_;
  const Machine& machine_;
  Port read_port_, write_port_;
  uint64_t fetched_ = 0;                           // when the next instruction is in its queue
  std::array<uint64_t, kNumQueues> queue_free_{};  // when the next of each queue is at its head
  std::array<std::deque<uint64_t>, kNumTokenQueues> tokens_;
  std::array<uint64_t, 2> load_engine_free_{};  // INP, WGT
  uint64_t loaded_ = 0;                         // the last of the load queue
  std::array<uint64_t, kNumEngines> engine_free_{};
  std::array<std::deque<std::pair<Footprint, uint64_t>>, kNumEngines> in_flight_;
  std::array<std::deque<uint64_t>, kNumEngines> begins_;
  uint64_t retired_ = 0;
  uint64_t uops_loaded_ = 0;
  std::vector<Uop> uops_;  // what the scratchpad holds at this point of the program
};

}  // namespace

std::vector<InstructionTime> PredictTimes(const Program& program, const Machine& machine) {
  return Timeline(program, machine).Run();
}

uint64_t PredictCycles(const Program& program, const Machine& machine) {
  const std::vector<InstructionTime> times = PredictTimes(program, machine);
  return times.empty() ? 0 : times.back().end;
}

}  // namespace baton::vta
