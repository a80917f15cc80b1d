#include "tests/accel/vta_text_chip.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "accel/vta/assembly.h"

namespace baton::vta::test {
namespace {

constexpr uint32_t kMemoryBytes = 0x10000;

ptrdiff_t CountInstructions(const std::string& program) {
  const std::vector<std::string> lines = absl::StrSplit(program, '\n');
  return std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
    return line.find_first_not_of(' ') != std::string::npos;
  });
}

}  // namespace

TextChip::TextChip(const ModelOptions& options, const std::string& config) : config_(config) {
  const NamedConfig* named = FindConfig(config);
  REQUIRE(named != nullptr);
  chip_ = ModelChip::Create(named->config, options, DeviceMemory::Create(kMemoryBytes).value()).value();
}

RunResult TextChip::Run(const std::string& program, const std::string& data, uint64_t max_cycles) {
  const auto count = static_cast<uint32_t>(CountInstructions(program));
  const auto assembled = AssembleProgram(absl::StrCat("config ", config_, "\nimage 0x10000\nprogram 0x1000 ",
                                                      count, "\ninput 0x1000\n", program, "\n", data));
  INFO(program << data << std::string(assembled.status().message()));
  REQUIRE(assembled.ok());
  DeviceMemory& memory = chip_->memory();
  std::fill(memory.data(), memory.data() + memory.size(), 0);
  REQUIRE(LoadInputs(assembled->file, memory).ok());
  auto result = chip_->Run({0x1000, count, max_cycles, /*record_instructions=*/true});
  REQUIRE(result.ok());
  return *std::move(result);
}

std::string TextChip::Describe(const std::string& program, const std::string& data) {
  return DescribeResult(chip_->config(), Run(program, data));
}

}  // namespace baton::vta::test
