// What a large invocation needed goes back to the device when those after it need less.
#include "tests/exec/exec_fixture.h"

namespace baton::test {
namespace {

constexpr int64_t kLarge = int64_t{64} << 20;  // bytes

// main([n, bytes]): a tensor of n floats beside an arena of that many bytes.
void AddProgram(ExecFixture* fixture) {
  const int type = fixture->builder.Add(AllocType{DType::kFloat32, {kDynamicExtent}});
  FunctionBuilder f("main", {kT}, {});
  const CodeRegister n = f.NewRegister(kI), bytes = f.NewRegister(kI), out = f.NewRegister(kT);
  f.Append("GetElementI64", {n, f.parameter(0), 0});
  f.Append("GetElementI64", {bytes, f.parameter(0), 1});
  f.Append("EnterArena", {bytes});
  f.Append("AllocTensor", {out, type, {n}});
  f.Append("LeaveArena", {});
  f.Append("Return", {std::vector<CodeRegister>{}});
  fixture->AddEntry("main", fixture->builder.Add(std::move(f).Build()), {DType::kInt64}, {});
}

}  // namespace

TEST_CASE("memory: what only one invocation needed is given back after some that did not", "[exec]") {
  ExecFixture fixture;
  AddProgram(&fixture);
  fixture.Run({Ints({kLarge / 4, kLarge})});
  CHECK(fixture.device.live_bytes >= 2 * kLarge);
  for (int i = 0; i < 40; ++i) fixture.Run({Ints({1000, 4000})});
  CHECK(fixture.device.live_bytes < kLarge / 8);
}

TEST_CASE("memory: what every invocation needs stays", "[exec]") {
  ExecFixture fixture;
  AddProgram(&fixture);
  fixture.Run({Ints({kLarge / 4, kLarge})});
  const int64_t allocations = fixture.device.allocations;
  for (int i = 0; i < 40; ++i) fixture.Run({Ints({kLarge / 4, kLarge})});
  CHECK(fixture.device.allocations == allocations);
}

TEST_CASE("memory: a session gives back all that it keeps when it is told to", "[exec]") {
  ExecFixture fixture;
  AddProgram(&fixture);
  fixture.Run({Ints({kLarge / 4, kLarge})});
  fixture.session().ReleaseMemory();
  CHECK(fixture.device.live_bytes == 0);
  fixture.Run({Ints({kLarge / 4, kLarge})});
}

}  // namespace baton::test
