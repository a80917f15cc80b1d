#include "ops/nn/softmax.h"

namespace baton {

const OpDef& Softmax() {
  static const OpDef& def = *new OpDef(MakeOp<SoftmaxAttrs>({
      .name = "nn.softmax",
      .doc = "exp(x - max) / sum of the same along `axis`; NaN where all are -infinity. Source: ONNX "
             "Softmax-13.",
      .attrs = {{"axis", &SoftmaxAttrs::axis, "axis to normalise; negative counts from the end"}},
      .inputs = {"data"},
      .type = SoftmaxType,
      .fusion = Fusion::kReduction,
      .kernels = {{"fast", SoftmaxKernel<false, true>}, {"portable", SoftmaxKernel<false, false>}},
  }));
  return def;
}

}  // namespace baton
