// Limits that are reached inside forked calls: one error, and the session goes on.
#include <thread>

#include "tests/exec/futures_fixture.h"

namespace baton::test {
namespace {

enum : int { kFib, kEndless, kDeep, kGreedy };  // functions

// endless(n): forks itself until n is 0, then turns for ever.
void AddEndless(ExecFixture* fixture) {
  ForkingFunction f("endless");
  const CodeLabel deeper = f.NewLabel(), loop = f.NewLabel();
  f.Append("JumpIfNeImm", {f.n(), 0, deeper});
  f.Bind(loop);
  f.Append("Jump", {loop});
  f.Bind(deeper);
  f.Append("AddImm", {f.n(), f.n(), -1});
  const CodeRegister a = f.Fork(kEndless, {f.n()}), b = f.Fork(kFib, {f.n()});
  f.Await(b, kFib);
  f.Return(f.Await(a, kEndless));
  REQUIRE(fixture->builder.Add(std::move(f).Build()) == kEndless);
}

// Calls itself for ever, through forks; greedy holds a megabyte meanwhile.
void AddRecursion(ExecFixture* fixture, int index) {
  ForkingFunction f(index == kGreedy ? "greedy" : "deep");
  const CodeRegister tensor = f.NewRegister(kT), size = f.NewRegister(kI);
  if (index == kGreedy) {
    const int type = fixture->builder.Add(AllocType{DType::kFloat32, {1 << 18}});
    f.Append("AllocTensor", {tensor, type, Registers{}});
  } else {
    f.Append("LoadConst", {tensor, fixture->builder.Add(Floats({1}))});
  }
  const CodeRegister a = f.Fork(index, {f.n()}), b = f.Fork(index, {f.n()});
  const CodeRegister x = f.Await(b, index), y = f.Await(a, index);
  f.Append("AddI64", {x, x, y});
  f.Append("GetDim", {size, tensor, 0});
  f.Return(x);
  REQUIRE(fixture->builder.Add(std::move(f).Build()) == index);
}

class LimitsFixture : public FuturesFixture {
 public:
  LimitsFixture() {
    AddFib(this, kFib);
    AddEndless(this);
    AddRecursion(this, kDeep);
    AddRecursion(this, kGreedy);
    AddIntegerEntry("fib", kFib);
    AddIntegerEntry("endless", kEndless);
    AddIntegerEntry("deep", kDeep);
    AddIntegerEntry("greedy", kGreedy);
  }

  // The entry fails within the limits, in one error; then the session is as new.
  void CheckFails(const std::string& entry, const Limits& limits, absl::StatusCode code,
                  const std::string& what) {
    const absl::Status status = Try(entry, 5, limits).status();
    CHECK(status.code() == code);
    const std::string message(status.message());
    CHECK_THAT(message, Catch::Contains(what));
    // A back trace, of one error.
    const size_t trace = message.find("; at ");
    CHECK(trace != std::string::npos);
    CHECK(message.find("; at ", trace + 1) == std::string::npos);
    CHECK(RunEntry("fib", 15) == 610);
  }
};

}  // namespace

TEST_CASE("futures: a deadline ends all forked calls", "[exec][futures]") {
  LimitsFixture fixture;
  for (int i = 0; i < 5; ++i) {
    Limits limits;
    limits.deadline = absl::Now() + absl::Milliseconds(5);
    fixture.CheckFails("endless", limits, absl::StatusCode::kDeadlineExceeded, "deadline");
  }
}

TEST_CASE("futures: a cancellation ends all forked calls", "[exec][futures]") {
  LimitsFixture fixture;
  for (int i = 0; i < 5; ++i) {
    std::atomic<bool> cancelled{false};
    Limits limits;
    limits.cancelled = &cancelled;
    std::thread other([&] {
      absl::SleepFor(absl::Milliseconds(2));
      cancelled = true;
    });
    fixture.CheckFails("endless", limits, absl::StatusCode::kCancelled, "cancelled");
    other.join();
  }
}

TEST_CASE("futures: the limit of steps holds for all forked calls", "[exec][futures]") {
  LimitsFixture fixture;
  for (const int64_t steps : {1, 10, 100'000}) {
    Limits limits;
    limits.max_steps = steps;
    fixture.CheckFails("endless", limits, absl::StatusCode::kResourceExhausted, "the limit of steps");
  }
}

TEST_CASE("futures: forked calls count against the limit of depth", "[exec][futures]") {
  LimitsFixture fixture;
  for (const int64_t depth : {1, 2, 3, 10, 1000}) {
    Limits limits;
    limits.max_depth = depth;
    fixture.CheckFails("deep", limits, absl::StatusCode::kResourceExhausted, "nested calls is reached");
  }
}

TEST_CASE("futures: the limit of memory holds for all forked calls", "[exec][futures]") {
  LimitsFixture fixture;
  for (const int64_t megabytes : {1, 8, 64}) {
    Limits limits;
    limits.max_memory_bytes = megabytes << 20;
    fixture.CheckFails("greedy", limits, absl::StatusCode::kResourceExhausted, "memory");
    CHECK(fixture.device.live_bytes <= limits.max_memory_bytes);
  }
  fixture.DropSession();
  CHECK(fixture.device.live_bytes == 0);
}

TEST_CASE("futures: endless recursion through forks ends at the default limits", "[exec][futures]") {
  LimitsFixture fixture;
  Limits limits;
  limits.max_memory_bytes = 1 << 28;
  fixture.CheckFails("deep", limits, absl::StatusCode::kResourceExhausted, "limit");
}

}  // namespace baton::test
