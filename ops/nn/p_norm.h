// The p-norm, as nn.lp_pool and nn.global_lp_pool take it of a window.
#pragma once

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace baton {

inline absl::Status CheckExponent(double p) {
  if (p > 0 && std::isfinite(p)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("attribute 'p' is ", p, ", expected a positive number"));
}

// |x|^p; the norm is Root of the sum of them.
inline double Power(double x, double p) {
  if (p == 1) return std::abs(x);
  return p == 2 ? x * x : std::pow(std::abs(x), p);
}
inline double Root(double sum, double p) {
  if (p == 1) return sum;
  return p == 2 ? std::sqrt(sum) : std::pow(sum, 1 / p);
}

}  // namespace baton
