// Names of values in text. Internal to compiler/text.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>

#include "absl/strings/string_view.h"
#include "compiler/ir/module.h"

namespace baton {

// `name` with `sigil` ('%' or '@') before it, in quotes unless it is an identifier of the format: "%x",
// "%\"a.b\"".
std::string QuotedName(char sigil, absl::string_view name);

// Gives each variable a name that no other variable of the module has: its hint, or hint_1, hint_2, ... in
// order of first use; "_0", "_1", ... for variables without a hint.
class NameTable {
 public:
  // "%x".
  const std::string& NameOf(const ir::Var* var);
  // A name for a variable that text alone has.
  std::string NewName(const std::string& hint) { return QuotedName('%', MakeUnique(hint)); }
  // Makes `var` another variable with the name of `other`.
  void Share(const ir::Var* var, const ir::Var* other);

 private:
  std::string MakeUnique(const std::string& hint);

  std::unordered_map<const ir::Var*, std::string> names_;
  std::unordered_set<std::string> used_;
  std::unordered_map<std::string, int> counts_;  // of numbered names, by hint
};

}  // namespace baton
