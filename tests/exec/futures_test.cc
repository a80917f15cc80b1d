// Forked calls and what they give.
#include "tests/exec/futures_fixture.h"

namespace baton::test {

TEST_CASE("futures: a scalar", "[exec][futures]") {
  FuturesFixture fixture;
  const int square = AddSquare(&fixture);
  ForkingFunction f("f");
  f.Return(f.Await(f.Fork(square, {f.n()}), square));
  fixture.AddIntegerEntry("main", fixture.builder.Add(std::move(f).Build()));
  for (const int64_t n : {0, 3, -5}) CHECK(fixture.RunEntry("main", n) == n * n);
}

TEST_CASE("futures: no arguments, no results, many of both", "[exec][futures]") {
  FuturesFixture fixture;
  constexpr int kCount = 200;
  FunctionBuilder nothing("nothing", {}, {}),
      reverse("reverse", std::vector<SlotKind>(kCount, kI), std::vector<SlotKind>(kCount, kI));
  nothing.Append("Return", {Registers{}});
  Registers reversed;
  for (int i = kCount; i-- > 0;) reversed.push_back(reverse.parameter(i));
  reverse.Append("Return", {reversed});
  fixture.builder.Add(std::move(nothing).Build());
  fixture.builder.Add(std::move(reverse).Build());
  ForkingFunction f("f");
  const CodeRegister empty = f.Fork(0, {});
  Registers arguments, results;
  for (int i = 0; i < kCount; ++i) arguments.push_back(i == 0 ? f.n() : f.Load(i));
  const CodeRegister future = f.Fork(1, arguments);
  f.Append("Await", {empty.Last(), 0, Registers{}});
  for (int i = 0; i < kCount; ++i) results.push_back(f.NewRegister(kI));
  f.Append("Await", {future.Last(), 1, results});
  f.Append("SubI64", {f.n(), results[kCount - 1], results[0]});
  f.Return(f.n());
  fixture.AddIntegerEntry("main", fixture.builder.Add(std::move(f).Build()));
  CHECK(fixture.RunEntry("main", 1000) == 1000 - 199);
}

TEST_CASE("futures: tensors go in and come out", "[exec][futures]") {
  FuturesFixture fixture;
  const int add = fixture.AddKernel("add", 2);
  FunctionBuilder sum("sum", {kT, kT}, {kT});
  const CodeRegister out = sum.NewRegister(kT);
  sum.Append("CallKernelAlloc", {add, {sum.parameter(0), sum.parameter(1)}, {out}});
  sum.Append("Return", {{out.Last()}});
  fixture.builder.Add(std::move(sum).Build());
  ForkingFunction f("main", {kT, kT}, {kT, kT});
  const CodeRegister a = f.parameter(0), b = f.parameter(1);
  const CodeRegister twice = f.Fork(0, {a, a}), both = f.Fork(0, {a.Last(), b});
  const CodeRegister second = f.Await(both, 0, kT);
  const CodeRegister first = f.Await(twice, 0, kT);
  f.Append("Return", {{first.Last(), second.Last()}});
  const int main = fixture.builder.Add(std::move(f).Build());
  fixture.AddEntry("main", main, {DType::kFloat32, DType::kFloat32}, {DType::kFloat32, DType::kFloat32});
  const std::vector<Tensor> inputs = {Floats({1, 2}), Floats({10, 20})};
  for (int i = 0; i < 20; ++i) {
    const auto outputs = fixture.Run(inputs);
    CHECK(FloatsOf(outputs[0]) == std::vector<float>{2, 4});
    CHECK(FloatsOf(outputs[1]) == std::vector<float>{11, 22});
  }
  CHECK(inputs[0]->unique());
  fixture.DropSession();
  CHECK(fixture.device.live_bytes == 0);
}

TEST_CASE("futures: objects go in and come out", "[exec][futures]") {
  FuturesFixture fixture;
  const ListTypes types(&fixture.builder);
  const int build = AddBuild(&fixture, types), sum = AddSum(&fixture, types, /*last=*/false);
  ForkingFunction f("f");
  const CodeRegister list = f.Await(f.Fork(build, {f.n()}), build, kO);
  // Both have the same list.
  const CodeRegister a = f.Fork(sum, {list}), b = f.Fork(sum, {list.Last()});
  const CodeRegister x = f.Await(a, sum), y = f.Await(b, sum);
  f.Append("AddI64", {x, x, y});
  f.Return(x);
  fixture.AddIntegerEntry("main", fixture.builder.Add(std::move(f).Build()));
  for (const int64_t n : {0, 1, 1000}) CHECK(fixture.RunEntry("main", n) == n * (n + 1));
}

TEST_CASE("futures: awaited in another order than forked", "[exec][futures]") {
  FuturesFixture fixture;
  const int square = AddSquare(&fixture);
  ForkingFunction f("f");
  Registers futures, digits;
  for (int i = 1; i <= 3; ++i) futures.push_back(f.Fork(square, {f.Load(i)}));
  for (const size_t i : {2, 0, 1}) digits.push_back(f.Await(futures[i], square));
  for (const CodeRegister digit : digits) {
    const CodeRegister ten = f.Load(10);
    f.Append("MulI64", {f.n(), f.n(), ten});
    f.Append("AddI64", {f.n(), f.n(), digit});
  }
  f.Return(f.n());
  fixture.AddIntegerEntry("main", fixture.builder.Add(std::move(f).Build()));
  CHECK(fixture.RunEntry("main", 7) == 7914);
}

// sum of squares below n: each turn forks the next square, then awaits that of the turn before.
TEST_CASE("futures: carried from one turn of a loop to the next", "[exec][futures]") {
  FuturesFixture fixture;
  const int square = AddSquare(&fixture);
  ForkingFunction f("f");
  const CodeRegister i = f.Load(0), sum = f.Load(0);
  const CodeRegister before = f.Fork(square, {i}), next = f.NewRegister(kU);
  const CodeLabel loop = f.NewLabel(), done = f.NewLabel();
  f.Bind(loop);
  f.Append("AddImm", {i, i, 1});
  f.Append("JumpIfLe", {f.n(), i, done});
  f.ForkTo(next, square, {i});
  const CodeRegister x = f.Await(before, square);
  f.Append("AddI64", {sum, sum, x});
  f.Append("Move", {before, next.Last()});
  f.Append("Jump", {loop});
  f.Bind(done);
  const CodeRegister last = f.Await(before, square);
  f.Append("AddI64", {sum, sum, last});
  f.Return(sum);
  fixture.AddIntegerEntry("main", fixture.builder.Add(std::move(f).Build()));
  CHECK(fixture.RunEntry("main", 1) == 0);
  CHECK(fixture.RunEntry("main", 5) == 30);
  CHECK(fixture.RunEntry("main", 1000) == 999 * 1000 * 1999 / 6);
}

TEST_CASE("futures: awaited on one way only", "[exec][futures]") {
  FuturesFixture fixture;
  const int square = AddSquare(&fixture);
  ForkingFunction f("f");
  const CodeRegister future = f.Fork(square, {f.n()});
  const CodeLabel small = f.NewLabel();
  f.Append("JumpIfLtImm", {f.n(), 10, small});
  f.Return(f.Await(future, square));
  f.Bind(small);
  f.Return(f.n());
  fixture.AddIntegerEntry("main", fixture.builder.Add(std::move(f).Build()));
  CHECK(fixture.RunEntry("main", 9) == 9);
  CHECK(fixture.RunEntry("main", 10) == 100);
}

TEST_CASE("futures: nested as deep as the recursion", "[exec][futures]") {
  FuturesFixture fixture;
  fixture.AddIntegerEntry("main", AddFib(&fixture, 0));
  CHECK(fixture.RunEntry("main", 1) == 1);
  for (int i = 0; i < 5; ++i) CHECK(fixture.RunEntry("main", 20) == 6765);
}

// chain(n) = n == 0 ? 0 : 1 + await fork chain(n - 1)
TEST_CASE("futures: a chain of 100,000, each awaiting the next", "[exec][futures]") {
  FuturesFixture fixture;
  ForkingFunction f("chain");
  const CodeRegister m = f.NewRegister(kI);
  const CodeLabel end = f.NewLabel();
  f.Append("JumpIfEqImm", {f.n(), 0, end});
  f.Append("AddImm", {m, f.n(), -1});
  const CodeRegister rest = f.Await(f.Fork(0, {m}), 0);
  f.Append("AddImm", {rest, rest, 1});
  f.Return(rest);
  f.Bind(end);
  f.Return(f.n());
  fixture.AddIntegerEntry("main", fixture.builder.Add(std::move(f).Build()));
  CHECK(fixture.RunEntry("main", 100'000) == 100'000);
}

// pending(n): sum of squares to n; each call forks its square and awaits it when the rest is there.
TEST_CASE("futures: 100,000 pending at once", "[exec][futures]") {
  FuturesFixture fixture;
  const int square = AddSquare(&fixture);
  ForkingFunction f("pending");
  const CodeRegister rest = f.NewRegister(kI), m = f.NewRegister(kI);
  const CodeLabel end = f.NewLabel();
  f.Append("JumpIfEqImm", {f.n(), 0, end});
  const CodeRegister future = f.Fork(square, {f.n()});
  f.Append("AddImm", {m, f.n(), -1});
  f.Append("Call", {1, {m}, {rest}});
  const CodeRegister x = f.Await(future, square);
  f.Append("AddI64", {rest, rest, x});
  f.Return(rest);
  f.Bind(end);
  f.Return(f.n());
  REQUIRE(fixture.builder.Add(std::move(f).Build()) == 1);
  fixture.AddIntegerEntry("main", 1);
  constexpr int64_t n = 100'000;
  CHECK(fixture.RunEntry("main", n) == n * (n + 1) / 2 * (2 * n + 1) / 3);
}

// Every other future is overwritten instead of awaited.
TEST_CASE("futures: a million forks in one frame", "[exec][futures]") {
  FuturesFixture fixture;
  const int square = AddSquare(&fixture);
  ForkingFunction f("f");
  const CodeRegister one = f.Load(1), sum = f.Load(0), future = f.NewRegister(kU);
  const CodeLabel loop = f.NewLabel();
  f.Bind(loop);
  f.ForkTo(future, square, {f.n()});
  f.ForkTo(future, square, {one});
  const CodeRegister x = f.Await(future, square);
  f.Append("AddI64", {sum, sum, x});
  f.Append("AddImm", {f.n(), f.n(), -1});
  f.Append("JumpIfNeImm", {f.n(), 0, loop});
  f.Return(sum);
  fixture.AddIntegerEntry("main", fixture.builder.Add(std::move(f).Build()));
  Limits limits;
  limits.max_memory_bytes = 4 << 20;
  CHECK(fixture.RunEntry("main", 500'000, limits) == 500'000);
  const InvocationCounts& counts = fixture.session().counts();
  CHECK(counts.forks == 1'000'000);
  CHECK(counts.shared_forks <= counts.forks);
  if (fixture.scheduler->options().num_threads == 1) CHECK(counts.shared_forks == 0);
}

}  // namespace baton::test
