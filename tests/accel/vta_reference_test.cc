#include "tests/accel/vta_reference.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace baton::vta {
namespace {

TEST_CASE("vta reference: the page is current", "[accel]") {
  const std::string path = std::string(BATON_SOURCE_DIR) + "/docs/vta_isa.md", page = VtaReference();
  if (const char* update = std::getenv("BATON_UPDATE_GOLDEN");
      update != nullptr && std::string(update) == "1") {
    std::ofstream(path, std::ios::binary) << page;
    SUCCEED("rewritten");
    return;
  }
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  INFO("docs/vta_isa.md is not current: BATON_UPDATE_GOLDEN=1 rewrites it");
  // Not CHECK(a == b), which would print both pages.
  const bool same = text.str() == page;
  CHECK(same);
}

}  // namespace
}  // namespace baton::vta
