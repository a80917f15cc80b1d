#include "ops/reduce/reduce.h"

namespace baton {
namespace {

template <typename T>
struct MeanReducer {
  using Acc = SumType<T>;
  static Acc Identity() { return 0; }
  static void Add(Acc& acc, T element) { acc += Widen(element); }
  static void Merge(Acc& acc, const Acc& other) { acc += other; }
  static T Finish(const Acc& acc, int64_t n) {
    if constexpr (kIsFloat<T>) {
      return Narrow<T>(acc / static_cast<double>(n));
    } else if constexpr (std::is_signed_v<T>) {
      return n == 0 ? T(0) : static_cast<T>(static_cast<int64_t>(acc) / n);
    } else {
      return n == 0 ? T(0) : static_cast<T>(acc / static_cast<uint64_t>(n));
    }
  }
};

}  // namespace

const OpDef& Mean() {
  static const OpDef& def = *new OpDef(MakeReduction(
      "mean",
      "Mean over axes; integers truncate; of no elements NaN, or 0 for integers. Source: ONNX ReduceMean-18.",
      ReduceTypeOf<DTypeSet::kNumeric>, ReduceKernel<MeanReducer, DTypeSet::kNumeric>));
  return def;
}

}  // namespace baton
