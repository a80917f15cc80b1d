// The text of Dim: ToString and Parse. Grammar:
//   sum     = ["-"] product { ("+" | "-") product }
//   product = factor { "*" ["-"] factor }
//   factor  = integer | name | "signed" "(" name ")" | function "(" sum "," sum ")" | "(" sum ")"
//   name    = identifier | "?" | '"' text with C escapes '"'
#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "vm/core/dim.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr int kMaxNesting = 128;           // what Dim itself allows
constexpr size_t kMaxTextBytes = 1 << 16;  // adding a term costs time proportional to the sum
constexpr absl::string_view kSigned = "signed";

bool StartsName(char c) {
  return absl::ascii_isalpha(c) || c == '_' || c == '$' || c == '#';
}
bool ContinuesName(char c) {
  return StartsName(c) || absl::ascii_isdigit(c) || c == '.';
}

std::string NameText(absl::string_view name) {
  if (name == "?") return "?";  // AnyDim()
  if (!name.empty() && StartsName(name[0]) && std::all_of(name.begin(), name.end(), ContinuesName)) {
    return std::string(name);
  }
  return absl::StrCat("\"", absl::CHexEscape(name), "\"");
}

std::string AtomText(const DimAtom& atom) {
  if (atom.function != DimFunction::kSymbol) {
    return absl::StrCat(DimFunctionName(atom.function), "(", atom.a.ToString(), ", ", atom.b.ToString(), ")");
  }
  if (atom.non_negative || atom.opaque_id != 0) return NameText(atom.name);
  return absl::StrCat(kSigned, "(", NameText(atom.name), ")");
}

// |value|, also of INT64_MIN.
uint64_t Magnitude(int64_t value) {
  return value < 0 ? -static_cast<uint64_t>(value) : value;
}

// Appends " + x" or " - x"; at the beginning "x" or "-x".
void AppendSigned(bool negative, absl::string_view text, std::string* out) {
  if (out->empty()) {
    absl::StrAppend(out, negative ? "-" : "", text);
  } else {
    absl::StrAppend(out, negative ? " - " : " + ", text);
  }
}

bool HasOpaque(const Dim& dim) {
  for (const DimTerm& term : dim.terms()) {
    for (const DimAtomRef& factor : term.factors) {
      if (factor->opaque_id != 0 || HasOpaque(factor->a) || HasOpaque(factor->b)) return true;
    }
  }
  return false;
}

class Parser {
 public:
  explicit Parser(absl::string_view text) : text_(text) {}

  absl::StatusOr<Dim> Run() {
    if (text_.size() > kMaxTextBytes)
      return absl::InvalidArgumentError("dimension: the expression is too long");
    BATON_ASSIGN_OR_RETURN(Dim dim, Sum());
    SkipSpace();
    if (pos_ != text_.size()) return Error("an operator or the end");
    if (HasOpaque(dim)) {
      return absl::InvalidArgumentError(
          absl::StrCat("dimension: '", Shown(), "' overflows 64 bits or is too complex"));
    }
    return dim;
  }

 private:
  absl::StatusOr<Dim> Sum() {
    bool negative = Accept('-');
    Dim sum = 0;
    while (true) {
      BATON_ASSIGN_OR_RETURN(Dim product, Product(negative));
      sum = sum + product;
      if (Accept('+')) {
        negative = false;
      } else if (Accept('-')) {
        negative = true;
      } else {
        return sum;
      }
    }
  }

  absl::StatusOr<Dim> Product(bool negative) {
    BATON_ASSIGN_OR_RETURN(Dim product, Factor(negative));
    while (Accept('*')) {
      BATON_ASSIGN_OR_RETURN(Dim factor, Factor(Accept('-')));
      product = product * factor;
    }
    return product;
  }

  // The sign comes along because -9223372036854775808 has no positive counterpart.
  absl::StatusOr<Dim> Factor(bool negative) {
    SkipSpace();
    if (pos_ < text_.size() && absl::ascii_isdigit(text_[pos_])) return Integer(negative);
    absl::StatusOr<Dim> factor = Primary();
    if (factor.ok() && negative) return Dim(0) - *factor;
    return factor;
  }

  absl::StatusOr<Dim> Integer(bool negative) {
    const size_t begin = pos_;
    while (pos_ < text_.size() && absl::ascii_isdigit(text_[pos_])) ++pos_;
    int64_t value = 0;
    const std::string digits = absl::StrCat(negative ? "-" : "", text_.substr(begin, pos_ - begin));
    if (absl::SimpleAtoi(digits, &value)) return Dim(value);
    return absl::InvalidArgumentError(
        absl::StrCat("dimension: ", digits.substr(0, 40), " does not fit 64 bits"));
  }

  absl::StatusOr<Dim> Primary() {
    if (Accept('(')) return Nested([this] { return Sum(); });
    if (pos_ < text_.size() && text_[pos_] == '"') return QuotedSymbol(/*non_negative=*/true);
    if (Accept('?')) return Dim::Symbol("?");
    const absl::string_view name = Identifier();
    if (name.empty()) return Error("an integer, a symbol or a function");
    if (!Accept('(')) return Dim::Symbol(name);
    if (name == kSigned) return Nested([this] { return SignedSymbol(); });
    for (const DimFunction function : {DimFunction::kFloorDiv, DimFunction::kMod, DimFunction::kMin,
                                       DimFunction::kMax, DimFunction::kBroadcast}) {
      if (name == DimFunctionName(function)) return Nested([=, this] { return Arguments(function); });
    }
    return absl::InvalidArgumentError(
        absl::StrCat("dimension: unknown function '", name, "' in '", Shown(), "'"));
  }

  // Runs `inner` up to its closing parenthesis.
  template <typename Inner>
  absl::StatusOr<Dim> Nested(Inner inner) {
    if (nesting_ == kMaxNesting) {
      return absl::InvalidArgumentError(
          absl::StrCat("dimension: '", Shown(), "' is nested deeper than ", kMaxNesting));
    }
    ++nesting_;
    BATON_ASSIGN_OR_RETURN(Dim dim, inner());
    --nesting_;
    if (!Accept(')')) return Error("')'");
    return dim;
  }

  absl::StatusOr<Dim> Arguments(DimFunction function) {
    BATON_ASSIGN_OR_RETURN(const Dim a, Sum());
    if (!Accept(',')) return Error("','");
    BATON_ASSIGN_OR_RETURN(const Dim b, Sum());
    return Dim::Apply(function, a, b);
  }

  absl::StatusOr<Dim> SignedSymbol() {
    SkipSpace();
    if (pos_ < text_.size() && text_[pos_] == '"') return QuotedSymbol(/*non_negative=*/false);
    const absl::string_view name = Identifier();
    if (name.empty()) return Error("a symbol");
    return Dim::Symbol(name, /*non_negative=*/false);
  }

  absl::StatusOr<Dim> QuotedSymbol(bool non_negative) {
    const size_t begin = ++pos_;
    while (pos_ < text_.size() && text_[pos_] != '"') pos_ += text_[pos_] == '\\' ? 2 : 1;
    if (pos_ >= text_.size()) return Error("'\"'");
    std::string name;
    if (!absl::CUnescape(text_.substr(begin, pos_ - begin), &name)) return Error("an escape sequence");
    ++pos_;
    return Dim::Symbol(name, non_negative);
  }

  absl::string_view Identifier() {
    const size_t begin = pos_;
    if (pos_ < text_.size() && StartsName(text_[pos_])) {
      while (pos_ < text_.size() && ContinuesName(text_[pos_])) ++pos_;
    }
    return text_.substr(begin, pos_ - begin);
  }

  bool Accept(char c) {
    SkipSpace();
    if (pos_ >= text_.size() || text_[pos_] != c) return false;
    ++pos_;
    return true;
  }

  void SkipSpace() {
    while (pos_ < text_.size() && absl::ascii_isspace(text_[pos_])) ++pos_;
  }

  absl::Status Error(absl::string_view expected) const {
    const size_t at = std::min(pos_, text_.size());
    return absl::InvalidArgumentError(
        absl::StrCat("dimension: expected ", expected, " at column ", at + 1, " of '", Shown(), "'"));
  }

  std::string Shown() const { return absl::Utf8SafeCEscape(text_.substr(0, 100)); }

  absl::string_view text_;
  size_t pos_ = 0;
  int nesting_ = 0;
};

}  // namespace

std::string Dim::ToString() const {
  std::string text;
  for (const DimTerm& term : terms()) {
    const uint64_t magnitude = Magnitude(term.coefficient);
    const auto append = [](std::string* out, const DimAtomRef& atom) { out->append(AtomText(*atom)); };
    const std::string factors = absl::StrJoin(term.factors, "*", append);
    const bool unit = magnitude == 1;
    AppendSigned(term.coefficient < 0, unit ? factors : absl::StrCat(magnitude, "*", factors), &text);
  }
  if (constant_ != 0 || text.empty()) AppendSigned(constant_ < 0, absl::StrCat(Magnitude(constant_)), &text);
  return text;
}

absl::StatusOr<Dim> Dim::Parse(absl::string_view text) {
  return Parser(text).Run();
}

}  // namespace baton
