#include "ops/reduce/reduce.h"

namespace baton {
namespace {

template <typename T>
struct ProdReducer {
  using Acc = SumType<T>;
  static Acc Identity() { return 1; }
  static void Add(Acc& acc, T element) { acc *= Widen(element); }
  static void Merge(Acc& acc, const Acc& other) { acc *= other; }
  static T Finish(const Acc& acc, int64_t) { return Narrow<T>(acc); }
};

}  // namespace

const OpDef& Prod() {
  static const OpDef& def =
      *new OpDef(MakeReduction("prod", "Product over axes; of no elements 1. Source: ONNX ReduceProd-18.",
                               ReduceTypeOf<DTypeSet::kNumeric>,
                               ReduceKernel<ProdReducer, DTypeSet::kNumeric>, ScalarForm::kMultiply));
  return def;
}

}  // namespace baton
