#include "ops/reduce/reduce.h"

namespace baton {
namespace {

template <typename T>
struct SumSquareReducer {
  using Acc = SumType<T>;
  static Acc Identity() { return 0; }
  static void Add(Acc& acc, T element) { acc += Widen(element) * Widen(element); }
  static void Merge(Acc& acc, const Acc& other) { acc += other; }
  static T Finish(const Acc& acc, int64_t) { return Narrow<T>(acc); }
};

}  // namespace

const OpDef& SumSquare() {
  static const OpDef& def = *new OpDef(MakeReduction(
      "sum_square", "Sum of squares over axes; of no elements 0. Source: ONNX ReduceSumSquare-18.",
      ReduceTypeOf<DTypeSet::kNumeric>, ReduceKernel<SumSquareReducer, DTypeSet::kNumeric>));
  return def;
}

}  // namespace baton
