// The normal form of Dim: ordering, arithmetic, substitution, evaluation. Folding is in dim_apply.cc, text in
// dim_text.cc.
#include "vm/core/dim.h"

#include <algorithm>
#include <atomic>

#include "absl/strings/str_cat.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// Bounds on what is built, so that recursion over a form and its cost are bounded for any model. Forms of
// real models stay far below.
constexpr int32_t kMaxSize = 256;
constexpr int32_t kMaxDepth = 128;
constexpr size_t kMaxProductTerms = 4096;

// Higher degrees first, then by atoms.
int CompareFactors(const DimTerm& a, const DimTerm& b) {
  if (a.factors.size() != b.factors.size()) return a.factors.size() > b.factors.size() ? -1 : 1;
  for (size_t i = 0; i < a.factors.size(); ++i) {
    if (const int order = Dim::CompareAtoms(a.factors[i], b.factors[i]); order != 0) return order;
  }
  return 0;
}

int32_t Size(absl::Span<const DimTerm> terms) {
  int64_t size = 0;
  for (const DimTerm& term : terms) {
    ++size;
    for (const DimAtomRef& factor : term.factors) size += factor->size;
  }
  return static_cast<int32_t>(std::min<int64_t>(size, kMaxSize + 1));
}

int32_t Depth(const Dim& dim) {
  int32_t depth = 0;
  for (const DimTerm& term : dim.terms()) {
    for (const DimAtomRef& factor : term.factors) depth = std::max(depth, factor->depth);
  }
  return depth;
}

// A symbol that equals only its own copies.
Dim Opaque(const char* name) {
  static std::atomic<uint64_t> next_id{1};
  auto atom = std::make_shared<DimAtom>();
  atom->name = name;
  atom->non_negative = false;
  atom->opaque_id = next_id.fetch_add(1, std::memory_order_relaxed);
  return Dim::FromAtom(std::move(atom));
}

Dim Overflow() {
  return Opaque("overflow");
}
Dim TooComplex() {
  return Opaque("too_complex");
}

// Adds up terms with the same factors and drops those that cancel. False on overflow.
bool MergeSorted(std::vector<DimTerm>* terms) {
  size_t count = 0;
  for (size_t i = 0; i < terms->size(); ++i) {
    DimTerm& term = (*terms)[i];
    if (count > 0 && CompareFactors((*terms)[count - 1], term) == 0) {
      int64_t& sum = (*terms)[count - 1].coefficient;
      if (__builtin_add_overflow(sum, term.coefficient, &sum)) return false;
      continue;
    }
    if (count > 0 && (*terms)[count - 1].coefficient == 0) --count;
    if (count != i) (*terms)[count] = std::move(term);
    ++count;
  }
  if (count > 0 && (*terms)[count - 1].coefficient == 0) --count;
  terms->resize(count);
  return true;
}

// Appends `by` * `dim`. False on overflow.
bool AppendScaled(const Dim& dim, int64_t by, std::vector<DimTerm>* terms) {
  for (const DimTerm& term : dim.terms()) {
    DimTerm scaled = term;
    if (__builtin_mul_overflow(term.coefficient, by, &scaled.coefficient)) return false;
    terms->push_back(std::move(scaled));
  }
  return true;
}

bool OccursIn(const DimAtomRef& atom, const Dim& dim);

bool OccursIn(const DimAtomRef& atom, const DimAtomRef& in) {
  if (Dim::CompareAtoms(atom, in) == 0) return true;
  return in->function != DimFunction::kSymbol && (OccursIn(atom, in->a) || OccursIn(atom, in->b));
}

bool OccursIn(const DimAtomRef& atom, const Dim& dim) {
  for (const DimTerm& term : dim.terms()) {
    for (const DimAtomRef& factor : term.factors) {
      if (OccursIn(atom, factor)) return true;
    }
  }
  return false;
}

using SymbolValue = std::function<std::optional<int64_t>(absl::string_view)>;

absl::StatusOr<int64_t> EvaluateAtom(const DimAtom& atom, const SymbolValue& symbol_value) {
  if (atom.opaque_id != 0)
    return absl::OutOfRangeError(absl::StrCat("dimension: value is lost: ", atom.name));
  if (atom.function == DimFunction::kSymbol) {
    const std::optional<int64_t> value = symbol_value(atom.name);
    if (value.has_value()) return *value;
    return absl::NotFoundError(absl::StrCat("dimension: symbol '", atom.name, "' has no value"));
  }
  BATON_ASSIGN_OR_RETURN(const int64_t a, atom.a.Evaluate(symbol_value));
  BATON_ASSIGN_OR_RETURN(const int64_t b, atom.b.Evaluate(symbol_value));
  const Dim result = Dim::Apply(atom.function, a, b);
  if (result.is_constant()) return result.value();
  return absl::OutOfRangeError(
      absl::StrCat("dimension: ", DimFunctionName(atom.function), "(", a, ", ", b, ") has no value"));
}

}  // namespace

absl::string_view DimFunctionName(DimFunction function) {
  switch (function) {
    case DimFunction::kSymbol:
      return "";
    case DimFunction::kFloorDiv:
      return "floordiv";
    case DimFunction::kMod:
      return "mod";
    case DimFunction::kMin:
      return "min";
    case DimFunction::kMax:
      return "max";
    case DimFunction::kBroadcast:
      return "broadcast";
  }
  return "";
}

Dim Dim::Symbol(absl::string_view name, bool non_negative) {
  auto atom = std::make_shared<DimAtom>();
  atom->name = std::string(name);
  atom->non_negative = non_negative;
  return FromAtom(std::move(atom));
}

Dim Dim::FromAtom(DimAtomRef atom) {
  Dim dim;
  std::vector<DimTerm> terms(1);
  terms[0].coefficient = 1;
  terms[0].factors.push_back(std::move(atom));
  dim.terms_ = std::make_shared<const std::vector<DimTerm>>(std::move(terms));
  return dim;
}

Dim Dim::FromFunction(DimFunction function, const Dim& a, const Dim& b) {
  const int32_t depth = 1 + std::max(Depth(a), Depth(b));
  const int32_t size = 1 + Size(a.terms()) + Size(b.terms());
  if (depth > kMaxDepth || size >= kMaxSize) return TooComplex();
  auto atom = std::make_shared<DimAtom>();
  atom->function = function;
  atom->a = a;
  atom->b = b;
  atom->depth = depth;
  atom->size = size;
  return FromAtom(std::move(atom));
}

Dim Dim::FromTerms(int64_t constant, std::vector<DimTerm> terms) {
  const auto less = [](const auto& a, const auto& b) { return CompareAtoms(a, b) < 0; };
  std::vector<DimTerm> kept;
  kept.reserve(terms.size());
  for (DimTerm& term : terms) {
    if (term.factors.empty()) {
      if (__builtin_add_overflow(constant, term.coefficient, &constant)) return Overflow();
      continue;
    }
    if (!std::is_sorted(term.factors.begin(), term.factors.end(), less)) {
      std::sort(term.factors.begin(), term.factors.end(), less);
    }
    kept.push_back(std::move(term));
  }
  std::sort(kept.begin(), kept.end(),
            [](const DimTerm& a, const DimTerm& b) { return CompareFactors(a, b) < 0; });
  if (!MergeSorted(&kept)) return Overflow();
  if (Size(kept) > kMaxSize) return TooComplex();
  Dim dim(constant);
  if (!kept.empty()) dim.terms_ = std::make_shared<const std::vector<DimTerm>>(std::move(kept));
  return dim;
}

absl::string_view Dim::symbol() const {
  if (constant_ != 0 || terms().size() != 1) return {};
  const DimTerm& term = terms()[0];
  if (term.coefficient != 1 || term.factors.size() != 1 || term.factors[0]->opaque_id != 0) return {};
  return term.factors[0]->name;
}

absl::Span<const DimTerm> Dim::terms() const {
  return terms_ == nullptr ? absl::Span<const DimTerm>() : absl::MakeConstSpan(*terms_);
}

int Dim::CompareAtoms(const DimAtomRef& a, const DimAtomRef& b) {
  if (a == b) return 0;
  if (a->function != b->function) return a->function < b->function ? -1 : 1;
  if (a->function == DimFunction::kSymbol) {
    if (const int order = a->name.compare(b->name); order != 0) return order;
    return a->opaque_id == b->opaque_id ? 0 : a->opaque_id < b->opaque_id ? -1 : 1;
  }
  if (const int order = Compare(a->a, b->a); order != 0) return order;
  return Compare(a->b, b->b);
}

int Dim::Compare(const Dim& a, const Dim& b) {
  if (a.terms_ != b.terms_) {
    const absl::Span<const DimTerm> x = a.terms(), y = b.terms();
    for (size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
      if (const int order = CompareFactors(x[i], y[i]); order != 0) return order;
      if (x[i].coefficient != y[i].coefficient) return x[i].coefficient < y[i].coefficient ? -1 : 1;
    }
    if (x.size() != y.size()) return x.size() < y.size() ? -1 : 1;
  }
  return a.constant_ == b.constant_ ? 0 : a.constant_ < b.constant_ ? -1 : 1;
}

Dim operator+(const Dim& a, const Dim& b) {
  int64_t constant = 0;
  if (__builtin_add_overflow(a.constant_, b.constant_, &constant)) return Overflow();
  if (a.is_constant() && b.is_constant()) return constant;
  std::vector<DimTerm> terms(a.terms().begin(), a.terms().end());
  terms.insert(terms.end(), b.terms().begin(), b.terms().end());
  return Dim::FromTerms(constant, std::move(terms));
}

Dim operator-(const Dim& a, const Dim& b) {
  int64_t constant = 0;
  if (__builtin_sub_overflow(a.constant_, b.constant_, &constant)) return Overflow();
  if (a.terms_ == b.terms_) return constant;
  std::vector<DimTerm> terms(a.terms().begin(), a.terms().end());
  if (!AppendScaled(b, -1, &terms)) return Overflow();
  return Dim::FromTerms(constant, std::move(terms));
}

Dim operator*(const Dim& a, const Dim& b) {
  int64_t constant = 0;
  if (__builtin_mul_overflow(a.constant_, b.constant_, &constant)) return Overflow();
  if (a.is_constant() && b.is_constant()) return constant;
  if (a.terms().size() * b.terms().size() > kMaxProductTerms) return TooComplex();
  std::vector<DimTerm> terms;
  if (!AppendScaled(a, b.constant_, &terms) || !AppendScaled(b, a.constant_, &terms)) return Overflow();
  for (const DimTerm& x : a.terms()) {
    for (const DimTerm& y : b.terms()) {
      DimTerm product = x;
      if (__builtin_mul_overflow(x.coefficient, y.coefficient, &product.coefficient)) return Overflow();
      product.factors.insert(product.factors.end(), y.factors.begin(), y.factors.end());
      terms.push_back(std::move(product));
    }
  }
  return Dim::FromTerms(constant, std::move(terms));
}

Dim Dim::Substitute(const DimAtomRef& from, const Dim& to) const {
  if (!OccursIn(from, *this)) return *this;
  Dim sum = constant_;
  for (const DimTerm& term : terms()) {
    Dim product = term.coefficient;
    for (const DimAtomRef& factor : term.factors) {
      if (CompareAtoms(factor, from) == 0) {
        product = product * to;
      } else if (factor->function == DimFunction::kSymbol) {
        product = product * FromAtom(factor);
      } else {
        product =
            product * Apply(factor->function, factor->a.Substitute(from, to), factor->b.Substitute(from, to));
      }
    }
    sum = sum + product;
  }
  return sum;
}

void Dim::VisitSymbols(const std::function<void(absl::string_view)>& visit) const {
  for (const DimTerm& term : terms()) {
    for (const DimAtomRef& factor : term.factors) {
      if (factor->function == DimFunction::kSymbol) {
        visit(factor->name);
      } else {
        factor->a.VisitSymbols(visit);
        factor->b.VisitSymbols(visit);
      }
    }
  }
}

bool Dim::is_opaque() const {
  for (const DimTerm& term : terms()) {
    for (const DimAtomRef& factor : term.factors) {
      const bool is_symbol = factor->function == DimFunction::kSymbol;
      if (is_symbol ? factor->opaque_id != 0 : factor->a.is_opaque() || factor->b.is_opaque()) return true;
    }
  }
  return false;
}

absl::StatusOr<int64_t> Dim::Evaluate(const SymbolValue& symbol_value) const {
  int64_t sum = constant_;
  for (const DimTerm& term : terms()) {
    int64_t product = term.coefficient;
    bool overflow = false;
    for (const DimAtomRef& factor : term.factors) {
      BATON_ASSIGN_OR_RETURN(const int64_t value, EvaluateAtom(*factor, symbol_value));
      overflow |= __builtin_mul_overflow(product, value, &product);
    }
    overflow |= __builtin_add_overflow(sum, product, &sum);
    if (overflow) {
      return absl::OutOfRangeError(absl::StrCat("dimension: ", ToString(), " does not fit 64 bits"));
    }
  }
  return sum;
}

std::optional<std::pair<DimAtomRef, Dim>> SolveForAtom(const Dim& difference) {
  for (const bool want_symbol : {true, false}) {
    for (const DimTerm& term : difference.terms()) {
      if (term.factors.size() != 1 || (term.coefficient != 1 && term.coefficient != -1)) continue;
      const DimAtomRef& atom = term.factors[0];
      if ((atom->function == DimFunction::kSymbol) != want_symbol || atom->opaque_id != 0) continue;
      const Dim rest = difference - Dim::FromTerms(0, {term});
      if (OccursIn(atom, rest)) continue;
      return std::make_pair(atom, rest * Dim(-term.coefficient));
    }
  }
  return std::nullopt;
}

}  // namespace baton
