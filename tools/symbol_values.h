// SymbolValues: the extents that symbolic dimensions stand for, taken from tensors that are at hand and used
// to make the ones that are not (zero states, random inputs).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "vm/core/type.h"

namespace baton {

class SymbolValues {
 public:
  void Set(absl::string_view symbol, int64_t value) { values_[std::string(symbol)] = value; }
  // Learns from a tensor with extents `dims` given for an input of shape `shape`. What does not fit is left
  // for the session to report.
  void Learn(const Shape& shape, absl::Span<const int64_t> dims);
  // The extents of `shape`, with `fallback` for symbols without a value; their names are appended to
  // `guessed` unless that is null. Errors: InvalidArgument for an unknown rank and for extents below 0.
  absl::StatusOr<std::vector<int64_t>> Resolve(const Shape& shape, int64_t fallback,
                                               std::vector<std::string>* guessed = nullptr) const;

 private:
  std::map<std::string, int64_t, std::less<>> values_;
};

}  // namespace baton
