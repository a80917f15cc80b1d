#include "tools/tensor_text.h"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/exit_codes.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr int64_t kSmallInteger = 2000;
constexpr int64_t kSmallFloat = 100;

// False when `text` is no number of type T or out of its range.
template <typename T>
bool ParseNumber(absl::string_view text, T* value) {
  if constexpr (std::is_same_v<T, Bool>) {
    bool boolean = false;
    if (!absl::SimpleAtob(text, &boolean)) return false;
    *value = Bool(boolean);
    return true;
  } else if constexpr (std::is_integral_v<T>) {
    using Wide = std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>;
    Wide wide = 0;
    if (!absl::SimpleAtoi(text, &wide)) return false;
    if (wide < std::numeric_limits<T>::min() || wide > std::numeric_limits<T>::max()) return false;
    *value = static_cast<T>(wide);
    return true;
  } else if constexpr (std::is_same_v<T, double>) {
    return absl::SimpleAtod(text, value);
  } else {
    float single = 0;
    if (!absl::SimpleAtof(text, &single)) return false;
    *value = static_cast<T>(single);
    return true;
  }
}

// The extents of a value with `num_values` numbers.
absl::StatusOr<std::vector<int64_t>> DimsOfText(const Shape& shape, int64_t num_values) {
  if (!shape.has_rank()) return num_values == 1 ? std::vector<int64_t>{} : std::vector<int64_t>{num_values};
  std::vector<int64_t> dims;
  if (shape.rank() == 1 && !shape[0].is_constant()) {
    dims = {num_values};
  } else {
    for (const Dim& dim : shape.dims()) dims.push_back(dim.is_constant() ? dim.value() : 1);
  }
  const bool list = dims.size() == 1;
  const bool single = std::all_of(dims.begin(), dims.end(), [](int64_t extent) { return extent == 1; });
  if (list ? dims[0] == num_values : single && num_values == 1) return dims;
  if (list || single) {
    return UsageError(absl::StrCat("has ", num_values, " value(s), expected ", list ? dims[0] : 1));
  }
  return UsageError("only scalars and lists can be written out; give the tensor in a file");
}

// "[[ 1,  2],\n [30,  4]]".
std::string MatrixRows(const TensorObject& tensor) {
  const int64_t num_rows = tensor.dims[0], num_columns = tensor.dims[1];
  std::vector<std::string> cells;
  size_t width = 0;
  VisitDType(tensor.dtype, [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0; i < tensor.num_elements(); ++i) {
      if constexpr (std::is_integral_v<T>) {
        cells.push_back(absl::StrCat(+tensor.As<T>()[i]));
        width = std::max(width, cells.back().size());
      }
    }
  });
  std::string text;
  for (int64_t row = 0; row < num_rows; ++row) {
    text += row == 0 ? "[[" : " [";
    for (int64_t column = 0; column < num_columns; ++column) {
      const std::string& cell = cells[row * num_columns + column];
      text += absl::StrCat(column == 0 ? "" : ", ", std::string(width - cell.size(), ' '), cell);
    }
    text += row + 1 == num_rows ? "]]" : "],\n";
  }
  return text;
}

}  // namespace

absl::StatusOr<Tensor> ParseTensorText(absl::string_view text, const TensorType& type) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ',');
  BATON_ASSIGN_OR_RETURN(const std::vector<int64_t> dims,
                         DimsOfText(type.shape, static_cast<int64_t>(parts.size())));
  BATON_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Allocate(type.dtype, dims));
  for (size_t i = 0; i < parts.size(); ++i) {
    const absl::string_view part = absl::StripAsciiWhitespace(parts[i]);
    const bool ok = VisitDType(
        type.dtype, [&](auto zero) { return ParseNumber(part, tensor->As<decltype(zero)>() + i); });
    if (!ok) return UsageError(absl::StrCat("'", part, "' is not a value of type ", DTypeName(type.dtype)));
  }
  return tensor;
}

std::string FormatTensor(absl::string_view name, const TensorObject& tensor) {
  const bool is_float = IsFloat(tensor.dtype);
  const int64_t num_elements = tensor.num_elements();
  std::string text = absl::StrCat(name, ": ", TypeString(tensor), " =");
  if (IsInteger(tensor.dtype) && tensor.rank == 2 && tensor.dims[0] > 1 && num_elements > 0 &&
      num_elements <= kSmallInteger) {
    return absl::StrCat(text, "\n", MatrixRows(tensor), "\n");
  }
  return absl::StrCat(text, " ", ValueString(tensor, is_float ? kSmallFloat : kSmallInteger), "\n");
}

}  // namespace baton
