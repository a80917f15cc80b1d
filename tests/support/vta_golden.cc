#include "tests/support/vta_golden.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace baton::vta::test {
namespace {

namespace fs = std::filesystem;

fs::path Archive() {
  const char* folder = std::getenv("BATON_VTA_GOLDEN");
  const fs::path base =
      folder != nullptr ? fs::path(folder) : fs::path(BATON_SOURCE_DIR) / "../shared/data/vta_golden";
  return base / "programs.tar.xz";
}

// A folder that is gone with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "vta_golden_XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TemporaryFolder() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

ProgramFile ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  auto program =
      ReadProgramFile(absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()));
  INFO(path.string() << ": " << std::string(program.status().message()));
  REQUIRE(program.ok());
  return *std::move(program);
}

// What the serial programs find where they store, which their files leave out.
Segment SerialFill() {
  return {0xc0000, std::vector<uint8_t>(128 * 1024, 0x33)};
}

std::vector<Golden> ReadAll() {
  const fs::path archive = Archive();
  if (!fs::exists(archive)) {
    WARN("skipped: " << archive.string() << " is not there");
    return {};
  }
  const TemporaryFolder folder;
  const std::string command = "tar -xJf '" + archive.string() + "' -C '" + folder.path().string() + "'";
  REQUIRE(std::system(command.c_str()) == 0);
  std::vector<Golden> goldens;
  for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
    if (entry.path().extension() != ".vtag") continue;
    const std::string name = entry.path().stem().string();
    goldens.push_back({name, ReadFile(entry.path())});
    if (name.rfind("serial_", 0) == 0) goldens.back().program.inputs.push_back(SerialFill());
  }
  std::sort(goldens.begin(), goldens.end(), [](const Golden& a, const Golden& b) { return a.name < b.name; });
  return goldens;
}

}  // namespace

const std::vector<Golden>& Goldens() {
  static const auto& goldens = *new std::vector<Golden>(ReadAll());
  return goldens;
}

}  // namespace baton::vta::test
