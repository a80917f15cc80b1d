#include "tools/compare.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace baton {
namespace {

template <typename T>
bool IsClose(T got, T expected, const Tolerance& tolerance) {
  if constexpr (std::is_same_v<T, Bool>) {
    return static_cast<bool>(got) == static_cast<bool>(expected);
  } else if constexpr (std::is_integral_v<T>) {
    const uint64_t difference = got > expected ? static_cast<uint64_t>(got) - static_cast<uint64_t>(expected)
                                               : static_cast<uint64_t>(expected) - static_cast<uint64_t>(got);
    return static_cast<double>(difference) <= tolerance.absolute;
  } else if constexpr (std::is_same_v<T, double>) {
    if (std::isnan(got) || std::isnan(expected)) return std::isnan(got) && std::isnan(expected);
    if (std::isinf(got) || std::isinf(expected)) return got == expected;
    return std::abs(got - expected) <= tolerance.absolute + tolerance.relative * std::abs(expected);
  } else {
    const auto widen = [](T value) { return static_cast<double>(static_cast<float>(value)); };
    return IsClose<double>(widen(got), widen(expected), tolerance);
  }
}

std::string IndexText(absl::Span<const int64_t> dims, int64_t offset) {
  std::vector<int64_t> index(dims.size());
  for (size_t axis = dims.size(); axis-- > 0;) {
    index[axis] = offset % dims[axis];
    offset /= dims[axis];
  }
  return absl::StrCat("[", absl::StrJoin(index, ", "), "]");
}

template <typename T>
std::string ElementText(T value) {
  return ValueString(*Tensor::Scalar<T>(value));
}

}  // namespace

absl::Status CompareTensors(const TensorObject& got, const TensorObject& expected,
                            const Tolerance& tolerance) {
  if (got.dtype != expected.dtype || got.shape() != expected.shape()) {
    return absl::FailedPreconditionError(
        absl::StrCat("got ", TypeString(got), ", expected ", TypeString(expected)));
  }
  return VisitDType(got.dtype, [&](auto zero) {
    using T = decltype(zero);
    int64_t num_different = 0, first = 0;
    for (int64_t i = got.num_elements(); i-- > 0;) {
      if (IsClose<T>(got.As<T>()[i], expected.As<T>()[i], tolerance)) continue;
      ++num_different;
      first = i;
    }
    if (num_different == 0) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat(num_different, " of ", got.num_elements(), " elements differ, first at ",
                     IndexText(got.shape(), first), ": got ", ElementText<T>(got.As<T>()[first]),
                     ", expected ", ElementText<T>(expected.As<T>()[first])));
  });
}

}  // namespace baton
