#include "compiler/import/unsupported.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace baton {
namespace {

constexpr size_t kMaxNames = 3;
// A hostile model may hold any number of distinct things; no one reads more than this.
constexpr size_t kMaxLines = 100;

}  // namespace

void UnsupportedList::Add(absl::string_view what, absl::string_view name) {
  Entry& entry = entries_[std::string(what)];
  ++entry.count;
  if (entry.names.size() < kMaxNames) {
    entry.names.push_back(absl::StrCat("'", absl::Utf8SafeCEscape(name.substr(0, 200)), "'"));
  }
}

absl::Status UnsupportedList::ToStatus(absl::string_view file) const {
  std::string message = absl::StrCat(file, ": not supported:");
  size_t lines = 0;
  for (const auto& [what, entry] : entries_) {
    if (++lines > kMaxLines) {
      absl::StrAppend(&message, "\n  and ", entries_.size() - kMaxLines, " more");
      break;
    }
    absl::StrAppend(&message, "\n  ", absl::Utf8SafeCEscape(what), ": ", entry.count,
                    entry.count == 1 ? " time" : " times", ", at ", absl::StrJoin(entry.names, ", "),
                    static_cast<size_t>(entry.count) > entry.names.size() ? ", ..." : "");
  }
  return absl::UnimplementedError(message);
}

}  // namespace baton
