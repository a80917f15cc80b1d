#include "accel/vta/rules.h"

#include "absl/strings/str_cat.h"

namespace baton::vta {
namespace {

constexpr unsigned S = 1, U = 2, O = 4, P = 8;

constexpr RuleInfo kRules[] = {
#define VTA_RULE(name, section, modes, text) \
  {#name, section, ((modes)&S) != 0, ((modes)&U) != 0, ((modes)&O) != 0, ((modes)&P) != 0, text},
#include "accel/vta/rules.def"
#undef VTA_RULE
};

}  // namespace

absl::Span<const RuleInfo> AllRules() {
  return kRules;
}

const RuleInfo& InfoOf(Rule rule) {
  return kRules[static_cast<int>(rule)];
}

bool Applies(Rule rule, const ModelOptions& options) {
  const RuleInfo& info = InfoOf(rule);
  if (info.when_portable) return options.portable_only;
  switch (options.mode) {
    case ModelMode::kStrict:
      return info.in_strict;
    case ModelMode::kUpstream:
      return info.in_upstream;
    case ModelMode::kOutBuffer:
      return info.in_out_buffer;
  }
  return true;
}

std::string Describe(const Violation& violation) {
  const RuleInfo& info = InfoOf(violation.rule);
  return absl::StrCat(violation.found, " (", info.name, ", section ", info.section, ")");
}

}  // namespace baton::vta
