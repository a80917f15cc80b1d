#include "ops/tensor/cumulative.h"

namespace baton {
namespace {

struct CumsumFunction {
  static constexpr int kStart = 0;
  template <typename T>
  T operator()(T running, T element) const {
    return Sum(running, element);
  }
};

}  // namespace

const OpDef& Cumsum() {
  static const OpDef& def = *new OpDef(MakeOp<CumulativeAttrs>(
      {.name = "cumsum",
       .doc = "The sums of all elements up to each one along an axis. Source: ONNX CumSum-14.",
       .attrs = {{"exclusive", &CumulativeAttrs::exclusive, "leave the element itself out"},
                 {"reverse", &CumulativeAttrs::reverse, "sum from the end"}},
       .inputs = {"data", "axis"},
       .type = CumulativeType,
       .kernels = {{"portable", CumulativeKernel<CumsumFunction>}}}));
  return def;
}

}  // namespace baton
