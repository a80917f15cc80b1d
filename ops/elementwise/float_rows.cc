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

template <typename Function>
HWY_INLINE void MapUnary(const float* x, float* y, int64_t n, const Function& function) {
  const D d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) hn::StoreU(function(d, hn::LoadU(d, x + i)), d, y + i);
  if (i == n) return;
  HWY_ALIGN float rest[HWY_LANES(float)] = {};
  for (int64_t j = i; j < n; ++j) rest[j - i] = x[j];
  hn::Store(function(d, hn::Load(d, rest)), d, rest);
  for (int64_t j = i; j < n; ++j) y[j] = rest[j - i];
}

template <typename Function>
HWY_INLINE void MapBinary(FloatOperand a, FloatOperand b, float* y, int64_t n, const Function& function) {
  const D d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  if (a.advances && b.advances) {
    for (; i + lanes <= n; i += lanes) {
      hn::StoreU(function(d, hn::LoadU(d, a.data + i), hn::LoadU(d, b.data + i)), d, y + i);
    }
  } else if (a.advances) {
    const V fixed = hn::Set(d, *b.data);
    for (; i + lanes <= n; i += lanes) hn::StoreU(function(d, hn::LoadU(d, a.data + i), fixed), d, y + i);
  } else {
    const V fixed = hn::Set(d, *a.data);
    for (; i + lanes <= n; i += lanes) hn::StoreU(function(d, fixed, hn::LoadU(d, b.data + i)), d, y + i);
  }
  if (i == n) return;
  HWY_ALIGN float a_rest[HWY_LANES(float)] = {};
  HWY_ALIGN float b_rest[HWY_LANES(float)] = {};
  for (int64_t j = i; j < n; ++j) {
    a_rest[j - i] = a.data[a.advances ? j : 0];
    b_rest[j - i] = b.data[b.advances ? j : 0];
  }
  hn::Store(function(d, hn::Load(d, a_rest), hn::Load(d, b_rest)), d, a_rest);
  for (int64_t j = i; j < n; ++j) y[j] = a_rest[j - i];
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
