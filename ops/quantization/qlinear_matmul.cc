#include "ops/op_cost.h"
#include "ops/quantization/integer_matmul.h"
#include "ops/quantization/quantized_type.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

enum Input { kA, kAScale, kAZeroPoint, kB, kBScale, kBZeroPoint, kYScale, kYZeroPoint };

constexpr IntegerMatMulInputs kInputs = {
    .a = kA, .a_zero_point = kAZeroPoint, .b = kB, .b_zero_point = kBZeroPoint};

absl::Status QLinearMatMulType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  for (int scale : {kAScale, kBScale, kYScale}) {
    BATON_RETURN_IF_ERROR(RequireDType(context, scale, DTypeSet::kFloat));
  }
  BATON_RETURN_IF_ERROR(RequireQuantized(context, kYZeroPoint, kYZeroPoint, "y_zero_point"));
  BATON_ASSIGN_OR_RETURN(Shape shape, IntegerMatMulShape(context, kInputs));
  const Shape& a = context.input(kA)->shape;
  const Shape& b = context.input(kB)->shape;
  BATON_RETURN_IF_ERROR(RequirePerLine(context, kAScale, a, MatrixLine::kRow, "a_scale"));
  BATON_RETURN_IF_ERROR(RequirePerLine(context, kBScale, b, MatrixLine::kColumn, "b_scale"));
  BATON_RETURN_IF_ERROR(RequirePerLine(context, kYScale, shape, MatrixLine::kRow, "y_scale"));
  BATON_RETURN_IF_ERROR(RequirePerLine(context, kYZeroPoint, shape, MatrixLine::kRow, "y_zero_point"));
  result->push_back({context.input(kYZeroPoint)->dtype, std::move(shape)});
  return absl::OkStatus();
}

absl::Status QLinearMatMulKernel(const NoAttrs&, KernelCall& call) {
  TensorObject& result = *call.outputs[0];
  if (result.num_elements() == 0) return absl::OkStatus();
  BATON_ASSIGN_OR_RETURN(const Copied<float> a_scale, ScalesAsFloat(call.context, *call.inputs[kAScale]));
  BATON_ASSIGN_OR_RETURN(const Copied<float> b_scale, ScalesAsFloat(call.context, *call.inputs[kBScale]));
  BATON_ASSIGN_OR_RETURN(const Copied<float> y_scale, DivisorsAsFloat(call.context, *call.inputs[kYScale]));
  BATON_ASSIGN_OR_RETURN(const Copied<int32_t> y_zero,
                         ZeroPointsAsInt(call.context, call.inputs[kYZeroPoint]));
  const int64_t columns = call.inputs[kB]->rank > 1 ? result.dims[result.rank - 1] : 1;
  return VisitQuantized(result.dtype, [&](auto element) {
    using Q = decltype(element);
    return IntegerMatMul(call, kInputs, [&](int64_t row, int64_t column, int64_t index, int32_t sum) {
      const double scale = static_cast<double>(a_scale.Cyclic(row)) * b_scale.Cyclic(column);
      const int64_t y_row = index / columns;
      result.As<Q>()[index] = Quantized<Q>(sum * (scale / y_scale.Cyclic(y_row)), y_zero.Cyclic(y_row));
    });
  });
}

}  // namespace

const OpDef& QLinearMatMul() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>(
      {.name = "qlinear_matmul",
       .doc =
           "The matrix product of quantised a and b, quantised: int32 sums times a_scale * b_scale / "
           "y_scale, "
           "rounded and saturated as quantize_linear does. Scales and zero points are one number, or one per "
           "row of a and y and column of b. Source: ONNX QLinearMatMul-21.",
       .inputs = {"a", "a_scale", "a_zero_point", "b", "b_scale", "b_zero_point", "y_scale", "y_zero_point"},
       .type = QLinearMatMulType,
       .flops = MatMulFlops<NoAttrs>,
       .kernels = {{"portable", QLinearMatMulKernel}}}));
  return def;
}

}  // namespace baton
