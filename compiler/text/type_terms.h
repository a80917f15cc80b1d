// Types under inference: terms with unknowns, solved by unification. An extent is a number or open ("?");
// what is known of a term only ever becomes less precise in its extents (3, then ?, then any rank), so that
// inference ends. Internal to compiler/text.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "vm/core/type.h"

namespace baton::text {

struct TypeTerm {
  enum class Kind : uint8_t { kUnbound, kTensor, kTuple, kFunction, kData, kReference, kVariable };
  static constexpr int64_t kOpen = -1;

  TypeTerm* forward = nullptr;  // stands for this one
  Kind kind = Kind::kUnbound;
  DType dtype = DType::kFloat32;
  bool has_rank = true;
  bool declared = false;      // kTensor: written by the user; values fit it or are checked
  std::vector<int64_t> dims;  // kTensor; kOpen where not known
  std::string name;           // kData, kVariable
  std::vector<TypeTerm*>
      parts;  // kTuple, kData; kReference: the content; kFunction: the result, then parameters
};

// Owns terms and solves equations between them. All errors are InvalidArgument and show both types.
class TypeTerms {
 public:
  TypeTerm* Fresh();
  // `declared`: as the user wrote it. Unknown types in it become fresh; symbols become open extents.
  TypeTerm* FromType(const Type& type, bool declared);
  TypeTerm* Tuple(std::vector<TypeTerm*> fields);
  TypeTerm* Function(std::vector<TypeTerm*> params, TypeTerm* result);
  TypeTerm* Data(absl::string_view name, std::vector<TypeTerm*> args);
  TypeTerm* Reference(TypeTerm* content);
  // `type` with args[i] for variables named params[i].
  TypeTerm* Instantiate(const Type& type, absl::Span<const std::string> params,
                        absl::Span<TypeTerm* const> args, bool declared);

  // What the term stands for now.
  static TypeTerm* Find(TypeTerm* term);
  // Unknown parts are Type(); open extents AnyDim().
  static Type ToType(TypeTerm* term);
  // No unknown part.
  static bool IsComplete(TypeTerm* term);

  // Makes both the same type: "?" wins over a number; other differences are errors.
  absl::Status Unify(TypeTerm* a, TypeTerm* b);
  // A value of type `from` goes to a place of type `to`. Tensors keep what each knows: a declared place
  // accepts what may fit (the rest is checked when it runs); others learn from the value.
  absl::Status Flow(TypeTerm* from, TypeTerm* to);
  // `to` becomes a type of values of both; extents and ranks that differ are left open.
  absl::Status Join(TypeTerm* from, TypeTerm* to);

  // Counts changes to terms, so that what depends on them can be computed again.
  int64_t version() const { return version_; }

 private:
  enum class Differing : uint8_t { kError, kOpen };
  absl::Status FlowTo(TypeTerm* from, TypeTerm* to, Differing differing);
  absl::Status MergeTensor(TypeTerm* from, TypeTerm* to, Differing differing);
  absl::Status UnifyParts(TypeTerm* a, TypeTerm* b);
  absl::Status Bind(TypeTerm* unbound, TypeTerm* term);
  TypeTerm* Copy(TypeTerm* term);  // of tensors and tuples, which values do not share

  std::deque<TypeTerm> terms_;
  int64_t version_ = 0;
};

}  // namespace baton::text
