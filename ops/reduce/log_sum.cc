#include <cmath>

#include "ops/reduce/reduce.h"

namespace baton {
namespace {

template <typename T>
struct LogSumReducer {
  using Acc = double;
  static Acc Identity() { return 0; }
  static void Add(Acc& acc, T element) { acc += Convert<double>(element); }
  static void Merge(Acc& acc, const Acc& other) { acc += other; }
  static T Finish(const Acc& acc, int64_t) { return Convert<T>(std::log(acc)); }
};

}  // namespace

const OpDef& LogSum() {
  static const OpDef& def = *new OpDef(MakeReduction(
      "log_sum", "Logarithm of the sum over axes; of no elements -infinity. Source: ONNX ReduceLogSum-18.",
      ReduceTypeOf<DTypeSet::kNumeric>, ReduceKernel<LogSumReducer, DTypeSet::kNumeric>));
  return def;
}

}  // namespace baton
