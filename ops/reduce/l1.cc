#include <cmath>

#include "ops/reduce/reduce.h"

namespace baton {
namespace {

template <typename T>
struct L1Reducer {
  using Acc = SumType<T>;
  static Acc Identity() { return 0; }
  static void Add(Acc& acc, T element) {
    if constexpr (kIsFloat<T>) {
      acc += std::abs(Widen(element));
    } else if constexpr (std::is_signed_v<T>) {
      acc += element < 0 ? -Widen(element) : Widen(element);
    } else {
      acc += Widen(element);
    }
  }
  static void Merge(Acc& acc, const Acc& other) { acc += other; }
  static T Finish(const Acc& acc, int64_t) { return Narrow<T>(acc); }
};

}  // namespace

const OpDef& L1() {
  static const OpDef& def = *new OpDef(
      MakeReduction("l1", "Sum of absolute values over axes; of no elements 0. Source: ONNX ReduceL1-18.",
                    ReduceTypeOf<DTypeSet::kNumeric>, ReduceKernel<L1Reducer, DTypeSet::kNumeric>));
  return def;
}

}  // namespace baton
