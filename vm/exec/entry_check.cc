#include "vm/exec/entry_check.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr int64_t kUnbound = -1;

absl::Status CountError(const LoadedEntry& entry, size_t found) {
  const std::vector<Parameter>& parameters = entry.source->inputs;
  std::string message =
      absl::StrCat("entry '", entry.source->name, "' takes ", parameters.size(), " inputs, found ", found);
  if (found < parameters.size()) {
    absl::StrAppend(&message, "; missing: ",
                    absl::StrJoin(parameters.begin() + static_cast<std::ptrdiff_t>(found), parameters.end(),
                                  ", ", [](std::string* out, const Parameter& parameter) {
                                    absl::StrAppend(out, "'", parameter.name, "'");
                                  }));
  }
  return absl::InvalidArgumentError(message);
}

absl::Status MismatchError(const LoadedEntry& entry, size_t input, const Tensor& found,
                           absl::string_view detail) {
  const Parameter& parameter = entry.source->inputs[input];
  return absl::InvalidArgumentError(absl::StrCat("input '", parameter.name, "' is ", TypeString(*found),
                                                 ", expected ", parameter.type.ToString(), detail));
}

// The first place that gave the symbol its extent: the inputs before this one agree.
absl::Status SymbolError(const LoadedEntry& entry, absl::Span<const Tensor> inputs, size_t input,
                         size_t axis) {
  const int64_t code = entry.inputs[input].dims[axis];
  const Parameter& parameter = entry.source->inputs[input];
  const absl::string_view symbol = parameter.type.tensor().shape[static_cast<int>(axis)].symbol();
  for (size_t i = 0; i <= input; ++i) {
    const std::vector<int64_t>& dims = entry.inputs[i].dims;
    const auto first = std::find(dims.begin(), dims.end(), code);
    if (first == dims.end()) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "input '", parameter.name, "' has extent ", inputs[input]->dims[axis], " for '", symbol, "', input '",
        entry.source->inputs[i].name, "' has ", inputs[i]->dims[first - dims.begin()]));
  }
  return absl::InternalError("a symbol has no first place");
}

absl::Status CheckInput(const LoadedEntry& entry, absl::Span<const Tensor> inputs, size_t index,
                        absl::Span<int64_t> symbols) {
  const LoadedInput& expected = entry.inputs[index];
  const Tensor& found = inputs[index];
  if (!found) [[unlikely]] {
    return absl::InvalidArgumentError(absl::StrCat("input '", entry.source->inputs[index].name, "' is null"));
  }
  if (found->dtype != expected.dtype) [[unlikely]]
    return MismatchError(entry, index, found, "");
  if (expected.rank < 0) return absl::OkStatus();
  if (found->rank != expected.rank) [[unlikely]]
    return MismatchError(entry, index, found, absl::StrCat(": rank is ", found->rank));
  for (size_t axis = 0; axis < expected.dims.size(); ++axis) {
    const int64_t code = expected.dims[axis];
    const int64_t extent = found->dims[axis];
    if (code >= 0) {
      if (extent != code) [[unlikely]]
        return MismatchError(entry, index, found,
                             absl::StrCat(": extent ", axis, " is ", extent, ", expected ", code));
    } else if (code <= LoadedInput::kFirstSymbol) {
      int64_t& value = symbols[LoadedInput::kFirstSymbol - code];
      if (value == kUnbound) value = extent;
      if (value != extent) [[unlikely]]
        return SymbolError(entry, inputs, index, axis);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckInputs(const LoadedEntry& entry, absl::Span<const Tensor> inputs,
                         absl::Span<int64_t> symbols) {
  if (inputs.size() != entry.inputs.size()) [[unlikely]]
    return CountError(entry, inputs.size());
  std::fill_n(symbols.begin(), entry.num_symbols, kUnbound);
  for (size_t i = 0; i < inputs.size(); ++i) BATON_RETURN_IF_ERROR(CheckInput(entry, inputs, i, symbols));
  return absl::OkStatus();
}

}  // namespace baton
