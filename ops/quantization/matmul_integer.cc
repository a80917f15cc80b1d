#include "ops/op_cost.h"
#include "ops/quantization/integer_matmul.h"

namespace baton {
namespace {

constexpr IntegerMatMulInputs kInputs = {.a = 0, .a_zero_point = 2, .b = 1, .b_zero_point = 3};

absl::Status MatMulIntegerType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  BATON_ASSIGN_OR_RETURN(Shape shape, IntegerMatMulShape(context, kInputs));
  result->push_back({DType::kInt32, std::move(shape)});
  return absl::OkStatus();
}

absl::Status MatMulIntegerKernel(const NoAttrs&, KernelCall& call) {
  return IntegerMatMul(call, kInputs, [&](int64_t, int64_t, int64_t index, int32_t sum) {
    call.outputs[0]->As<int32_t>()[index] = sum;
  });
}

}  // namespace

const OpDef& MatMulInteger() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>(
      {.name = "matmul_integer",
       .doc = "The matrix product of (a - a_zero_point) and (b - b_zero_point) in int32, which wraps; zero "
              "points "
              "are one number, or one per row of a and column of b. Source: ONNX MatMulInteger-10.",
       .inputs = {"a", "b", InputDef("a_zero_point").Optional(), InputDef("b_zero_point").Optional()},
       .type = MatMulIntegerType,
       .flops = MatMulFlops<NoAttrs>,
       .kernels = {{"portable", MatMulIntegerKernel}}}));
  return def;
}

}  // namespace baton
