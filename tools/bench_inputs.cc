#include "tools/bench_inputs.h"

#include <algorithm>
#include <random>
#include <set>
#include <type_traits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tools/exit_codes.h"
#include "tools/input_options.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr size_t kMaxCombinations = 1000;
constexpr uint64_t kSeed = 1;

absl::StatusOr<Tensor> RandomTensor(DType dtype, absl::Span<const int64_t> dims, std::mt19937_64& random) {
  BATON_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Allocate(dtype, dims));
  VisitDType(dtype, [&](auto zero) {
    using T = decltype(zero);
    for (T& value : tensor.values<T>()) {
      if constexpr (std::is_integral_v<T> || std::is_same_v<T, Bool>) {
        value = static_cast<T>((random() >> 32 & 1) != 0);
      } else {
        value = static_cast<T>(std::uniform_real_distribution<float>(-1, 1)(random));
      }
    }
  });
  return tensor;
}

absl::Status CheckSymbolsExist(const EntryPoint& entry, const Combination& combination) {
  std::set<std::string> known;
  for (const Parameter& input : entry.inputs) {
    if (!input.type.tensor().shape.has_rank()) continue;
    for (const Dim& dim : input.type.tensor().shape.dims()) {
      dim.VisitSymbols([&](absl::string_view name) { known.insert(std::string(name)); });
    }
  }
  for (const auto& [symbol, value] : combination) {
    if (known.count(symbol) != 0) continue;
    return UsageError(absl::StrCat("--shapes: no dimension '", symbol, "'; the inputs have: ",
                                   known.empty() ? "none" : absl::StrJoin(known, ", ")));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<ShapeSweep>> ParseShapeSweeps(const std::vector<std::string>& arguments) {
  std::vector<ShapeSweep> sweeps;
  for (const std::string& text : arguments) {
    BATON_ASSIGN_OR_RETURN(const auto assignment, SplitAssignment("--shapes", text));
    for (const ShapeSweep& other : sweeps) {
      if (other.first == assignment.first)
        return UsageError(absl::StrCat("--shapes: '", other.first, "' is given twice"));
    }
    ShapeSweep sweep;
    sweep.first = assignment.first;
    for (absl::string_view part : absl::StrSplit(assignment.second, ',')) {
      int64_t extent = 0;
      if (!absl::SimpleAtoi(part, &extent) || extent < 0) {
        return UsageError(absl::StrCat("--shapes ", text, ": '", part, "' is not an extent"));
      }
      sweep.second.push_back(extent);
    }
    sweeps.push_back(std::move(sweep));
  }
  return sweeps;
}

absl::StatusOr<std::vector<Combination>> Combine(const std::vector<ShapeSweep>& sweeps) {
  std::vector<Combination> combinations = {{}};
  for (const auto& [symbol, extents] : sweeps) {
    std::vector<Combination> longer;
    for (const Combination& combination : combinations) {
      for (const int64_t extent : extents) {
        longer.push_back(combination);
        longer.back().emplace_back(symbol, extent);
      }
      if (longer.size() > kMaxCombinations) {
        return UsageError(absl::StrCat("--shapes: more than ", kMaxCombinations, " combinations"));
      }
    }
    combinations = std::move(longer);
  }
  return combinations;
}

absl::StatusOr<std::vector<std::string>> FillRandomInputs(const EntryPoint& entry,
                                                          const Combination& combination,
                                                          std::vector<Tensor>* inputs) {
  BATON_RETURN_IF_ERROR(CheckSymbolsExist(entry, combination));
  SymbolValues symbols;
  for (size_t i = 0; i < inputs->size(); ++i) {
    if ((*inputs)[i]) symbols.Learn(entry.inputs[i].type.tensor().shape, (*inputs)[i].shape());
  }
  for (const auto& [symbol, extent] : combination) symbols.Set(symbol, extent);
  std::vector<std::string> guessed;
  std::mt19937_64 random(kSeed);
  for (size_t i = 0; i < inputs->size(); ++i) {
    if ((*inputs)[i]) continue;
    const Parameter& input = entry.inputs[i];
    const absl::StatusOr<std::vector<int64_t>> dims = symbols.Resolve(input.type.tensor().shape, 1, &guessed);
    if (!dims.ok()) {
      return UsageError(absl::StrCat("input '", input.name, "' (", input.type.ToString(),
                                     "): ", dims.status().message(), "; give it with --input"));
    }
    BATON_ASSIGN_OR_RETURN((*inputs)[i], RandomTensor(input.type.tensor().dtype, *dims, random));
  }
  std::sort(guessed.begin(), guessed.end());
  guessed.erase(std::unique(guessed.begin(), guessed.end()), guessed.end());
  return guessed;
}

}  // namespace baton
