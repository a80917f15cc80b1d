#include "ops/reduce/reduce.h"

namespace baton {
namespace {

template <typename T>
struct SumReducer {
  using Acc = SumType<T>;
  static Acc Identity() { return 0; }
  static void Add(Acc& acc, T element) { acc += Widen(element); }
  static void Merge(Acc& acc, const Acc& other) { acc += other; }
  static T Finish(const Acc& acc, int64_t) { return Narrow<T>(acc); }
};

}  // namespace

const OpDef& Sum() {
  static const OpDef& def = *new OpDef(
      MakeReduction("sum", "Sum over axes; of no elements 0. Source: ONNX ReduceSum-13.",
                    ReduceTypeOf<DTypeSet::kNumeric>, ReduceKernel<SumReducer, DTypeSet::kNumeric>));
  return def;
}

}  // namespace baton
