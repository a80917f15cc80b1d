#include <functional>

#include "ops/reduce/arg_extremum.h"

namespace baton {

const OpDef& ArgMax() {
  static const OpDef& def = *new OpDef(MakeOp<ArgExtremumAttrs>({
      .name = "argmax",
      .doc = "Index of the greatest element along `axis`. Source: ONNX ArgMax-13.",
      .attrs = {{"axis", &ArgExtremumAttrs::axis, "axis searched; negative counts from the end"},
                {"keepdims", &ArgExtremumAttrs::keepdims, "keep the axis with extent 1"},
                {"select_last_index", &ArgExtremumAttrs::select_last_index,
                 "the last of equal elements, not the first"}},
      .inputs = {"data"},
      .type = ArgExtremumType,
      .fusion = Fusion::kReduction,
      .kernels = {{"portable", ArgExtremumKernel<std::greater<>>}},
  }));
  return def;
}

}  // namespace baton
