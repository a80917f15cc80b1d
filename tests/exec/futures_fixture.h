// FuturesFixture: programs that fork, run with and without other workers.
#pragma once

#include "tests/exec/object_fixture.h"

namespace baton::test {

// A call that any scheduler thinks worth sharing.
inline constexpr int64_t kLongWork = 10'000'000;

// Alone; with workers that take what is worth it; with workers that are offered all.
inline SchedulerOptions AnyScheduler() {
  return GENERATE(SchedulerOptions{.num_threads = 1}, SchedulerOptions{.num_threads = 2},
                  SchedulerOptions{.num_threads = 4}, SchedulerOptions{.num_threads = 2, .fork_always = true},
                  SchedulerOptions{.num_threads = 4, .fork_always = true});
}

class FuturesFixture : public ExecFixture {
 public:
  explicit FuturesFixture(const SchedulerOptions& options = AnyScheduler()) {
    INFO(options.num_threads << " threads, "
                             << (options.fork_always ? "forks always" : "forks what is worth it"));
    scheduler = Scheduler::Create(options);
  }

  // An entry point over one integer that calls `callee`, a function over integers.
  void AddIntegerEntry(const std::string& name, int callee) {
    const int type = builder.Add(AllocType{DType::kInt64, {}});
    FunctionBuilder f(name, {kT}, {kT});
    const CodeRegister n = f.NewRegister(kI), out = f.NewRegister(kT);
    f.Append("GetElementI64", {n, f.parameter(0).Last(), 0});
    f.Append("Call", {callee, {n}, {n}});
    f.Append("MakeTensor", {out, type, {n}});
    f.Append("Return", {{out.Last()}});
    AddEntry(name, builder.Add(std::move(f).Build()), {DType::kInt64}, {DType::kInt64});
  }
  absl::StatusOr<int64_t> Try(const std::string& entry, int64_t n, const Limits& limits = {}) {
    const auto outputs = session().Invoke(entry, {Tensor::Scalar<int64_t>(n)}, limits);
    if (!outputs.ok()) return outputs.status();
    return (*outputs)[0].values<int64_t>()[0];
  }
  int64_t RunEntry(const std::string& entry, int64_t n, const Limits& limits = {}) {
    const absl::StatusOr<int64_t> result = Try(entry, n, limits);
    REQUIRE(result.status() == absl::OkStatus());
    return *result;
  }
  std::string ErrorOf(const std::string& entry, int64_t n, const Limits& limits = {}) {
    return std::string(Try(entry, n, limits).status().message());
  }
};

// A function over an integer, r0, that forks. Registers are made as they are asked for.
class ForkingFunction : public FunctionBuilder {
 public:
  explicit ForkingFunction(absl::string_view name, std::vector<SlotKind> parameters = {kI},
                           std::vector<SlotKind> results = {kI})
      : FunctionBuilder(name, std::move(parameters), std::move(results)), work_(NewRegister(kI)) {
    Append("LoadInt", {work_, kLongWork});
  }

  CodeRegister n() const { return parameter(0); }
  CodeRegister Load(int64_t value) {
    const CodeRegister r = NewRegister(kI);
    Append("LoadInt", {r, value});
    return r;
  }
  CodeRegister Fork(int callee, const Registers& arguments) {
    const CodeRegister future = NewRegister(kU);
    ForkTo(future, callee, arguments);
    return future;
  }
  void ForkTo(CodeRegister future, int callee, const Registers& arguments) {
    Append("Fork", {future, callee, work_, arguments});
  }
  CodeRegister Await(CodeRegister future, int callee, SlotKind kind = kI) {
    const CodeRegister result = NewRegister(kind);
    Append("Await", {future.Last(), callee, {result}});
    return result;
  }
  void Return(CodeRegister result) { Append("Return", {{result}}); }

 private:
  CodeRegister work_;
};

// square(n) = n * n
inline int AddSquare(ExecFixture* fixture) {
  FunctionBuilder f("square", {kI}, {kI});
  f.Append("MulI64", {f.parameter(0), f.parameter(0), f.parameter(0)});
  f.Append("Return", {{f.parameter(0)}});
  return fixture->builder.Add(std::move(f).Build());
}

// fib(n), which forks one of its two calls. `index` is its own, which is added next.
inline int AddFib(ExecFixture* fixture, int index) {
  ForkingFunction f("fib");
  const CodeRegister b = f.NewRegister(kI), m = f.NewRegister(kI);
  const CodeLabel small = f.NewLabel();
  f.Append("JumpIfLtImm", {f.n(), 2, small});
  f.Append("AddImm", {m, f.n(), -1});
  const CodeRegister future = f.Fork(index, {m});
  f.Append("AddImm", {m, f.n(), -2});
  f.Append("Call", {index, {m}, {b}});
  const CodeRegister a = f.Await(future, index);
  f.Append("AddI64", {b, a, b});
  f.Return(b);
  f.Bind(small);
  f.Return(f.n());
  REQUIRE(fixture->builder.Add(std::move(f).Build()) == index);
  return index;
}

// fails(n): raises the message with this number.
inline int AddFails(ExecFixture* fixture, const std::string& name, int message) {
  FunctionBuilder f(name, {kI}, {kI});
  f.Append("Raise", {message});
  return fixture->builder.Add(std::move(f).Build());
}

}  // namespace baton::test
