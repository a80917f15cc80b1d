#include "ops/elementwise/float_rows.h"

#include <limits>

// Highway compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/elementwise/float_rows.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace baton::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

V KeepNaN(V x, V y) {
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

// Highway's Exp wants x <= 104, where the result is infinite already.
V ExpOf(D d, V x) {
  return KeepNaN(x, hn::Exp(d, hn::Min(x, hn::Set(d, 104.0f))));
}

// Beyond 20 the result is 1 in float32.
V TanhOf(D d, V x) {
  const V bounded = hn::Min(hn::Max(x, hn::Set(d, -20.0f)), hn::Set(d, 20.0f));
  return KeepNaN(x, hn::Tanh(d, bounded));
}

// With e = exp(-|x|) <= 1 nothing overflows: 1/(1+e) for positive x, e/(1+e) for negative x.
V SigmoidOf(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  const V e = hn::Exp(d, hn::Neg(hn::Abs(x)));
  const V numerator = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), e, one);
  return KeepNaN(x, hn::Div(numerator, hn::Add(one, e)));
}

// NaN where either is; else `chosen`.
V OrNaN(D d, V v, V w, V chosen) {
  const V nan = hn::Set(d, std::numeric_limits<float>::quiet_NaN());
  return hn::IfThenElse(hn::Or(hn::IsNaN(v), hn::IsNaN(w)), nan, chosen);
}

// Equal operands differ in the sign of zero only: Or gives -0 if there is one, And gives 0.
V MinimumOf(D d, V v, V w) {
  return OrNaN(d, v, w, hn::IfThenElse(hn::Eq(v, w), hn::Or(v, w), hn::IfThenElse(hn::Lt(v, w), v, w)));
}
V MaximumOf(D d, V v, V w) {
  return OrNaN(d, v, w, hn::IfThenElse(hn::Eq(v, w), hn::And(v, w), hn::IfThenElse(hn::Gt(v, w), v, w)));
}

// Rows that no whole number of vectors fills: the last vector begins where it ends with the row and computes
// some elements twice. Its operands are loaded first of all, since y may be one of them.
template <typename Function>
HWY_INLINE void MapUnary(const float* x, float* y, int64_t n, const Function& function) {
  const D d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  if (n >= lanes) {
    const V last = hn::LoadU(d, x + n - lanes);
    for (int64_t i = 0; i + lanes <= n; i += lanes) hn::StoreU(function(d, hn::LoadU(d, x + i)), d, y + i);
    if (n % lanes != 0) hn::StoreU(function(d, last), d, y + n - lanes);
    return;
  }
  HWY_ALIGN float rest[HWY_LANES(float)] = {};
  for (int64_t i = 0; i < n; ++i) rest[i] = x[i];
  hn::Store(function(d, hn::Load(d, rest)), d, rest);
  for (int64_t i = 0; i < n; ++i) y[i] = rest[i];
}

// `load_a` and `load_b` give the operands' vector at a place.
template <typename LoadA, typename LoadB, typename Function>
HWY_INLINE void MapVectors(const LoadA& load_a, const LoadB& load_b, float* y, int64_t n,
                           const Function& function) {
  const D d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const V last_a = load_a(n - lanes), last_b = load_b(n - lanes);
  for (int64_t i = 0; i + lanes <= n; i += lanes) hn::StoreU(function(d, load_a(i), load_b(i)), d, y + i);
  if (n % lanes != 0) hn::StoreU(function(d, last_a, last_b), d, y + n - lanes);
}

template <typename Function>
HWY_INLINE void MapBinary(FloatOperand a, FloatOperand b, float* y, int64_t n, const Function& function) {
  const D d;
  if (n >= static_cast<int64_t>(hn::Lanes(d))) {
    const V first_a = hn::Set(d, *a.data), first_b = hn::Set(d, *b.data);
    const auto vector_a = [&](int64_t i) HWY_ATTR { return hn::LoadU(d, a.data + i); };
    const auto vector_b = [&](int64_t i) HWY_ATTR { return hn::LoadU(d, b.data + i); };
    const auto fixed_a = [&](int64_t) HWY_ATTR { return first_a; };
    const auto fixed_b = [&](int64_t) HWY_ATTR { return first_b; };
    if (a.advances && b.advances) return MapVectors(vector_a, vector_b, y, n, function);
    if (a.advances) return MapVectors(vector_a, fixed_b, y, n, function);
    return MapVectors(fixed_a, vector_b, y, n, function);
  }
  HWY_ALIGN float a_rest[HWY_LANES(float)] = {};
  HWY_ALIGN float b_rest[HWY_LANES(float)] = {};
  for (int64_t i = 0; i < n; ++i) {
    a_rest[i] = a.data[a.advances ? i : 0];
    b_rest[i] = b.data[b.advances ? i : 0];
  }
  hn::Store(function(d, hn::Load(d, a_rest), hn::Load(d, b_rest)), d, a_rest);
  for (int64_t i = 0; i < n; ++i) y[i] = a_rest[i];
}

#define BATON_UNARY_ROW(name, expression)                            \
  void name(const float* x, float* y, int64_t n) {                   \
    MapUnary(x, y, n, [](D d, V v) HWY_ATTR { return expression; }); \
  }
#define BATON_BINARY_ROW(name, expression)                                    \
  void name(FloatOperand a, FloatOperand b, float* y, int64_t n) {            \
    MapBinary(a, b, y, n, [](D d, V v, V w) HWY_ATTR { return expression; }); \
  }

BATON_UNARY_ROW(ExpRow, ExpOf(d, v))
BATON_UNARY_ROW(TanhRow, TanhOf(d, v))
BATON_UNARY_ROW(SigmoidRow, SigmoidOf(d, v))
BATON_UNARY_ROW(SqrtRow, hn::Sqrt(v))
BATON_UNARY_ROW(FloorRow, hn::Floor(v))
BATON_UNARY_ROW(CeilRow, hn::Ceil(v))
BATON_UNARY_ROW(RoundRow, hn::Round(v))
BATON_UNARY_ROW(ReluRow, hn::IfThenZeroElse(hn::Lt(v, hn::Zero(d)), v))
BATON_BINARY_ROW(AddRow, hn::Add(v, w))
BATON_BINARY_ROW(SubtractRow, hn::Sub(v, w))
BATON_BINARY_ROW(MultiplyRow, hn::Mul(v, w))
BATON_BINARY_ROW(DivideRow, hn::Div(v, w))
BATON_BINARY_ROW(MinimumRow, MinimumOf(d, v, w))
BATON_BINARY_ROW(MaximumRow, MaximumOf(d, v, w))

#undef BATON_UNARY_ROW
#undef BATON_BINARY_ROW

}  // namespace baton::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace baton {

#define BATON_UNARY_ROW(name)                      \
  HWY_EXPORT(name);                                \
  void name(const float* x, float* y, int64_t n) { \
    HWY_DYNAMIC_DISPATCH(name)(x, y, n);           \
  }
#define BATON_BINARY_ROW(name)                                     \
  HWY_EXPORT(name);                                                \
  void name(FloatOperand a, FloatOperand b, float* y, int64_t n) { \
    HWY_DYNAMIC_DISPATCH(name)(a, b, y, n);                        \
  }

BATON_UNARY_ROW(ExpRow)
BATON_UNARY_ROW(TanhRow)
BATON_UNARY_ROW(SigmoidRow)
BATON_UNARY_ROW(SqrtRow)
BATON_UNARY_ROW(FloorRow)
BATON_UNARY_ROW(CeilRow)
BATON_UNARY_ROW(RoundRow)
BATON_UNARY_ROW(ReluRow)
BATON_BINARY_ROW(AddRow)
BATON_BINARY_ROW(SubtractRow)
BATON_BINARY_ROW(MultiplyRow)
BATON_BINARY_ROW(DivideRow)
BATON_BINARY_ROW(MinimumRow)
BATON_BINARY_ROW(MaximumRow)

}  // namespace baton
#endif
