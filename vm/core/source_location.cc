#include "vm/core/source_location.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace baton {
namespace {

// Names come from model files: control characters must not reach a terminal.
std::string Printable(const std::string& name) {
  return absl::Utf8SafeCEscape(name);
}

std::string InFile(std::string what, const std::string& file) {
  return file.empty() ? what : absl::StrCat(what, " in ", Printable(file));
}

std::string TextPosition(const SourceLocation& location) {
  if (location.file.empty()) {
    return location.column > 0 ? absl::StrCat("line ", location.line, ", column ", location.column)
                               : absl::StrCat("line ", location.line);
  }
  std::string position = absl::StrCat(Printable(location.file), ":", location.line);
  if (location.column > 0) absl::StrAppend(&position, ":", location.column);
  return position;
}

}  // namespace

std::string SourceLocation::ToString() const {
  if (!node.empty()) {
    std::string what = absl::StrCat("node '", Printable(node), "'");
    if (!op.empty()) absl::StrAppend(&what, " (", Printable(op), ")");
    return InFile(std::move(what), file);
  }
  if (line > 0) return TextPosition(*this);
  if (!op.empty()) return InFile(absl::StrCat(Printable(op), " node"), file);
  return Printable(file);
}

}  // namespace baton
