#include <cmath>

#include "ops/reduce/reduce.h"

namespace baton {
namespace {

template <typename T>
struct L2Reducer {
  using Acc = double;
  static Acc Identity() { return 0; }
  static void Add(Acc& acc, T element) { acc += Convert<double>(element) * Convert<double>(element); }
  static void Merge(Acc& acc, const Acc& other) { acc += other; }
  static T Finish(const Acc& acc, int64_t) { return Convert<T>(std::sqrt(acc)); }
};

}  // namespace

const OpDef& L2() {
  static const OpDef& def = *new OpDef(MakeReduction(
      "l2", "Square root of the sum of squares over axes; of no elements 0. Source: ONNX ReduceL2-18.",
      ReduceTypeOf<DTypeSet::kNumeric>, ReduceKernel<L2Reducer, DTypeSet::kNumeric>));
  return def;
}

}  // namespace baton
