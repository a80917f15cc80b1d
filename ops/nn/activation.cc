#include "ops/nn/activation.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ops/elementwise/float_rows.h"

namespace baton {
namespace {

struct KnownActivation {
  absl::string_view name;
  ActivationKind kind;
  bool has_alpha, has_beta;
  double alpha, beta;  // defaults
};

constexpr KnownActivation kKnown[] = {
    {"Sigmoid", ActivationKind::kSigmoid, false, false, 0, 0},
    {"Tanh", ActivationKind::kTanh, false, false, 0, 0},
    {"Relu", ActivationKind::kRelu, false, false, 0, 0},
    {"Affine", ActivationKind::kAffine, true, true, 1, 0},
    {"LeakyRelu", ActivationKind::kLeakyRelu, true, false, 0.01, 0},
    {"ThresholdedRelu", ActivationKind::kThresholdedRelu, true, false, 1, 0},
    {"ScaledTanh", ActivationKind::kScaledTanh, true, true, 1, 1},
    {"HardSigmoid", ActivationKind::kHardSigmoid, true, true, 0.2, 0.5},
    {"Elu", ActivationKind::kElu, true, false, 1, 0},
    {"Softsign", ActivationKind::kSoftsign, false, false, 0, 0},
    {"Softplus", ActivationKind::kSoftplus, false, false, 0, 0},
};

template <typename T>
T Evaluate(ActivationKind kind, T alpha, T beta, T x) {
  switch (kind) {
    case ActivationKind::kSigmoid:
      return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
    case ActivationKind::kTanh:
      return std::tanh(x);
    case ActivationKind::kRelu:
      return x < 0 ? 0 : x;
    case ActivationKind::kAffine:
      return alpha * x + beta;
    case ActivationKind::kLeakyRelu:
      return x < 0 ? alpha * x : x;
    case ActivationKind::kThresholdedRelu:
      return x > alpha ? x : 0;
    case ActivationKind::kScaledTanh:
      return alpha * std::tanh(beta * x);
    case ActivationKind::kHardSigmoid:
      return std::min<T>(std::max<T>(alpha * x + beta, 0), 1);
    case ActivationKind::kElu:
      return x < 0 ? alpha * std::expm1(x) : x;
    case ActivationKind::kSoftsign:
      return x / (1 + std::abs(x));
    case ActivationKind::kSoftplus:
      return std::max<T>(x, 0) + std::log1p(std::exp(-std::abs(x)));
  }
  return x;
}

template <typename T>
void EvaluateRow(const Activation& activation, T* x, int64_t n) {
  const T alpha = static_cast<T>(activation.alpha);
  const T beta = static_cast<T>(activation.beta);
  for (int64_t i = 0; i < n; ++i) x[i] = Evaluate<T>(activation.kind, alpha, beta, x[i]);
}

}  // namespace

absl::StatusOr<Activations> ParseActivations(absl::Span<const std::string> names,
                                             absl::Span<const double> alphas,
                                             absl::Span<const double> betas) {
  Activations activations;
  for (const std::string& name : names) {
    const auto* known = std::find_if(
        std::begin(kKnown), std::end(kKnown),
        [&](const KnownActivation& candidate) { return absl::EqualsIgnoreCase(candidate.name, name); });
    if (known == std::end(kKnown)) {
      return absl::InvalidArgumentError(absl::StrCat("activation '", name, "' is unknown"));
    }
    Activation activation{known->kind, known->alpha, known->beta};
    if (known->has_alpha && !alphas.empty()) {
      activation.alpha = alphas.front();
      alphas.remove_prefix(1);
    }
    if (known->has_beta && !betas.empty()) {
      activation.beta = betas.front();
      betas.remove_prefix(1);
    }
    activations.push_back(activation);
  }
  return activations;
}

void Activate(bool fast, const Activation& activation, float* x, int64_t n) {
  if (fast && activation.kind == ActivationKind::kSigmoid) return SigmoidRow(x, x, n);
  if (fast && activation.kind == ActivationKind::kTanh) return TanhRow(x, x, n);
  if (fast && activation.kind == ActivationKind::kRelu) return ReluRow(x, x, n);
  EvaluateRow(activation, x, n);
}

void Activate(bool, const Activation& activation, double* x, int64_t n) {
  EvaluateRow(activation, x, n);
}

}  // namespace baton
