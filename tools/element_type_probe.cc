#include "tools/element_type_probe.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_join.h"

namespace baton {
namespace {

using Combination = std::vector<DType>;

// Of each family one; for many operands fewer, as there would be too many combinations.
std::vector<Combination> Candidates(int count) {
  if (count > 4) {
    return {
        {DType::kFloat32, DType::kUInt8}, {DType::kFloat32, DType::kInt64}, {DType::kFloat32, DType::kInt32}};
  }
  return {{DType::kFloat32, DType::kInt64, DType::kBool, DType::kUInt8, DType::kInt32}};
}

// The next combination of elements of `candidates`, counting; false after the last.
bool Next(const Combination& candidates, std::vector<size_t>* digits) {
  for (size_t& digit : *digits) {
    if (++digit < candidates.size()) return true;
    digit = 0;
  }
  return false;
}

// The first combination that is accepted with each candidate as its first operand.
std::vector<Combination> FindAccepted(int count, absl::FunctionRef<bool(absl::Span<const DType>)> accepts) {
  std::vector<Combination> found;
  for (const Combination& candidates : Candidates(count)) {
    std::vector<size_t> digits(count);
    std::vector<bool> seen(candidates.size());
    do {
      if (count > 0 && seen[digits[0]]) continue;
      Combination types;
      for (const size_t digit : digits) types.push_back(candidates[digit]);
      if (!accepts(types)) continue;
      if (count > 0) seen[digits[0]] = true;
      found.push_back(std::move(types));
    } while (Next(candidates, &digits));
  }
  return found;
}

// `types` with `type` at `index`, and at all operands of the same type if `together`.
Combination With(Combination types, int index, DType type, bool together) {
  const DType old = types[index];
  for (size_t i = 0; i < types.size(); ++i) {
    if (static_cast<int>(i) == index || (together && types[i] == old)) types[i] = type;
  }
  return types;
}

}  // namespace

absl::Span<const DType> AllDTypes() {
  static constexpr DType kAll[] = {
#define DTYPE(name, text, type, onnx) DType::name,
#include "vm/core/dtypes.def"
#undef DTYPE
  };
  return kAll;
}

std::vector<std::vector<DType>> ProbeElementTypes(int count,
                                                  absl::FunctionRef<bool(absl::Span<const DType>)> accepts) {
  std::vector<std::vector<DType>> result;
  const std::vector<Combination> bases = FindAccepted(count, accepts);
  if (bases.empty()) return result;
  for (int index = 0; index < count; ++index) {
    std::vector<DType>& types = result.emplace_back();
    for (const DType type : AllDTypes()) {
      const bool accepted = absl::c_any_of(bases, [&](const Combination& base) {
        return accepts(With(base, index, type, true)) || accepts(With(base, index, type, false));
      });
      if (accepted) types.push_back(type);
    }
  }
  return result;
}

std::string DescribeElementTypes(absl::Span<const DType> types) {
  static const std::pair<const char*, std::vector<DType>> kFamilies[] = {
      {"floats", {DType::kFloat32, DType::kFloat64, DType::kFloat16, DType::kBFloat16}},
      {"signed", {DType::kInt8, DType::kInt16, DType::kInt32, DType::kInt64}},
      {"unsigned", {DType::kUInt8, DType::kUInt16, DType::kUInt32, DType::kUInt64}}};
  if (types.size() == AllDTypes().size()) return "any";
  const auto has = [&](DType type) { return absl::c_linear_search(types, type); };
  std::vector<std::string> names;
  std::vector<DType> named;
  for (const auto& [name, family] : kFamilies) {
    if (!absl::c_all_of(family, has)) continue;
    names.emplace_back(name);
    named.insert(named.end(), family.begin(), family.end());
  }
  for (const DType type : types) {
    if (!absl::c_linear_search(named, type)) names.emplace_back(DTypeName(type));
  }
  return absl::StrJoin(names, ", ");
}

}  // namespace baton
