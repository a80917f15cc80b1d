#include "accel/vta/instruction_checks.h"

#include <initializer_list>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "accel/vta/steps.h"

namespace baton::vta {
namespace {

using MaybeViolation = std::optional<Violation>;

constexpr uint32_t kPortableUops = 2048;  // section 1.1

// Bits that a format gives a meaning to.
Word Meaningful(const Config& config, Format format) {
  uint64_t words[2] = {0, 0};
  for (const FieldLayout& field : Layout(config, format)) {
    if (field.is_reserved) continue;
    words[field.word] |= (~uint64_t{0} >> (64 - field.width)) << field.lsb;
  }
  return {words[0], words[1]};
}

Format FormatOf(Opcode opcode) {
  switch (opcode) {
#define VTA_OPCODE(code, name, format, meaning) \
  case Opcode::k##name:                         \
    return Format::k##format;
#include "accel/vta/isa.def"
  }
  return Format::kFinish;
}

class Checker {
 public:
  Checker(const Config& config, const ModelOptions& options, uint64_t memory_bytes)
      : config_(config), options_(options), memory_bytes_(memory_bytes) {}

  MaybeViolation Check(const MemoryInstruction& memory) const;
  MaybeViolation Check(const GemmInstruction& gemm) const { return CheckLoops(gemm); }
  MaybeViolation Check(const AluInstruction& alu) const;
  MaybeViolation Check(const FinishInstruction&) const { return std::nullopt; }

 private:
  struct Field {
    const char* name;
    uint32_t value;
  };

  bool Traps(Rule rule) const { return Applies(rule, options_); }
  // The first of `fields` that is not 0.
  MaybeViolation NotZero(Rule rule, std::initializer_list<Field> fields) const;
  MaybeViolation CheckType(const MemoryInstruction& memory, bool is_store) const;
  MaybeViolation CheckTokens(const MemoryInstruction& memory) const;
  MaybeViolation CheckPadding(const MemoryInstruction& memory, bool is_store) const;
  MaybeViolation CheckShape(const MemoryInstruction& memory, bool is_store) const;
  MaybeViolation CheckScratchpad(const MemoryInstruction& memory) const;
  MaybeViolation CheckMemory(const MemoryInstruction& memory) const;
  template <typename Loop>
  MaybeViolation CheckLoops(const Loop& loop) const;

  const Config& config_;
  const ModelOptions& options_;
  uint64_t memory_bytes_;
};

MaybeViolation Checker::NotZero(Rule rule, std::initializer_list<Field> fields) const {
  if (!Traps(rule)) return std::nullopt;
  for (const Field& field : fields) {
    if (field.value != 0)
      return Violation{rule, field.name, absl::StrCat("is ", field.value, ", expected 0")};
  }
  return std::nullopt;
}

// With x_size = 0 a store's type may also be 0, which is upstream's way to write it.
MaybeViolation Checker::CheckType(const MemoryInstruction& memory, bool is_store) const {
  const auto type = static_cast<MemoryType>(memory.memory_type);
  const bool is_noop = memory.x_size == 0;
  if (is_store) {
    if (type == MemoryType::kOut || (is_noop && memory.memory_type == 0)) return std::nullopt;
    return Violation{Rule::store_memory_type, "memory_type",
                     absl::StrCat("is ", MemoryTypeName(memory.memory_type), ", expected out")};
  }
  if (type == MemoryType::kOut || MemoryDepth(config_, memory.memory_type) == 0) {
    return Violation{
        Rule::load_memory_type, "memory_type",
        absl::StrCat("is ", MemoryTypeName(memory.memory_type), ", expected uop, wgt, inp, acc or acc8")};
  }
  if (type == MemoryType::kAcc8 && !options_.advertises_acc8) {
    return Violation{Rule::acc8_advertised, "memory_type", "is acc8, which this device does not have"};
  }
  return std::nullopt;
}

MaybeViolation Checker::CheckTokens(const MemoryInstruction& memory) const {
  switch (QueueOf(memory)) {
    case Queue::kLoad:
      return NotZero(Rule::token_bits, {{"pop_prev", memory.pop_prev}, {"push_prev", memory.push_prev}});
    case Queue::kStore:
      return NotZero(Rule::token_bits, {{"pop_next", memory.pop_next}, {"push_next", memory.push_next}});
    case Queue::kCompute:
      break;
  }
  return std::nullopt;
}

MaybeViolation Checker::CheckPadding(const MemoryInstruction& memory, bool is_store) const {
  const std::initializer_list<Field> padding = {{"y_pad_0", memory.y_pad_0},
                                                {"y_pad_1", memory.y_pad_1},
                                                {"x_pad_0", memory.x_pad_0},
                                                {"x_pad_1", memory.x_pad_1}};
  if (is_store) return NotZero(Rule::store_padding, padding);
  const auto type = static_cast<MemoryType>(memory.memory_type);
  if (type == MemoryType::kUop) return NotZero(Rule::uop_load_form, padding);
  if (type == MemoryType::kInp || type == MemoryType::kAcc) return std::nullopt;
  return NotZero(Rule::padding_portable, padding);
}

MaybeViolation Checker::CheckShape(const MemoryInstruction& memory, bool is_store) const {
  if (memory.y_size == 0 && Traps(Rule::no_rows)) {
    return Violation{Rule::no_rows, "y_size", absl::StrCat("is 0, expected rows: x_size is ", memory.x_size)};
  }
  if (is_store && memory.y_size > 1 && memory.x_stride < memory.x_size && Traps(Rule::store_overlap)) {
    return Violation{Rule::store_overlap, "x_stride",
                     absl::StrCat("is ", memory.x_stride, ", expected at least x_size = ", memory.x_size)};
  }
  if (is_store || static_cast<MemoryType>(memory.memory_type) != MemoryType::kUop) return std::nullopt;
  if (memory.y_size != 1 && Traps(Rule::uop_load_form)) {
    return Violation{Rule::uop_load_form, "y_size", absl::StrCat("is ", memory.y_size, ", expected 1")};
  }
  if (memory.x_stride != memory.x_size && Traps(Rule::uop_load_form)) {
    return Violation{Rule::uop_load_form, "x_stride",
                     absl::StrCat("is ", memory.x_stride, ", expected x_size = ", memory.x_size)};
  }
  return std::nullopt;
}

MaybeViolation Checker::CheckScratchpad(const MemoryInstruction& memory) const {
  const uint64_t end = memory.sram_base + StepsOf(memory);
  const uint32_t depth = MemoryDepth(config_, memory.memory_type);
  if (end <= depth) return std::nullopt;
  return Violation{Rule::scratchpad_range, "sram_base",
                   absl::StrCat("is ", memory.sram_base, " and the rectangle ends at ", end,
                                ", expected at most ", depth)};
}

// REQUIRES: CheckScratchpad, which bounds the rows that have elements.
MaybeViolation Checker::CheckMemory(const MemoryInstruction& memory) const {
  const uint32_t element_bytes = ElementBytes(config_, memory.memory_type);
  for (uint32_t y = 0; y < memory.y_size; ++y) {
    const uint64_t begin = RowAddress(memory, y, element_bytes);
    const uint64_t end = begin + uint64_t{memory.x_size} * element_bytes;
    if (end <= memory_bytes_) continue;
    return Violation{Rule::memory_range, "dram_base",
                     absl::StrFormat("is %d and row %d lies at 0x%x to 0x%x, expected an end of at most 0x%x",
                                     memory.dram_base, y, begin, end, memory_bytes_)};
  }
  return std::nullopt;
}

MaybeViolation Checker::Check(const MemoryInstruction& memory) const {
  const bool is_store = memory.opcode == static_cast<uint32_t>(Opcode::kStore);
  if (auto violation = CheckType(memory, is_store)) return violation;
  if (auto violation = CheckTokens(memory)) return violation;
  if (memory.x_size == 0) {
    return NotZero(Rule::noop_fields, {{"sram_base", memory.sram_base},
                                       {"dram_base", memory.dram_base},
                                       {"y_size", memory.y_size},
                                       {"x_stride", memory.x_stride},
                                       {"y_pad_0", memory.y_pad_0},
                                       {"y_pad_1", memory.y_pad_1},
                                       {"x_pad_0", memory.x_pad_0},
                                       {"x_pad_1", memory.x_pad_1}});
  }
  if (auto violation = CheckPadding(memory, is_store)) return violation;
  if (auto violation = CheckShape(memory, is_store)) return violation;
  if (auto violation = CheckScratchpad(memory)) return violation;
  return CheckMemory(memory);
}

template <typename Loop>
MaybeViolation Checker::CheckLoops(const Loop& loop) const {
  if (Traps(Rule::counts_portable)) {
    if (loop.iter_out == 0) return Violation{Rule::counts_portable, "iter_out", "is 0, expected iterations"};
    if (loop.iter_in == 0) return Violation{Rule::counts_portable, "iter_in", "is 0, expected iterations"};
    if (loop.uop_bgn >= loop.uop_end) {
      return Violation{Rule::counts_portable, "uop_end",
                       absl::StrCat("is ", loop.uop_end, ", expected more than uop_bgn = ", loop.uop_bgn)};
    }
  }
  if (StepsOf(loop) == 0) return std::nullopt;
  if (loop.uop_end > config_.uop_depth()) {
    return Violation{Rule::uop_range, "uop_end",
                     absl::StrCat("is ", loop.uop_end, ", expected at most ", config_.uop_depth())};
  }
  if (loop.uop_end > kPortableUops && Traps(Rule::uop_range_portable)) {
    return Violation{Rule::uop_range_portable, "uop_end",
                     absl::StrCat("is ", loop.uop_end, ", expected at most ", kPortableUops)};
  }
  return std::nullopt;
}

MaybeViolation Checker::Check(const AluInstruction& alu) const {
  const auto opcode = static_cast<AluOpcode>(alu.alu_opcode);
  if (alu.alu_opcode > static_cast<uint32_t>(AluOpcode::kMul)) {
    return Violation{Rule::alu_opcode, "alu_opcode",
                     absl::StrCat("is ", alu.alu_opcode, ", expected 0 to 4")};
  }
  if (opcode == AluOpcode::kMul && !options_.advertises_mul) {
    return Violation{Rule::mul_advertised, "alu_opcode", "is mul, which this device does not have"};
  }
  if (auto violation = CheckLoops(alu)) return violation;
  if (alu.use_imm && Traps(Rule::immediate_source)) {
    if (alu.iter_out > 1 && alu.src_factor_out != alu.dst_factor_out) {
      return Violation{
          Rule::immediate_source, "src_factor_out",
          absl::StrCat("is ", alu.src_factor_out, ", expected dst_factor_out = ", alu.dst_factor_out)};
    }
    if (alu.iter_in > 1 && alu.src_factor_in != alu.dst_factor_in) {
      return Violation{
          Rule::immediate_source, "src_factor_in",
          absl::StrCat("is ", alu.src_factor_in, ", expected dst_factor_in = ", alu.dst_factor_in)};
    }
  }
  if (opcode == AluOpcode::kShr && Traps(Rule::shift_portable)) {
    if (alu.use_imm ? alu.imm < -15 || alu.imm > 15 : alu.imm != 0) {
      return Violation{Rule::shift_portable, "imm",
                       absl::StrCat("is ", alu.imm, alu.use_imm ? ", expected -15 to 15" : ", expected 0")};
    }
  }
  return std::nullopt;
}

}  // namespace

std::variant<Instruction, Violation> Decode(const Config& config, const ModelOptions& options, Word word) {
  auto unpacked = UnpackOrError(config, word);
  if (auto* instruction = std::get_if<Instruction>(&unpacked)) return *std::move(instruction);
  const auto& error = std::get<UnpackError>(unpacked);
  const bool is_unknown = error.field == "opcode";
  const Rule rule = is_unknown ? Rule::known_opcode : Rule::reserved_bits;
  if (is_unknown || Applies(rule, options)) return Violation{rule, error.field, error.rule};
  const Word mask = Meaningful(config, FormatOf(static_cast<Opcode>(word.w0 & 7)));
  return std::get<Instruction>(UnpackOrError(config, Word{word.w0 & mask.w0, word.w1 & mask.w1}));
}

std::optional<Violation> CheckInstruction(const Config& config, const ModelOptions& options,
                                          const Instruction& instruction, uint64_t memory_bytes) {
  const Checker checker(config, options, memory_bytes);
  return std::visit([&](const auto& fields) { return checker.Check(fields); }, instruction);
}

}  // namespace baton::vta
