#include "accel/vta/program/program_cache.h"

#include <catch2/catch.hpp>

namespace baton::vta {
namespace {

struct Builds {
  ProgramCache cache{2};
  int count = 0;

  std::shared_ptr<const Program> Get(const std::string& key) {
    const auto program = cache.Get(key, [&]() -> absl::StatusOr<Program> {
      ++count;
      Program built;
      built.tiling = key;
      return built;
    });
    REQUIRE(program.ok());
    CHECK((*program)->tiling == key);
    return *program;
  }
};

TEST_CASE("vta program cache: what was built is given again") {
  Builds builds;
  CHECK(builds.Get("a") == builds.Get("a"));
  CHECK(builds.count == 1);
}

TEST_CASE("vta program cache: what was not asked for longest goes") {
  Builds builds;
  const auto a = builds.Get("a");
  builds.Get("b");
  builds.Get("a");
  builds.Get("c");
  CHECK(builds.cache.size() == 2);
  CHECK(builds.Get("a") == a);
  CHECK(builds.count == 3);
  builds.Get("b");
  CHECK(builds.count == 4);
}

TEST_CASE("vta program cache: errors are not kept") {
  Builds builds;
  const auto failed = builds.cache.Get(
      "a", []() -> absl::StatusOr<Program> { return absl::UnimplementedError("not this one"); });
  CHECK(failed.status().message() == "not this one");
  CHECK(builds.cache.size() == 0);
  builds.Get("a");
}

}  // namespace
}  // namespace baton::vta
