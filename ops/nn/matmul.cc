#include "ops/nn/matmul.h"

#include <algorithm>

#include "ops/nn/matrix_product.h"
#include "ops/op_cost.h"
#include "ops/openblas/blas.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

absl::Status MatMulType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kNumeric));
  BATON_RETURN_IF_ERROR(RequireSameDType(context));
  BATON_ASSIGN_OR_RETURN(Shape shape, MatMulShape(context, 0, 1));
  result->push_back({context.input(0)->dtype, std::move(shape)});
  return absl::OkStatus();
}

MatMulPlan PlanOf(const KernelCall& call) {
  return MatMulPlan(call.inputs[0]->shape(), call.inputs[1]->shape(), call.outputs[0]->shape());
}

template <typename T>
void MatMulLoops(const MatMulPlan& matmul, KernelCall& call) {
  matmul.ForEach([&](int64_t a, int64_t b, int64_t y) {
    T* result = call.outputs[0]->As<T>() + y;
    PlainProduct<T>({call.inputs[0]->As<T>() + a, matmul.k, 1}, {call.inputs[1]->As<T>() + b, matmul.n, 1},
                    matmul.m, matmul.n, matmul.k, [&](int64_t i, int64_t j, ProductType<T> sum) {
                      result[i * matmul.n + j] = static_cast<T>(sum);
                    });
  });
}

absl::Status MatMulPortable(const NoAttrs&, KernelCall& call) {
  if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
  return VisitDTypeIn<DTypeSet::kNumeric>(call.inputs[0]->dtype, [&](auto element) {
    MatMulLoops<decltype(element)>(PlanOf(call), call);
    return absl::OkStatus();
  });
}

// False when the extents do not fit.
template <typename T>
bool MatMulBlas(const MatMulPlan& matmul, KernelCall& call) {
  MatrixProduct<T> product;
  product.m = matmul.m;
  product.n = product.ldb = product.ldc = matmul.n;
  product.k = product.lda = matmul.k;
  product.num_threads = call.context.num_threads;
  if (!FitsBlas(product)) return false;
  matmul.ForEach([&](int64_t a, int64_t b, int64_t y) {
    product.a = call.inputs[0]->As<T>() + a;
    product.b = call.inputs[1]->As<T>() + b;
    product.c = call.outputs[0]->As<T>() + y;
    Multiply(product);
  });
  return true;
}

absl::Status MatMulOpenBlas(const NoAttrs& attrs, KernelCall& call) {
  if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
  const DType dtype = call.inputs[0]->dtype;
  if (dtype == DType::kFloat32 && MatMulBlas<float>(PlanOf(call), call)) return absl::OkStatus();
  if (dtype == DType::kFloat64 && MatMulBlas<double>(PlanOf(call), call)) return absl::OkStatus();
  return MatMulPortable(attrs, call);
}

// A constant right operand, packed for calls with few rows.
class PackedMatMul final : public PreparedKernel {
 public:
  explicit PackedMatMul(PackedMatrix b) : b_(std::move(b)) {}
  absl::Status Run(KernelCall& call) const override {
    if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
    const MatMulPlan matmul = PlanOf(call);
    if (matmul.m > kMaxPackedProductRows) return MatMulOpenBlas({}, call);
    b_.Multiply({call.inputs[0]->As<float>(), matmul.k}, matmul.m, {nullptr, 0},
                {call.outputs[0]->As<float>(), matmul.n});
    return absl::OkStatus();
  }

 private:
  PackedMatrix b_;
};

absl::StatusOr<std::unique_ptr<PreparedKernel>> PrepareMatMulPacked(const NoAttrs&, const KernelSpec& spec) {
  BATON_ASSIGN_OR_RETURN(PackedMatrix b, PackRightOperand(spec.inputs[1].constant, false));
  if (!b) return nullptr;
  return std::make_unique<PackedMatMul>(std::move(b));
}

}  // namespace

absl::StatusOr<Shape> MatMulShape(TypeContext& context, int a_index, int b_index) {
  const Shape& a = context.input(a_index)->shape;
  const Shape& b = context.input(b_index)->shape;
  if ((a.has_rank() && a.rank() == 0) || (b.has_rank() && b.rank() == 0)) {
    return absl::InvalidArgumentError("an operand has rank 0, expected 1 or more");
  }
  if (!a.has_rank() || !b.has_rank()) return Shape::Unranked();
  const int a_batch = std::max(a.rank() - 2, 0);
  const int b_batch = std::max(b.rank() - 2, 0);
  BATON_RETURN_IF_ERROR(context.RequireEqual(a[a.rank() - 1], b[b_batch], "contraction extents of a and b"));
  const Shape a_dims(Dims(a.dims().begin(), a.dims().begin() + a_batch));
  const Shape b_dims(Dims(b.dims().begin(), b.dims().begin() + b_batch));
  BATON_ASSIGN_OR_RETURN(const Shape batch, BroadcastShapes(context, {&a_dims, &b_dims}));
  Dims dims = batch.dims();
  if (a.rank() > 1) dims.push_back(a[a.rank() - 2]);
  if (b.rank() > 1) dims.push_back(b[b.rank() - 1]);
  return Shape(std::move(dims));
}

MatMulPlan::MatMulPlan(absl::Span<const int64_t> a, absl::Span<const int64_t> b,
                       absl::Span<const int64_t> result) {
  m = a.size() > 1 ? a[a.size() - 2] : 1;
  k = a.back();
  n = b.size() > 1 ? b.back() : 1;
  const auto batch_of = [](absl::Span<const int64_t> dims) {
    return dims.first(dims.size() > 2 ? dims.size() - 2 : 0);
  };
  const size_t matrix_axes = (a.size() > 1 ? 1 : 0) + (b.size() > 1 ? 1 : 0);
  plan = PlanBroadcast<2>(result.first(result.size() - matrix_axes), {batch_of(a), batch_of(b)});
  // One right operand for all: the batches of a are more rows.
  if (plan.rank == 1 && (plan.num_elements == 1 || (plan.advances(0) && !plan.advances(1)))) {
    m *= plan.num_elements;
    plan = BroadcastPlan<2>();
  }
}

const OpDef& MatMul() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>({
      .name = "nn.matmul",
      .doc = "Matrix product over the last two axes, the others broadcast; an operand of rank 1 is a row (a) "
             "or a column "
             "(b) that the result does not keep. Source: ONNX MatMul-13.",
      .inputs = {"a", "b"},
      .type = MatMulType,
      .flops = MatMulFlops<NoAttrs>,
      .kernels = {{"packed", nullptr, PrepareMatMulPacked},
                  {"openblas", MatMulOpenBlas},
                  {"portable", MatMulPortable}},
  }));
  return def;
}

}  // namespace baton
