#include "ops/element_trace.h"
#include "ops/strided_copy.h"
#include "ops/type_relations.h"

namespace baton {

const OpDef& Copy();

namespace {

absl::StatusOr<std::vector<int>> CopyElements(TypeContext& context, const NoAttrs& attrs) {
  return TraceElements(Copy(), &attrs, context);
}

absl::Status CopyKernel(const NoAttrs&, KernelCall& call) {
  return CopyBytes(call);
}

}  // namespace

const OpDef& Copy() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>({.name = "copy",
                                                        .doc = "The input itself. Source: ONNX Identity-16.",
                                                        .inputs = {"data"},
                                                        .type = SameTypeRule<NoAttrs, DTypeSet::kAny>,
                                                        .elements = CopyElements,
                                                        .is_view = true,
                                                        .fusion = Fusion::kInjective,
                                                        .kernels = {{"portable", CopyKernel}}}));
  return def;
}

}  // namespace baton
