#include "tests/support/golden.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace baton {
namespace {

const std::string kInput = "--- input\n", kExpect = "--- expect\n", kEnding = ".golden";

std::filesystem::path Root() {
  return std::filesystem::path(BATON_SOURCE_DIR) / "tests" / "golden";
}
std::filesystem::path PathOf(const std::string& name) {
  return Root() / (name + kEnding);
}

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The place of the line "--- expect", or npos.
size_t FindExpect(const std::string& text) {
  if (text.rfind(kExpect, 0) == 0) return 0;
  const size_t found = text.find("\n" + kExpect);
  return found == std::string::npos ? found : found + 1;
}

}  // namespace

std::vector<std::string> GoldenNames(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(Root() / folder)) {
    if (entry.path().extension() == kEnding) names.push_back(folder + "/" + entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string GoldenInput(const std::string& name) {
  const std::string text = ReadAll(PathOf(name));
  INFO(PathOf(name).string());
  REQUIRE(text.rfind(kInput, 0) == 0);
  const size_t expect = FindExpect(text);
  return text.substr(kInput.size(), expect == std::string::npos ? expect : expect - kInput.size());
}

void CheckGolden(const std::string& name, const std::string& actual) {
  const std::string text = ReadAll(PathOf(name));
  const size_t expect = FindExpect(text);
  const char* update = std::getenv("BATON_UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") {
    std::filesystem::create_directories(PathOf(name).parent_path());
    std::ofstream(PathOf(name), std::ios::binary)
        << (expect == std::string::npos ? text : text.substr(0, expect)) << kExpect << actual;
    SUCCEED("rewritten");
    return;
  }
  INFO(PathOf(name).string() << " (BATON_UPDATE_GOLDEN=1 rewrites it)");
  REQUIRE(expect != std::string::npos);
  CHECK(actual == text.substr(expect + kExpect.size()));
}

}  // namespace baton
