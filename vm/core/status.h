// Status helpers shared by every component: early return, context added outward, and checks of Baton's own
// invariants. Errors are values (absl::Status); nothing in Baton throws.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace baton {

// Returns `status` with "; `context`" appended to its message; an OK status is returned unchanged.
absl::Status Annotate(const absl::Status& status, absl::string_view context);

namespace internal {
// Prints the failed expression with its place and aborts.
[[noreturn]] void CheckFailed(const char* file, int line, const char* expression);

inline absl::Status ToStatus(absl::Status status) {
  return status;
}
template <typename T>
absl::Status ToStatus(const absl::StatusOr<T>& result) {
  return result.status();
}
}  // namespace internal
}  // namespace baton

#define BATON_CONCAT_INNER(a, b) a##b
#define BATON_CONCAT(a, b) BATON_CONCAT_INNER(a, b)

// Evaluates an absl::Status expression and returns it from the enclosing function unless it is OK.
#define BATON_RETURN_IF_ERROR(expr)                                            \
  do {                                                                         \
    if (absl::Status baton_status = (expr); !baton_status.ok()) [[unlikely]] { \
      return baton_status;                                                     \
    }                                                                          \
  } while (false)

// `lhs = *expr` for an absl::StatusOr expression, or returns its error.
#define BATON_ASSIGN_OR_RETURN(lhs, expr) \
  BATON_ASSIGN_OR_RETURN_IMPL(BATON_CONCAT(baton_result_, __LINE__), lhs, expr)
#define BATON_ASSIGN_OR_RETURN_IMPL(result, lhs, expr) \
  auto result = (expr);                                \
  if (!result.ok()) [[unlikely]]                       \
    return std::move(result).status();                 \
  lhs = *std::move(result)

// Aborts when one of Baton's own invariants does not hold. Never used on anything that an input can decide.
#define BATON_CHECK(expr)                                        \
  do {                                                           \
    if (!(expr)) [[unlikely]]                                    \
      ::baton::internal::CheckFailed(__FILE__, __LINE__, #expr); \
  } while (false)
