#include "ops/element_trace.h"

#include <utility>

#include "ops/registry.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

// Shapes have few elements; the bound keeps compile time small for everything else.
constexpr int64_t kMaxTracedElements = 4096;

absl::Status NotKnown() {
  return absl::FailedPreconditionError("the elements are not known at compile time");
}

// The values of an operand as int64. Errors: FailedPrecondition when they are not constants.
absl::StatusOr<Tensor> OperandTensor(TypeContext& context, int index) {
  const std::vector<Dim>* elements = context.InputElements(index);
  const Shape& shape = context.input(index)->shape;
  if (elements == nullptr || !shape.IsStatic()) return NotKnown();
  Ints values;
  for (const Dim& element : *elements) {
    if (!element.is_constant()) return NotKnown();
    values.push_back(element.value());
  }
  Ints dims;
  for (const Dim& dim : shape.dims()) dims.push_back(dim.value());
  return Tensor::FromValues<int64_t>(dims, values);
}

// Elements numbered from `first`, in the shape of the input.
absl::StatusOr<Tensor> NumberedTensor(const TensorType& type, int64_t first) {
  if (!type.shape.IsStatic()) return NotKnown();
  Ints dims;
  for (const Dim& dim : type.shape.dims()) dims.push_back(dim.value());
  const std::optional<int64_t> count = CheckedNumBytes(dims, 1);
  if (!count || first + *count > kMaxTracedElements) return NotKnown();
  BATON_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Allocate(DType::kInt32, dims));
  for (int64_t i = 0; i < *count; ++i) tensor->As<int32_t>()[i] = static_cast<int32_t>(first + i);
  return tensor;
}

}  // namespace

absl::StatusOr<std::vector<int>> TraceElements(const OpDef& op, const void* attrs, TypeContext& context,
                                               int operand) {
  std::vector<Tensor> inputs(context.num_inputs());
  int64_t first = 0;
  for (int i = 0; i < context.num_inputs(); ++i) {
    if (context.input(i) == nullptr) continue;
    if (op.input(i).decides_shape || i == operand) {
      BATON_ASSIGN_OR_RETURN(inputs[i], OperandTensor(context, i));
    } else {
      BATON_ASSIGN_OR_RETURN(inputs[i], NumberedTensor(*context.input(i), first));
    }
    first += inputs[i].num_elements();
  }
  // `attrs` is only borrowed for this call.
  const OpAttrs borrowed(&op, std::shared_ptr<const void>(std::shared_ptr<const void>(), attrs));
  BATON_ASSIGN_OR_RETURN(const std::vector<Tensor> results, RunOp(op, borrowed, inputs));
  if (results[0].num_elements() > kMaxTracedElements) return NotKnown();
  const absl::Span<int32_t> sources = results[0].values<int32_t>();
  return std::vector<int>(sources.begin(), sources.end());
}

}  // namespace baton
