#include "accel/vta/isa.h"

#include <catch2/catch.hpp>
#include <string>

#include "accel/vta/config.h"

namespace baton::vta {
namespace {

Config ConfigNamed(absl::string_view name) {
  const NamedConfig* named = FindConfig(name);
  REQUIRE(named != nullptr);
  return named->config;
}

// The bits [msb:lsb] of a field, counted over both words as the specification's tables do.
std::string Bits(const Config& config, Format format, absl::string_view name) {
  for (const FieldLayout& field : Layout(config, format)) {
    if (field.name != name) continue;
    const int lsb = field.word * 64 + field.lsb;
    return field.width == 1 ? "[" + std::to_string(lsb) + "]"
                            : "[" + std::to_string(lsb + field.width - 1) + ":" + std::to_string(lsb) + "]";
  }
  return "none";
}

TEST_CASE("vta isa: fields lie where the specification's table of GEMM says") {
  struct Row {
    const char* field;
    const char* bits[4];
  };
  const char* configs[] = {"default", "block32", "batch2", "block64"};
  const Row rows[] = {
      {"reset", {"[7]", "[7]", "[7]", "[7]"}},
      {"uop_bgn", {"[20:8]", "[20:8]", "[20:8]", "[20:8]"}},
      {"uop_end", {"[34:21]", "[34:21]", "[34:21]", "[34:21]"}},
      {"iter_out", {"[48:35]", "[48:35]", "[48:35]", "[48:35]"}},
      {"iter_in", {"[62:49]", "[62:49]", "[62:49]", "[62:49]"}},
      {"dst_factor_out", {"[74:64]", "[73:64]", "[73:64]", "[72:64]"}},
      {"dst_factor_in", {"[85:75]", "[83:74]", "[83:74]", "[81:73]"}},
      {"src_factor_out", {"[96:86]", "[93:84]", "[93:84]", "[90:82]"}},
      {"src_factor_in", {"[107:97]", "[103:94]", "[103:94]", "[99:91]"}},
      {"wgt_factor_out", {"[117:108]", "[111:104]", "[113:104]", "[105:100]"}},
      {"wgt_factor_in", {"[127:118]", "[119:112]", "[123:114]", "[111:106]"}},
  };
  for (const Row& row : rows) {
    for (int i = 0; i < 4; ++i) {
      CAPTURE(row.field, configs[i]);
      CHECK(Bits(ConfigNamed(configs[i]), Format::kGemm, row.field) == row.bits[i]);
    }
  }
}

TEST_CASE("vta isa: fields lie where the specification's tables of LOAD, ALU and micro-ops say") {
  const Config config = ConfigNamed("default");
  CHECK(Bits(config, Format::kMemory, "memory_type") == "[9:7]");
  CHECK(Bits(config, Format::kMemory, "sram_base") == "[25:10]");
  CHECK(Bits(config, Format::kMemory, "dram_base") == "[57:26]");
  CHECK(Bits(config, Format::kMemory, "y_size") == "[79:64]");
  CHECK(Bits(config, Format::kMemory, "x_size") == "[95:80]");
  CHECK(Bits(config, Format::kMemory, "x_stride") == "[111:96]");
  CHECK(Bits(config, Format::kMemory, "x_pad_1") == "[127:124]");
  CHECK(Bits(config, Format::kAlu, "alu_opcode") == "[110:108]");
  CHECK(Bits(config, Format::kAlu, "use_imm") == "[111]");
  CHECK(Bits(config, Format::kAlu, "imm") == "[127:112]");
  CHECK(Bits(ConfigNamed("block32"), Format::kAlu, "alu_opcode") == "[106:104]");
  CHECK(Bits(ConfigNamed("block64"), Format::kAlu, "imm") == "[119:104]");
  CHECK(Bits(config, Format::kUop, "src_idx") == "[21:11]");
  CHECK(Bits(config, Format::kUop, "wgt_idx") == "[31:22]");
  CHECK(Bits(ConfigNamed("block64"), Format::kUop, "wgt_idx") == "[23:18]");
}

// The worked example: the specification's section 12.
struct Example {
  Word word;
  const char* text;
};
const Example kExamples[] = {
    {{0x0000010000000000, 0x0000000100010001}, "load.uop dram_base=16384 y_size=1 x_size=1 x_stride=1"},
    {{0x0000001100000180, 0x0000000100010001}, "load.acc dram_base=1088 y_size=1 x_size=1 x_stride=1"},
    {{0x0000004800000100, 0x0000000200020001}, "load.inp dram_base=4608 y_size=1 x_size=2 x_stride=2"},
    {{0x00000005000000c0, 0x0000000200020001},
     "load.wgt push_next dram_base=320 y_size=1 x_size=2 x_stride=2"},
    {{0x000400080020000a, 0x0040000200000000},
     "gemm pop_prev uop_end=1 iter_out=1 iter_in=2 src_factor_in=1 wgt_factor_in=1"},
    {{0x0002000800200004, 0x0003b00000000000}, "alu.shr uop_end=1 iter_out=1 iter_in=1 use_imm imm=3"},
    {{0x0002000800200004, 0x0000900000000000}, "alu.max uop_end=1 iter_out=1 iter_in=1 use_imm"},
    {{0x0002000800200044, 0x007f800000000000},
     "alu.min push_next uop_end=1 iter_out=1 iter_in=1 use_imm imm=127"},
    {{0x0000006000000229, 0x0000000100010001},
     "store.out pop_prev push_prev dram_base=6144 y_size=1 x_size=1 x_stride=1"},
    {{0x0000000000000010, 0x0000000000000000}, "load.uop pop_next"},
    {{0x0000000000000003, 0x0000000000000000}, "finish"},
};

TEST_CASE("vta isa: the worked example disassembles, and packs to the same bits") {
  const Config config = ConfigNamed("default");
  for (const Example& example : kExamples) {
    CHECK(Disassemble(config, example.word) == example.text);
    const auto instruction = Unpack(config, example.word);
    REQUIRE(instruction.ok());
    const auto packed = Pack(config, *instruction);
    REQUIRE(packed.ok());
    CHECK(*packed == example.word);
  }
}

TEST_CASE("vta isa: a value that does not fit its field is refused by name") {
  const Config config;
  AluInstruction alu{.opcode = static_cast<uint32_t>(Opcode::kAlu)};
  alu.imm = 32768;
  CHECK(Pack(config, alu).status().message() == "VTA field imm is 32768, expected -32768 to 32767");
  alu.imm = -32768;
  CHECK(Pack(config, alu).ok());
  MemoryInstruction load{};
  load.x_size = 65536;
  CHECK(Pack(config, load).status().message() ==
        "VTA field x_size is 65536, expected at most 65535 (16 bits)");
  CHECK(PackUop(config, Uop{.dst_idx = 2048}).status().message() ==
        "VTA field dst_idx is 2048, expected at most 2047 (11 bits)");
}

TEST_CASE("vta isa: words that are no instruction are refused") {
  const Config config;
  CHECK(Unpack(config, Word{7, 0}).status().message() ==
        "VTA instruction 0x0000000000000000 0x0000000000000007: field opcode is 7, expected 0 to 4");
  CHECK(Unpack(config, Word{uint64_t{1} << 58, 0}).status().message() ==
        "VTA instruction 0x0000000000000000 0x0400000000000000: field reserved_0 is 0x1, expected 0: bits 58 "
        "to 63 of word 0 are "
        "reserved");
  CHECK(Disassemble(config, Word{7, 0}) == "word 0x0000000000000000 0x0000000000000007");
}

TEST_CASE("vta isa: a configuration that cannot be encoded says why") {
  Config config;
  CHECK(ConfigError(config) == nullptr);
  config.log_uop_buff_size = 16;
  CHECK(std::string(ConfigError(config)) == "a micro-op's index needs more than 13 bits");
  config.log_uop_buff_size = 10;
  CHECK(std::string(ConfigError(config)) ==
        "a C compiler would put a factor into word 0: the micro-op scratchpad is too small");
  config = Config{};
  config.log_acc_buff_size = 18;
  CHECK(std::string(ConfigError(config)) ==
        "there are more accumulators than activations: the micro-op's source would be read differently");
  config = Config{};
  config.log_block = 7;
  CHECK(ConfigError(config) != nullptr);
}

}  // namespace
}  // namespace baton::vta
