// The rules that a model chip holds programs against. The table is rules.def.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "accel/vta/model_options.h"

namespace baton::vta {

enum class Rule {
#define VTA_RULE(name, section, modes, text) name,
#include "accel/vta/rules.def"
#undef VTA_RULE
};

struct RuleInfo {
  absl::string_view name;
  absl::string_view section;
  bool in_strict;
  bool in_upstream;
  bool in_out_buffer;
  bool when_portable;
  absl::string_view text;
};

// rules.def, in its order.
absl::Span<const RuleInfo> AllRules();
const RuleInfo& InfoOf(Rule rule);

// Whether a chip with these options traps what breaks `rule`.
bool Applies(Rule rule, const ModelOptions& options);

// A rule that an instruction breaks.
struct Violation {
  Rule rule;
  std::string field;
  std::string found;  // and what was expected
};

// "is 3, expected 0 (store_padding, section 4)": the text of a Trap.
std::string Describe(const Violation& violation);

}  // namespace baton::vta
