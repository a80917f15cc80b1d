// What Dim knows about its functions: bounds, and the folding of floordiv, mod, min, max and broadcast.
#include <algorithm>
#include <numeric>

#include "vm/core/dim.h"
#include "vm/core/status.h"

namespace baton {
namespace {

using Bound = std::optional<int64_t>;

// Values lie in [lower, upper]; a missing bound is infinite.
struct Interval {
  Bound lower, upper;
};

// REQUIRES: b > 0.
int64_t FloorQuotient(int64_t a, int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}
// REQUIRES: b != 0, b != -1. The result has the sign of b.
int64_t FloorRemainder(int64_t a, int64_t b) {
  const int64_t rest = a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

Bound Plus(Bound a, Bound b) {
  int64_t sum = 0;
  if (!a || !b || __builtin_add_overflow(*a, *b, &sum)) return std::nullopt;
  return sum;
}

Bound Times(Bound a, Bound b) {
  int64_t product = 0;
  if (!a || !b || __builtin_mul_overflow(*a, *b, &product)) return std::nullopt;
  return product;
}

// The smaller (greater) of two bounds that both hold.
Bound Tightest(Bound a, Bound b, bool smaller) {
  if (!a || !b) return a ? a : b;
  return smaller ? std::min(*a, *b) : std::max(*a, *b);
}

// The smaller (greater) of two bounds of which one holds.
Bound Weakest(Bound a, Bound b, bool smaller) {
  if (!a || !b) return std::nullopt;
  return smaller ? std::min(*a, *b) : std::max(*a, *b);
}

bool AtLeast(Bound bound, int64_t limit) {
  return bound && *bound >= limit;
}
bool AtMost(Bound bound, int64_t limit) {
  return bound && *bound <= limit;
}

// Floor of a / b. REQUIRES: b.lower >= 0; b is not 0 wherever the division is defined.
Interval QuotientBounds(const Interval& a, const Interval& b) {
  if (AtLeast(b.lower, 1) && b.lower == b.upper) {
    const auto divide = [&](Bound bound) {
      return bound ? Bound(FloorQuotient(*bound, *b.lower)) : std::nullopt;
    };
    return {divide(a.lower), divide(a.upper)};
  }
  if (AtLeast(a.lower, 0)) return {0, a.upper};
  return {};
}

// a - b * floor(a / b). REQUIRES: as above.
Interval RemainderBounds(const Interval& a, const Interval& b) {
  const Bound upper = Plus(b.upper, -1);
  return {0, AtLeast(a.lower, 0) ? Tightest(a.upper, upper, true) : upper};
}

Interval FunctionBounds(DimFunction function, const Interval& a, const Interval& b) {
  switch (function) {
    case DimFunction::kSymbol:
      break;
    case DimFunction::kFloorDiv:
      return AtLeast(b.lower, 0) ? QuotientBounds(a, b) : Interval{};
    case DimFunction::kMod:
      return AtLeast(b.lower, 0) ? RemainderBounds(a, b) : Interval{};
    case DimFunction::kMin:
      return {Weakest(a.lower, b.lower, true), Tightest(a.upper, b.upper, true)};
    case DimFunction::kMax:
      return {Tightest(a.lower, b.lower, false), Weakest(a.upper, b.upper, false)};
    case DimFunction::kBroadcast:
      return {Weakest(a.lower, b.lower, true), Weakest(a.upper, b.upper, false)};
  }
  return {};
}

Interval BoundsOf(const Dim& dim);

Interval AtomBounds(const DimAtom& atom) {
  if (atom.function != DimFunction::kSymbol) {
    return FunctionBounds(atom.function, BoundsOf(atom.a), BoundsOf(atom.b));
  }
  return {atom.non_negative ? Bound(0) : std::nullopt, std::nullopt};
}

Interval TermBounds(const DimTerm& term) {
  Interval product = AtomBounds(*term.factors[0]);
  for (size_t i = 1; i < term.factors.size(); ++i) {
    const Interval factor = AtomBounds(*term.factors[i]);
    if (!AtLeast(product.lower, 0) || !AtLeast(factor.lower, 0)) return {};
    product = {Times(product.lower, factor.lower), Times(product.upper, factor.upper)};
  }
  const Interval scaled = {Times(product.lower, term.coefficient), Times(product.upper, term.coefficient)};
  return term.coefficient > 0 ? scaled : Interval{scaled.upper, scaled.lower};
}

// Both bounds in one walk: asking for one after the other at each level would take exponential time.
Interval BoundsOf(const Dim& dim) {
  Interval sum = {dim.constant(), dim.constant()};
  for (const DimTerm& term : dim.terms()) {
    const Interval bounds = TermBounds(term);
    sum = {Plus(sum.lower, bounds.lower), Plus(sum.upper, bounds.upper)};
  }
  return sum;
}

// The greatest common divisor of all coefficients, the constant left out; 0 for constants and when it is
// 2^63.
int64_t CommonFactor(const Dim& dim) {
  int64_t common = 0;
  for (const DimTerm& term : dim.terms()) {
    if (term.coefficient == INT64_MIN) return 0;
    common = std::gcd(common, term.coefficient);
  }
  return common;
}

bool AtomLess(const DimAtomRef& a, const DimAtomRef& b) {
  return Dim::CompareAtoms(a, b) < 0;
}

// term / divisor, if that is a term (perhaps without factors).
std::optional<DimTerm> DivideTerm(const DimTerm& term, const DimTerm& divisor) {
  if (divisor.coefficient == -1 && term.coefficient == INT64_MIN) return std::nullopt;
  if (term.coefficient % divisor.coefficient != 0) return std::nullopt;
  if (!std::includes(term.factors.begin(), term.factors.end(), divisor.factors.begin(), divisor.factors.end(),
                     AtomLess)) {
    return std::nullopt;
  }
  DimTerm quotient;
  quotient.coefficient = term.coefficient / divisor.coefficient;
  std::set_difference(term.factors.begin(), term.factors.end(), divisor.factors.begin(),
                      divisor.factors.end(), std::back_inserter(quotient.factors), AtomLess);
  return quotient;
}

// `dim` as one term: c (then without factors) or c*x*y. Nothing for sums and 0.
std::optional<DimTerm> AsTerm(const Dim& dim) {
  if (dim.is_constant() && dim.value() != 0) return DimTerm{dim.value(), {}};
  if (dim.terms().size() == 1 && dim.constant() == 0) return dim.terms()[0];
  return std::nullopt;
}

struct Division {
  Dim quotient, rest;
};

// a = quotient * divisor + rest, with every multiple of the divisor that is visible in a moved to the
// quotient.
Division SplitMultiples(const Dim& a, const DimTerm& divisor) {
  int64_t constant_quotient = 0;
  int64_t constant_rest = a.constant();
  if (divisor.factors.empty() && divisor.coefficient > 0) {
    constant_quotient = FloorQuotient(a.constant(), divisor.coefficient);
    constant_rest = FloorRemainder(a.constant(), divisor.coefficient);
  }
  std::vector<DimTerm> quotient, rest;
  for (const DimTerm& term : a.terms()) {
    if (std::optional<DimTerm> divided = DivideTerm(term, divisor)) {
      quotient.push_back(*std::move(divided));
    } else {
      rest.push_back(term);
    }
  }
  return {Dim::FromTerms(constant_quotient, std::move(quotient)),
          Dim::FromTerms(constant_rest, std::move(rest))};
}

// q with a == q * b as polynomials, by long division. REQUIRES: b is not constant.
std::optional<Dim> ExactQuotient(Dim a, const Dim& b) {
  Dim quotient = 0;
  for (size_t steps = a.terms().size() + 1; steps > 0 && !a.is_constant(); --steps) {
    const std::optional<DimTerm> leading = DivideTerm(a.terms()[0], b.terms()[0]);
    if (!leading) return std::nullopt;
    const Dim part = Dim::FromTerms(0, {*leading});
    quotient = quotient + part;
    a = a - part * b;
  }
  if (a == Dim(0)) return quotient;
  return std::nullopt;
}

// The atom of `dim` = atom + constant when it is floordiv by a positive constant, or null.
const DimAtom* DivisionPlusConstant(const Dim& dim) {
  if (dim.terms().size() != 1) return nullptr;
  const DimTerm& term = dim.terms()[0];
  if (term.coefficient != 1 || term.factors.size() != 1) return nullptr;
  const DimAtom& atom = *term.factors[0];
  const bool positive = atom.b.is_constant() && atom.b.value() > 0;
  return atom.function == DimFunction::kFloorDiv && positive ? &atom : nullptr;
}

// floordiv by a constant above 1 of what SplitMultiples left.
std::optional<Dim> FoldRestDivision(const Dim& a, int64_t divisor) {
  const Interval bounds = BoundsOf(a);
  if (bounds.lower && bounds.upper) {
    const int64_t lowest = FloorQuotient(*bounds.lower, divisor);
    if (lowest == FloorQuotient(*bounds.upper, divisor)) return lowest;
  }
  const int64_t common = std::gcd(CommonFactor(a), divisor);
  if (CommonFactor(a) != 0 && common > 1) {
    // floor((g*t + k) / (g*d)) = floor((t + floor(k/g)) / d)
    const Dim reduced = SplitMultiples(a, DimTerm{common, {}}).quotient;
    return FloorDiv(reduced, divisor / common);
  }
  int64_t product = 0;
  const DimAtom* inner = DivisionPlusConstant(a);
  if (inner != nullptr && !__builtin_mul_overflow(inner->b.value(), divisor, &product)) {
    // floor((floor(x/c) + k) / d) = floor((x + c*k) / (c*d))
    return FloorDiv(inner->a + inner->b * Dim(a.constant()), product);
  }
  return std::nullopt;
}

std::optional<Dim> FoldFloorDiv(const Dim& a, const Dim& b) {
  if (b.is_constant()) {
    const int64_t divisor = b.value();
    if (divisor == 0 || divisor == INT64_MIN) return std::nullopt;
    if (divisor < 0) return FloorDiv(Dim(0) - a, -divisor);
    if (divisor == 1) return a;
    if (a.is_constant()) return FloorQuotient(a.value(), divisor);
  } else if (std::optional<Dim> quotient = ExactQuotient(a, b)) {
    return quotient;
  }
  const std::optional<DimTerm> divisor = AsTerm(b);
  if (!divisor) return std::nullopt;
  const Division division = SplitMultiples(a, *divisor);
  if (!(division.quotient == Dim(0))) return division.quotient + FloorDiv(division.rest, b);
  return b.is_constant() ? FoldRestDivision(a, b.value()) : std::nullopt;
}

std::optional<Dim> FoldMod(const Dim& a, const Dim& b) {
  if (b.is_constant()) {
    const int64_t divisor = b.value();
    if (divisor == 0) return std::nullopt;
    if (divisor == 1 || divisor == -1) return 0;
    if (a.is_constant()) return FloorRemainder(a.value(), divisor);
    const Interval bounds = BoundsOf(a);
    if (AtLeast(bounds.lower, 0) && divisor > 0 && AtMost(bounds.upper, divisor - 1)) return a;
  } else if (ExactQuotient(a, b)) {
    return 0;
  }
  const std::optional<DimTerm> divisor = AsTerm(b);
  if (!divisor) return std::nullopt;
  const Division division = SplitMultiples(a, *divisor);
  if (division.quotient == Dim(0)) return std::nullopt;
  return Mod(division.rest, b);
}

std::optional<Dim> FoldMinMax(const Dim& a, const Dim& b, bool minimum) {
  const Interval difference = BoundsOf(a - b);
  if (AtLeast(difference.lower, 0)) return minimum ? b : a;
  if (AtMost(difference.upper, 0)) return minimum ? a : b;
  return std::nullopt;
}

// True when `dim` is broadcast(x, y) and `part` is x or y.
bool IsBroadcastOf(const Dim& dim, const Dim& part) {
  const std::optional<DimTerm> term = AsTerm(dim);
  if (!term || term->coefficient != 1 || term->factors.size() != 1) return false;
  const DimAtom& atom = *term->factors[0];
  return atom.function == DimFunction::kBroadcast && (atom.a == part || atom.b == part);
}

std::optional<Dim> FoldBroadcast(const Dim& a, const Dim& b) {
  const auto is_one = [](const Dim& dim) { return dim.is_constant() && dim.value() == 1; };
  if (is_one(a)) return b;
  if (a.is_constant() || is_one(b)) return a;
  // b is not 1 here: what fits against it is 1 or equal to it.
  if (b.is_constant()) return b;
  if (a == b || AtLeast(a.LowerBound(), 2) || IsBroadcastOf(a, b)) return a;
  if (AtLeast(b.LowerBound(), 2) || IsBroadcastOf(b, a)) return b;
  return std::nullopt;
}

std::optional<Dim> Fold(DimFunction function, const Dim& a, const Dim& b) {
  switch (function) {
    case DimFunction::kSymbol:
      break;
    case DimFunction::kFloorDiv:
      return FoldFloorDiv(a, b);
    case DimFunction::kMod:
      return FoldMod(a, b);
    case DimFunction::kMin:
      return FoldMinMax(a, b, true);
    case DimFunction::kMax:
      return FoldMinMax(a, b, false);
    case DimFunction::kBroadcast:
      return FoldBroadcast(a, b);
  }
  return std::nullopt;
}

}  // namespace

Dim Dim::Apply(DimFunction function, const Dim& a, const Dim& b) {
  BATON_CHECK(function != DimFunction::kSymbol);
  if (std::optional<Dim> folded = Fold(function, a, b)) return *std::move(folded);
  // min, max and broadcast (of extents that fit) are commutative.
  const bool ordered = function == DimFunction::kFloorDiv || function == DimFunction::kMod;
  return ordered || Compare(a, b) <= 0 ? FromFunction(function, a, b) : FromFunction(function, b, a);
}

std::optional<int64_t> Dim::LowerBound() const {
  return BoundsOf(*this).lower;
}

std::optional<int64_t> Dim::UpperBound() const {
  return BoundsOf(*this).upper;
}

bool Dim::ProvablyDifferent(const Dim& a, const Dim& b) {
  if (a.is_constant() && b.is_constant()) return a.constant_ != b.constant_;
  const Dim difference = a - b;
  const Interval bounds = BoundsOf(difference);
  if (AtLeast(bounds.lower, 1) || AtMost(bounds.upper, -1)) return true;
  // 2*x and 2*y + 1 never meet.
  const int64_t common = CommonFactor(difference);
  return common != 0 && difference.constant() % common != 0;
}

}  // namespace baton
