#include "tools/symbol_values.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "vm/core/status.h"

namespace baton {

void SymbolValues::Learn(const Shape& shape, absl::Span<const int64_t> dims) {
  if (!shape.has_rank() || static_cast<size_t>(shape.rank()) != dims.size()) return;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (!shape[axis].symbol().empty()) Set(shape[axis].symbol(), dims[axis]);
  }
}

absl::StatusOr<std::vector<int64_t>> SymbolValues::Resolve(const Shape& shape, int64_t fallback,
                                                           std::vector<std::string>* guessed) const {
  if (!shape.has_rank()) return absl::InvalidArgumentError("its rank is not known");
  const auto value_of = [&](absl::string_view symbol) -> std::optional<int64_t> {
    const auto found = values_.find(std::string(symbol));
    if (found != values_.end()) return found->second;
    if (guessed != nullptr) guessed->push_back(std::string(symbol));
    return fallback;
  };
  std::vector<int64_t> dims;
  for (const Dim& dim : shape.dims()) {
    BATON_ASSIGN_OR_RETURN(const int64_t extent, dim.Evaluate(value_of));
    if (extent < 0)
      return absl::InvalidArgumentError(absl::StrCat("dimension ", dim.ToString(), " is ", extent));
    dims.push_back(extent);
  }
  return dims;
}

}  // namespace baton
