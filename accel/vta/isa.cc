#include "accel/vta/isa.h"

#include <algorithm>
#include <optional>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace baton::vta {
namespace {

// Calls visit(word, name, member, width, meaning) for each field, in the order of the bits.
#define VTA_VISIT(word, name, type, width, meaning) visit(word, #name, fields.name, width, meaning);

template <typename Visitor>
void VisitFields(const Config& c, auto& fields, Visitor visit) requires
    std::is_same_v<std::remove_const_t<std::remove_reference_t<decltype(fields)>>, MemoryInstruction> {
  (void)c;
#define VTA_HEADER_FIELD VTA_VISIT
#define VTA_MEMORY_FIELD VTA_VISIT
#include "accel/vta/isa.def"
}

template <typename Visitor>
void VisitFields(const Config& c, auto& fields, Visitor visit) requires
    std::is_same_v<std::remove_const_t<std::remove_reference_t<decltype(fields)>>, GemmInstruction> {
#define VTA_HEADER_FIELD VTA_VISIT
#define VTA_GEMM_FIELD VTA_VISIT
#define VTA_LOOP_FIELD VTA_VISIT
#include "accel/vta/isa.def"
}

template <typename Visitor>
void VisitFields(const Config& c, auto& fields, Visitor visit) requires
    std::is_same_v<std::remove_const_t<std::remove_reference_t<decltype(fields)>>, AluInstruction> {
#define VTA_HEADER_FIELD VTA_VISIT
#define VTA_ALU_FIELD VTA_VISIT
#define VTA_LOOP_FIELD VTA_VISIT
#include "accel/vta/isa.def"
}

template <typename Visitor>
void VisitFields(const Config& c, auto& fields, Visitor visit) requires
    std::is_same_v<std::remove_const_t<std::remove_reference_t<decltype(fields)>>, FinishInstruction> {
  (void)c;
#define VTA_HEADER_FIELD VTA_VISIT
#define VTA_FINISH_FIELD VTA_VISIT
#include "accel/vta/isa.def"
}

template <typename Visitor>
void VisitFields(const Config& c, auto& fields, Visitor visit) requires
    std::is_same_v<std::remove_const_t<std::remove_reference_t<decltype(fields)>>, Uop> {
#define VTA_UOP_FIELD VTA_VISIT
#include "accel/vta/isa.def"
}

#undef VTA_VISIT

constexpr uint64_t Mask(int width) {
  return width >= 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
}

// Each row's place: fields fill a word from bit 0 up.
class Cursor {
 public:
  int Place(int word, int width) {
    if (word != word_) {
      word_ = word;
      next_ = 0;
    }
    const int lsb = next_;
    next_ += width;
    return lsb;
  }
  int next() const { return next_; }

 private:
  int word_ = 0;
  int next_ = 0;
};

// The bits of `value` in two's complement, if `width` of them hold it.
template <typename T>
bool Fits(T value, int width) {
  if constexpr (std::is_signed_v<T>) {
    return value >= -(int64_t{1} << (width - 1)) && value < (int64_t{1} << (width - 1));
  } else {
    return (uint64_t{value} & ~Mask(width)) == 0;
  }
}

template <typename T>
absl::Status DoesNotFit(absl::string_view name, T value, int width) {
  if constexpr (std::is_signed_v<T>) {
    return absl::InvalidArgumentError(absl::StrFormat("VTA field %s is %d, expected %d to %d", name, value,
                                                      -(int64_t{1} << (width - 1)),
                                                      (int64_t{1} << (width - 1)) - 1));
  } else {
    return absl::InvalidArgumentError(absl::StrFormat("VTA field %s is %d, expected at most %d (%d bits)",
                                                      name, uint64_t{value}, Mask(width), width));
  }
}

template <typename Fields>
absl::StatusOr<Word> PackFields(const Config& config, const Fields& fields) {
  uint64_t words[2] = {0, 0};
  absl::Status status;
  Cursor cursor;
  VisitFields(config, fields,
              [&](int word, absl::string_view name, const auto& value, int width, absl::string_view) {
                using T = std::decay_t<decltype(value)>;
                const int lsb = cursor.Place(word, width);
                if constexpr (!std::is_same_v<T, Reserved>) {
                  if (!Fits(value, width)) {
                    status.Update(DoesNotFit(name, value, width));
                    return;
                  }
                  words[word] |= (static_cast<uint64_t>(value) & Mask(width)) << lsb;
                }
              });
  if (!status.ok()) return status;
  return Word{words[0], words[1]};
}

template <typename T>
T Extract(uint64_t word, int lsb, int width) {
  const uint64_t bits = (word >> lsb) & Mask(width);
  if constexpr (std::is_signed_v<T>) {
    return static_cast<T>(static_cast<int64_t>(bits << (64 - width)) >> (64 - width));
  } else {
    return static_cast<T>(bits);
  }
}

// The reserved field that is not 0, if there is one.
template <typename Fields>
std::optional<UnpackError> UnpackFields(const Config& config, Word word, Fields& fields) {
  const uint64_t words[2] = {word.w0, word.w1};
  std::optional<UnpackError> error;
  Cursor cursor;
  VisitFields(
      config, fields, [&](int index, absl::string_view name, auto& value, int width, absl::string_view) {
        using T = std::decay_t<decltype(value)>;
        const int lsb = cursor.Place(index, width);
        if (width == 0) return;
        if constexpr (std::is_same_v<T, Reserved>) {
          const uint64_t bits = (words[index] >> lsb) & Mask(width);
          if (bits != 0 && !error.has_value()) {
            error = UnpackError{std::string(name),
                                absl::StrFormat("is 0x%x, expected 0: bits %d to %d of word %d are reserved",
                                                bits, lsb, lsb + width - 1, index)};
          }
        } else {
          value = Extract<T>(words[index], lsb, width);
        }
      });
  return error;
}

template <typename Fields>
std::variant<Instruction, UnpackError> UnpackAs(const Config& config, Word word) {
  Fields fields;
  if (auto error = UnpackFields(config, word, fields)) return *std::move(error);
  return Instruction(fields);
}

template <typename Fields>
std::vector<FieldLayout> LayoutOf(const Config& config) {
  std::vector<FieldLayout> layout;
  Cursor cursor;
  const Fields fields;
  VisitFields(
      config, fields,
      [&](int word, absl::string_view name, const auto& value, int width, absl::string_view meaning) {
        using T = std::decay_t<decltype(value)>;
        const int lsb = cursor.Place(word, width);
        if (width == 0) return;
        layout.push_back({name, meaning, word, lsb, width, std::is_signed_v<T> && !std::is_same_v<T, bool>,
                          std::is_same_v<T, Reserved>});
      });
  return layout;
}

// The widths that must add up, for each configuration that can be named.
#define VTA_SUM_0(word, name, type, width, meaning) +((word) == 0 ? (width) : 0)
#define VTA_SUM_1(word, name, type, width, meaning) +((word) == 1 ? (width) : 0)
constexpr int MemoryBits(int word) {
  return word == 0 ? 0
#define VTA_HEADER_FIELD VTA_SUM_0
#define VTA_MEMORY_FIELD VTA_SUM_0
#include "accel/vta/isa.def"
                   : 0
#define VTA_HEADER_FIELD VTA_SUM_1
#define VTA_MEMORY_FIELD VTA_SUM_1
#include "accel/vta/isa.def"
      ;
}
constexpr int GemmBits(const Config& c, int word) {
  return word == 0 ? 0
#define VTA_HEADER_FIELD VTA_SUM_0
#define VTA_GEMM_FIELD VTA_SUM_0
#define VTA_LOOP_FIELD VTA_SUM_0
#include "accel/vta/isa.def"
                   : 0
#define VTA_HEADER_FIELD VTA_SUM_1
#define VTA_GEMM_FIELD VTA_SUM_1
#define VTA_LOOP_FIELD VTA_SUM_1
#include "accel/vta/isa.def"
      ;
}
constexpr int AluBits(const Config& c, int word) {
  return word == 0 ? 0
#define VTA_HEADER_FIELD VTA_SUM_0
#define VTA_ALU_FIELD VTA_SUM_0
#define VTA_LOOP_FIELD VTA_SUM_0
#include "accel/vta/isa.def"
                   : 0
#define VTA_HEADER_FIELD VTA_SUM_1
#define VTA_ALU_FIELD VTA_SUM_1
#define VTA_LOOP_FIELD VTA_SUM_1
#include "accel/vta/isa.def"
      ;
}
#undef VTA_SUM_0
#undef VTA_SUM_1

constexpr bool FillsWords(const Config& c) {
  return MemoryBits(0) == 64 && MemoryBits(1) == 64 && GemmBits(c, 0) == 64 && GemmBits(c, 1) == 64 &&
         AluBits(c, 0) == 64 && AluBits(c, 1) == 64;
}
#define VTA_CONFIG(name, inp, wgt, acc, batch, block, uop_size, inp_size, wgt_size, acc_size, meaning) \
  static_assert(FillsWords(Config{inp, wgt, acc, batch, block, uop_size, inp_size, wgt_size, acc_size}));
#include "accel/vta/configs.def"
#undef VTA_CONFIG

std::string LowerCase(absl::string_view name) {
  std::string result(name);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return result;
}

template <typename Fields>
void AppendFields(const Config& config, const Fields& fields, std::string& text) {
  VisitFields(config, fields, [&](int, absl::string_view name, const auto& value, int, absl::string_view) {
    using T = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<T, bool>) {
      if (value) absl::StrAppend(&text, " ", name);
    } else if constexpr (!std::is_same_v<T, Reserved>) {
      if (name == "opcode" || value == 0) return;
      if (name == "memory_type" || name == "alu_opcode") return;  // part of the instruction's name
      absl::StrAppend(&text, " ", name, "=", value);
    }
  });
}

}  // namespace

std::vector<FieldLayout> Layout(const Config& config, Format format) {
  switch (format) {
    case Format::kMemory:
      return LayoutOf<MemoryInstruction>(config);
    case Format::kGemm:
      return LayoutOf<GemmInstruction>(config);
    case Format::kAlu:
      return LayoutOf<AluInstruction>(config);
    case Format::kFinish:
      return LayoutOf<FinishInstruction>(config);
    case Format::kUop:
      return LayoutOf<Uop>(config);
  }
  return {};
}

absl::StatusOr<Word> Pack(const Config& config, const Instruction& instruction) {
  return std::visit([&](const auto& fields) { return PackFields(config, fields); }, instruction);
}

absl::StatusOr<uint32_t> PackUop(const Config& config, const Uop& uop) {
  auto word = PackFields(config, uop);
  if (!word.ok()) return word.status();
  return static_cast<uint32_t>(word->w0);
}

std::variant<Instruction, UnpackError> UnpackOrError(const Config& config, Word word) {
  const uint32_t opcode = word.w0 & 7;
  switch (static_cast<Opcode>(opcode)) {
#define VTA_OPCODE(code, name, format, meaning) \
  case Opcode::k##name:                         \
    return UnpackAs<format##Instruction>(config, word);
#include "accel/vta/isa.def"
  }
  return UnpackError{"opcode", absl::StrFormat("is %d, expected 0 to 4", opcode)};
}

absl::StatusOr<Instruction> Unpack(const Config& config, Word word) {
  auto result = UnpackOrError(config, word);
  if (const auto* error = std::get_if<UnpackError>(&result)) {
    return absl::InvalidArgumentError(absl::StrFormat("VTA instruction 0x%016x 0x%016x: field %s %s", word.w1,
                                                      word.w0, error->field, error->rule));
  }
  return std::get<Instruction>(std::move(result));
}

Uop UnpackUop(const Config& config, uint32_t bits) {
  Uop uop;
  (void)UnpackFields(config, Word{bits, 0}, uop);
  return uop;
}

Opcode OpcodeOf(const Instruction& instruction) {
  return std::visit([](const auto& fields) { return static_cast<Opcode>(fields.opcode); }, instruction);
}

TokenBits TokensOf(const Instruction& instruction) {
  return std::visit(
      [](const auto& fields) {
        return TokenBits{fields.pop_prev, fields.pop_next, fields.push_prev, fields.push_next};
      },
      instruction);
}

absl::string_view QueueName(Queue queue) {
  constexpr absl::string_view kNames[] = {"load", "compute", "store"};
  return kNames[static_cast<int>(queue)];
}

Queue QueueOf(const Instruction& instruction) {
  const auto* memory = std::get_if<MemoryInstruction>(&instruction);
  if (memory == nullptr) return Queue::kCompute;
  if (memory->opcode == static_cast<uint32_t>(Opcode::kStore)) return Queue::kStore;
  const auto type = static_cast<MemoryType>(memory->memory_type);
  return type == MemoryType::kInp || type == MemoryType::kWgt ? Queue::kLoad : Queue::kCompute;
}

absl::string_view TokenQueueName(TokenQueue queue) {
  constexpr absl::string_view kNames[] = {"l2g", "g2l", "g2s", "s2g"};
  return kNames[static_cast<int>(queue)];
}

std::string OpcodeName(uint32_t code) {
  switch (static_cast<Opcode>(code)) {
#define VTA_OPCODE(code, name, format, meaning) \
  case Opcode::k##name:                         \
    return LowerCase(#name);
#include "accel/vta/isa.def"
  }
  return absl::StrCat(code);
}

std::string MemoryTypeName(uint32_t code) {
  switch (static_cast<MemoryType>(code)) {
#define VTA_MEMORY_TYPE(code, name, meaning) \
  case MemoryType::k##name:                  \
    return LowerCase(#name);
#include "accel/vta/isa.def"
  }
  return absl::StrCat(code);
}

std::string AluOpcodeName(uint32_t code) {
  switch (static_cast<AluOpcode>(code)) {
#define VTA_ALU_OPCODE(code, name, meaning) \
  case AluOpcode::k##name:                  \
    return LowerCase(#name);
#include "accel/vta/isa.def"
  }
  return absl::StrCat(code);
}

uint32_t ElementBytes(const Config& config, uint32_t memory_type) {
  switch (static_cast<MemoryType>(memory_type)) {
    case MemoryType::kUop:
      return config.uop_bytes();
    case MemoryType::kWgt:
      return config.wgt_bytes();
    case MemoryType::kInp:
      return config.inp_bytes();
    case MemoryType::kAcc:
      return config.acc_bytes();
    case MemoryType::kOut:
      return config.out_bytes();
    case MemoryType::kAcc8:
      return config.acc8_bytes();
  }
  return 0;
}

uint32_t MemoryDepth(const Config& config, uint32_t memory_type) {
  switch (static_cast<MemoryType>(memory_type)) {
    case MemoryType::kUop:
      return config.uop_depth();
    case MemoryType::kWgt:
      return config.wgt_depth();
    case MemoryType::kInp:
      return config.inp_depth();
    case MemoryType::kAcc:
    case MemoryType::kAcc8:
      return config.acc_depth();
    case MemoryType::kOut:
      return config.out_depth();
  }
  return 0;
}

std::string Disassemble(const Config& config, Word word) {
  const auto unpacked = UnpackOrError(config, word);
  const auto* instruction = std::get_if<Instruction>(&unpacked);
  if (instruction == nullptr) return absl::StrFormat("word 0x%016x 0x%016x", word.w1, word.w0);
  std::string text = OpcodeName(static_cast<uint32_t>(OpcodeOf(*instruction)));
  if (const auto* memory = std::get_if<MemoryInstruction>(instruction)) {
    absl::StrAppend(&text, ".", MemoryTypeName(memory->memory_type));
  } else if (const auto* alu = std::get_if<AluInstruction>(instruction)) {
    absl::StrAppend(&text, ".", AluOpcodeName(alu->alu_opcode));
  }
  std::visit([&](const auto& fields) { AppendFields(config, fields, text); }, *instruction);
  return text;
}

std::string DisassembleUop(const Config& config, uint32_t bits) {
  std::string text = "uop";
  AppendFields(config, UnpackUop(config, bits), text);
  return text;
}

}  // namespace baton::vta
