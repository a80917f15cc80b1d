// What the reductions share: attributes, type rule, and the loops over kept and reduced axes. A reduction is
// a reducer:
//   using Acc;                                   what is accumulated for one result element
//   static Acc Identity();                       of no elements
//   static void Add(Acc& acc, T element);
//   static T Finish(const Acc& acc, int64_t n);  n: elements reduced
// Sums of floats accumulate in double, so that order does not matter much; integers wrap. Source: ONNX
// Reduce*-18.
#pragma once

#include <string>

#include "absl/container/inlined_vector.h"
#include "ops/elementwise/kernels.h"
#include "ops/op_def.h"
#include "ops/type_relations.h"

namespace baton {

struct ReduceAttrs {
  bool keepdims = true;
  bool noop_with_empty_axes = false;
};

// Inputs data and optional axes, an integer vector; no axes: all, or none with noop_with_empty_axes, which
// makes each element the reduction of itself.
absl::Status ReduceType(TypeContext& context, const ReduceAttrs& attrs, DTypeSet set, TensorTypes* result);

// The axes of a call as loops: neighbours of one kind merged, extents of 1 dropped.
struct ReducePlan {
  struct Axis {
    int64_t extent, stride;  // stride in elements of data
  };
  absl::InlinedVector<Axis, kMaxRank> kept, reduced;
  bool inner_reduced = false;  // the innermost axis is a reduced one
  int64_t num_kept = 1, num_reduced = 1;
};

// `axes` may be null. REQUIRES: the call obeys the type rule.
ReducePlan PlanReduce(const ReduceAttrs& attrs, const TensorObject& data, const TensorObject* axes);

// The same for the axes that are set in `reduced`.
ReducePlan PlanReduceAxes(const bool (&reduced)[kMaxRank], const TensorObject& data);

// The definition of one reduction.
OpDef MakeReduction(absl::string_view name, absl::string_view doc,
                    absl::Status (*type)(TypeContext&, const ReduceAttrs&, TensorTypes*),
                    absl::Status (*kernel)(const ReduceAttrs&, KernelCall&),
                    ScalarForm fold = ScalarForm::kNone);

namespace internal {

// Calls `visit(offset)` for every position of `axes`, the last one running fastest.
template <typename Visit>
void ForEachOffset(absl::Span<const ReducePlan::Axis> axes, const Visit& visit) {
  int64_t index[kMaxRank] = {};
  int64_t offset = 0;
  for (;;) {
    visit(offset);
    int axis = static_cast<int>(axes.size()) - 1;
    for (; axis >= 0; --axis) {
      offset += axes[axis].stride;
      if (++index[axis] < axes[axis].extent) break;
      offset -= axes[axis].stride * axes[axis].extent;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

// Several accumulators side by side, so that consecutive elements do not wait for each other.
template <typename Reducer, typename T>
void ReduceRun(const T* x, int64_t n, typename Reducer::Acc* acc) {
  constexpr int kLanes = 8;
  int64_t i = 0;
  if constexpr (requires { Reducer::Merge(*acc, *acc); }) {
    if (n >= 2 * kLanes) {
      typename Reducer::Acc lanes[kLanes];
      for (auto& lane : lanes) lane = Reducer::Identity();
      for (; i + kLanes <= n; i += kLanes) {
        for (int j = 0; j < kLanes; ++j) Reducer::Add(lanes[j], x[i + j]);
      }
      for (const auto& lane : lanes) Reducer::Merge(*acc, lane);
    }
  }
  for (; i < n; ++i) Reducer::Add(*acc, x[i]);
}

// Each result element from runs of consecutive elements.
template <typename Reducer, typename T>
void ReduceInner(const ReducePlan& plan, const T* x, T* y) {
  const auto outer = absl::MakeConstSpan(plan.reduced).first(plan.reduced.size() - 1);
  const int64_t run = plan.reduced.back().extent;
  ForEachOffset(plan.kept, [&](int64_t kept) {
    typename Reducer::Acc acc = Reducer::Identity();
    ForEachOffset(outer, [&](int64_t offset) { ReduceRun<Reducer>(x + kept + offset, run, &acc); });
    *y++ = Reducer::Finish(acc, plan.num_reduced);
  });
}

// Rows of result elements from rows of elements, a piece at a time.
template <typename Reducer, typename T>
void ReduceOuter(const ReducePlan& plan, const T* x, T* y) {
  constexpr int64_t kPiece = 128;
  const auto outer = absl::MakeConstSpan(plan.kept).first(plan.kept.size() - 1);
  const int64_t row = plan.kept.back().extent;
  ForEachOffset(outer, [&](int64_t kept) {
    for (int64_t first = 0; first < row; first += kPiece) {
      const int64_t n = std::min(kPiece, row - first);
      typename Reducer::Acc acc[kPiece];
      for (int64_t j = 0; j < n; ++j) acc[j] = Reducer::Identity();
      ForEachOffset(plan.reduced, [&](int64_t offset) {
        const T* from = x + kept + offset + first;
        for (int64_t j = 0; j < n; ++j) Reducer::Add(acc[j], from[j]);
      });
      for (int64_t j = 0; j < n; ++j) *y++ = Reducer::Finish(acc[j], plan.num_reduced);
    }
  });
}

}  // namespace internal

template <typename Reducer, typename T>
void Reduce(const ReducePlan& plan, const T* x, T* y) {
  if (plan.num_kept == 0) return;
  if (plan.num_reduced == 0) {
    std::fill_n(y, plan.num_kept, Reducer::Finish(Reducer::Identity(), 0));
  } else if (plan.inner_reduced) {
    internal::ReduceInner<Reducer>(plan, x, y);
  } else {
    internal::ReduceOuter<Reducer>(plan, x, y);
  }
}

template <template <typename> class Reducer, DTypeSet set>
absl::Status ReduceKernel(const ReduceAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  const ReducePlan plan = PlanReduce(attrs, data, call.inputs[1]);
  return VisitDTypeIn<set>(data.dtype, [&](auto element) {
    using T = decltype(element);
    Reduce<Reducer<T>>(plan, data.As<T>(), call.outputs[0]->As<T>());
    return absl::OkStatus();
  });
}

template <DTypeSet set>
absl::Status ReduceTypeOf(TypeContext& context, const ReduceAttrs& attrs, TensorTypes* result) {
  return ReduceType(context, attrs, set, result);
}

// Accumulators of sums: double for floats, integers modulo 2^64, which wraps as the element type does.
template <typename T>
using SumType = std::conditional_t<kIsFloat<T>, double, uint64_t>;

template <typename T>
SumType<T> Widen(T element) {
  return static_cast<SumType<T>>(static_cast<ComputeType<T>>(element));
}
// A sum as an element: floats rounded, integers by their low bits.
template <typename T>
T Narrow(SumType<T> sum) {
  return Convert<T>(sum);
}

// The sum of the elements.
template <typename T>
struct SumReducer {
  using Acc = SumType<T>;
  static Acc Identity() { return 0; }
  static void Add(Acc& acc, T element) { acc += Widen(element); }
  static void Merge(Acc& acc, const Acc& other) { acc += other; }
  static T Finish(const Acc& acc, int64_t) { return Narrow<T>(acc); }
};

}  // namespace baton
