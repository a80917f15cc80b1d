// PUBLIC: VTA's instructions as values: pack, unpack, disassemble. Everything here follows from isa.def; no
// other C++ file knows a bit position. Source: the specification's sections 2 and 3.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "accel/vta/config.h"

namespace baton::vta {

enum class Opcode : uint32_t {
#define VTA_OPCODE(code, name, format, meaning) k##name = code,
#include "accel/vta/isa.def"
};

enum class MemoryType : uint32_t {
#define VTA_MEMORY_TYPE(code, name, meaning) k##name = code,
#include "accel/vta/isa.def"
};

enum class AluOpcode : uint32_t {
#define VTA_ALU_OPCODE(code, name, meaning) k##name = code,
#include "accel/vta/isa.def"
};

// The instructions that share a layout.
enum class Format { kMemory, kGemm, kAlu, kFinish, kUop };

// Bits that must be 0.
struct Reserved {
  friend bool operator==(Reserved, Reserved) = default;
};

// An encoded instruction. In memory word 0 comes first, each little endian; its address is a multiple of 16.
struct Word {
  uint64_t w0 = 0;
  uint64_t w1 = 0;

  friend bool operator==(const Word&, const Word&) = default;
};
inline constexpr uint32_t kInstructionBytes = 16;

// One struct per layout, members named as in the specification; isa.def says what they mean.
#define VTA_MEMBER(word, name, type, width, meaning) type name{};

struct MemoryInstruction {
#define VTA_HEADER_FIELD VTA_MEMBER
#define VTA_MEMORY_FIELD VTA_MEMBER
#include "accel/vta/isa.def"
  friend bool operator==(const MemoryInstruction&, const MemoryInstruction&) = default;
};

struct GemmInstruction {
#define VTA_HEADER_FIELD VTA_MEMBER
#define VTA_GEMM_FIELD VTA_MEMBER
#define VTA_LOOP_FIELD VTA_MEMBER
#include "accel/vta/isa.def"
  friend bool operator==(const GemmInstruction&, const GemmInstruction&) = default;
};

struct AluInstruction {
#define VTA_HEADER_FIELD VTA_MEMBER
#define VTA_ALU_FIELD VTA_MEMBER
#define VTA_LOOP_FIELD VTA_MEMBER
#include "accel/vta/isa.def"
  friend bool operator==(const AluInstruction&, const AluInstruction&) = default;
};

struct FinishInstruction {
#define VTA_HEADER_FIELD VTA_MEMBER
#define VTA_FINISH_FIELD VTA_MEMBER
#include "accel/vta/isa.def"
  friend bool operator==(const FinishInstruction&, const FinishInstruction&) = default;
};

struct Uop {
#define VTA_UOP_FIELD VTA_MEMBER
#include "accel/vta/isa.def"
  friend bool operator==(const Uop&, const Uop&) = default;
};

#undef VTA_MEMBER

using Instruction = std::variant<MemoryInstruction, GemmInstruction, AluInstruction, FinishInstruction>;

// Where a field lies for one configuration.
struct FieldLayout {
  absl::string_view name;
  absl::string_view meaning;
  int word;
  int lsb;  // in the word
  int width;
  bool is_signed;
  bool is_reserved;
};

// The fields of `format`, from bit 0 of word 0 on; those of no bits are left out.
std::vector<FieldLayout> Layout(const Config& config, Format format);

// Errors: InvalidArgument when a field's value does not fit its bits, with the field, its value and its
// range. What the values mean together is not looked at: unknown memory types and loops without iterations
// pack.
absl::StatusOr<Word> Pack(const Config& config, const Instruction& instruction);
absl::StatusOr<uint32_t> PackUop(const Config& config, const Uop& uop);

// Why bits are not an instruction: the field and what is wrong with it.
struct UnpackError {
  std::string field;
  std::string rule;
};

// Errors: InvalidArgument for an opcode of no instruction, and for reserved bits that are not 0.
absl::StatusOr<Instruction> Unpack(const Config& config, Word word);
// The same with the error as two texts; for a trap, which reports both.
std::variant<Instruction, UnpackError> UnpackOrError(const Config& config, Word word);
// Reserved bits are not looked at.
Uop UnpackUop(const Config& config, uint32_t bits);

Opcode OpcodeOf(const Instruction& instruction);
// The header bits, which every instruction has.
struct TokenBits {
  bool pop_prev;
  bool pop_next;
  bool push_prev;
  bool push_next;
};
TokenBits TokensOf(const Instruction& instruction);

// The three queues. Fetch puts each instruction into one of them: section 2.
enum class Queue { kLoad, kCompute, kStore };
inline constexpr int kNumQueues = 3;
absl::string_view QueueName(Queue queue);  // "load", "compute", "store"
Queue QueueOf(const Instruction& instruction);

// The four queues of tokens: section 7. Named by who gives to whom: kLoadToCompute is upstream's l2g.
enum class TokenQueue { kLoadToCompute, kComputeToLoad, kComputeToStore, kStoreToCompute };
inline constexpr int kNumTokenQueues = 4;
absl::string_view TokenQueueName(TokenQueue queue);  // "l2g", "g2l", "g2s", "s2g"

// Lower-case names as in assembly: "load", "uop", "min". For a code without a name: "6".
std::string OpcodeName(uint32_t code);
std::string MemoryTypeName(uint32_t code);
std::string AluOpcodeName(uint32_t code);

// Bytes of an element in memory; 0 when there is no such memory.
uint32_t ElementBytes(const Config& config, uint32_t memory_type);
// Elements of a scratchpad; 0 when there is no such memory. ACC8 is another view of ACC.
uint32_t MemoryDepth(const Config& config, uint32_t memory_type);

// One line of assembly without a line end: the instruction's name, then each field that is not 0 as
// name=value, the flags by their names alone. A word that is no instruction prints as "word 0x... 0x...".
std::string Disassemble(const Config& config, Word word);
std::string DisassembleUop(const Config& config, uint32_t bits);

}  // namespace baton::vta
