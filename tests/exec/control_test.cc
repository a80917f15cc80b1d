// Jumps, calls, limits and back traces.
#include <thread>

#include "tests/exec/object_fixture.h"

namespace baton::test {
namespace {

// fib(n) = n < 2 ? n : fib(n - 1) + fib(n - 2)
int AddFib(ExecFixture* fixture) {
  FunctionBuilder f("fib", {kI}, {kI});
  const CodeRegister n = f.parameter(0);
  const CodeRegister a = f.NewRegister(kI), b = f.NewRegister(kI), one = f.NewRegister(kI),
                     two = f.NewRegister(kI);
  const CodeRegister small = f.NewRegister(kB);
  const CodeLabel done = f.NewLabel();
  f.Append("LoadSmallInt", {one, 1});
  f.Append("LoadSmallInt", {two, 2});
  f.Append("LtI64", {small, n, two});
  f.Append("JumpIf", {small, done});
  f.Append("SubI64", {a, n, one});
  f.Append("Call", {0, {a}, {a}});
  f.Append("SubI64", {b, n, two});
  f.Append("Call", {0, {b}, {b}});
  f.Append("AddI64", {a, a, b});
  f.Append("Return", {{a}});
  f.Bind(done);
  f.Append("Return", {{n}});
  return fixture->builder.Add(std::move(f).Build());
}

// sum(n) = 1 + ... + n, by a loop with a back edge of kind `jump`.
int AddSum(ExecFixture* fixture, const std::string& jump) {
  FunctionBuilder f("sum", {kI}, {kI});
  const CodeRegister n = f.parameter(0);
  const CodeRegister sum = f.NewRegister(kI), zero = f.NewRegister(kI), one = f.NewRegister(kI),
                     flag = f.NewRegister(kB);
  const CodeLabel loop = f.NewLabel(), done = f.NewLabel();
  f.Append("LoadSmallInt", {sum, 0});
  f.Append("LoadSmallInt", {zero, 0});
  f.Append("LoadSmallInt", {one, 1});
  f.Bind(loop);
  f.Append("AddI64", {sum, sum, n});
  f.Append("SubI64", {n, n, one});
  f.Append("LtI64", {flag, zero, n});
  if (jump == "JumpIf") {
    f.Append("JumpIf", {flag, loop});
  } else if (jump == "JumpIfNot") {
    f.Append("NotBool", {flag, flag});
    f.Append("JumpIfNot", {flag, loop});
  } else {
    f.Append("JumpIfNot", {flag, done});
    f.Append("Jump", {loop});
  }
  f.Bind(done);
  f.Append("Return", {{sum}});
  return fixture->builder.Add(std::move(f).Build());
}

// main() never ends.
void AddEndless(ExecFixture* fixture) {
  FunctionBuilder f("main", {}, {});
  const CodeLabel loop = f.NewLabel();
  f.Bind(loop);
  f.Append("Jump", {loop});
  fixture->AddMain(std::move(f), 0, 0);
}

}  // namespace

TEST_CASE("control: recursive calls", "[exec]") {
  ExecFixture fixture;
  AddIntegerMain(&fixture, AddFib(&fixture));
  CHECK(RunInteger(&fixture, 20) == 6765);
  CHECK(RunInteger(&fixture, 1) == 1);
}

TEST_CASE("control: each jump closes loops", "[exec]") {
  for (const char* jump : {"JumpIf", "JumpIfNot", "Jump"}) {
    ExecFixture fixture;
    AddIntegerMain(&fixture, AddSum(&fixture, jump));
    CAPTURE(jump);
    CHECK(RunInteger(&fixture, 5000) == 12502500);
    CHECK(RunInteger(&fixture, 1) == 1);
  }
}

TEST_CASE("control: instructions and kernel calls are counted", "[exec]") {
  if (SkipsStackCode("its instructions are counted in stack_code_test.cc")) return;
  ExecFixture fixture;
  AddIntegerMain(&fixture, AddSum(&fixture, "JumpIf"));
  RunInteger(&fixture, 10);
  CHECK(fixture.session().counts().instructions == 0);
  fixture.session().SetCounting(true);
  RunInteger(&fixture, 10);
  CHECK(fixture.session().counts().instructions == 4 + 3 + 10 * 4 + 1);
  CHECK(fixture.session().counts().kernel_calls == 0);
  CHECK(fixture.session().counts().peak_memory_bytes > 0);
}

TEST_CASE("control: functions without registers", "[exec]") {
  ExecFixture fixture;
  FunctionBuilder inner("inner", {}, {});
  inner.Append("Return", {std::vector<CodeRegister>{}});
  const int callee = fixture.builder.Add(std::move(inner).Build());
  FunctionBuilder main("main", {}, {});
  main.Append("Call", {callee, std::vector<CodeRegister>{}, std::vector<CodeRegister>{}});
  main.Append("Return", {std::vector<CodeRegister>{}});
  fixture.AddMain(std::move(main), 0, 0);
  CHECK(fixture.Run({}).empty());
}

TEST_CASE("limits: the depth of calls", "[exec]") {
  ExecFixture fixture;
  AddIntegerMain(&fixture, AddFib(&fixture));
  Limits limits;
  limits.max_depth = 11;  // main and ten of fib
  CHECK(RunInteger(&fixture, 10, limits) == 55);
  const absl::Status error = fixture.Error({Tensor::Scalar<int64_t>(11)}, limits);
  CHECK(error.code() == absl::StatusCode::kResourceExhausted);
  CHECK_THAT(std::string(error.message()),
             Catch::StartsWith("call of 'fib': the limit of 11 nested calls is reached"));
  CHECK(RunInteger(&fixture, 12) == 144);  // the session is usable
  limits.max_depth = 0;
  CHECK_THAT(fixture.Message({Tensor::Scalar<int64_t>(1)}, limits), Catch::StartsWith("call of 'main'"));
}

TEST_CASE("limits: endless recursion ends at the depth or memory limit", "[exec]") {
  ExecFixture fixture;
  FunctionBuilder f("forever", {}, {});
  for (int i = 0; i < 100; ++i) f.NewRegister(i % 2 == 0 ? kT : kI);
  f.Append("Call", {0, std::vector<CodeRegister>{}, std::vector<CodeRegister>{}});
  f.Append("Return", {std::vector<CodeRegister>{}});
  fixture.AddMain(std::move(f), 0, 0);
  Limits limits;
  limits.max_depth = 10000;
  const std::string message = fixture.Message({}, limits);
  CHECK_THAT(message, Catch::Contains("limit of 10000 nested calls"));
  CHECK_THAT(message, Catch::Contains("; and 9984 more calls"));
  limits.max_depth = INT64_MAX;
  limits.max_memory_bytes = 1 << 20;
  const absl::Status error = fixture.Error({}, limits);
  CHECK(error.code() == absl::StatusCode::kResourceExhausted);
  CHECK_THAT(std::string(error.message()), Catch::Contains("the limit is 1048576"));
}

TEST_CASE("limits: the number of steps is exact", "[exec]") {
  ExecFixture fixture;
  AddIntegerMain(&fixture, AddSum(&fixture, "JumpIf"));
  Limits limits;
  limits.max_steps = 10;  // a call and nine back edges
  CHECK(RunInteger(&fixture, 10, limits) == 55);
  const absl::Status error = fixture.Error({Tensor::Scalar<int64_t>(11)}, limits);
  CHECK(error.code() == absl::StatusCode::kResourceExhausted);
  CHECK_THAT(std::string(error.message()), Catch::Contains("limit of steps"));
  const std::atomic<bool> no(false);
  limits.cancelled = &no;  // other bookkeeping, same limit
  limits.max_steps = 5000;
  CHECK(RunInteger(&fixture, 5000, limits) == 12502500);
  CHECK_FALSE(fixture.session().Invoke("main", {Tensor::Scalar<int64_t>(5001)}, limits).ok());
}

TEST_CASE("limits: an endless loop stops at the deadline or when cancelled", "[exec]") {
  ExecFixture fixture;
  AddEndless(&fixture);
  Limits limits;
  limits.deadline = absl::Now() + absl::Milliseconds(5);
  CHECK(fixture.Error({}, limits).code() == absl::StatusCode::kDeadlineExceeded);
  limits.deadline = absl::InfinitePast();
  CHECK(fixture.Error({}, limits).code() == absl::StatusCode::kDeadlineExceeded);
  limits.deadline = absl::InfiniteFuture();
  std::atomic<bool> cancelled(false);
  limits.cancelled = &cancelled;
  std::thread other([&] { cancelled = true; });
  CHECK(fixture.Error({}, limits).code() == absl::StatusCode::kCancelled);
  other.join();
}

TEST_CASE("limits: a loop of kernel calls stops", "[exec]") {
  ExecFixture fixture;
  const int kernel = fixture.AddKernel("copy", 1);
  fixture.resolver.ops["copy"].run = [&](KernelContext&, auto, auto) { return absl::OkStatus(); };
  FunctionBuilder f("main", {kT}, {});
  const CodeRegister out = f.NewRegister(kT);
  for (int i = 0; i < 3; ++i) f.Append("CallKernelAlloc", {kernel, {f.parameter(0)}, {out}});
  f.Append("Return", {std::vector<CodeRegister>{}});
  fixture.AddMain(std::move(f), 1, 0);
  Limits limits;
  limits.max_steps = 2;
  CHECK(fixture.Error({Floats({1})}, limits).code() == absl::StatusCode::kResourceExhausted);
  CHECK(fixture.session().counts().kernel_calls == 2);
  std::atomic<bool> cancelled(false);
  limits = {};
  limits.cancelled = &cancelled;
  fixture.resolver.ops["copy"].run = [&](KernelContext&, auto, auto) {
    cancelled = true;
    return absl::OkStatus();
  };
  CHECK(fixture.Error({Floats({1})}, limits).code() == absl::StatusCode::kCancelled);
  CHECK(fixture.session().counts().kernel_calls == 1);
}

TEST_CASE("back trace: innermost location first, then the callers", "[exec]") {
  ExecFixture fixture;
  fixture.builder.Add(SourceLocation{"m.onnx", "x", "Conv"});
  fixture.builder.Add(SourceLocation{"m.onnx", "loop", "Loop"});
  const int message = fixture.builder.AddMessage("no such luck");
  FunctionBuilder inner("inner", {}, {});
  const CodeRegister unused = inner.NewRegister(kI);
  inner.SetLocation(1);
  inner.Append("LoadSmallInt", {unused, 0});
  inner.SetLocation(0);
  inner.Append("LoadSmallInt", {unused, 1});
  inner.Append("Raise", {message});
  const int callee = fixture.builder.Add(std::move(inner).Build());
  FunctionBuilder middle("middle", {}, {});
  middle.Append("Call", {callee, std::vector<CodeRegister>{}, std::vector<CodeRegister>{}});
  middle.SetLocation(1);
  middle.Append("Return", {std::vector<CodeRegister>{}});
  const int caller = fixture.builder.Add(std::move(middle).Build());
  FunctionBuilder main("main", {}, {});
  main.SetLocation(1);
  main.Append("Call", {caller, std::vector<CodeRegister>{}, std::vector<CodeRegister>{}});
  main.Append("Return", {std::vector<CodeRegister>{}});
  fixture.AddMain(std::move(main), 0, 0);
  CHECK(fixture.Message({}) == "no such luck; at node 'x' (Conv) in m.onnx; called from function 'middle', " +
                                   std::string(RunsStackCode() ? "byte" : "word") +
                                   " 0; called from node 'loop' (Loop) in m.onnx");
}

TEST_CASE("checks: messages name what and both values", "[exec]") {
  const auto check = [](const char* opcode, int64_t a, int64_t b) {
    ExecFixture fixture;
    const int what = fixture.builder.AddMessage("rows of a and b");
    FunctionBuilder f("f", {kI}, {kI});
    const CodeRegister x = f.NewRegister(kI), y = f.NewRegister(kI);
    f.Append("LoadInt", {x, a});
    f.Append("LoadInt", {y, b});
    f.Append(opcode, {x, y, what});
    f.Append("Return", {{x}});
    AddIntegerMain(&fixture, fixture.builder.Add(std::move(f).Build()));
    const auto result = fixture.session().Invoke("main", {Tensor::Scalar<int64_t>(0)});
    const std::string message(result.status().message());
    return message.substr(0, message.find(';'));
  };
  CHECK(check("CheckEqual", 3, 3).empty());
  CHECK(check("CheckEqual", 3, 4) == "rows of a and b: 3 and 4");
  CHECK(check("CheckBroadcast", 3, 1).empty());
  CHECK(check("CheckBroadcast", 1, 3).empty());
  CHECK(check("CheckBroadcast", 3, 3).empty());
  CHECK(check("CheckBroadcast", 3, 4) == "rows of a and b: 3 and 4 do not broadcast");
  CHECK(check("CheckAtLeast", 4, 3).empty());
  CHECK(check("CheckAtLeast", 3, 4) == "rows of a and b: 3 is less than 4");
}

TEST_CASE("calls: references move on their last use and are counted otherwise", "[exec]") {
  ExecFixture fixture;
  const int type = fixture.builder.Add(AllocType{DType::kFloat32, {2}});
  // Swaps: results in another order than parameters, one of them twice.
  FunctionBuilder swap("swap", {kT, kT}, {kT, kT, kT});
  swap.Append("Return", {{swap.parameter(1), swap.parameter(0).Last(), swap.parameter(1).Last()}});
  const int callee = fixture.builder.Add(std::move(swap).Build());
  FunctionBuilder main("main", {kT, kT}, {kT, kT, kT});
  const CodeRegister a = main.NewRegister(kT), b = main.NewRegister(kT);
  const CodeRegister x = main.NewRegister(kT), y = main.NewRegister(kT);
  main.Append("AllocTensor", {x, type, std::vector<CodeRegister>{}});  // overwritten: released
  main.Append("AllocTensor", {y, type, std::vector<CodeRegister>{}});  // released explicitly
  main.Append("Release", {y});
  main.Append("Call", {callee, {main.parameter(0), main.parameter(1).Last()}, {a, b, x}});
  main.Append("Return", {{a, b.Last(), x}});
  fixture.AddMain(std::move(main), 2, 3);
  const Tensor one = Floats({1}), two = Floats({2});
  {
    const auto outputs = fixture.Run({one, two});
    CHECK(outputs[0].get() == two.get());
    CHECK(outputs[1].get() == one.get());
    CHECK(outputs[2].get() == two.get());
  }
  CHECK(one->unique());
  CHECK(two->unique());
  fixture.DropSession();
  CHECK(fixture.device.live_bytes == 0);
}

}  // namespace baton::test
