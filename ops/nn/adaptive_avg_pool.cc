#include "ops/nn/adaptive_pool.h"

namespace baton {
namespace {

struct MeanOf {
  double sum = 0;
  int64_t count = 0;
  void Add(double element) {
    sum += element;
    ++count;
  }
  double Result() const { return sum / static_cast<double>(count); }
};

}  // namespace

const OpDef& AdaptiveAvgPool() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "nn.adaptive_avg_pool",
                                  .doc = "Mean of each of output_size nearly equal parts of data [N, C, "
                                         "spatial...]; neighbouring parts may "
                                         "share a place. Source: torch.nn.functional.adaptive_avg_pool2d.",
                                  .inputs = {"data", InputDef("output_size").DecidesShape()},
                                  .type = AdaptivePoolType,
                                  .fusion = Fusion::kReduction,
                                  .kernels = {{"portable", AdaptivePoolKernel<MeanOf>}}}));
  return def;
}

}  // namespace baton
