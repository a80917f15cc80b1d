#include "ops/reduce/extremum.h"

namespace baton {
namespace {

template <typename T>
struct MaxReducer : Extremum<T> {
  using Acc = typename Extremum<T>::Acc;
  static Acc Identity() { return Extremum<T>::Lowest(); }
  static void Add(Acc& acc, T element) { Merge(acc, static_cast<Acc>(element)); }
  // Also takes over NaN, which then stays: no comparison with it is true.
  static void Merge(Acc& acc, const Acc& other) { acc = other > acc || other != other ? other : acc; }
};

}  // namespace

const OpDef& Max() {
  static const OpDef& def = *new OpDef(
      MakeReduction("max",
                    "Greatest element over axes, NaN if there is one; of no elements -infinity or "
                    "the least value of the type. Source: ONNX ReduceMax-20.",
                    ReduceExtremumType, ReduceKernel<MaxReducer, DTypeSet::kAny>, ScalarForm::kMaximum));
  return def;
}

}  // namespace baton
