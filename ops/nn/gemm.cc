#include "ops/nn/matrix_product.h"
#include "ops/op_cost.h"
#include "ops/openblas/blas.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

struct GemmAttrs {
  double alpha = 1, beta = 1;
  bool trans_a = false, trans_b = false;
};

absl::Status GemmType(TypeContext& context, const GemmAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kNumeric));
  BATON_RETURN_IF_ERROR(RequireSameDType(context));
  BATON_RETURN_IF_ERROR(RequireRank(context, 0, 2, "a"));
  BATON_RETURN_IF_ERROR(RequireRank(context, 1, 2, "b"));
  const DType dtype = context.input(0)->dtype;
  if (!context.AllRanked()) return result->push_back({dtype, Shape::Unranked()}), absl::OkStatus();
  const Shape& a = context.input(0)->shape;
  const Shape& b = context.input(1)->shape;
  BATON_RETURN_IF_ERROR(context.RequireEqual(a[attrs.trans_a ? 0 : 1], b[attrs.trans_b ? 1 : 0],
                                             "contraction extents of a and b"));
  const Shape y{a[attrs.trans_a ? 1 : 0], b[attrs.trans_b ? 0 : 1]};
  if (context.HasInput(2)) {
    const Shape& c = context.input(2)->shape;
    if (c.rank() > 2)
      return absl::InvalidArgumentError(absl::StrCat("c has rank ", c.rank(), ", expected at most 2"));
    for (int i = 1; i <= c.rank(); ++i) {
      BATON_ASSIGN_OR_RETURN(const Dim dim, context.BroadcastDim(c[c.rank() - i], y[2 - i]));
      BATON_RETURN_IF_ERROR(
          context.RequireEqual(dim, y[2 - i], "extents of c, broadcast, and of the result"));
    }
  }
  result->push_back({dtype, y});
  return absl::OkStatus();
}

// The operands of a call.
struct GemmCall {
  GemmCall(const GemmAttrs& attrs, const KernelCall& call)
      : a(*call.inputs[0]), b(*call.inputs[1]), c(call.inputs[2]) {
    m = a.dims[attrs.trans_a ? 1 : 0];
    k = a.dims[attrs.trans_a ? 0 : 1];
    n = b.dims[attrs.trans_b ? 0 : 1];
    if (c == nullptr) return;
    c_column = c->rank >= 1 && c->dims[c->rank - 1] != 1 ? 1 : 0;
    c_row = c->rank == 2 && c->dims[0] != 1 ? c->dims[1] : 0;
  }
  const TensorObject& a;
  const TensorObject& b;
  const TensorObject* c;
  int64_t m, n, k;
  int64_t c_row = 0, c_column = 0;  // strides of c; 0 where it is broadcast
};

template <typename T>
void GemmLoops(const GemmAttrs& attrs, const GemmCall& gemm, T* y) {
  const StridedMatrix<T> a = {gemm.a.As<T>(), attrs.trans_a ? 1 : gemm.k, attrs.trans_a ? gemm.m : 1};
  const StridedMatrix<T> b = {gemm.b.As<T>(), attrs.trans_b ? 1 : gemm.n, attrs.trans_b ? gemm.k : 1};
  const T* c = gemm.c == nullptr ? nullptr : gemm.c->As<T>();
  // Integers stay integers unless they are scaled.
  const bool unscaled = attrs.alpha == 1 && (attrs.beta == 1 || c == nullptr);
  using Sum = ProductType<T>;
  PlainProduct<T>(a, b, gemm.m, gemm.n, gemm.k, [&](int64_t i, int64_t j, Sum sum) {
    const T* addend = c == nullptr ? nullptr : c + i * gemm.c_row + j * gemm.c_column;
    T& result = y[i * gemm.n + j];
    if (unscaled) {
      result = static_cast<T>(addend == nullptr ? sum : static_cast<Sum>(sum + static_cast<Sum>(*addend)));
    } else if constexpr (kIsFloat<T>) {
      const Sum scaled = static_cast<Sum>(attrs.alpha) * sum;
      result = static_cast<T>(
          addend == nullptr ? scaled : scaled + static_cast<Sum>(attrs.beta) * static_cast<Sum>(*addend));
    } else {
      const double scaled = attrs.alpha * static_cast<double>(static_cast<T>(sum));
      result = Convert<T>(addend == nullptr ? scaled : scaled + attrs.beta * static_cast<double>(*addend));
    }
  });
}

absl::Status GemmPortable(const GemmAttrs& attrs, KernelCall& call) {
  if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
  return VisitDTypeIn<DTypeSet::kNumeric>(call.inputs[0]->dtype, [&](auto element) {
    using T = decltype(element);
    GemmLoops<T>(attrs, GemmCall(attrs, call), call.outputs[0]->As<T>());
    return absl::OkStatus();
  });
}

// False when the extents do not fit.
template <typename T>
bool GemmBlas(const GemmAttrs& attrs, const GemmCall& gemm, int num_threads, T* y) {
  const T beta = static_cast<T>(attrs.beta);
  const MatrixProduct<T> product = {attrs.trans_a,
                                    attrs.trans_b,
                                    gemm.m,
                                    gemm.n,
                                    gemm.k,
                                    static_cast<T>(attrs.alpha),
                                    gemm.a.As<T>(),
                                    gemm.a.dims[1],
                                    gemm.b.As<T>(),
                                    gemm.b.dims[1],
                                    gemm.c == nullptr ? T(0) : T(1),
                                    y,
                                    gemm.n,
                                    num_threads};
  if (!FitsBlas(product)) return false;
  if (gemm.c != nullptr) {
    const T* c = gemm.c->As<T>();
    for (int64_t i = 0; i < gemm.m; ++i) {
      for (int64_t j = 0; j < gemm.n; ++j) y[i * gemm.n + j] = beta * c[i * gemm.c_row + j * gemm.c_column];
    }
  }
  Multiply(product);
  return true;
}

absl::Status GemmOpenBlas(const GemmAttrs& attrs, KernelCall& call) {
  TensorObject& y = *call.outputs[0];
  if (y.num_elements() == 0) return absl::OkStatus();
  const GemmCall gemm(attrs, call);
  const int num_threads = call.context.num_threads;
  if (y.dtype == DType::kFloat32 && GemmBlas(attrs, gemm, num_threads, y.As<float>()))
    return absl::OkStatus();
  if (y.dtype == DType::kFloat64 && GemmBlas(attrs, gemm, num_threads, y.As<double>()))
    return absl::OkStatus();
  return GemmPortable(attrs, call);
}

// A constant b, packed for calls with few rows and at most a row of bias.
class PackedGemm final : public PreparedKernel {
 public:
  PackedGemm(const GemmAttrs& attrs, PackedMatrix b) : attrs_(attrs), b_(std::move(b)) {}
  absl::Status Run(KernelCall& call) const override {
    if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
    const GemmCall gemm(attrs_, call);
    const bool bias_row = gemm.c == nullptr || (gemm.c_row == 0 && gemm.c_column == 1);
    if (gemm.m > kMaxPackedProductRows || !bias_row) return GemmOpenBlas(attrs_, call);
    b_.Multiply({gemm.a.As<float>(), gemm.k}, gemm.m, {gemm.c == nullptr ? nullptr : gemm.c->As<float>(), 0},
                {call.outputs[0]->As<float>(), gemm.n});
    return absl::OkStatus();
  }

 private:
  GemmAttrs attrs_;
  PackedMatrix b_;
};

absl::StatusOr<std::unique_ptr<PreparedKernel>> PrepareGemmPacked(const GemmAttrs& attrs,
                                                                  const KernelSpec& spec) {
  if (attrs.trans_a || attrs.alpha != 1 || (attrs.beta != 1 && spec.inputs[2].present)) return nullptr;
  BATON_ASSIGN_OR_RETURN(PackedMatrix b, PackRightOperand(spec.inputs[1].constant, attrs.trans_b));
  if (!b) return nullptr;
  return std::make_unique<PackedGemm>(attrs, std::move(b));
}

Dim GemmFlops(CostInputs inputs, CostOutputs outputs, const GemmAttrs& attrs) {
  return ProductFlops(outputs[0], inputs[0]->shape[attrs.trans_a ? 0 : 1]);
}

}  // namespace

const OpDef& Gemm() {
  static const OpDef& def = *new OpDef(MakeOp<GemmAttrs>({
      .name = "nn.gemm",
      .doc = "alpha * a b + beta * c for matrices a [M, K] and b [K, N], transposed if asked; c broadcasts "
             "to [M, N]. "
             "Source: ONNX Gemm-13.",
      .attrs = {{"alpha", &GemmAttrs::alpha, "factor of the product"},
                {"beta", &GemmAttrs::beta, "factor of c"},
                {"trans_a", &GemmAttrs::trans_a, "a is [K, M]"},
                {"trans_b", &GemmAttrs::trans_b, "b is [N, K]"}},
      .inputs = {"a", "b", InputDef("c").Optional()},
      .type = GemmType,
      .flops = GemmFlops,
      .kernels = {{"packed", nullptr, PrepareGemmPacked},
                  {"openblas", GemmOpenBlas},
                  {"portable", GemmPortable}},
  }));
  return def;
}

}  // namespace baton
