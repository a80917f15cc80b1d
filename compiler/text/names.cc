#include "compiler/text/names.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "vm/core/attributes.h"

namespace baton {
namespace {

constexpr absl::string_view kKeywords[] = {"let",   "fn",     "def",      "if",  "else",     "type",
                                           "match", "extern", "free_var", "ref", "ref_read", "ref_write",
                                           "True",  "False",  "_",        "inff"};

bool IsIdentifier(absl::string_view name) {
  if (name.empty() || !(absl::ascii_isalpha(name[0]) || name[0] == '_')) return false;
  const auto fits = [](char c) { return absl::ascii_isalnum(c) || c == '_' || c == '/'; };
  if (!std::all_of(name.begin(), name.end(), fits)) return false;
  return std::find(std::begin(kKeywords), std::end(kKeywords), name) == std::end(kKeywords);
}

}  // namespace

std::string QuotedName(char sigil, absl::string_view name) {
  const std::string plain(name);
  return std::string(1, sigil) + (IsIdentifier(name) ? plain : AttributeString(plain));
}

const std::string& NameTable::NameOf(const ir::Var* var) {
  const auto [it, added] = names_.try_emplace(var);
  if (added) it->second = QuotedName('%', MakeUnique(var->name));
  return it->second;
}

void NameTable::Share(const ir::Var* var, const ir::Var* other) {
  names_[var] = NameOf(other);
}

std::string NameTable::MakeUnique(const std::string& hint) {
  if (!hint.empty() && used_.insert(hint).second) return hint;
  int& count = counts_[hint];
  std::string name;
  do {
    name = absl::StrCat(hint, "_", hint.empty() ? count : count + 1);
    ++count;
  } while (!used_.insert(name).second);  // a numbered name may be the hint of another variable
  return name;
}

}  // namespace baton
