#include "ops/reduce/extremum.h"

namespace baton {
namespace {

template <typename T>
struct MinReducer : Extremum<T> {
  using Acc = typename Extremum<T>::Acc;
  static Acc Identity() { return Extremum<T>::Greatest(); }
  static void Add(Acc& acc, T element) { Merge(acc, static_cast<Acc>(element)); }
  // Also takes over NaN, which then stays: no comparison with it is true.
  static void Merge(Acc& acc, const Acc& other) { acc = other < acc || other != other ? other : acc; }
};

}  // namespace

const OpDef& Min() {
  static const OpDef& def = *new OpDef(
      MakeReduction("min",
                    "Least element over axes, NaN if there is one; of no elements infinity or the "
                    "greatest value of the type. Source: ONNX ReduceMin-20.",
                    ReduceExtremumType, ReduceKernel<MinReducer, DTypeSet::kAny>, ScalarForm::kMinimum));
  return def;
}

}  // namespace baton
