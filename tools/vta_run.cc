// baton vta run: a program file on a chip; its results are compared.
#include <CLI/CLI.hpp>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/file_io.h"
#include "tools/input_options.h"
#include "tools/vta_chip.h"
#include "tools/vta_commands.h"
#include "tools/vta_file.h"
#include "tools/vta_report.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr char kExamples[] =
    "Exit codes: 0 the results are as the file says, 1 they are not, or the program did not finish, 2 the "
    "command line is wrong.\n\n"
    "Examples:\n"
    "  baton vta run conv_000.vtag --profile\n"
    "  baton vta run conv_000.vtag --chip rtl --trace t.json\n"
    "  baton vta run serial_000.vtag --fill 0xc0000,0x20000,0x33";

struct Options {
  std::string file;
  VtaChipOptions chip;
  uint64_t max_cycles = uint64_t{1} << 31;
  std::vector<std::string> fills;
  bool json = false;
  bool profile = false;
  std::string trace;
};

// "ADDRESS,BYTES,VALUE": what memory holds before the program's inputs are put there.
absl::StatusOr<vta::Segment> ParseFill(const std::string& text, uint64_t memory_bytes) {
  const std::vector<std::string> parts = absl::StrSplit(text, ',');
  std::vector<uint64_t> numbers;
  for (const std::string& part : parts) {
    uint64_t number = 0;
    const bool is_hex = part.size() > 2 && part[0] == '0' && (part[1] == 'x' || part[1] == 'X');
    if (is_hex ? absl::SimpleHexAtoi(part, &number) : absl::SimpleAtoi(part, &number))
      numbers.push_back(number);
  }
  if (parts.size() != 3 || numbers.size() != 3 || numbers[2] > 255) {
    return UsageError(absl::StrCat("--fill: found ", text, ", expected ADDRESS,BYTES,VALUE"));
  }
  if (numbers[0] > memory_bytes || numbers[1] > memory_bytes - numbers[0]) {
    return UsageError(absl::StrCat("--fill: ", text, " ends outside the image of ", memory_bytes, " bytes"));
  }
  return vta::Segment{static_cast<uint32_t>(numbers[0]),
                      std::vector<uint8_t>(numbers[1], static_cast<uint8_t>(numbers[2]))};
}

absl::Status Prepare(const Options& options, const vta::ProgramFile& program, vta::DeviceMemory& memory) {
  for (const std::string& text : options.fills) {
    BATON_ASSIGN_OR_RETURN(const vta::Segment fill, ParseFill(text, memory.size()));
    std::copy(fill.bytes.begin(), fill.bytes.end(), memory.data() + fill.address);
  }
  return vta::LoadInputs(program, memory);
}

std::vector<vta::Word> WordsOf(const vta::ProgramFile& program, const vta::DeviceMemory& memory) {
  std::vector<vta::Word> words(program.instruction_count);
  std::memcpy(words.data(), memory.data() + program.instruction_address, words.size() * sizeof(vta::Word));
  return words;
}

VtaComparison Compare(const vta::ProgramFile& program, const vta::DeviceMemory& memory) {
  VtaComparison comparison;
  for (const vta::Segment& segment : program.outputs) comparison.num_bytes += segment.bytes.size();
  comparison.difference = vta::CompareOutputs(program, memory);
  return comparison;
}

absl::StatusOr<ExitCode> RunVtaRun(const Options& options, Console& console) {
  BATON_ASSIGN_OR_RETURN(const vta::ProgramFile program, ReadVtaFile(options.file));
  BATON_ASSIGN_OR_RETURN(const auto chip, MakeVtaChip(options.chip, program.image_bytes));
  BATON_RETURN_IF_ERROR(Prepare(options, program, chip->memory()));
  const std::vector<vta::Word> words = WordsOf(program, chip->memory());
  BATON_ASSIGN_OR_RETURN(const vta::RunResult result,
                         chip->Run({program.instruction_address, program.instruction_count,
                                    options.max_cycles, /*record_instructions=*/!options.trace.empty()}));
  const VtaComparison comparison = Compare(program, chip->memory());
  if (!options.trace.empty()) {
    BATON_RETURN_IF_ERROR(WriteFile(options.trace, VtaTraceJson(chip->config(), words, result.instructions)));
  }
  if (options.json) {
    console.out << VtaRunJson(chip->config(), result, comparison);
  } else {
    console.out << options.file << ": " << DescribeVtaRun(chip->config(), result, comparison) << "\n";
    if (options.profile) PrintVtaProfile(chip->config(), result.counters, console.out);
  }
  const bool is_good = result.outcome == vta::Outcome::kFinished && !comparison.difference.has_value();
  return is_good ? kExitOk : kExitFailed;
}

}  // namespace

void AddVtaRunCommand(CLI::App* parent, Command* command) {
  CLI::App* app = parent->add_subcommand("run", "Run a program on a chip and compare its results");
  const auto options = std::make_shared<Options>();
  app->add_option("P", options->file, "a .vtag file")->type_name("FILE")->required();
  AddVtaChipOptions(app, &options->chip);
  app->add_option("--max-cycles", options->max_cycles, "give up after these; default: 2^31")->type_name("N");
  AddRepeatedOption(app, "--fill", &options->fills, "ADDRESS,BYTES,VALUE",
                    "what memory holds before the program's inputs are put there");
  app->add_flag("--json", options->json, "print the outcome and all counters as JSON");
  app->add_flag("--profile", options->profile, "print utilisation, stalls by cause and bytes by client");
  app->add_option("--trace", options->trace, "write the timeline of the queues as JSON for Perfetto")
      ->type_name("FILE");
  app->footer(kExamples);
  app->callback([=] { *command = [=](Console& console) { return RunVtaRun(*options, console); }; });
}

}  // namespace baton
