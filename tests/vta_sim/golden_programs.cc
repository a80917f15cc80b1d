#include "tests/vta_sim/golden_programs.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace baton::vta {
namespace {

namespace fs = std::filesystem;

// Unpacked once for all tests of a process, gone with it.
class UnpackedArchive {
 public:
  UnpackedArchive() {
    const fs::path archive = fs::path(BATON_SOURCE_DIR) / "../shared/data/vta_golden/programs.tar.xz";
    if (!fs::exists(archive)) return;
    std::string pattern = (fs::temp_directory_path() / "vta_golden_XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) return;
    directory_ = pattern;
    const std::string command =
        absl::StrCat("tar -xf '", archive.string(), "' -C '", directory_.string(), "'");
    if (std::system(command.c_str()) != 0) fs::remove_all(directory_);
  }
  ~UnpackedArchive() {
    std::error_code ignored;
    if (!directory_.empty()) fs::remove_all(directory_, ignored);
  }

  const fs::path& directory() const { return directory_; }

 private:
  fs::path directory_;
};

}  // namespace

std::vector<std::string> GoldenPrograms() {
  static const UnpackedArchive archive;
  std::vector<std::string> result;
  if (archive.directory().empty() || !fs::exists(archive.directory())) return result;
  for (const auto& entry : fs::directory_iterator(archive.directory())) {
    if (entry.path().extension() == ".vtag") result.push_back(entry.path().string());
  }
  std::sort(result.begin(), result.end());
  return result;
}

absl::StatusOr<ProgramFile> ReadGolden(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<uint8_t> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  auto program = ReadProgramFile(bytes);
  // Those written by serial_* start with this, which their files leave out.
  if (program.ok() && fs::path(path).filename().string().starts_with("serial_")) {
    program->inputs.insert(program->inputs.begin(), Segment{0xc0000, std::vector<uint8_t>(128 << 10, 0x33)});
  }
  return program;
}

std::string RunAndCompare(Chip& chip, const ProgramFile& program) {
  if (const auto status = LoadInputs(program, chip.memory()); !status.ok())
    return std::string(status.message());
  const auto result = chip.Run({.instruction_address = program.instruction_address,
                                .instruction_count = program.instruction_count,
                                .max_cycles = 2'000'000});
  if (!result.ok()) return std::string(result.status().message());
  if (result->outcome != Outcome::kFinished) return DescribeResult(chip.config(), *result);
  if (const auto difference = CompareOutputs(program, chip.memory())) {
    return absl::StrFormat("0x%x is %d, expected %d; %d bytes differ", difference->address, difference->found,
                           difference->expected, difference->num_different);
  }
  return "";
}

}  // namespace baton::vta
