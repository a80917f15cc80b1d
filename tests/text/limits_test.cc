// Deep nesting, long chains, damaged text.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wrestrict"  // GCC 12 gives false alarms for sums of strings (its bug 105651)
#endif
#include <chrono>
#include <random>

#include "absl/strings/str_join.h"
#include "compiler/text/reader.h"
#include "tests/text/text_support.h"

namespace baton::text {
namespace {

using Catch::Matchers::Contains;

std::string Repeat(absl::string_view text, int count) {
  std::string repeated;
  repeated.reserve(text.size() * static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) absl::StrAppend(&repeated, text);
  return repeated;
}

// Reads and places; formatting is for those that succeed.
absl::Status Read(absl::string_view text) {
  absl::Status status;
  RunOnLargeStack([&] {
    Diagnostics diagnostics("m.rly", text);
    const auto module = ParseText("m.rly", text, ReaderMode::kCompat, diagnostics);
    if (!diagnostics.has_errors()) PlaceGraphBindings(*module, diagnostics);
    status = diagnostics.ToStatus();
  });
  return status;
}

TEST_CASE("limits: deep nesting succeeds or is an error", "[text]") {
  const int depth = 15'000;
  CHECK(Read(Repeat("(", depth) + "1" + Repeat(")", depth)).ok());
  CHECK(Read(Repeat("f(", depth) + "1" + Repeat(")", depth)).ok());
  CHECK(Read(Repeat("if (True) { 1 } else ", depth) + "{ 2 }").ok());
  CHECK(Read(Repeat("{", depth) + "1" + Repeat("}", depth)).ok());
  CHECK(Read(Repeat("let %x = 1; ", depth) + "1").ok());
  CHECK(FormatRelay("m.rly", Repeat("f(", depth) + "1" + Repeat(")", depth)).ok());
}

TEST_CASE("limits: nesting beyond the limit is an error with a place", "[text]") {
  const int depth = kMaxNesting + 1000;
  CHECK_THAT(Refused(Repeat("(", depth)), Contains("m.rly:1:") && Contains("nested deeper"));
}

TEST_CASE("limits: nesting of attributes, patterns and types is limited too", "[text]") {
  const int depth = kMaxNesting + 1000;
  CHECK_THAT(Refused("f(a=" + Repeat("[", depth)), Contains("nested deeper"));
  CHECK_THAT(Refused("match (1) { " + Repeat("(", depth)), Contains("nested deeper"));
  CHECK_THAT(Refused("free_var %x: " + Repeat("(", 2000)), Contains("nested deeper"));
}

TEST_CASE("limits: unclosed brackets are one error", "[text]") {
  const std::string errors = Refused(Repeat("{", 20'000));
  CHECK(errors.size() < 2000);
}

TEST_CASE("limits: long chains are read", "[text]") {
  CHECK(Read("1" + Repeat(" + 1", 30'000)).ok());
  CHECK(Read("%0 = 1; " + Repeat("%0 = f(%0); ", 30'000) + "%0").ok());
  CHECK(Read("free_var %x; " + Repeat("let %x = %x; ", 30'000) + "%x").ok());
}

TEST_CASE("limits: bindings take time linear in their number", "[text]") {
  const auto seconds = [](int count) {
    std::string text = "free_var %x; %0 = f(%x); ";
    for (int i = 1; i < count; ++i) absl::StrAppend(&text, "%", i, " = f(%", i - 1, ");\n");
    absl::StrAppend(&text, "%", count - 1);
    const auto begin = std::chrono::steady_clock::now();
    CHECK(Read(text).ok());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  const double few = seconds(3'000), many = seconds(30'000);
  CHECK(many < 40 * few + 0.1);
}

// Slow in a debug build; run by name.
TEST_CASE("limits: a million bindings", "[.][text]") {
  std::string text = "free_var %x; %0 = f(%x); ";
  for (int i = 1; i < 1'000'000; ++i) absl::StrAppend(&text, "%", i, " = add(%", i - 1, ", 1);\n");
  CHECK(Read(text + "%999999").ok());
}

TEST_CASE("limits: damaged text never crashes the reader", "[text]") {
  const std::string text = Module(R"(
type Rope[A] { Leaf(A), Join(Rope[A], Rope[A]), }
def @f[A](%r: Rope[A], %x.y: Tensor[(?, n + 1), float32], Inline=1) -> fn (A) -> (A,) {
  %0 = nn.dense(%x.y, meta[relay.Constant][0], units=3, s="a\n");
  let %g = fn (%t) { if (%t < 2f) { %0 } else { match (%r) { Leaf(%v) => %v, _ => raise("x") } } };
  let %l = loop (%i = 0) while { %i < 3 } do { %i + 1 }; /* c */
  ref_write(ref(0), 5); // d
  (%g(%0).0.1, @f, ())
}
)");
  std::mt19937 random(7);
  const auto below = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); };
  for (int round = 0; round < 1500; ++round) {
    std::string damaged = text;
    for (size_t n = 1 + below(4); n > 0; --n) {
      const size_t at = below(damaged.size());
      switch (below(3)) {
        case 0:
          damaged.erase(at, 1 + below(8));
          break;
        case 1:
          damaged[at] = static_cast<char>(below(256));
          break;
        default:
          damaged.insert(at, damaged.substr(below(damaged.size()), 1 + below(12)));
      }
    }
    const absl::StatusOr<std::string> formatted = FormatRelay("m.rly", damaged);
    (void)Read(damaged);
    if (!formatted.ok()) {
      CHECK(absl::IsInvalidArgument(formatted.status()));
      continue;
    }
    const absl::StatusOr<std::string> again = FormatRelay("m.rly", *formatted);
    INFO(damaged << "\n---\n" << *formatted << "\n---\n" << again.status());
    REQUIRE(again.ok());
    CHECK(*again == *formatted);
  }
}

}  // namespace
}  // namespace baton::text
