// Catch2 matchers for tensors.
#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "ops/elementwise/convert.h"
#include "vm/core/tensor.h"

namespace baton::test {

// Same element type and shape, and |found - expected| <= atol + rtol * |expected| for each element; NaN
// matches NaN.
class AllClose : public Catch::MatcherBase<Tensor> {
 public:
  AllClose(Tensor expected, double atol, double rtol)
      : expected_(std::move(expected)), atol_(atol), rtol_(rtol) {}

  bool match(const Tensor& found) const override {
    if (!found || found.dtype() != expected_.dtype() || found.shape() != expected_.shape()) return false;
    return VisitDType(found.dtype(), [&](auto element) {
      using T = decltype(element);
      for (int64_t i = 0; i < found.num_elements(); ++i) {
        if (!Close(Convert<double>(found->As<T>()[i]), Convert<double>(expected_->As<T>()[i]))) return false;
      }
      return true;
    });
  }

  std::string describe() const override {
    return absl::StrCat("is close to ", TypeString(*expected_), " ", ValueString(*expected_, 50));
  }

 private:
  bool Close(double found, double expected) const {
    if (std::isnan(found) || std::isnan(expected)) return std::isnan(found) && std::isnan(expected);
    if (found == expected) return true;
    return std::abs(found - expected) <= atol_ + rtol_ * std::abs(expected);
  }

  Tensor expected_;
  double atol_;
  double rtol_;
};

// The same numbers, element type and shape.
inline AllClose Equals(Tensor expected) {
  return AllClose(std::move(expected), 0, 0);
}

}  // namespace baton::test

namespace Catch {
template <>
struct StringMaker<baton::Tensor> {
  static std::string convert(const baton::Tensor& tensor) {
    if (!tensor) return "no tensor";
    return baton::TypeString(*tensor) + " " + baton::ValueString(*tensor, 50);
  }
};
}  // namespace Catch
