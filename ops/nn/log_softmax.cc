#include "ops/nn/softmax.h"

namespace baton {

const OpDef& LogSoftmax() {
  static const OpDef& def = *new OpDef(MakeOp<SoftmaxAttrs>({
      .name = "nn.log_softmax",
      .doc = "x - max - log(sum of exp(x - max)) along `axis`. Source: ONNX LogSoftmax-13.",
      .attrs = {{"axis", &SoftmaxAttrs::axis, "axis to normalise; negative counts from the end"}},
      .inputs = {"data"},
      .type = SoftmaxType,
      .fusion = Fusion::kReduction,
      .kernels = {{"fast", SoftmaxKernel<true, true>}, {"portable", SoftmaxKernel<true, false>}},
  }));
  return def;
}

}  // namespace baton
