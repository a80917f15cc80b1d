#include "ops/tensor/cumulative.h"

namespace baton {
namespace {

struct CumprodFunction {
  static constexpr int kStart = 1;
  template <typename T>
  T operator()(T running, T element) const {
    return Product(running, element);
  }
};

}  // namespace

const OpDef& Cumprod() {
  static const OpDef& def = *new OpDef(MakeOp<CumulativeAttrs>(
      {.name = "cumprod",
       .doc = "The products of all elements up to each one along an axis.",
       .attrs = {{"exclusive", &CumulativeAttrs::exclusive, "leave the element itself out"},
                 {"reverse", &CumulativeAttrs::reverse, "multiply from the end"}},
       .inputs = {"data", "axis"},
       .type = CumulativeType,
       .kernels = {{"portable", CumulativeKernel<CumprodFunction>}}}));
  return def;
}

}  // namespace baton
