// The text of tensors for people: TypeString and ValueString of tensor.h.
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "vm/core/number_text.h"
#include "vm/core/tensor.h"

namespace baton {
namespace {

constexpr int64_t kEdge = 3;  // elements shown at each end of a shortened axis

template <typename T>
void AppendElement(T value, std::string* out) {
  if constexpr (std::is_same_v<T, Bool>) {
    out->append(value ? "True" : "False");
  } else if constexpr (std::is_integral_v<T>) {
    // int8_t and uint8_t are characters to StrAppend's callers; widen.
    if constexpr (std::is_signed_v<T>) {
      absl::StrAppend(out, static_cast<int64_t>(value));
    } else {
      absl::StrAppend(out, static_cast<uint64_t>(value));
    }
  } else {
    out->append(FloatText(value));
  }
}

// Appends the part of `tensor` below `axis` whose first element has index `offset`. Recursion is at most
// kMaxRank deep.
template <typename T>
void AppendAxis(const TensorObject& tensor, int axis, int64_t offset, bool shorten, std::string* out) {
  if (axis == tensor.rank) {
    AppendElement(tensor.As<T>()[offset], out);
    return;
  }
  int64_t stride = 1;
  for (int i = axis + 1; i < tensor.rank; ++i) stride *= tensor.dims[i];
  const int64_t extent = tensor.dims[axis];
  const bool gap = shorten && extent > 2 * kEdge;
  out->push_back('[');
  for (int64_t i = 0; i < extent; ++i) {
    if (i != 0) out->append(", ");
    if (gap && i == kEdge) {
      out->append("...");
      i = extent - kEdge - 1;
      continue;
    }
    AppendAxis<T>(tensor, axis + 1, offset + i * stride, shorten, out);
  }
  out->push_back(']');
}

}  // namespace

std::string TypeString(const TensorObject& tensor) {
  return TensorType{tensor.dtype, Shape(tensor.shape())}.ToString();
}

std::string ValueString(const TensorObject& tensor, int64_t max_elements) {
  // Without elements there can still be any number of empty rows.
  const int64_t num_elements = tensor.num_elements();
  const bool shorten = num_elements > max_elements || num_elements == 0;
  std::string out;
  VisitDType(tensor.dtype, [&](auto zero) { AppendAxis<decltype(zero)>(tensor, 0, 0, shorten, &out); });
  return out;
}

}  // namespace baton
