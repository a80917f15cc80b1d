// Which error an invocation ends in: the first in the order of the program, whatever ran first. A forked call
// comes where it is forked: before what follows in its frame, however late it is awaited.
#include "tests/exec/futures_fixture.h"

namespace baton::test {
namespace {

// Functions 0, 1 and 3 raise "first", "second" and "third", function 2 is square; `append` makes the body of
// function 4, which awaits all it forks: a future that nothing awaits any more may be dropped before an
// error.
template <typename Append>
std::string FirstError(Append append) {
  FuturesFixture fixture;
  for (const char* message : {"first", "second", "third"}) fixture.builder.AddMessage(message);
  AddFails(&fixture, "fails_first", 0);
  AddFails(&fixture, "fails_second", 1);
  AddSquare(&fixture);
  AddFails(&fixture, "fails_third", 2);
  ForkingFunction f("f");
  append(f);
  f.Return(f.n());
  fixture.AddIntegerEntry("main", fixture.builder.Add(std::move(f).Build()));
  std::string message = fixture.ErrorOf("main", 0);
  for (int i = 0; i < 50; ++i) CHECK(fixture.ErrorOf("main", 0) == message);
  return message;
}

}  // namespace

// Awaited where it was forked, so that both are one place of the source.
TEST_CASE("futures: the error of a forked call comes with its back trace", "[exec][futures]") {
  const SchedulerOptions options = AnyScheduler();
  FuturesFixture fixture(options);
  fixture.builder.Add(SourceLocation{"m.onnx", "x", "Conv"});
  fixture.builder.Add(SourceLocation{"m.onnx", "loop", "Loop"});
  fixture.builder.Add(SourceLocation{"m.onnx", "y", "If"});
  fixture.builder.AddMessage("no such luck");
  FunctionBuilder fails("fails", {}, {});
  fails.SetLocation(0);
  fails.Append("Raise", {0});
  fixture.builder.Add(std::move(fails).Build());
  for (int i = 0; i < 2; ++i) {
    ForkingFunction f(i == 0 ? "middle" : "main", {}, {});
    f.SetLocation(i == 0 ? 1 : 2);
    const CodeRegister future = f.Fork(i, {});
    f.Append("Await", {future.Last(), i, Registers{}});
    f.Append("Return", {Registers{}});
    fixture.builder.Add(std::move(f).Build());
  }
  fixture.AddEntry("main", 2, {}, {});
  for (int i = 0; i < 50; ++i) {
    const std::string message = fixture.Message({});
    CHECK_THAT(message, Catch::StartsWith("no such luck; at node 'x' (Conv) in m.onnx; "));
    CHECK_THAT(message, Catch::Contains(" node 'loop' (Loop) in m.onnx; "));
    CHECK_THAT(message, Catch::EndsWith(" node 'y' (If) in m.onnx"));
    if (options.num_threads > 1) continue;
    CHECK(message ==
          "no such luck; at node 'x' (Conv) in m.onnx; called from node 'loop' (Loop) in m.onnx; "
          "called from node 'y' (If) in m.onnx");
  }
}

TEST_CASE("futures: of two errors the one that was forked first", "[exec][futures]") {
  CHECK_THAT(FirstError([](auto& f) {
               const CodeRegister a = f.Fork(0, {f.n()}), b = f.Fork(1, {f.n()});
               f.Await(a, 0);
               f.Await(b, 1);
             }),
             Catch::StartsWith("first; at function 'fails_first', "));
}

TEST_CASE("futures: of two errors the one that was forked first, though awaited last", "[exec][futures]") {
  CHECK_THAT(FirstError([](auto& f) {
               const CodeRegister a = f.Fork(0, {f.n()}), b = f.Fork(1, {f.n()});
               f.Await(b, 1);
               f.Await(a, 0);
             }),
             Catch::StartsWith("first; at function 'fails_first', "));
}

TEST_CASE("futures: what is forked comes before the rest of the frame", "[exec][futures]") {
  CHECK_THAT(FirstError([](auto& f) {
               const CodeRegister a = f.Fork(0, {f.n()});
               f.Append("Call", {3, {f.n()}, {f.n()}});
               f.Await(a, 0);
             }),
             Catch::StartsWith("first; at function 'fails_first', "));
  CHECK_THAT(FirstError([](auto& f) {
               const CodeRegister a = f.Fork(0, {f.n()});
               f.Append("Call", {1, {f.n()}, {f.n()}});
               f.Await(a, 0);
             }),
             Catch::StartsWith("first; at function 'fails_first', "));
}

TEST_CASE("futures: what succeeds does not hide the error behind it", "[exec][futures]") {
  CHECK_THAT(FirstError([](auto& f) {
               const CodeRegister a = f.Fork(2, {f.n()}), b = f.Fork(1, {f.n()});
               f.Append("Call", {3, {f.n()}, {f.n()}});
               f.Await(a, 2);
               f.Await(b, 1);
             }),
             Catch::StartsWith("second; at function 'fails_second', "));
}

TEST_CASE("futures: what is dropped before the error is no part of the program's order", "[exec][futures]") {
  CHECK_THAT(FirstError([](auto& f) {
               const CodeRegister a = f.Fork(0, {f.n()});
               f.Append("Release", {a.Last()});
               f.Append("Raise", {2});
             }),
             Catch::StartsWith("third; at function 'f', "));
}

}  // namespace baton::test
