#include "ops/type_relations.h"

namespace baton {
namespace {

absl::Status NdarraySizeType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  result->push_back({DType::kInt64, Shape()});
  return absl::OkStatus();
}

bool NdarraySizeValues(TypeContext& context, const NoAttrs&, std::vector<Dim>* elements) {
  const Shape& shape = context.input(0)->shape;
  if (!shape.has_rank()) return false;
  *elements = {shape.NumElements()};
  return true;
}

absl::Status NdarraySizeKernel(const NoAttrs&, KernelCall& call) {
  *call.outputs[0]->As<int64_t>() = call.inputs[0]->num_elements();
  return absl::OkStatus();
}

}  // namespace

const OpDef& NdarraySize() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "ndarray_size",
                                  .doc = "The number of elements, int64. Source: ONNX Size-13.",
                                  .inputs = {"data"},
                                  .type = NdarraySizeType,
                                  .values = NdarraySizeValues,
                                  .kernels = {{"portable", NdarraySizeKernel}}}));
  return def;
}

}  // namespace baton
