#include "ops/tensor/einsum_equation.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "vm/core/status.h"

namespace baton {
namespace {

absl::Status Malformed(absl::string_view equation, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("equation '", equation, "': ", problem));
}

// Upper case comes first, as in ASCII.
EinsumLabel LabelOf(char letter) {
  return static_cast<EinsumLabel>(absl::ascii_isupper(letter) ? letter - 'A' : letter - 'a' + 26);
}
char LetterOf(EinsumLabel label) {
  return static_cast<char>(label < 26 ? 'A' + label : 'a' + label - 26);
}

absl::StatusOr<EinsumTerm> ParseTerm(absl::string_view equation, absl::string_view text) {
  EinsumTerm term;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') continue;
    if (absl::ascii_isalpha(static_cast<unsigned char>(text[i]))) {
      term.labels.push_back(LabelOf(text[i]));
    } else if (text.substr(i, 3) == "..." && term.ellipsis < 0) {
      term.ellipsis = static_cast<int>(term.labels.size());
      i += 2;
    } else {
      return Malformed(equation, absl::StrCat("unexpected '", text.substr(i, 1),
                                              "', expected letters and at most one ... in each term"));
    }
  }
  if (term.labels.size() > kMaxRank) {
    return Malformed(equation, absl::StrCat("a term has more than ", kMaxRank, " letters"));
  }
  return term;
}

using LabelCounts = std::array<int64_t, kNumEinsumLetters>;

EinsumTerm ImplicitOutput(const LabelCounts& counts, bool has_ellipsis) {
  EinsumTerm output;
  output.ellipsis = has_ellipsis ? 0 : -1;
  for (int label = 0; label < kNumEinsumLetters; ++label) {
    if (counts[label] == 1) output.labels.push_back(static_cast<EinsumLabel>(label));
  }
  return output;
}

absl::Status CheckOutput(absl::string_view equation, const EinsumTerm& output, const LabelCounts& counts,
                         bool has_ellipsis) {
  for (size_t i = 0; i < output.labels.size(); ++i) {
    const EinsumLabel label = output.labels[i];
    const std::string letter(1, LetterOf(label));
    if (counts[label] == 0) {
      return Malformed(equation, absl::StrCat("the result has '", letter, "', which no operand has"));
    }
    if (std::find(output.labels.begin(), output.labels.begin() + i, label) != output.labels.begin() + i) {
      return Malformed(equation, absl::StrCat("the result has '", letter, "' twice"));
    }
  }
  if (has_ellipsis == (output.ellipsis >= 0)) return absl::OkStatus();
  return Malformed(equation, has_ellipsis ? "operands have ..., the result has not"
                                          : "the result has ..., which no operand has");
}

// The axes that operand `i`'s "..." stands for. Errors: InvalidArgument when the ranks do not fit.
absl::StatusOr<int> EllipsisRank(const EinsumTerm& term, int rank, int i) {
  const int rest = rank - static_cast<int>(term.labels.size());
  if (term.ellipsis < 0 ? rest == 0 : rest >= 0) return rest;
  return absl::InvalidArgumentError(absl::StrCat("operand ", i, " has rank ", rank,
                                                 ", the equation gives it ",
                                                 term.ellipsis < 0 ? "" : "at least ", term.labels.size()));
}

}  // namespace

void EinsumTerm::ExpandEllipsis(int count) {
  if (ellipsis < 0) return;
  for (int i = 0; i < count; ++i) {
    labels.insert(labels.begin() + ellipsis, static_cast<EinsumLabel>(kNumEinsumLetters + i));
  }
}

absl::Status ExpandEllipses(EinsumEquation* equation, absl::Span<const int> ranks) {
  int longest = 0;
  for (size_t i = 0; i < equation->inputs.size(); ++i) {
    EinsumTerm& term = equation->inputs[i];
    BATON_ASSIGN_OR_RETURN(const int count, EllipsisRank(term, ranks[i], static_cast<int>(i)));
    term.ExpandEllipsis(count);
    longest = std::max(longest, count);
  }
  equation->output.ExpandEllipsis(longest);
  return absl::OkStatus();
}

absl::StatusOr<EinsumEquation> ParseEinsum(absl::string_view equation) {
  EinsumEquation parsed;
  LabelCounts counts = {};
  bool has_ellipsis = false;
  const size_t arrow = equation.find("->");
  absl::string_view operands = equation.substr(0, arrow);
  while (true) {
    const size_t comma = operands.find(',');
    BATON_ASSIGN_OR_RETURN(EinsumTerm term, ParseTerm(equation, operands.substr(0, comma)));
    has_ellipsis |= term.ellipsis >= 0;
    for (EinsumLabel label : term.labels) ++counts[label];
    parsed.inputs.push_back(std::move(term));
    if (comma == absl::string_view::npos) break;
    operands.remove_prefix(comma + 1);
  }
  if (arrow == absl::string_view::npos) {
    parsed.output = ImplicitOutput(counts, has_ellipsis);
    return parsed;
  }
  BATON_ASSIGN_OR_RETURN(parsed.output, ParseTerm(equation, equation.substr(arrow + 2)));
  BATON_RETURN_IF_ERROR(CheckOutput(equation, parsed.output, counts, has_ellipsis));
  return parsed;
}

}  // namespace baton
