// Dim: a dimension (or other integer that decides a shape) as an expression over integers and named symbols,
// kept in one normal form: a sum of products of atoms with integer coefficients. Two Dims that are equal as
// polynomials over the same atoms compare equal. Used by type rules at compile time (symbolic) and at run
// time (constants; then a Dim allocates nothing). Immutable values; safe to share between threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace baton {

class Dim;

// A factor that the polynomial treats as opaque: a symbol, or a function of two Dims that is not polynomial.
enum class DimFunction : uint8_t {
  kSymbol,
  kFloorDiv,  // floor(a / b)
  kMod,       // a - b * floor(a / b)
  kMin,
  kMax,
  kBroadcast,  // a == 1 ? b : a   (the extent of broadcasting a against b, once they are known to fit)
};

// "floordiv", "mod", "min", "max", "broadcast"; empty for kSymbol.
absl::string_view DimFunctionName(DimFunction function);

struct DimAtom;  // immutable, shared
using DimAtomRef = std::shared_ptr<const DimAtom>;

struct DimTerm {
  int64_t coefficient = 0;          // never 0
  std::vector<DimAtomRef> factors;  // sorted, at least one; repeated for powers
};

class Dim {
 public:
  Dim() = default;
  Dim(int64_t value) : constant_(value) {}  // NOLINT: a constant is a Dim

  // A named symbol. `non_negative` is false for integers that are no extents (a slice bound known only at run
  // time). Symbols are equal when their names are.
  static Dim Symbol(absl::string_view name, bool non_negative = true);
  // Applies a non-polynomial function; folds what can be folded (constants, x/1, exact division, min and max
  // that bounds decide, broadcast(1, b), broadcast(a, a), broadcast(c, b) with constant c > 1). The folded
  // form has the same value wherever the function is defined (no division by zero, extents that fit).
  static Dim Apply(DimFunction function, const Dim& a, const Dim& b);
  // constant + the sum of `terms`, which may come in any order and with any coefficients.
  static Dim FromTerms(int64_t constant, std::vector<DimTerm> terms);
  // One atom. REQUIRES: not null.
  static Dim FromAtom(DimAtomRef atom);
  // Reads what ToString prints. Errors: InvalidArgument for other text, nesting beyond 128, overflow.
  static absl::StatusOr<Dim> Parse(absl::string_view text);

  bool is_constant() const { return terms_ == nullptr; }
  // REQUIRES: is_constant().
  int64_t value() const { return constant_; }
  // The name, when this is exactly one symbol with coefficient 1; empty otherwise and when it is opaque.
  absl::string_view symbol() const;
  // The sum is constant() plus all terms(), which are sorted.
  int64_t constant() const { return constant_; }
  absl::Span<const DimTerm> terms() const;

  // "4*seq + 1", "floordiv(len + 63, 64)". Deterministic. A symbol that may be negative is "signed(start)"; a
  // name that is no identifier stands in quotes.
  std::string ToString() const;
  // A total order of normal forms; 0 when equal. Not numeric.
  static int Compare(const Dim& a, const Dim& b);
  // Structural equality of normal forms: equal for every value of the symbols.
  friend bool operator==(const Dim& a, const Dim& b) {
    if (a.is_constant() && b.is_constant()) return a.constant_ == b.constant_;
    return Compare(a, b) == 0;
  }
  friend bool operator<(const Dim& a, const Dim& b) { return Compare(a, b) < 0; }
  // The order of factors within a term. REQUIRES: not null.
  static int CompareAtoms(const DimAtomRef& a, const DimAtomRef& b);

  // True when a and b differ for every value of the symbols (by constants or by bounds).
  static bool ProvablyDifferent(const Dim& a, const Dim& b);
  // The greatest lower (least upper) bound that follows from the form, symbols being >= 0 where declared so.
  std::optional<int64_t> LowerBound() const;
  std::optional<int64_t> UpperBound() const;

  // Replaces every occurrence of the atom `from` by `to`, also inside functions, and normalises.
  Dim Substitute(const DimAtomRef& from, const Dim& to) const;
  // Calls `visit` with the name of every symbol, possibly repeatedly.
  void VisitSymbols(const std::function<void(absl::string_view)>& visit) const;
  // True when arithmetic lost the value: "overflow" or "too_complex" (below) is in the form.
  bool is_opaque() const;
  // The value when `symbol_value` gives one for every symbol. Errors: OutOfRange on overflow of int64 or a
  // division by zero; NotFound when a symbol has no value.
  absl::StatusOr<int64_t> Evaluate(
      const std::function<std::optional<int64_t>(absl::string_view)>& symbol_value) const;

  // Arithmetic. Constants that overflow int64 saturate into an opaque symbol named "overflow", which no check
  // can prove equal to anything and which has no run-time value: see is_opaque(). The same happens,
  // with the name "too_complex", to forms that grow beyond any use (over 256 nodes, functions nested
  // deeper than 128).
  friend Dim operator+(const Dim& a, const Dim& b);
  friend Dim operator-(const Dim& a, const Dim& b);
  friend Dim operator*(const Dim& a, const Dim& b);

 private:
  // The unfolded atom function(a, b).
  static Dim FromFunction(DimFunction function, const Dim& a, const Dim& b);

  int64_t constant_ = 0;
  std::shared_ptr<const std::vector<DimTerm>> terms_;  // null: constant
};

struct DimAtom {
  DimFunction function = DimFunction::kSymbol;
  std::string name;          // kSymbol
  bool non_negative = true;  // kSymbol
  Dim a, b;                  // the others
  uint64_t opaque_id = 0;    // "overflow" and "too_complex": different in each; 0 for real symbols
  int32_t depth = 0;         // functions nested in this one, itself included; set by Dim
  int32_t size = 1;          // nodes of the expression tree; set by Dim
};

inline Dim FloorDiv(const Dim& a, const Dim& b) {
  return Dim::Apply(DimFunction::kFloorDiv, a, b);
}
inline Dim CeilDiv(const Dim& a, const Dim& b) {
  return FloorDiv(a + b - Dim(1), b);
}
inline Dim Mod(const Dim& a, const Dim& b) {
  return Dim::Apply(DimFunction::kMod, a, b);
}
inline Dim Min(const Dim& a, const Dim& b) {
  return Dim::Apply(DimFunction::kMin, a, b);
}
inline Dim Max(const Dim& a, const Dim& b) {
  return Dim::Apply(DimFunction::kMax, a, b);
}

// If `difference` == 0 can be solved for one atom (a term with coefficient +-1, a single factor, which occurs
// nowhere else in the form), that atom and its value: lets a condition a == b narrow types inside its branch.
std::optional<std::pair<DimAtomRef, Dim>> SolveForAtom(const Dim& difference);

}  // namespace baton
