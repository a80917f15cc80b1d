#include "ops/op_cost.h"
#include "ops/tensor/order.h"

namespace baton {
namespace {

struct TopKAttrs {
  int64_t axis = -1;
  bool largest = true;
  bool sorted = true;
};

absl::Status TopKType(TypeContext& context, const TopKAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kNumeric));
  BATON_RETURN_IF_ERROR(RequireDType(context, 1, DTypeSet::kInteger));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, 1, "k"));
  const TensorType& data = *context.input(0);
  Shape shape = data.shape;
  if (shape.has_rank()) {
    BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, shape.rank()));
    const std::vector<Dim>* value = context.InputValue(1);
    const bool known = value != nullptr && value->size() == 1;
    const Dim k = known ? value->front() : context.FreshDim("k");
    // What is not known yet is checked by this rule at run time.
    if (known) {
      BATON_RETURN_IF_ERROR(context.RequireAtLeast(k, Dim(0), "k"));
      BATON_RETURN_IF_ERROR(context.RequireAtLeast(shape[axis], k, "the extent of data on the axis (for k)"));
    }
    Dims dims = shape.dims();
    dims[axis] = k;
    shape = Shape(std::move(dims));
  }
  result->push_back({data.dtype, shape});
  result->push_back({DType::kInt64, std::move(shape)});
  return absl::OkStatus();
}

absl::Status TopKPortable(const TopKAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
  const int axis = FromFront(attrs.axis, data.rank);
  const AxisSplit split(data, axis);
  const int64_t k = call.outputs[0]->dims[axis];
  auto* order = static_cast<int64_t*>(call.context.Scratch(split.extent * sizeof(int64_t)));
  if (order == nullptr) return absl::ResourceExhaustedError("no memory for the order of a line");
  return VisitDTypeIn<DTypeSet::kNumeric>(data.dtype, [&](auto element) {
    using T = decltype(element);
    for (int64_t line = 0; line < split.outer * split.inner; ++line) {
      const int64_t outer = line / split.inner;
      const int64_t inner = line % split.inner;
      const T* x = data.As<T>() + outer * split.extent * split.inner + inner;
      OrderLine(x, split.inner, split.extent, k, attrs.largest, order);
      const int64_t first = outer * k * split.inner + inner;
      for (int64_t i = 0; i < k; ++i) {
        call.outputs[0]->As<T>()[first + i * split.inner] = x[order[i] * split.inner];
        call.outputs[1]->As<int64_t>()[first + i * split.inner] = order[i];
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& TopK() {
  static const OpDef& def = *new OpDef(MakeOp<TopKAttrs>({
      .name = "topk",
      .doc = "The k greatest (or least) elements along `axis` in order, and their positions; ties by "
             "position. Source: "
             "ONNX TopK-11.",
      .attrs = {{"axis", &TopKAttrs::axis, "axis searched; negative counts from the end"},
                {"largest", &TopKAttrs::largest, "greatest, not least, elements"},
                {"sorted", &TopKAttrs::sorted, "the order of the result matters; it is kept in any case"}},
      .inputs = {"data", InputDef("k").DecidesShape()},
      .outputs = {"values", "indices"},
      .type = TopKType,
      .flops = FlopsPerOperand<TopKAttrs, 100>,
      .kernels = {{"portable", TopKPortable}},
  }));
  return def;
}

}  // namespace baton
