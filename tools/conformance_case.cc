#include "tools/conformance_case.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace baton {
namespace {

namespace fs = std::filesystem;

constexpr absl::string_view kDataSetPrefix = "test_data_set_";

// The entries of a folder, sorted; empty when it cannot be read.
std::vector<fs::path> SortedEntries(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    entries.push_back(it->path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

bool IsFolder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

int64_t DataSetNumber(const std::string& path) {
  int64_t number = 0;
  const std::string name = fs::path(path).filename().string();
  return absl::SimpleAtoi(absl::StripPrefix(name, kDataSetPrefix), &number) ? number : INT64_MAX;
}

void FindCases(const fs::path& folder, int num_levels, std::vector<ConformanceCase>* cases) {
  ConformanceCase test;
  std::vector<fs::path> folders;
  for (const fs::path& path : SortedEntries(folder)) {
    if (IsFolder(path)) {
      folders.push_back(path);
      if (absl::StartsWith(path.filename().string(), kDataSetPrefix)) test.data_sets.push_back(path.string());
    } else if (path.extension() == ".onnx" && (test.model.empty() || path.filename() == "model.onnx")) {
      test.model = path.string();
    }
  }
  if (!test.model.empty()) {
    test.name = fs::path(folder / "").lexically_normal().parent_path().filename().string();
    std::stable_sort(
        test.data_sets.begin(), test.data_sets.end(),
        [](const std::string& a, const std::string& b) { return DataSetNumber(a) < DataSetNumber(b); });
    cases->push_back(std::move(test));
    return;
  }
  if (num_levels == 0) return;
  for (const fs::path& path : folders) FindCases(path, num_levels - 1, cases);
}

}  // namespace

absl::StatusOr<std::vector<ConformanceCase>> FindConformanceCases(const std::string& folder) {
  if (!IsFolder(folder)) return absl::NotFoundError(absl::StrCat(folder, ": is not a folder"));
  std::vector<ConformanceCase> cases;
  FindCases(folder, 2, &cases);
  if (cases.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(folder, ": has no test folders (*.onnx and test_data_set_*)"));
  }
  return cases;
}

}  // namespace baton
