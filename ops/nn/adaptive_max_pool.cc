#include <limits>

#include "ops/elementwise/arithmetic.h"
#include "ops/nn/adaptive_pool.h"

namespace baton {
namespace {

struct GreatestOf {
  double greatest = -std::numeric_limits<double>::infinity();
  void Add(double element) { greatest = Larger(greatest, element); }
  double Result() const { return greatest; }
};

}  // namespace

const OpDef& AdaptiveMaxPool() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "nn.adaptive_max_pool",
                       .doc = "Greatest element, NaN if there is one, of each of output_size nearly equal "
                              "parts of data [N, C, spatial...]; neighbouring parts may "
                              "share a place. Source: torch.nn.functional.adaptive_max_pool2d.",
                       .inputs = {"data", InputDef("output_size").DecidesShape()},
                       .type = AdaptivePoolType,
                       .fusion = Fusion::kReduction,
                       .kernels = {{"portable", AdaptivePoolKernel<GreatestOf>}}}));
  return def;
}

}  // namespace baton
