#include "accel/vta/assembly.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "accel/vta/assembly_statement.h"
#include "vm/core/status.h"

namespace baton::vta {
namespace {

constexpr int64_t kMaxAddress = 0xffffffff;
constexpr size_t kBytesPerLine = 32;

class ProgramAssembler {
 public:
  absl::Status Add(const AssemblyStatement& statement);
  absl::StatusOr<AssembledProgram> Finish(int last_line) &&;

 private:
  absl::Status AddConfig(const AssemblyStatement& statement);
  absl::Status AddProgram(const AssemblyStatement& statement);
  absl::Status AddSegment(const AssemblyStatement& statement, std::vector<Segment>& segments);
  absl::Status AddContent(const AssemblyStatement& statement);

  AssembledProgram program_{AllConfigs().front(), {}};
  bool has_image_ = false;
  bool has_program_ = false;
  std::vector<Segment>* segments_ = nullptr;  // the list whose last one is being filled
};

absl::Status ProgramAssembler::AddConfig(const AssemblyStatement& statement) {
  if (statement.size() != 2) return statement.word(0).Error("config needs a name");
  if (segments_ != nullptr) return statement.word(0).Error("config must come before the first segment");
  const NamedConfig* config = FindConfig(statement.word(1).text);
  if (config == nullptr) {
    return statement.word(1).Error(absl::StrCat("there is no configuration ", statement.word(1).text));
  }
  program_.config = *config;
  return absl::OkStatus();
}

absl::Status ProgramAssembler::AddProgram(const AssemblyStatement& statement) {
  BATON_RETURN_IF_ERROR(statement.ExpectSize(3, 3));
  BATON_ASSIGN_OR_RETURN(const int64_t address, ReadNumber(statement.word(1), 0, kMaxAddress));
  BATON_ASSIGN_OR_RETURN(const int64_t count, ReadNumber(statement.word(2), 0, kMaxAddress));
  if (!has_image_) return statement.word(0).Error("image must come before program");
  if (address % kInstructionBytes != 0) {
    return statement.word(1).Error(
        absl::StrCat("found ", address, ", expected a multiple of ", kInstructionBytes));
  }
  if (address + count * kInstructionBytes > program_.file.image_bytes) {
    return statement.word(2).Error("the program ends outside the image");
  }
  program_.file.instruction_address = static_cast<uint32_t>(address);
  program_.file.instruction_count = static_cast<uint32_t>(count);
  has_program_ = true;
  return absl::OkStatus();
}

absl::Status ProgramAssembler::AddSegment(const AssemblyStatement& statement,
                                          std::vector<Segment>& segments) {
  BATON_RETURN_IF_ERROR(statement.ExpectSize(2, 2));
  if (!has_image_) return statement.word(0).Error(absl::StrCat("image must come before ", statement.name()));
  BATON_ASSIGN_OR_RETURN(const int64_t address, ReadNumber(statement.word(1), 0, program_.file.image_bytes));
  segments.push_back({static_cast<uint32_t>(address), {}});
  segments_ = &segments;
  return absl::OkStatus();
}

absl::Status ProgramAssembler::AddContent(const AssemblyStatement& statement) {
  if (segments_ == nullptr) return statement.word(0).Error("expected input or output before this");
  Segment& segment = segments_->back();
  if (statement.IsInstruction()) {
    BATON_ASSIGN_OR_RETURN(const Word word, statement.Instruction(program_.config.config));
    const auto* bytes = reinterpret_cast<const uint8_t*>(&word);
    segment.bytes.insert(segment.bytes.end(), bytes, bytes + sizeof(word));
  } else {
    BATON_RETURN_IF_ERROR(statement.AppendData(program_.config.config, segment.bytes));
  }
  if (segment.address + uint64_t{segment.bytes.size()} > program_.file.image_bytes) {
    return statement.word(0).Error("the segment ends outside the image");
  }
  return absl::OkStatus();
}

absl::Status ProgramAssembler::Add(const AssemblyStatement& statement) {
  if (statement.IsInstruction() || statement.IsData()) return AddContent(statement);
  if (statement.name() == "config") return AddConfig(statement);
  if (statement.name() == "program") return AddProgram(statement);
  if (statement.name() == "input") return AddSegment(statement, program_.file.inputs);
  if (statement.name() == "output") return AddSegment(statement, program_.file.outputs);
  if (statement.name() != "image") {
    return statement.word(0).Error(absl::StrCat("there is no statement ", statement.name()));
  }
  BATON_RETURN_IF_ERROR(statement.ExpectSize(2, 2));
  if (has_image_) return statement.word(0).Error("image stands here twice");
  BATON_ASSIGN_OR_RETURN(const int64_t bytes, ReadNumber(statement.word(1), 0, kMaxAddress));
  program_.file.image_bytes = static_cast<uint32_t>(bytes);
  has_image_ = true;
  return absl::OkStatus();
}

absl::StatusOr<AssembledProgram> ProgramAssembler::Finish(int last_line) && {
  const AssemblyWord end{"", last_line, 1};
  if (!has_program_) return end.Error("found the end of the text, expected a program statement");
  return std::move(program_);
}

// The parts of memory that are micro-ops, by begin: what LOAD UOP reads.
std::map<uint64_t, uint64_t> FindUops(const Config& config, const ProgramFile& program) {
  std::map<uint64_t, uint64_t> ranges;
  for (const Segment& segment : program.inputs) {
    const uint64_t begin = program.instruction_address;
    const uint64_t end = begin + uint64_t{program.instruction_count} * kInstructionBytes;
    for (uint64_t at = begin; at < end; at += kInstructionBytes) {
      if (at < segment.address || at + kInstructionBytes > segment.address + segment.bytes.size()) continue;
      Word word;
      std::memcpy(&word, segment.bytes.data() + (at - segment.address), sizeof(word));
      const auto unpacked = Unpack(config, word);
      if (!unpacked.ok()) continue;
      const auto* load = std::get_if<MemoryInstruction>(&*unpacked);
      if (load == nullptr || OpcodeOf(*unpacked) != Opcode::kLoad || load->memory_type != 0) continue;
      const uint64_t address = uint64_t{load->dram_base} * config.uop_bytes();
      uint64_t& last = ranges[address];
      last = std::max(last, address + uint64_t{load->x_size} * config.uop_bytes());
    }
  }
  return ranges;
}

class ProgramPrinter {
 public:
  ProgramPrinter(const Config& config, const ProgramFile& program)
      : config_(config), program_(program), uops_(FindUops(config, program)) {}

  void Print(absl::string_view name, const Segment& segment, std::string& text) const {
    absl::StrAppendFormat(&text, "%s 0x%x\n", name, segment.address);
    for (size_t i = 0; i < segment.bytes.size();) i += PrintItem(segment, i, text);
  }

 private:
  // Prints what lies at byte `i` of the segment. Returns how many bytes that were.
  size_t PrintItem(const Segment& segment, size_t i, std::string& text) const {
    const uint64_t address = segment.address + uint64_t{i};
    const size_t room = segment.bytes.size() - i;
    if (IsInstruction(address) && room >= kInstructionBytes) {
      Word word;
      std::memcpy(&word, &segment.bytes[i], sizeof(word));
      absl::StrAppend(&text, "  ", Disassemble(config_, word), "\n");
      return kInstructionBytes;
    }
    if (IsUop(address) && room >= config_.uop_bytes()) {
      uint32_t bits;
      std::memcpy(&bits, &segment.bytes[i], sizeof(bits));
      const auto packed = PackUop(config_, UnpackUop(config_, bits));
      if (packed.ok() && *packed == bits) {
        absl::StrAppend(&text, "  ", DisassembleUop(config_, bits), "\n");
        return sizeof(bits);
      }
    }
    size_t count = 1;
    while (count < std::min(room, kBytesPerLine) && !IsInstruction(address + count) &&
           !IsUop(address + count)) {
      ++count;
    }
    const absl::string_view bytes(reinterpret_cast<const char*>(&segment.bytes[i]), count);
    absl::StrAppend(&text, "  hex ", absl::BytesToHexString(bytes), "\n");
    return count;
  }

  bool IsInstruction(uint64_t address) const {
    const uint64_t offset = address - program_.instruction_address;  // large before the program
    return offset < uint64_t{program_.instruction_count} * kInstructionBytes &&
           offset % kInstructionBytes == 0;
  }
  bool IsUop(uint64_t address) const {
    auto next = uops_.upper_bound(address);
    if (next == uops_.begin()) return false;
    return address < std::prev(next)->second && address % config_.uop_bytes() == 0;
  }

  const Config& config_;
  const ProgramFile& program_;
  std::map<uint64_t, uint64_t> uops_;
};

}  // namespace

absl::StatusOr<AssembledProgram> AssembleProgram(absl::string_view text) {
  ProgramAssembler assembler;
  int line = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const AssemblyStatement statement(text.substr(0, end), ++line);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!statement.empty()) BATON_RETURN_IF_ERROR(assembler.Add(statement));
  }
  return std::move(assembler).Finish(line + 1);
}

std::string PrintProgram(const NamedConfig& config, const ProgramFile& program) {
  std::string text =
      absl::StrFormat("config %s\nimage 0x%x\nprogram 0x%x %d\n", config.name, program.image_bytes,
                      program.instruction_address, program.instruction_count);
  const ProgramPrinter printer(config.config, program);
  for (const Segment& segment : program.inputs) printer.Print("input", segment, text);
  for (const Segment& segment : program.outputs) printer.Print("output", segment, text);
  return text;
}

absl::StatusOr<Word> AssembleInstruction(const Config& config, absl::string_view line) {
  const AssemblyStatement statement(line, 1);
  if (statement.empty()) return absl::InvalidArgumentError("line 1, column 1: expected an instruction");
  return statement.Instruction(config);
}

}  // namespace baton::vta
