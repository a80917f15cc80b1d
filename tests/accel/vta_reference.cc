#include "tests/accel/vta_reference.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "accel/vta/chip.h"
#include "accel/vta/host_registers.h"
#include "accel/vta/isa.h"
#include "accel/vta/rules.h"

namespace baton::vta {
namespace {

constexpr char kIntroduction[] = R"(# The accelerator's instruction set

A test keeps this page current, and with `BATON_UPDATE_GOLDEN=1` in the environment rewrites it. Its tables are
`isa.def`, `configs.def`, `counters.def`, `host_registers.def` and `rules.def` of `accel/vta`.

VTA has four scratchpads of inputs (micro-ops, activations, weights, accumulators) and one of results. An element is a
small tensor: activations `[BATCH][BLOCK]` int8, weights `[BLOCK][BLOCK]` int8 (output row first), accumulators
`[BATCH][BLOCK]` int32, results `[BATCH][BLOCK]` int8. Three queues run at once: *load* fills activations and weights,
*compute* does everything else, *store* writes results to memory. Each is in order; between them only tokens order
anything. `pop_prev` and `pop_next` wait for a token of the stage before or after, `push_prev` and `push_next` give
one when the instruction is complete.

An instruction has 128 bits: two little-endian words of 64, word 0 first, at an address that is a multiple of 16. Instructions are
those of upstream's HW_VER 0.0.2, bit for bit. In assembly (`accel/vta/assembly.h`) an instruction is its name, then each
field that is not 0 as `name=value`, and flags by their names: `load.inp push_next dram_base=768 y_size=1 x_size=4 x_stride=4`.

)";

// A bar would end a cell.
std::string Cell(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"|", "\\|"}});
}

std::string BitsOf(const FieldLayout& field) {
  if (field.width == 1) return absl::StrCat(field.word, ":", field.lsb);
  return absl::StrCat(field.word, ":", field.lsb + field.width - 1, "..", field.lsb);
}

// "-" where the configuration has no such field.
std::string BitsOf(const std::vector<FieldLayout>& layout, absl::string_view name) {
  for (const FieldLayout& field : layout) {
    if (field.name == name) return BitsOf(field);
  }
  return "-";
}

// The fields of a format, the bits for each configuration; one column where all agree.
void AppendFields(Format format, std::string& page) {
  std::vector<std::vector<FieldLayout>> layouts;
  for (const NamedConfig& config : AllConfigs()) layouts.push_back(Layout(config.config, format));
  const bool is_same = format == Format::kMemory || format == Format::kFinish;
  const size_t num_columns = is_same ? 1 : layouts.size();
  absl::StrAppend(&page, "| field |");
  for (size_t i = 0; i < num_columns; ++i)
    absl::StrAppend(&page, " ", is_same ? "bits" : AllConfigs()[i].name, " |");
  absl::StrAppend(&page, " meaning |\n|---|");
  for (size_t i = 0; i < num_columns; ++i) absl::StrAppend(&page, "---|");
  absl::StrAppend(&page, "---|\n");
  for (const FieldLayout& field : layouts[0]) {
    if (field.is_reserved) continue;
    absl::StrAppend(&page, "| ", field.name, " |");
    for (size_t i = 0; i < num_columns; ++i)
      absl::StrAppend(&page, " ", BitsOf(layouts[i], field.name), " |");
    absl::StrAppend(&page, " ", Cell(field.meaning), field.is_signed ? " (signed)" : "", " |\n");
  }
  absl::StrAppend(&page, "\n");
}

void AppendInstructions(std::string& page) {
  absl::StrAppend(&page, "## Instructions\n\n| code | name | meaning |\n|---|---|---|\n");
#define VTA_OPCODE(code, name, format, meaning) \
  absl::StrAppend(&page, "| " #code " | ", OpcodeName(code), " | ", Cell(meaning), " |\n");
#include "accel/vta/isa.def"
  absl::StrAppend(&page, "\nBits are written word:msb..lsb. What is not listed must be 0.\n\n");
  absl::StrAppend(&page, "### Load and store\n\n");
  AppendFields(Format::kMemory, page);
  absl::StrAppend(&page, "| memory_type | name | meaning |\n|---|---|---|\n");
#define VTA_MEMORY_TYPE(code, name, meaning) \
  absl::StrAppend(&page, "| " #code " | ", MemoryTypeName(code), " | ", Cell(meaning), " |\n");
#include "accel/vta/isa.def"
  absl::StrAppend(&page, "\n### Gemm\n\n");
  AppendFields(Format::kGemm, page);
  absl::StrAppend(&page, "### Alu\n\n");
  AppendFields(Format::kAlu, page);
  absl::StrAppend(&page, "| alu_opcode | name | result |\n|---|---|---|\n");
#define VTA_ALU_OPCODE(code, name, meaning) \
  absl::StrAppend(&page, "| " #code " | ", AluOpcodeName(code), " | ", Cell(meaning), " |\n");
#include "accel/vta/isa.def"
  absl::StrAppend(&page, "\n### Finish\n\n");
  AppendFields(Format::kFinish, page);
  absl::StrAppend(&page, "### Micro-op\n\n32 bits.\n\n");
  AppendFields(Format::kUop, page);
}

void AppendConfigs(std::string& page) {
  absl::StrAppend(
      &page,
      "## Configurations\n\n| name | tile | MAC a cycle | elements of UOP, INP, WGT, ACC and OUT | bytes of "
      "an element of UOP, INP, WGT, ACC, OUT | |\n|---|---|---|---|---|---|\n");
  for (const NamedConfig& named : AllConfigs()) {
    const Config& c = named.config;
    absl::StrAppendFormat(&page, "| %s | %d x %d x %d | %d | %d, %d, %d, %d | %d, %d, %d, %d, %d | %s |\n",
                          named.name, c.batch(), c.block(), c.block(), c.macs_per_cycle(), c.uop_depth(),
                          c.inp_depth(), c.wgt_depth(), c.acc_depth(), c.uop_bytes(), c.inp_bytes(),
                          c.wgt_bytes(), c.acc_bytes(), c.out_bytes(), Cell(named.meaning));
  }
}

void AppendCountersAndRegisters(std::string& page) {
  absl::StrAppend(
      &page,
      "\n## Counters\n\nStalled: an instruction is at the head of the module's queue or under way, and the "
      "module does nothing but wait. A model\nchip has no clock: it counts a cycle for each step, and leaves "
      "stalls, bursts and beats at 0.\n\n| name | unit | meaning |\n|---|---|---|\n");
  for (const CounterInfo& info : AllCounters()) {
    absl::StrAppend(&page, "| ", info.name, " | ", info.unit, " | ", Cell(info.meaning), " |\n");
  }
  absl::StrAppend(
      &page,
      "\n## Host registers\n\n32 bits each. Counter *i* of the table above lies at `counters` + 8 *i*, its "
      "high word 4 bytes on.\n\n| offset | name | meaning |\n|---|---|---|\n");
  for (const HostRegisterInfo& info : AllHostRegisters()) {
    absl::StrAppendFormat(&page, "| 0x%03x | %s | %s |\n", info.offset, info.name, Cell(info.meaning));
  }
}

void AppendRules(std::string& page) {
  absl::StrAppend(
      &page,
      "\n## Rules\n\nWhat the model chip traps in each mode: *strict* all that the specification forbids, "
      "*upstream* what upstream's functional\nsimulator traps, *out-buffer* what leaves hardware with "
      "nothing "
      "defined to do. Portable rules are looked at when asked for:\nindependent implementations differ where "
      "they are broken.\n\n| rule | section | strict | upstream | out-buffer | portable | |\n"
      "|---|---|---|---|---|---|---|\n");
  const auto mark = [](bool is_set) { return is_set ? "x" : ""; };
  for (const RuleInfo& rule : AllRules()) {
    absl::StrAppend(&page, "| ", rule.name, " | ", rule.section, " | ", mark(rule.in_strict), " | ",
                    mark(rule.in_upstream), " | ", mark(rule.in_out_buffer), " | ", mark(rule.when_portable),
                    " | ", Cell(rule.text), " |\n");
  }
}

}  // namespace

std::string VtaReference() {
  std::string page = kIntroduction;
  AppendInstructions(page);
  AppendConfigs(page);
  AppendCountersAndRegisters(page);
  AppendRules(page);
  return page;
}

}  // namespace baton::vta
