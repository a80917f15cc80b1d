#include <functional>

#include "ops/reduce/arg_extremum.h"

namespace baton {

const OpDef& ArgMin() {
  static const OpDef& def = *new OpDef(MakeOp<ArgExtremumAttrs>({
      .name = "argmin",
      .doc = "Index of the least element along `axis`. Source: ONNX ArgMin-13.",
      .attrs = {{"axis", &ArgExtremumAttrs::axis, "axis searched; negative counts from the end"},
                {"keepdims", &ArgExtremumAttrs::keepdims, "keep the axis with extent 1"},
                {"select_last_index", &ArgExtremumAttrs::select_last_index,
                 "the last of equal elements, not the first"}},
      .inputs = {"data"},
      .type = ArgExtremumType,
      .fusion = Fusion::kReduction,
      .kernels = {{"portable", ArgExtremumKernel<std::less<>>}},
  }));
  return def;
}

}  // namespace baton
