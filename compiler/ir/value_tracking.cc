#include "compiler/ir/value_tracking.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace baton::ir {
namespace {

// Model arithmetic wraps at 64 bits, Dim arithmetic is exact. So sums and products over extents are followed
// whatever their size, for they mean the same modulo 2^64 in any order, and that is how lowering computes
// values; all other operations only on forms that cannot wrap. An integer from data, which is small or large
// alike, is left to run-time instructions.
bool IsExtentArithmetic(const Dim& dim) {
  if (dim.is_constant()) return true;
  for (const DimTerm& term : dim.terms()) {
    for (const DimAtomRef& atom : term.factors) {
      if (atom->function == DimFunction::kSymbol
              ? !atom->non_negative
              : !IsExtentArithmetic(atom->a) || !IsExtentArithmetic(atom->b)) {
        return false;
      }
    }
  }
  return true;
}

bool IsNonNegative(const Dim& dim) {
  return dim.LowerBound().value_or(-1) >= 0;
}

std::optional<int64_t> AtomMagnitude(const DimAtom& atom) {
  if (atom.function == DimFunction::kSymbol) {
    return atom.non_negative && atom.opaque_id == 0 ? std::optional(kMaxExtent) : std::nullopt;
  }
  const std::optional<int64_t> a = MaxMagnitude(atom.a);
  const std::optional<int64_t> b = MaxMagnitude(atom.b);
  return a && b ? std::optional(std::max(*a, *b)) : std::nullopt;
}

// The value of the form is that of model arithmetic.
bool IsExact(const Dim& dim) {
  return dim.is_constant() || !dim.symbol().empty() || MaxMagnitude(dim).has_value();
}

Element Known(Dim dim) {
  return Element{std::move(dim)};
}
Element Known(bool value) {
  return Element{Dim(value ? 1 : 0)};
}

Element Compare(DimCondition::Comparison comparison, const Dim& a, const Dim& b, bool negated,
                const Facts& facts) {
  if (!IsExact(a) || !IsExact(b)) return {};
  DimCondition condition{comparison, a, b, negated};
  if (std::optional<bool> truth = Decide(condition, facts)) return Known(*truth);
  if (!IsExtentArithmetic(a) || !IsExtentArithmetic(b)) return {};
  return Element{std::move(condition)};
}

Element Not(const Element& a) {
  if (a.dim() != nullptr && a.dim()->is_constant()) return Known(a.dim()->value() == 0);
  if (a.condition() == nullptr) return {};
  DimCondition condition = *a.condition();
  condition.negated = !condition.negated;
  return Element{std::move(condition)};
}

Element Cast(const Element& a, DType from, DType to, const Facts& facts) {
  if (to == DType::kBool) {
    if (a.condition() != nullptr) return a;
    if (a.dim() == nullptr) return {};
    return Compare(DimCondition::Comparison::kEqual, *a.dim(), Dim(0), /*negated=*/true, facts);
  }
  if (!IsInteger(to) || a.dim() == nullptr) return {};
  const Dim& dim = *a.dim();
  if (dim.is_constant()) {
    const int64_t value = dim.value();
    const bool fits = VisitDType(to, [value](auto sample) {
      using T = decltype(sample);
      if constexpr (std::is_integral_v<T>) return static_cast<int64_t>(static_cast<T>(value)) == value;
      return false;
    });
    return fits ? a : Element{};
  }
  // Models that compute shapes in 32 bits expect extents to fit; narrower types may wrap.
  return DTypeSize(to) >= 4 || to == from ? a : Element{};
}

// Integer division and remainder truncate; on non-negative numbers that is the floor.
Element Divide(const Dim& a, const Dim& b, DimFunction function) {
  if (!b.is_constant() || b.value() <= 0 || !IsNonNegative(a) || !IsExact(a)) return {};
  return Known(Dim::Apply(function, a, b));
}

Element Arithmetic(ScalarForm form, const Dim& a, const Dim& b, const Facts& facts) {
  using Comparison = DimCondition::Comparison;
  switch (form) {
    case ScalarForm::kEqual:
      return Compare(Comparison::kEqual, a, b, false, facts);
    case ScalarForm::kNotEqual:
      return Compare(Comparison::kEqual, a, b, true, facts);
    case ScalarForm::kLess:
      return Compare(Comparison::kLess, a, b, false, facts);
    case ScalarForm::kLessEqual:
      return Compare(Comparison::kLessEqual, a, b, false, facts);
    case ScalarForm::kGreater:
      return Compare(Comparison::kLess, b, a, false, facts);
    case ScalarForm::kGreaterEqual:
      return Compare(Comparison::kLessEqual, b, a, false, facts);
    default:
      break;
  }
  if (!IsExtentArithmetic(a) || !IsExtentArithmetic(b)) return {};
  switch (form) {
    case ScalarForm::kAdd:
      return Known(a + b);
    case ScalarForm::kSubtract:
      return Known(a - b);
    case ScalarForm::kMultiply:
      return Known(a * b);
    case ScalarForm::kMinimum:
      return IsExact(a) && IsExact(b) ? Known(Min(a, b)) : Element{};
    case ScalarForm::kMaximum:
      return IsExact(a) && IsExact(b) ? Known(Max(a, b)) : Element{};
    case ScalarForm::kDivide:
    case ScalarForm::kFloorDivide:
      return Divide(a, b, DimFunction::kFloorDiv);
    case ScalarForm::kModulo:
    case ScalarForm::kFloorModulo:
      return Divide(a, b, DimFunction::kMod);
    default:
      return {};
  }
}

Element Logic(ScalarForm form, const Element& a, const Element& b) {
  for (const auto& [x, y] : {std::pair(&a, &b), std::pair(&b, &a)}) {
    if (x->dim() == nullptr || !x->dim()->is_constant()) continue;
    const bool value = x->dim()->value() != 0;
    if (form == ScalarForm::kAnd) return value ? *y : Known(false);
    if (form == ScalarForm::kOr) return value ? Known(true) : *y;
    if (form == ScalarForm::kXor) return value ? Not(*y) : *y;
  }
  return {};
}

Element Evaluate(ScalarForm form, DType from, DType to, absl::Span<const Element* const> x,
                 const Facts& facts) {
  switch (form) {
    case ScalarForm::kNone:
      return {};
    case ScalarForm::kCast:
      return Cast(*x[0], from, to, facts);
    case ScalarForm::kNot:
      return Not(*x[0]);
    case ScalarForm::kAnd:
    case ScalarForm::kOr:
    case ScalarForm::kXor:
      return Logic(form, *x[0], *x[1]);
    case ScalarForm::kSelect:
      if (x[0]->dim() == nullptr || !x[0]->dim()->is_constant()) return {};
      return x[0]->dim()->value() != 0 ? *x[1] : *x[2];
    default:
      break;
  }
  if (x[0]->dim() == nullptr) return {};
  const Dim& a = *x[0]->dim();
  if (x.size() == 1) {
    if (form == ScalarForm::kNegative && IsExtentArithmetic(a)) return Known(Dim(0) - a);
    if (form == ScalarForm::kAbs && IsNonNegative(a) && IsExact(a)) return Known(a);
    return {};
  }
  if (x.size() != 2 || x[1]->dim() == nullptr) return {};
  return Arithmetic(form, a, *x[1]->dim(), facts);
}

}  // namespace

std::optional<int64_t> MaxMagnitude(const Dim& dim) {
  if (dim.constant() == INT64_MIN) return std::nullopt;
  int64_t sum = std::abs(dim.constant());
  for (const DimTerm& term : dim.terms()) {
    if (term.coefficient == INT64_MIN) return std::nullopt;
    int64_t product = std::abs(term.coefficient);
    for (const DimAtomRef& factor : term.factors) {
      const std::optional<int64_t> bound = AtomMagnitude(*factor);
      if (!bound || __builtin_mul_overflow(product, *bound, &product)) return std::nullopt;
    }
    if (__builtin_add_overflow(sum, product, &sum)) return std::nullopt;
  }
  return sum;
}

std::optional<int64_t> TrackedCount(const TensorType& type) {
  // An extent is a signed number: uint64 does not fit, as it does not fit a register.
  if (!IsInteger(type.dtype) && type.dtype != DType::kBool) return std::nullopt;
  if (type.dtype == DType::kUInt64) return std::nullopt;
  if (!type.shape.IsStatic()) return std::nullopt;
  int64_t count = 1;
  for (const Dim& dim : type.shape.dims()) {
    if (dim.value() < 0 || dim.value() > kMaxTrackedElements) return std::nullopt;
    count *= dim.value();
    if (count > kMaxTrackedElements) return std::nullopt;
  }
  return count;
}

std::optional<Elements> ConstantElements(const Tensor& tensor) {
  std::optional<int64_t> count = TrackedCount(tensor.type());
  if (!count) return std::nullopt;
  Elements elements(*count);
  VisitDType(tensor.dtype(), [&](auto sample) {
    using T = decltype(sample);
    for (int64_t i = 0; i < *count; ++i) {
      if constexpr (std::is_integral_v<T>) {
        const T value = tensor->As<T>()[i];
        if (std::in_range<int64_t>(value)) elements[i] = Known(Dim(static_cast<int64_t>(value)));
      }
      if constexpr (std::is_same_v<T, Bool>) elements[i] = Known(static_cast<bool>(tensor->As<T>()[i]));
    }
  });
  return elements;
}

std::optional<bool> Decide(const DimCondition& condition, const Facts& facts) {
  using Comparison = DimCondition::Comparison;
  const Dim difference = condition.b - condition.a;
  std::optional<bool> truth;
  switch (condition.comparison) {
    case Comparison::kEqual:
      if (condition.a == condition.b) truth = true;
      if (Dim::ProvablyDifferent(condition.a, condition.b)) truth = false;
      break;
    case Comparison::kLess:
      if (difference.LowerBound().value_or(0) > 0) truth = true;
      if (difference.UpperBound().value_or(1) <= 0) truth = false;
      break;
    case Comparison::kLessEqual:
      if (difference.LowerBound().value_or(-1) >= 0) truth = true;
      if (difference.UpperBound().value_or(0) < 0) truth = false;
      break;
  }
  if (!truth) {
    for (const DimCondition& fact : facts) {
      const bool same = fact.a == condition.a && fact.b == condition.b;
      const bool swapped =
          condition.comparison == Comparison::kEqual && fact.a == condition.b && fact.b == condition.a;
      if (fact.comparison == condition.comparison && (same || swapped)) truth = !fact.negated;
    }
  }
  if (truth && condition.negated) truth = !*truth;
  return truth;
}

Element EvaluateScalar(ScalarForm form, DType operand_type, DType result_type,
                       absl::Span<const Element* const> operands, const Facts& facts) {
  Element result = Evaluate(form, operand_type, result_type, operands, facts);
  if (result.dim() != nullptr && result.dim()->is_opaque()) return {};
  if (result_type == DType::kBool || !result.known()) return result;
  // Results may wrap in their type: constants that fit it are kept, extents in 32 bits and more.
  return Cast(result, DType::kInt64, result_type, facts);
}

}  // namespace baton::ir
