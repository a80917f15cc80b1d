#include "vm/core/dim.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <set>
#include <string>

using baton::Dim;
using baton::DimAtomRef;
using baton::FloorDiv;
using baton::Max;
using baton::Min;
using baton::Mod;
using baton::SolveForAtom;

namespace {

const Dim x = Dim::Symbol("x");
const Dim y = Dim::Symbol("y");

DimAtomRef AtomOf(const Dim& dim) {
  return dim.terms()[0].factors[0];
}

absl::StatusOr<int64_t> Evaluate(const Dim& dim, const std::map<std::string, int64_t>& values) {
  return dim.Evaluate([&](absl::string_view name) -> std::optional<int64_t> {
    const auto found = values.find(std::string(name));
    if (found == values.end()) return std::nullopt;
    return found->second;
  });
}

}  // namespace

TEST_CASE("dim: constants fold", "[core]") {
  CHECK((Dim(2) + 3).value() == 5);
  CHECK((Dim(2) - 3).value() == -1);
  CHECK((Dim(2) * -3).value() == -6);
  CHECK(Dim().value() == 0);
}

TEST_CASE("dim: equal polynomials compare equal and print alike", "[core]") {
  const Dim square = (x + y) * (x + y);
  const Dim expanded = y * y + x * x + Dim(2) * y * x;
  CHECK(square == expanded);
  CHECK(square.ToString() == expanded.ToString());
  CHECK(square.ToString() == "x*x + 2*x*y + y*y");
  CHECK((x + 1) * (x - 1) == x * x - 1);
  CHECK(FloorDiv(x + y, 3) * 2 == FloorDiv(y + x, 3) + FloorDiv(x + y, 3));
}

TEST_CASE("dim: different polynomials compare different", "[core]") {
  CHECK_FALSE(x == y);
  CHECK_FALSE(x == x + 1);
  CHECK_FALSE(x == x * 2);
  CHECK_FALSE(x == x * x);
  CHECK_FALSE(x == Dim(0));
  CHECK_FALSE(x == x + y);
}

TEST_CASE("dim: what cancels leaves a constant", "[core]") {
  CHECK((x * y - y * x).is_constant());
  CHECK((x + 5 - x).value() == 5);
  CHECK((x * 0).is_constant());
}

TEST_CASE("dim: the order is total and consistent with equality", "[core]") {
  const std::vector<Dim> dims = {0, 1, -1, x, y, x + 1, x * 2, x * y, x + y, FloorDiv(x, 2), FloorDiv(x, 3)};
  for (size_t i = 0; i < dims.size(); ++i) {
    for (size_t j = 0; j < dims.size(); ++j) {
      CAPTURE(dims[i].ToString(), dims[j].ToString());
      CHECK((Dim::Compare(dims[i], dims[j]) == 0) == (i == j));
      CHECK(Dim::Compare(dims[i], dims[j]) == -Dim::Compare(dims[j], dims[i]));
    }
  }
  CHECK(std::set<Dim>(dims.begin(), dims.end()).size() == dims.size());
}

TEST_CASE("dim: symbols are equal by name", "[core]") {
  CHECK(Dim::Symbol("seq") == Dim::Symbol("seq"));
  CHECK(Dim::Symbol("seq") == Dim::Symbol("seq", /*non_negative=*/false));
  CHECK_FALSE(Dim::Symbol("seq") == Dim::Symbol("len"));
}

TEST_CASE("dim: symbol() names exactly one symbol", "[core]") {
  CHECK(x.symbol() == "x");
  CHECK((x + 1).symbol().empty());
  CHECK((x * 2).symbol().empty());
  CHECK((x * x).symbol().empty());
  CHECK((x + y).symbol().empty());
  CHECK(FloorDiv(x, 2).symbol().empty());
  CHECK(Dim(3).symbol().empty());
}

TEST_CASE("dim: terms and factors are sorted", "[core]") {
  const Dim dim = y * x * 3 + x + 7;
  REQUIRE(dim.terms().size() == 2);
  CHECK(dim.constant() == 7);
  CHECK(dim.terms()[0].coefficient == 3);
  CHECK(dim.terms()[0].factors[0]->name == "x");
  CHECK(dim.terms()[0].factors[1]->name == "y");
  CHECK(dim.terms()[1].coefficient == 1);
}

TEST_CASE("dim: FromTerms normalises", "[core]") {
  const DimAtomRef a = AtomOf(x), b = AtomOf(y);
  CHECK(Dim::FromTerms(1, {{2, {b, a}}, {1, {}}, {1, {a, b}}, {0, {a}}}) == x * y * 3 + 2);
  CHECK(Dim::FromAtom(a) == x);
}

TEST_CASE("dim: overflow is a symbol that equals only its copies", "[core]") {
  const Dim max = INT64_MAX;
  const Dim overflow = max + 1;
  CHECK(overflow.is_opaque());
  CHECK((Dim(INT64_MIN) - 1).is_opaque());
  CHECK((max * 2).is_opaque());
  CHECK((x * max * 2).is_opaque());
  CHECK((x * max + x).is_opaque());
  CHECK(FloorDiv(overflow, x).is_opaque());
  CHECK(overflow.symbol().empty());
  CHECK_FALSE(Dim::Symbol("overflow").is_opaque());
  const Dim copy = overflow;
  CHECK(copy == overflow);
  CHECK_FALSE(overflow == max + 1);
  CHECK_FALSE(overflow == Dim::Symbol("overflow"));
  CHECK_FALSE(Dim::ProvablyDifferent(overflow, max + 1));
  CHECK(Evaluate(overflow, {{"overflow", 1}}).status().code() == absl::StatusCode::kOutOfRange);
}

TEST_CASE("dim: products that explode become an opaque symbol", "[core]") {
  Dim product = 1;
  for (int i = 0; i < 40; ++i) {
    const std::string name = std::to_string(i);
    product = product * (Dim::Symbol("a" + name) + Dim::Symbol("b" + name));
  }
  // 2^40 terms if it were expanded.
  CHECK(product.terms().size() <= 1024);
  CHECK(Evaluate(product, {}).status().code() != absl::StatusCode::kOk);
}

TEST_CASE("dim: nesting that goes too deep becomes an opaque symbol", "[core]") {
  Dim nested = x;
  for (int i = 0; i < 1000; ++i) nested = Min(nested + 1, y * (i + 2));
  CHECK(nested.ToString().find("too_complex") != std::string::npos);
  CHECK_FALSE(Evaluate(nested, {{"x", 1}, {"y", 1}, {"too_complex", 1}}).ok());
}

TEST_CASE("dim: shared sub-expressions do not grow exponentially", "[core]") {
  Dim doubled = x;
  for (int i = 0; i < 100; ++i) doubled = Min(FloorDiv(doubled, y), Mod(doubled, y + 1));
  CHECK(doubled.ToString().size() < 100000);
}

TEST_CASE("dim: Substitute replaces everywhere and folds", "[core]") {
  const Dim dim = x * x + FloorDiv(x + 1, 2) + y;
  CHECK(dim.Substitute(AtomOf(x), 3) == y + 11);
  CHECK(dim.Substitute(AtomOf(x), y * 2) == y * y * 4 + y * 2);
  CHECK(dim.Substitute(AtomOf(Dim::Symbol("z")), 3) == dim);
  CHECK((FloorDiv(x, 2) + 1).Substitute(AtomOf(FloorDiv(x, 2)), y) == y + 1);
  CHECK(Min(FloorDiv(x, 2), y).Substitute(AtomOf(FloorDiv(x, 2)), y) == y);
}

TEST_CASE("dim: VisitSymbols reaches symbols inside functions", "[core]") {
  std::set<std::string> names;
  (x * 2 + FloorDiv(y + Max(Dim::Symbol("z"), 5), 2)).VisitSymbols([&](absl::string_view name) {
    names.insert(std::string(name));
  });
  CHECK(names == std::set<std::string>{"x", "y", "z"});
}

TEST_CASE("dim: Evaluate computes the value", "[core]") {
  CHECK(*Evaluate(x * x * 2 - y + 1, {{"x", 3}, {"y", 4}}) == 15);
  CHECK(*Evaluate(FloorDiv(y - x, 3), {{"x", 8}, {"y", 1}}) == -3);
  CHECK(*Evaluate(Mod(y - x, 3), {{"x", 8}, {"y", 1}}) == 2);
  CHECK(*Evaluate(Min(x, y), {{"x", 3}, {"y", 4}}) == 3);
  CHECK(*Evaluate(Max(x, y), {{"x", 3}, {"y", 4}}) == 4);
  const Dim broadcast = Dim::Apply(baton::DimFunction::kBroadcast, x, y);
  CHECK(*Evaluate(broadcast, {{"x", 1}, {"y", 4}}) == 4);
  CHECK(*Evaluate(broadcast, {{"x", 4}, {"y", 1}}) == 4);
  CHECK(*Evaluate(broadcast, {{"x", 1}, {"y", 0}}) == 0);
}

TEST_CASE("dim: Evaluate reports what has no value", "[core]") {
  CHECK(Evaluate(x + y, {{"x", 1}}).status().code() == absl::StatusCode::kNotFound);
  CHECK(Evaluate(FloorDiv(x, y), {{"x", 1}, {"y", 0}}).status().code() == absl::StatusCode::kOutOfRange);
  CHECK(Evaluate(Mod(x, y), {{"x", 1}, {"y", 0}}).status().code() == absl::StatusCode::kOutOfRange);
  CHECK(Evaluate(x * x, {{"x", int64_t{1} << 32}}).status().code() == absl::StatusCode::kOutOfRange);
  CHECK(Evaluate(x + 1, {{"x", INT64_MAX}}).status().code() == absl::StatusCode::kOutOfRange);
  const Dim negated = FloorDiv(x, y);
  CHECK(Evaluate(negated, {{"x", INT64_MIN}, {"y", -1}}).status().code() == absl::StatusCode::kOutOfRange);
}

TEST_CASE("dim: SolveForAtom isolates a term with coefficient one", "[core]") {
  const auto solved = SolveForAtom(x * 2 - y + 6);
  REQUIRE(solved.has_value());
  CHECK(solved->first->name == "y");
  CHECK(solved->second == x * 2 + 6);
  const auto negative = SolveForAtom(x + y * 3 - 4);
  REQUIRE(negative.has_value());
  CHECK(negative->first->name == "x");
  CHECK(negative->second == Dim(4) - y * 3);
}

TEST_CASE("dim: SolveForAtom prefers symbols and takes functions otherwise", "[core]") {
  const Dim half = FloorDiv(x, 2);
  const auto function = SolveForAtom(half - 4);
  REQUIRE(function.has_value());
  CHECK(Dim::FromAtom(function->first) == half);
  CHECK(function->second == Dim(4));
  const auto symbol = SolveForAtom(half - y);
  REQUIRE(symbol.has_value());
  CHECK(symbol->first->name == "y");
  CHECK(symbol->second == half);
}

TEST_CASE("dim: SolveForAtom refuses atoms that occur elsewhere", "[core]") {
  CHECK_FALSE(SolveForAtom(x * 2 - 4).has_value());
  CHECK_FALSE(SolveForAtom(x * y - 4).has_value());
  CHECK_FALSE(SolveForAtom(x * x + x).has_value());
  CHECK_FALSE(SolveForAtom(Dim(3)).has_value());
  CHECK_FALSE(SolveForAtom(Dim(INT64_MAX) + 1).has_value());
  const auto solved = SolveForAtom(x - FloorDiv(x, 2) - 1);  // only the function can be isolated
  REQUIRE(solved.has_value());
  CHECK(Dim::FromAtom(solved->first) == FloorDiv(x, 2));
  CHECK(solved->second == x - 1);
}

TEST_CASE("dim: ProvablyDifferent decides by constants, bounds and divisibility", "[core]") {
  CHECK(Dim::ProvablyDifferent(2, 3));
  CHECK_FALSE(Dim::ProvablyDifferent(3, 3));
  CHECK(Dim::ProvablyDifferent(x, x + 1));
  CHECK(Dim::ProvablyDifferent(x + 3, 2));
  CHECK(Dim::ProvablyDifferent(x * 2, y * 4 + 1));
  CHECK(Dim::ProvablyDifferent(Min(x, 5), 6));
  CHECK_FALSE(Dim::ProvablyDifferent(x, y));
  CHECK_FALSE(Dim::ProvablyDifferent(x, 2));
  CHECK_FALSE(Dim::ProvablyDifferent(Dim::Symbol("s", false) + 3, 2));
  CHECK_FALSE(Dim::ProvablyDifferent(x * 2, y * 4 + 2));
}
