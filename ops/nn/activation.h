// Activation functions of recurrent operators, by ONNX name. Used by lstm, gru and rnn.
#pragma once

#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace baton {

enum class ActivationKind : uint8_t {
  kSigmoid,
  kTanh,
  kRelu,
  kAffine,
  kLeakyRelu,
  kThresholdedRelu,
  kScaledTanh,
  kHardSigmoid,
  kElu,
  kSoftsign,
  kSoftplus,
};

struct Activation {
  ActivationKind kind = ActivationKind::kSigmoid;
  double alpha = 0, beta = 0;
};
using Activations = absl::InlinedVector<Activation, 6>;

// Reads `names`; those with parameters take them from `alphas` and `betas` in order, then from ONNX's
// defaults. Names compare without case. Errors: InvalidArgument for an unknown name.
absl::StatusOr<Activations> ParseActivations(absl::Span<const std::string> names,
                                             absl::Span<const double> alphas, absl::Span<const double> betas);

// x[i] = f(x[i]). `fast`: with vector instructions where there are any (ops/elementwise/float_rows.h), else
// by the C library, which is the reference.
void Activate(bool fast, const Activation& activation, float* x, int64_t n);
void Activate(bool fast, const Activation& activation, double* x, int64_t n);

}  // namespace baton
