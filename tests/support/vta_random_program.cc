#include "tests/support/vta_random_program.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "accel/vta/isa.h"
#include "tests/support/vta_index_streams.h"
#include "tests/support/vta_plain_model.h"
#include "tests/support/vta_token_planner.h"
#include "vm/core/status.h"

namespace baton::vta::test {
namespace {

constexpr uint32_t kPortableUops = 2048;
constexpr uint32_t kMaxUops = 8;        // of one instruction
constexpr uint32_t kMaxIterations = 4;  // of one loop
constexpr uint32_t kInstructionPage = 0x1000;

// Where elements for a scratchpad lie in memory.
struct Source {
  uint32_t address;
  uint32_t num_elements;
};

class Generator {
 public:
  Generator(const Config& config, const RandomProgramOptions& options)
      : c_(config),
        options_(options),
        random_(options.seed),
        planner_(options.seed + 1, options.is_serial ? 0 : options.extra_tokens),
        inp_(RandomWindow(c_.inp_depth(), 64, random_)),
        wgt_(RandomWindow(c_.wgt_depth(), 16, random_)),
        acc_(RandomWindow(c_.acc_depth(), 64, random_)),
        inp_read_(c_.inp_depth()),
        wgt_read_(c_.wgt_depth()),
        inp_written_(c_.inp_depth()),
        wgt_written_(c_.wgt_depth()),
        out_computed_(c_.out_depth()),
        out_stored_(c_.out_depth()),
        is_current_(c_.out_depth()) {}

  ProgramFile Generate();

 private:
  void PlaceData();
  std::vector<uint8_t> RandomBytes(uint32_t num_bytes);
  std::vector<uint8_t> RandomAccumulators(uint32_t num_bytes);
  void FillWindow(MemoryType type, const Window& window);
  void Operation();

  void Load(MemoryType type, uint32_t sram_base, uint32_t room);
  uint32_t LoadRectangle(MemoryType type, uint32_t sram_base, uint32_t room);
  void Store();
  void Gemm();
  void Alu();
  void ClipAmounts(const Loops& loops, const IndexStream& src);
  void AppendAlu(AluOpcode opcode, const Loops& loops, const IndexStream& dst, const IndexStream* src,
                 int32_t imm);

  Loops RandomLoops();
  uint32_t LoadUops(const Loops& loops, const IndexStream& dst, const IndexStream& src,
                    const IndexStream* wgt);
  template <typename Instruction>
  Instruction LoopInstruction(Opcode opcode, const Loops& loops, uint32_t uop_bgn);
  uint32_t Append(const Instruction& instruction, Progress after);

  const Config& c_;
  const RandomProgramOptions& options_;
  RandomNumbers random_;
  TokenPlanner planner_;
  ProgramFile file_;
  Window inp_, wgt_, acc_;
  std::map<MemoryType, Source> sources_;  // kOut: where results go
  std::vector<uint32_t> uop_data_;
  uint32_t uop_address_ = 0;
  // By element: the last instruction, by its place in its queue, that...
  std::vector<uint32_t> inp_read_, wgt_read_;        // compute read it in
  std::vector<uint32_t> inp_written_, wgt_written_;  // load wrote it in
  std::vector<uint32_t> out_computed_, out_stored_;
  std::vector<bool> is_current_;  // OUT is what was computed last, and nothing was loaded or reset since
};

std::vector<uint8_t> Generator::RandomBytes(uint32_t num_bytes) {
  std::vector<uint8_t> bytes(num_bytes);
  const bool is_extreme = random_.Chance(20);
  for (uint8_t& byte : bytes)
    byte = is_extreme && random_.Chance(80) ? (random_.Chance(70) ? 0x80 : 0x7f) : random_.Any();
  return bytes;
}

// Of every magnitude, and around where sums wrap.
std::vector<uint8_t> Generator::RandomAccumulators(uint32_t num_bytes) {
  std::vector<uint8_t> bytes(num_bytes);
  for (uint32_t i = 0; i < num_bytes; i += 4) {
    int32_t value = static_cast<int32_t>(random_.Any()) >> random_.Below(32);
    if (random_.Chance(5)) value = INT32_MAX - static_cast<int32_t>(random_.Below(64));
    if (random_.Chance(5)) value = INT32_MIN + static_cast<int32_t>(random_.Below(64));
    std::memcpy(&bytes[i], &value, 4);
  }
  return bytes;
}

void Generator::PlaceData() {
  // Instructions come first, micro-ops last: how many there are is known at the end.
  uint32_t address = kInstructionPage + 0x10000;
  const std::pair<MemoryType, uint32_t> counts[] = {{MemoryType::kInp, 128},
                                                    {MemoryType::kWgt, 32},
                                                    {MemoryType::kAcc, 128},
                                                    {MemoryType::kAcc8, 128},
                                                    {MemoryType::kOut, 512}};
  for (const auto& [type, count] : counts) {
    const uint32_t num_bytes = count * ElementBytes(c_, static_cast<uint32_t>(type));
    sources_[type] = {address, count};
    file_.inputs.push_back(
        {address, type == MemoryType::kAcc ? RandomAccumulators(num_bytes) : RandomBytes(num_bytes)});
    address = (address + num_bytes + 4095) / 4096 * 4096;
  }
  uop_address_ = address;
}

uint32_t Generator::Append(const Instruction& instruction, Progress after) {
  if (options_.is_serial) {
    const Queue queue = QueueOf(instruction);
    for (Queue other : {Queue::kLoad, Queue::kCompute, Queue::kStore}) {
      const bool is_neighbour = queue == Queue::kCompute || other == Queue::kCompute;
      if (other != queue && is_neighbour) after[static_cast<int>(other)] = planner_.count(other);
    }
  }
  return planner_.Append(instruction, after);
}

// A rectangle of at most `room` elements. Returns how many.
uint32_t Generator::LoadRectangle(MemoryType type, uint32_t sram_base, uint32_t room) {
  const Source& source = sources_[type];
  MemoryInstruction load;
  load.opcode = static_cast<uint32_t>(Opcode::kLoad);
  load.memory_type = static_cast<uint32_t>(type);
  load.sram_base = sram_base;
  const bool may_pad = type != MemoryType::kWgt || options_.wgt_padding;
  const uint32_t width = random_.Between(1, std::min(room, 24u));
  const uint32_t height = random_.Between(1, std::min(room / width, 8u));
  load.x_size = may_pad ? random_.Between(width - width / 2, width) : width;
  load.y_size = may_pad ? random_.Between(height - height / 2, height) : height;
  load.x_pad_0 = random_.Between(0, width - load.x_size);
  load.x_pad_1 = width - load.x_size - load.x_pad_0;
  load.y_pad_0 = random_.Between(0, height - load.y_size);
  load.y_pad_1 = height - load.y_size - load.y_pad_0;
  // Rows apart, touching, overlapping or all the same.
  const uint32_t max_stride =
      load.y_size == 1 ? source.num_elements : (source.num_elements - load.x_size) / (load.y_size - 1);
  load.x_stride =
      random_.Chance(40) && load.x_size <= max_stride ? load.x_size : random_.Below(max_stride + 1);
  const uint32_t extent = (load.y_size - 1) * load.x_stride + load.x_size;
  const uint32_t element_bytes = ElementBytes(c_, load.memory_type);
  load.dram_base = source.address / element_bytes + random_.Below(source.num_elements - extent + 1);

  const uint32_t count = width * height;
  Progress after{};
  const auto wait_for = [&](const std::vector<uint32_t>& uses, Queue queue) {
    uint32_t& position = after[static_cast<int>(queue)];
    position =
        std::max(position, *std::max_element(uses.begin() + sram_base, uses.begin() + sram_base + count));
  };
  if (type == MemoryType::kInp) wait_for(inp_read_, Queue::kCompute);
  if (type == MemoryType::kWgt) wait_for(wgt_read_, Queue::kCompute);
  if (QueueOf(load) == Queue::kCompute) wait_for(out_stored_, Queue::kStore);
  const uint32_t position = Append(load, after);
  for (uint32_t i = sram_base; i < sram_base + count; ++i) {
    if (type == MemoryType::kInp) inp_written_[i] = position;
    if (type == MemoryType::kWgt) wgt_written_[i] = position;
    if (QueueOf(load) == Queue::kCompute) is_current_[i] = false;
  }
  return count;
}

void Generator::Load(MemoryType type, uint32_t sram_base, uint32_t room) {
  (void)LoadRectangle(type, sram_base, room);
}

void Generator::FillWindow(MemoryType type, const Window& window) {
  for (uint32_t done = 0; done < window.size;) {
    done += LoadRectangle(type, window.base + done, window.size - done);
  }
}

Loops Generator::RandomLoops() {
  Loops loops{random_.Between(1, kMaxIterations), random_.Between(1, kMaxIterations),
              random_.Between(1, kMaxUops)};
  if (options_.empty_loops && random_.Chance(10)) {
    uint32_t* counts[] = {&loops.iter_out, &loops.iter_in, &loops.num_uops};
    *counts[random_.Below(3)] = 0;
  }
  return loops;
}

// Micro-ops for an instruction, somewhere in their scratchpad. Returns where.
uint32_t Generator::LoadUops(const Loops& loops, const IndexStream& dst, const IndexStream& src,
                             const IndexStream* wgt) {
  const uint32_t depth = std::min(c_.uop_depth(), kPortableUops);
  MemoryInstruction load;
  load.opcode = static_cast<uint32_t>(Opcode::kLoad);
  load.memory_type = static_cast<uint32_t>(MemoryType::kUop);
  load.sram_base = random_.Below(depth - kMaxUops + 1);
  if (loops.num_uops == 0) return load.sram_base;
  load.dram_base = uop_address_ / c_.uop_bytes() + static_cast<uint32_t>(uop_data_.size());
  load.y_size = 1;
  load.x_size = load.x_stride = loops.num_uops;
  for (uint32_t u = 0; u < loops.num_uops; ++u) {
    uop_data_.push_back(PackUop(c_, {.dst_idx = dst.uops[u],
                                     .src_idx = src.uops[u],
                                     .wgt_idx = wgt == nullptr ? 0 : wgt->uops[u]})
                            .value());
  }
  (void)Append(load, {});
  return load.sram_base;
}

template <typename Instruction>
Instruction Generator::LoopInstruction(Opcode opcode, const Loops& loops, uint32_t uop_bgn) {
  Instruction instruction{};
  instruction.opcode = static_cast<uint32_t>(opcode);
  instruction.uop_bgn = uop_bgn;
  instruction.uop_end = uop_bgn + loops.num_uops;
  instruction.iter_out = loops.iter_out;
  instruction.iter_in = loops.iter_in;
  return instruction;
}

void Generator::Gemm() {
  const Loops loops = RandomLoops();
  const IndexStream dst =
      random_.Chance(50) ? DenseStream(loops, acc_, random_) : RandomStream(loops, acc_, random_);
  const IndexStream src =
      random_.Chance(30) ? DenseStream(loops, inp_, random_) : RandomStream(loops, inp_, random_);
  const IndexStream wgt = RandomStream(loops, wgt_, random_);
  auto gemm = LoopInstruction<GemmInstruction>(Opcode::kGemm, loops, LoadUops(loops, dst, src, &wgt));
  gemm.reset = random_.Chance(15);
  gemm.dst_factor_out = dst.factor_out;
  gemm.dst_factor_in = dst.factor_in;
  gemm.src_factor_out = src.factor_out;
  gemm.src_factor_in = src.factor_in;
  gemm.wgt_factor_out = wgt.factor_out;
  gemm.wgt_factor_in = wgt.factor_in;
  Progress after{};
  uint32_t& loads = after[static_cast<int>(Queue::kLoad)];
  uint32_t& stores = after[static_cast<int>(Queue::kStore)];
  if (!gemm.reset) {
    VisitSteps(loops, src, [&](uint32_t i) { loads = std::max(loads, inp_written_[i]); });
    VisitSteps(loops, wgt, [&](uint32_t i) { loads = std::max(loads, wgt_written_[i]); });
  }
  VisitSteps(loops, dst, [&](uint32_t i) { stores = std::max(stores, out_stored_[i]); });
  const uint32_t position = Append(gemm, after);
  if (!gemm.reset) {
    VisitSteps(loops, src, [&](uint32_t i) { inp_read_[i] = position; });
    VisitSteps(loops, wgt, [&](uint32_t i) { wgt_read_[i] = position; });
  }
  VisitSteps(loops, dst, [&](uint32_t i) {
    is_current_[i] = !gemm.reset;
    out_computed_[i] = position;
  });
}

// Without `src` the right operand is `imm`.
void Generator::AppendAlu(AluOpcode opcode, const Loops& loops, const IndexStream& dst,
                          const IndexStream* src, int32_t imm) {
  const IndexStream& right = src == nullptr ? dst : *src;
  auto alu = LoopInstruction<AluInstruction>(Opcode::kAlu, loops, LoadUops(loops, dst, right, nullptr));
  alu.alu_opcode = static_cast<uint32_t>(opcode);
  alu.use_imm = src == nullptr;
  alu.imm = imm;
  alu.dst_factor_out = dst.factor_out;
  alu.dst_factor_in = dst.factor_in;
  alu.src_factor_out = right.factor_out;
  alu.src_factor_in = right.factor_in;
  Progress after{};
  uint32_t& stores = after[static_cast<int>(Queue::kStore)];
  VisitSteps(loops, dst, [&](uint32_t i) { stores = std::max(stores, out_stored_[i]); });
  const uint32_t position = Append(alu, after);
  VisitSteps(loops, dst, [&](uint32_t i) {
    is_current_[i] = true;
    out_computed_[i] = position;
  });
}

// Makes what is read by `src` a portable amount of a shift: 0 to 15.
void Generator::ClipAmounts(const Loops& loops, const IndexStream& src) {
  AppendAlu(AluOpcode::kMax, loops, src, nullptr, 0);
  AppendAlu(AluOpcode::kMin, loops, src, nullptr, 15);
}

void Generator::Alu() {
  const bool is_tensor = random_.Chance(50);
  const auto opcode = static_cast<AluOpcode>(random_.Below(options_.mul ? 5 : 4));
  const bool clips = opcode == AluOpcode::kShr && is_tensor && !options_.any_shift;
  for (int attempt = 0; attempt < 20; ++attempt) {
    const Loops loops = RandomLoops();
    const IndexStream dst =
        random_.Chance(70) ? DenseStream(loops, acc_, random_) : RandomStream(loops, acc_, random_);
    const IndexStream src =
        random_.Chance(50) ? DenseStream(loops, acc_, random_) : RandomStream(loops, acc_, random_);
    const IndexStream* right = is_tensor ? &src : nullptr;
    if (!options_.dependent_steps) {
      if (!KeepsDistance(loops, dst, right)) continue;
      if (clips && !KeepsDistance(loops, src, nullptr)) continue;
    }
    int32_t imm = static_cast<int32_t>(random_.Below(65536)) - 32768;
    if (opcode == AluOpcode::kShr && !options_.any_shift) imm = static_cast<int32_t>(random_.Below(31)) - 15;
    if (opcode == AluOpcode::kShr && options_.any_shift && random_.Chance(70))
      imm = static_cast<int32_t>(random_.Below(81)) - 40;
    if (clips) ClipAmounts(loops, src);
    AppendAlu(opcode, loops, dst, right, is_tensor ? 0 : imm);
    return;
  }
}

void Generator::Store() {
  const uint32_t first = acc_.base + random_.Below(acc_.size);
  uint32_t run = 0;
  while (first + run < acc_.base + acc_.size && is_current_[first + run]) ++run;
  if (run == 0) return Alu();
  const Source& target = sources_[MemoryType::kOut];
  MemoryInstruction store;
  store.opcode = static_cast<uint32_t>(Opcode::kStore);
  store.memory_type = static_cast<uint32_t>(MemoryType::kOut);
  store.sram_base = first;
  store.x_size = random_.Between(1, run);
  store.y_size = random_.Between(1, run / store.x_size);
  store.x_stride = store.x_size + random_.Below(4);
  const uint32_t extent = (store.y_size - 1) * store.x_stride + store.x_size;
  store.dram_base = target.address / c_.out_bytes() + random_.Below(target.num_elements - extent + 1);
  Progress after{};
  uint32_t& computes = after[static_cast<int>(Queue::kCompute)];
  const uint32_t end = first + store.x_size * store.y_size;
  for (uint32_t i = first; i < end; ++i) computes = std::max(computes, out_computed_[i]);
  const uint32_t position = Append(store, after);
  for (uint32_t i = first; i < end; ++i) out_stored_[i] = position;
}

void Generator::Operation() {
  const uint32_t kind = random_.Below(100);
  const auto load = [&](MemoryType type, const Window& window) {
    const uint32_t offset = random_.Below(window.size);
    Load(type, window.base + offset, window.size - offset);
  };
  if (kind < 15) return load(MemoryType::kInp, inp_);
  if (kind < 25) return load(MemoryType::kWgt, wgt_);
  if (kind < 30)
    return load(options_.acc8 && random_.Chance(50) ? MemoryType::kAcc8 : MemoryType::kAcc, acc_);
  if (kind < 55) return Gemm();
  if (kind < 75) return Alu();
  if (kind < 95) return Store();
  planner_.AppendNoop(static_cast<Queue>(random_.Below(kNumQueues)));
}

ProgramFile Generator::Generate() {
  PlaceData();
  FillWindow(MemoryType::kInp, inp_);
  FillWindow(MemoryType::kWgt, wgt_);
  FillWindow(MemoryType::kAcc, acc_);
  for (int i = 0; i < options_.num_operations; ++i) Operation();
  std::vector<uint8_t> code;
  const std::vector<Instruction> program = std::move(planner_).Finish();
  for (const Instruction& instruction : program) {
    const Word word = Pack(c_, instruction).value();
    const auto* bytes = reinterpret_cast<const uint8_t*>(&word);
    code.insert(code.end(), bytes, bytes + sizeof(word));
  }
  BATON_CHECK(kInstructionPage + code.size() <= file_.inputs.front().address);
  file_.instruction_address = kInstructionPage;
  file_.instruction_count = static_cast<uint32_t>(program.size());
  file_.inputs.push_back({kInstructionPage, std::move(code)});
  const auto* uops = reinterpret_cast<const uint8_t*>(uop_data_.data());
  file_.inputs.push_back({uop_address_, {uops, uops + uop_data_.size() * sizeof(uint32_t)}});
  file_.image_bytes = static_cast<uint32_t>((uop_address_ + uop_data_.size() * 4 + 4095) / 4096 * 4096);
  const std::vector<uint8_t> memory = RunPlainModel(c_, file_);
  const Source& target = sources_[MemoryType::kOut];
  const auto begin = memory.begin() + target.address;
  file_.outputs.push_back({target.address, {begin, begin + target.num_elements * c_.out_bytes()}});
  return std::move(file_);
}

}  // namespace

RandomProgramOptions BeyondPortable(RandomProgramOptions options) {
  options.wgt_padding = options.mul = options.acc8 = true;
  options.any_shift = options.dependent_steps = options.empty_loops = true;
  return options;
}

ProgramFile RandomProgram(const Config& config, const RandomProgramOptions& options) {
  return Generator(config, options).Generate();
}

}  // namespace baton::vta::test
