#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <string>

#include "vm/core/dim.h"

using baton::CeilDiv;
using baton::Dim;
using baton::DimFunction;
using baton::FloorDiv;
using baton::Max;
using baton::Min;
using baton::Mod;

namespace {

const Dim x = Dim::Symbol("x");
const Dim y = Dim::Symbol("y");
const Dim s = Dim::Symbol("s", /*non_negative=*/false);

Dim Broadcast(const Dim& a, const Dim& b) {
  return Dim::Apply(DimFunction::kBroadcast, a, b);
}

}  // namespace

TEST_CASE("dim: floordiv and mod of constants round down", "[core]") {
  CHECK(FloorDiv(7, 2) == Dim(3));
  CHECK(FloorDiv(-7, 2) == Dim(-4));
  CHECK(FloorDiv(7, -2) == Dim(-4));
  CHECK(FloorDiv(-7, -2) == Dim(3));
  CHECK(FloorDiv(-8, 2) == Dim(-4));
  CHECK(Mod(7, 3) == Dim(1));
  CHECK(Mod(-7, 3) == Dim(2));
  CHECK(Mod(7, -3) == Dim(-2));
  CHECK(Mod(-7, -3) == Dim(-1));
  CHECK(Mod(6, -3) == Dim(0));
  CHECK(Mod(INT64_MIN, -1) == Dim(0));
  CHECK(CeilDiv(7, 2) == Dim(4));
  CHECK(FloorDiv(INT64_MIN, -1).is_opaque());
}

TEST_CASE("dim: division by zero stays symbolic", "[core]") {
  CHECK(FloorDiv(x, 0).ToString() == "floordiv(x, 0)");
  CHECK(FloorDiv(7, 0).ToString() == "floordiv(7, 0)");
  CHECK(Mod(x, 0).ToString() == "mod(x, 0)");
}

TEST_CASE("dim: floordiv takes out what divides", "[core]") {
  CHECK(FloorDiv(x, 1) == x);
  CHECK(FloorDiv(x, -1) == Dim(0) - x);
  CHECK(FloorDiv(x * 6 + 9, 3) == x * 2 + 3);
  CHECK(FloorDiv(x * 4 + y, 4) == x + FloorDiv(y, 4));
  CHECK(FloorDiv(x + 9, 4) == FloorDiv(x + 1, 4) + 2);
  CHECK(FloorDiv(x - 1, 64) == FloorDiv(x + 63, 64) - 1);
  CHECK(CeilDiv(x, 64) == FloorDiv(x - 1, 64) + 1);
  CHECK(FloorDiv(x * 2 + 1, 4) == FloorDiv(x, 2));
  CHECK(FloorDiv(x, -2) == FloorDiv(Dim(0) - x, 2));
}

TEST_CASE("dim: floordiv by symbols divides exactly", "[core]") {
  CHECK(FloorDiv(x * y * 12, x) == y * 12);
  CHECK(FloorDiv(x * y * 12, x * 4) == y * 3);
  CHECK(FloorDiv((x + y) * x * 6, (x + y) * 2) == x * 3);
  CHECK(FloorDiv(x * 3 + 3, x + 1) == Dim(3));
  CHECK(FloorDiv(x * y + 1, x) == y + FloorDiv(1, x));
  CHECK(FloorDiv(x, x) == Dim(1));
  CHECK(FloorDiv(0, x) == Dim(0));
  CHECK(FloorDiv(x, y).ToString() == "floordiv(x, y)");
  CHECK(FloorDiv(x * 3, x * 2).ToString() == "floordiv(3*x, 2*x)");
}

TEST_CASE("dim: chains of floordiv merge", "[core]") {
  CHECK(FloorDiv(FloorDiv(x, 2), 3) == FloorDiv(x, 6));
  CHECK(FloorDiv(FloorDiv(x + 1, 2) + 1, 2) == FloorDiv(x + 3, 4));
  Dim half = x;
  for (int i = 0; i < 20; ++i) half = CeilDiv(half, 2);
  CHECK(half == CeilDiv(x, 1 << 20));
}

TEST_CASE("dim: bounds decide floordiv and mod", "[core]") {
  CHECK(FloorDiv(Mod(x, 4), 4) == Dim(0));
  CHECK(FloorDiv(Mod(x, 4) + 8, 4) == Dim(2));
  CHECK(Mod(Mod(x, 4), 4) == Mod(x, 4));
  CHECK(Mod(Mod(x, 4), 8) == Mod(x, 4));
  CHECK_FALSE(Mod(Mod(x, 8), 4) == Mod(x, 8));
  CHECK_FALSE(Mod(x, 4) == x);
}

TEST_CASE("dim: mod drops multiples", "[core]") {
  CHECK(Mod(x, 1) == Dim(0));
  CHECK(Mod(x * 8 + 4, 4) == Dim(0));
  CHECK(Mod(x * 8 + y + 7, 4) == Mod(y + 3, 4));
  CHECK(Mod(x - 1, 4) == Mod(x + 3, 4));
  CHECK(Mod(x * y, y) == Dim(0));
  CHECK(Mod(x * y + 1, y) == Mod(1, y));
}

TEST_CASE("dim: min and max fold when bounds decide", "[core]") {
  CHECK(Min(3, 5) == Dim(3));
  CHECK(Max(3, 5) == Dim(5));
  CHECK(Min(x, x + 1) == x);
  CHECK(Max(x, x + 1) == x + 1);
  CHECK(Max(x, 0) == x);
  CHECK(Min(x, 0) == Dim(0));
  CHECK(Min(x, x) == x);
  CHECK(Max(Min(x, 5), 7) == Dim(7));
  CHECK(Min(x, y) == Min(y, x));
  CHECK(Max(x, 3) == Max(3, x));
  CHECK(Max(s, 0).ToString() == "max(0, signed(s))");
  CHECK_FALSE(Min(x, y) == Max(x, y));
}

TEST_CASE("dim: broadcast folds", "[core]") {
  CHECK(Broadcast(1, x) == x);
  CHECK(Broadcast(x, 1) == x);
  CHECK(Broadcast(x, x) == x);
  CHECK(Broadcast(4, x) == Dim(4));
  CHECK(Broadcast(x, 4) == Dim(4));
  CHECK(Broadcast(0, x) == Dim(0));
  CHECK(Broadcast(1, 0) == Dim(0));
  CHECK(Broadcast(x + 2, y) == x + 2);
  CHECK(Broadcast(y, x + 2) == x + 2);
  CHECK(Broadcast(x, y) == Broadcast(y, x));
  CHECK(Broadcast(Broadcast(x, y), y) == Broadcast(x, y));
  CHECK(Broadcast(x, Broadcast(x, y)) == Broadcast(x, y));
  CHECK(Broadcast(x, y).ToString() == "broadcast(x, y)");
  CHECK_FALSE(Broadcast(x + 1, y) == x + 1);  // x may be 0
}

TEST_CASE("dim: bounds follow from the form", "[core]") {
  const auto bounds = [](const Dim& dim) { return std::make_pair(dim.LowerBound(), dim.UpperBound()); };
  using Bounds = std::pair<std::optional<int64_t>, std::optional<int64_t>>;
  CHECK(bounds(7) == Bounds(7, 7));
  CHECK(bounds(x + 3) == Bounds(3, std::nullopt));
  CHECK(bounds(Dim(3) - x) == Bounds(std::nullopt, 3));
  CHECK(bounds(s) == Bounds(std::nullopt, std::nullopt));
  CHECK(bounds(x * y * 2 + 1) == Bounds(1, std::nullopt));
  CHECK(bounds(x * s) == Bounds(std::nullopt, std::nullopt));
  CHECK(bounds(Mod(s, 8)) == Bounds(0, 7));
  CHECK(bounds(FloorDiv(Mod(s, 8) + s, 2)) == Bounds(std::nullopt, std::nullopt));
  CHECK(bounds(Min(x, 5)) == Bounds(0, 5));
  CHECK(bounds(Max(s, 5)) == Bounds(5, std::nullopt));
  CHECK(bounds(Max(Min(s, 9), 2) * 3 - 1) == Bounds(5, 26));
  CHECK(bounds(FloorDiv(x, y)) == Bounds(0, std::nullopt));
  CHECK(bounds(Broadcast(x, y)) == Bounds(0, std::nullopt));
}

namespace {

// A random expression, built as a Dim and evaluated the slow way side by side.
class RandomExpression {
 public:
  RandomExpression(std::mt19937* random, int64_t x_value, int64_t y_value, int64_t s_value)
      : random_(*random), values_{x_value, y_value, s_value} {}

  struct Result {
    Dim dim;
    int64_t value = 0;
  };

  // Sets defined() to false when some division is by zero.
  Result Make(int depth) {
    if (depth == 0 || Pick(6) == 0) return Leaf();
    const Result a = Make(depth - 1), b = Make(depth - 1);
    switch (Pick(8)) {
      case 0:
      case 1:
        return {a.dim + b.dim, a.value + b.value};
      case 2:
        return {a.dim - b.dim, a.value - b.value};
      case 3:
        return {a.dim * b.dim, a.value * b.value};
      case 4:
        return {Min(a.dim, b.dim), std::min(a.value, b.value)};
      case 5:
        return {Max(a.dim, b.dim), std::max(a.value, b.value)};
      case 6:
        return {FloorDiv(a.dim, b.dim), Quotient(a.value, b.value)};
      default:
        return {Mod(a.dim, b.dim), a.value - b.value * Quotient(a.value, b.value)};
    }
  }
  bool defined() const { return defined_; }

 private:
  int Pick(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }

  Result Leaf() {
    static const Dim symbols[] = {x, y, s};
    if (const int i = Pick(5); i < 3) return {symbols[i], values_[i]};
    const int64_t value = Pick(13) - 4;
    return {value, value};
  }

  int64_t Quotient(int64_t a, int64_t b) {
    if (b == 0) {
      defined_ = false;
      return 0;
    }
    return static_cast<int64_t>(std::floor(static_cast<double>(a) / static_cast<double>(b)));
  }

  std::mt19937& random_;
  int64_t values_[3];
  bool defined_ = true;
};

}  // namespace

TEST_CASE("dim: folded forms have the value of the plain expression", "[core]") {
  std::mt19937 random(20240607);
  const auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  int compared = 0;
  for (int i = 0; i < 20000; ++i) {
    const int64_t x_value = pick(0, 9), y_value = pick(0, 9), s_value = pick(-9, 9);
    RandomExpression expression(&random, x_value, y_value, s_value);
    const auto [dim, value] = expression.Make(4);
    if (!expression.defined()) continue;
    ++compared;
    CAPTURE(dim.ToString(), x_value, y_value, s_value);
    const absl::StatusOr<int64_t> result =
        dim.Evaluate([&](absl::string_view name) -> std::optional<int64_t> {
          return name == "x" ? x_value : name == "y" ? y_value : s_value;
        });
    REQUIRE(result.ok());
    REQUIRE(*result == value);
    if (const auto lower = dim.LowerBound()) REQUIRE(*lower <= value);
    if (const auto upper = dim.UpperBound()) REQUIRE(*upper >= value);
    REQUIRE_FALSE(Dim::ProvablyDifferent(dim, value));
    const absl::StatusOr<Dim> parsed = Dim::Parse(dim.ToString());
    REQUIRE(parsed.ok());
    REQUIRE(*parsed == dim);
    REQUIRE(parsed->ToString() == dim.ToString());
  }
  CHECK(compared > 10000);
}
