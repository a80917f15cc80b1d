// The compiler's memory plan, read back from an executable (compiler/lower/memory_plan_text.h), and the most
// that its arenas take at once. Used by `baton inspect --memory`.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/bench_inputs.h"
#include "vm/bytecode/executable.h"
#include "vm/core/dim.h"

namespace baton {

struct PlanLine {
  enum class Kind { kArena, kCall, kClosure };
  Kind kind = Kind::kArena;
  int depth = 0;
  Dim num_bytes;                               // kArena
  std::string place;                           // kArena: in the model; empty when not known
  int callee = 0;                              // kCall
  std::vector<std::pair<Dim, Dim>> arguments;  // kCall: symbols of the callee, what they are here
};

using FunctionPlan = std::vector<PlanLine>;
// By the function's index. Empty when the executable has no plan. Errors: InvalidArgument for a plan that is
// no such text.
absl::StatusOr<std::map<int, FunctionPlan>> ReadMemoryPlan(const Executable& executable);

// The most bytes of arenas that are open at once, on one thread, while a function runs.
struct MemoryPeak {
  std::vector<Dim> candidates;  // the peak is the largest; none: nothing. A symbol that a caller does not
                                // give is "callee.symbol"
  bool calls_closures = false;  // what these take is not in it
  std::string recursive;        // of a function that calls itself, whose name this is, no peak is known
  bool is_too_complex = false;  // nor of one with more candidates than anybody would read

  bool is_known() const { return recursive.empty() && !is_too_complex; }
  // "64*batch + 128", "max(64*n, 128*m)". REQUIRES: is_known().
  std::string ToString() const;
  // Errors: NotFound that names a symbol without a value, OutOfRange.
  absl::StatusOr<int64_t> Evaluate(const Combination& values) const;
};
std::map<int, MemoryPeak> MemoryPeaks(const std::map<int, FunctionPlan>& plans, const Executable& executable);

}  // namespace baton
