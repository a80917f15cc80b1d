// Calls that scale, and references (sections 11 and 15.5).
#include <catch2/catch.hpp>

#include "tests/language/run_text.h"
#include "tests/support/test_forking.h"

namespace baton {
namespace {

constexpr char kHead[] = "#[version = \"0.0.5\"]\n#[import = \"prelude\"]\n";

absl::StatusOr<int64_t> RunInt(const std::shared_ptr<const Program>& program, int64_t n, const Limits& limits,
                               Session* session, InvocationCounts* counts = nullptr) {
  const Tensor input = Tensor::Scalar(n);
  auto outputs = session->Invoke("main", {input}, limits);
  if (counts != nullptr) *counts = session->counts();
  if (!outputs.ok()) return outputs.status();
  return *(*outputs)[0]->As<int64_t>();
}

TEST_CASE("calls: a million tail calls take constant memory", "[language]") {
  const auto program = LoadText(absl::StrCat(kHead, R"(
def @count(%i: int64, %n: int64, %sum: int64) -> int64 {
  if (%i == %n) { %sum } else { @count(%i + 1i64, %n, %sum + %i) }
}
def @main(%n: int64) -> int64 { @count(0i64, %n, 0i64) })"));
  REQUIRE(program.ok());
  Session session(*program, TestScheduler());
  Limits limits;
  limits.max_depth = 10;
  limits.max_memory_bytes = 1 << 20;
  const auto sum = RunInt(*program, 1'000'000, limits, &session);
  CAPTURE(sum.status().ToString());
  REQUIRE(sum.ok());
  CHECK(*sum == 499'999'500'000);
}

TEST_CASE("calls: tail calls between functions and through closures take constant memory", "[language]") {
  const auto program = LoadText(absl::StrCat(kHead, R"(
def @ping(%n: int64, %f: fn (int64) -> int64) -> int64 { if (%n == 0i64) { %f(7i64) } else { @pong(%n - 1i64, 1i64, %f) } }
def @pong(%n: int64, %one: int64, %f: fn (int64) -> int64) -> int64 {
  if (%n == 0i64) { %f(8i64) } else { @ping(%n - %one, %f) }
}
def @main(%n: int64) -> int64 { @ping(%n, fn (%x: int64) -> int64 { %x + %n }) })"));
  REQUIRE(program.ok());
  Session session(*program, TestScheduler());
  Limits limits;
  limits.max_depth = 10;
  CHECK(RunInt(*program, 100'000, limits, &session).value_or(-1) == 100'007);
  CHECK(RunInt(*program, 100'001, limits, &session).value_or(-1) == 100'009);
}

TEST_CASE("calls: deep recursion succeeds up to the limit and then names function and depth", "[language]") {
  const auto program = LoadText(absl::StrCat(kHead, R"(
def @deep(%n: int64) -> int64 { if (%n == 0i64) { 0i64 } else { 1i64 + @deep(%n - 1i64) } }
def @main(%n: int64) -> int64 { @deep(%n) })"));
  REQUIRE(program.ok());
  Session session(*program, TestScheduler());
  CHECK(RunInt(*program, 100'000, {}, &session).value_or(-1) == 100'000);
  Limits limits;
  limits.max_depth = 1000;
  const auto failed = RunInt(*program, 100'000, limits, &session);
  CHECK(absl::IsResourceExhausted(failed.status()));
  CHECK_THAT(std::string(failed.status().message()), Catch::Contains("'deep'") && Catch::Contains("1000"));
  // The session is as good as before.
  CHECK(RunInt(*program, 100'000, {}, &session).value_or(-1) == 100'000);
}

TEST_CASE("calls: a list of 100,000 elements is built, folded and freed", "[language]") {
  const auto program = LoadText(absl::StrCat(kHead, R"(
def @range(%n: int64) -> List[int64] { if (%n == 0i64) { Nil } else { Cons(%n, @range(%n - 1i64)) } }
def @main(%n: int64) -> int64 { @foldl(fn (%a: int64, %x: int64) -> int64 { %a + %x }, 0i64, @range(%n)) })"));
  REQUIRE(program.ok());
  Session session(*program, TestScheduler());
  CHECK(RunInt(*program, 100'000, {}, &session).value_or(-1) == 5'000'050'000);
}

TEST_CASE("references: shared by all holders, across calls and in closures", "[language]") {
  CHECK(Eval("let %r = ref(1); let %bump = fn (%c: ref(int32)) -> () { ref_write(%c, ref_read(%c) * 2) };\n"
             "%bump(%r); %bump(%r); let %get = fn () -> int32 { ref_read(%r) }; ref_write(%r, %get() + 1); "
             "%get()") == "5");
  CHECK(Eval("let %a = ref(1); let %b = %a; ref_write(%b, 9); ref_read(%a)") == "9");
  CHECK(Eval("let %cells = Cons(ref(1), Cons(ref(2), Nil)); ref_write(@hd(%cells), 5);"
             " @map(fn (%c: ref(int32)) -> int32 { ref_read(%c) }, %cells)") == "Cons(5, Cons(2, Nil))");
  CHECK(Eval("let %p = ref((1, True)); ref_write(%p, (2, False)); ref_read(%p)") == "2; False");
}

TEST_CASE("references: a cycle is freed", "[language]") {
  const auto program = LoadText(absl::StrCat(kHead, R"(
type Chain { End, Link(ref(Chain)) }
def @cycles(%n: int64) -> int64 {
  if (%n == 0i64) { 0i64 } else {
    let %cell = ref(End);
    ref_write(%cell, Link(%cell));
    @cycles(%n - 1i64)
  }
}
def @main(%n: int64) -> int64 { @cycles(%n) })"));
  CAPTURE(program.status().ToString());
  REQUIRE(program.ok());
  Session session(*program, TestScheduler());
  InvocationCounts counts;
  CHECK(RunInt(*program, 1000, {}, &session, &counts).value_or(-1) == 0);
  CHECK(counts.collected_objects == 2000);  // a cell and a Link each
  // Within one invocation too: a million cycles in a megabyte.
  Limits limits;
  limits.max_memory_bytes = 1 << 20;
  CHECK(RunInt(*program, 1'000'000, limits, &session).value_or(-1) == 0);
}

TEST_CASE("references: a function in a cell can reach itself through it, and is freed", "[language]") {
  const auto program = LoadText(absl::StrCat(kHead, R"(
def @main(%n: int64) -> int64 {
  let %cell = ref(fn (%x: int64) -> int64 { 0i64 });
  let %sum = fn (%x: int64) -> int64 { if (%x == 0i64) { 0i64 } else { let %f = ref_read(%cell); %x + %f(%x - 1i64) } };
  ref_write(%cell, %sum);
  %sum(%n)
})"));
  CAPTURE(program.status().ToString());
  REQUIRE(program.ok());
  Session session(*program, TestScheduler());
  InvocationCounts counts;
  CHECK(RunInt(*program, 100, {}, &session, &counts).value_or(-1) == 5050);
  CHECK(counts.collected_objects >= 2);
}

}  // namespace
}  // namespace baton
