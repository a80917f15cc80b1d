// Prints the SystemVerilog package `vta_pkg` for one named configuration: what the RTL knows of the
// instruction set, the sizes and the host registers. Everything comes from the tables of accel/vta. Usage:
// gen_isa_package CONFIG
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "accel/vta/chip.h"
#include "accel/vta/config.h"
#include "accel/vta/host_registers.h"
#include "accel/vta/isa.h"

namespace baton::vta {
namespace {

void PrintNumber(absl::string_view name, int64_t value) {
  std::cout << absl::StrFormat("  localparam int unsigned %s = %d;\n", name, value);
}

void PrintConfig(const Config& c) {
  PrintNumber("LOG_INP_WIDTH", c.log_inp_width);
  PrintNumber("LOG_WGT_WIDTH", c.log_wgt_width);
  PrintNumber("LOG_ACC_WIDTH", c.log_acc_width);
  PrintNumber("LOG_BATCH", c.log_batch);
  PrintNumber("LOG_BLOCK", c.log_block);
  PrintNumber("LOG_UOP_BUFF_SIZE", c.log_uop_buff_size);
  PrintNumber("LOG_INP_BUFF_SIZE", c.log_inp_buff_size);
  PrintNumber("LOG_WGT_BUFF_SIZE", c.log_wgt_buff_size);
  PrintNumber("LOG_ACC_BUFF_SIZE", c.log_acc_buff_size);
  std::cout << "\n  // Bits of a lane; lanes of a tile.\n";
  PrintNumber("INP_WIDTH", c.inp_width());
  PrintNumber("WGT_WIDTH", c.wgt_width());
  PrintNumber("ACC_WIDTH", c.acc_width());
  PrintNumber("OUT_WIDTH", c.out_width());
  PrintNumber("BATCH", c.batch());
  PrintNumber("BLOCK", c.block());
}

// One line for each scratchpad: bits of an element, elements, bits of an index.
void PrintMemory(absl::string_view name, uint32_t element_bytes, uint32_t depth, int index_width) {
  PrintNumber(absl::StrCat(name, "_BITS"), int64_t{element_bytes} * 8);
  PrintNumber(absl::StrCat(name, "_DEPTH"), depth);
  PrintNumber(absl::StrCat(name, "_INDEX_WIDTH"), index_width);
}

void PrintMemories(const Config& c) {
  std::cout << "\n  // Scratchpads: bits of an element, elements, bits of an index.\n";
  PrintMemory("UOP", c.uop_bytes(), c.uop_depth(), c.uop_index_width());
  PrintMemory("INP", c.inp_bytes(), c.inp_depth(), c.inp_index_width());
  PrintMemory("WGT", c.wgt_bytes(), c.wgt_depth(), c.wgt_index_width());
  PrintMemory("ACC", c.acc_bytes(), c.acc_depth(), c.acc_index_width());
  PrintMemory("OUT", c.out_bytes(), c.out_depth(), c.acc_index_width());
}

struct EnumValue {
  std::string name;
  uint32_t code;
};

void PrintEnum(absl::string_view type, const std::vector<EnumValue>& values) {
  std::cout << "\n  typedef enum logic [2:0] {\n";
  for (size_t i = 0; i < values.size(); ++i) {
    std::cout << absl::StrFormat("    %s = 3'd%d%s\n", absl::AsciiStrToUpper(values[i].name), values[i].code,
                                 i + 1 < values.size() ? "," : "");
  }
  std::cout << "  } " << type << ";\n";
}

void PrintEnums() {
  const std::vector<EnumValue> opcodes = {
#define VTA_OPCODE(code, name, format, meaning) {"OPCODE_" #name, code},
#include "accel/vta/isa.def"
  };
  const std::vector<EnumValue> memory_types = {
#define VTA_MEMORY_TYPE(code, name, meaning) {"MEMORY_" #name, code},
#include "accel/vta/isa.def"
  };
  const std::vector<EnumValue> alu_opcodes = {
#define VTA_ALU_OPCODE(code, name, meaning) {"ALU_" #name, code},
#include "accel/vta/isa.def"
  };
  PrintEnum("opcode_t", opcodes);
  PrintEnum("memory_type_t", memory_types);
  PrintEnum("alu_opcode_t", alu_opcodes);
}

// Members from the highest bit down, as SystemVerilog has them.
void PrintStruct(absl::string_view type, const std::vector<FieldLayout>& fields) {
  std::cout << "\n  typedef struct packed {\n";
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    const std::string width = field->width == 1 ? "" : absl::StrFormat(" [%d:0]", field->width - 1);
    const std::string comment = field->meaning.empty() ? "" : absl::StrCat("  // ", field->meaning);
    std::cout << "    logic" << (field->is_signed ? " signed" : "") << width << " " << field->name << ";"
              << comment << "\n";
  }
  std::cout << "  } " << type << ";\n";
}

void PrintRegisters() {
  std::cout << "\n  // Host registers: byte offsets. Counters have 64 bits, the low word first.\n";
  for (const HostRegisterInfo& info : AllHostRegisters()) {
    std::cout << absl::StrFormat("  localparam logic [11:0] REGISTER_%s = 12'h%03x;  // %s\n",
                                 absl::AsciiStrToUpper(info.name), info.offset, info.meaning);
  }
  const auto counters = AllCounters();
  PrintNumber("NUM_COUNTERS", static_cast<int64_t>(counters.size()));
  for (size_t i = 0; i < counters.size(); ++i) {
    PrintNumber(absl::StrCat("COUNTER_", absl::AsciiStrToUpper(counters[i].name)), static_cast<int64_t>(i));
  }
}

int Main(int argc, char** argv) {
  const NamedConfig* named = argc == 2 ? FindConfig(argv[1]) : nullptr;
  if (named == nullptr) {
    std::cerr << "usage: gen_isa_package CONFIG, one of accel/vta/configs.def\n";
    return 2;
  }
  const Config& config = named->config;
  std::cout
      << "// Generated from accel/vta/isa.def, counters.def and host_registers.def for the configuration '"
      << named->name << "': do not edit.\npackage vta_pkg;\n";
  PrintConfig(config);
  PrintMemories(config);
  PrintEnums();
  PrintStruct("memory_instruction_t", Layout(config, Format::kMemory));
  PrintStruct("gemm_instruction_t", Layout(config, Format::kGemm));
  PrintStruct("alu_instruction_t", Layout(config, Format::kAlu));
  PrintStruct("finish_instruction_t", Layout(config, Format::kFinish));
  PrintStruct("uop_t", Layout(config, Format::kUop));
  PrintRegisters();
  std::cout << "endpackage\n";
  return std::cout.good() ? 0 : 1;
}

}  // namespace
}  // namespace baton::vta

int main(int argc, char** argv) {
  return baton::vta::Main(argc, argv);
}
