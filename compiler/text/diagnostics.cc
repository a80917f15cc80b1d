#include "compiler/text/diagnostics.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace baton::text {
namespace {

constexpr size_t kMaxShownLine = 160;

}  // namespace

absl::string_view Diagnostics::Line(int32_t number) const {
  if (line_starts_.empty()) {
    line_starts_.push_back(0);
    for (size_t at = text_.find('\n'); at != text_.npos; at = text_.find('\n', at + 1)) {
      line_starts_.push_back(at + 1);
    }
  }
  if (number < 1 || static_cast<size_t>(number) > line_starts_.size()) return "";
  const size_t start = line_starts_[static_cast<size_t>(number) - 1];
  return text_.substr(start, text_.find('\n', start) - start);
}

std::string Diagnostics::Render(Position position, absl::string_view severity,
                                absl::string_view message) const {
  std::string out(file_);
  if (position.line == 0) return absl::StrCat(out, ": ", severity, ": ", message);
  absl::StrAppend(&out, ":", position.line, ":", position.column, ": ", severity, ": ", message);
  absl::string_view line = Line(position.line);
  size_t column = static_cast<size_t>(position.column) - 1;
  if (column > line.size()) return out;
  if (column > kMaxShownLine / 2) {
    line.remove_prefix(column - kMaxShownLine / 2);
    column = kMaxShownLine / 2;
  }
  std::string shown(line.substr(0, kMaxShownLine));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) c = ' ';
  }
  absl::StrAppend(&out, "\n  ", shown, "\n  ", std::string(column, ' '), "^");
  return out;
}

void Diagnostics::Error(Position position, absl::string_view message) {
  std::string text = Render(position, "error", message);
  if (!seen_.insert(text).second) return;
  if (++num_errors_ <= kMaxErrors) errors_.push_back(std::move(text));
}

void Diagnostics::Warning(Position position, absl::string_view message) {
  if (static_cast<int>(warnings_.size()) >= kMaxErrors) return;
  std::string text = Render(position, "warning", message);
  if (seen_.insert(text).second) warnings_.push_back(std::move(text));
}

absl::Status Diagnostics::ToStatus() const {
  if (num_errors_ == 0) return absl::OkStatus();
  std::string text = absl::StrJoin(errors_, "\n");
  if (num_errors_ > kMaxErrors) absl::StrAppend(&text, "\nand ", num_errors_ - kMaxErrors, " more errors");
  return absl::InvalidArgumentError(text);
}

std::string Diagnostics::Warnings() const {
  return absl::StrJoin(warnings_, "\n");
}

}  // namespace baton::text
