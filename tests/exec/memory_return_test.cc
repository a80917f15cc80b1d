// What a large invocation needed goes back to the device when those after it need less.
#include "tests/exec/sized_program.h"

namespace baton::test {
namespace {

constexpr int64_t kLarge = int64_t{64} << 20;  // bytes

}  // namespace

TEST_CASE("memory: what only one invocation needed is given back after some that did not", "[exec]") {
  ExecFixture fixture;
  AddSizedProgram(&fixture);
  fixture.Run({Ints({kLarge / 4, kLarge})});
  CHECK(fixture.device.live_bytes >= 2 * kLarge);
  for (int i = 0; i < 40; ++i) fixture.Run({Ints({1000, 4000})});
  CHECK(fixture.device.live_bytes < kLarge / 8);
}

TEST_CASE("memory: what every invocation needs stays", "[exec]") {
  ExecFixture fixture;
  AddSizedProgram(&fixture);
  fixture.Run({Ints({kLarge / 4, kLarge})});
  const int64_t allocations = fixture.device.allocations;
  for (int i = 0; i < 40; ++i) fixture.Run({Ints({kLarge / 4, kLarge})});
  CHECK(fixture.device.allocations == allocations);
}

TEST_CASE("memory: a session gives back all that it keeps when it is told to", "[exec]") {
  ExecFixture fixture;
  AddSizedProgram(&fixture);
  fixture.Run({Ints({kLarge / 4, kLarge})});
  fixture.session().ReleaseMemory();
  CHECK(fixture.device.live_bytes == 0);
  fixture.Run({Ints({kLarge / 4, kLarge})});
}

}  // namespace baton::test
