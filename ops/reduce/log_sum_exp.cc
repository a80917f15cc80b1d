#include <cmath>
#include <limits>

#include "ops/reduce/reduce.h"

namespace baton {
namespace {

template <typename T>
struct LogSumExpReducer {
  // The sum is relative to the greatest element so far, so that no exponential overflows.
  struct Acc {
    double greatest, sum;
  };
  static Acc Identity() { return {-std::numeric_limits<double>::infinity(), 0}; }
  static void Add(Acc& acc, T element) {
    const double x = Convert<double>(element);
    if (x == acc.greatest) {
      acc.sum += std::isinf(x) && x < 0 ? 0 : 1;
    } else if (x > acc.greatest) {
      acc = {x, acc.sum * std::exp(acc.greatest - x) + 1};
    } else {
      acc.sum += std::exp(x - acc.greatest);
    }
  }
  static T Finish(const Acc& acc, int64_t) {
    return Convert<T>(acc.sum == 0 ? acc.greatest : acc.greatest + std::log(acc.sum));
  }
};

}  // namespace

const OpDef& LogSumExp() {
  static const OpDef& def = *new OpDef(MakeReduction("log_sum_exp",
                                                     "Logarithm of the sum of exponentials over axes; of no "
                                                     "elements -infinity. Source: ONNX ReduceLogSumExp-18.",
                                                     ReduceTypeOf<DTypeSet::kNumeric>,
                                                     ReduceKernel<LogSumExpReducer, DTypeSet::kNumeric>));
  return def;
}

}  // namespace baton
