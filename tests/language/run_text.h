// Runs a program in Relay text the way a user does: read, compiled, saved, loaded, verified, bound, invoked.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "vm/exec/session.h"

namespace baton {

// The program, ready to run. `level`: of optimisation.
absl::StatusOr<std::shared_ptr<const Program>> LoadText(absl::string_view text, int level = 2,
                                                        bool strict = false);

// The results of @main as text, joined by "; ": "Cons(1, Nil); [1, 2]". `inputs` are values in Relay text,
// one for each parameter. Runs at every optimisation level and expects the same each time; after an error,
// "error: " and the message (of the level 2).
std::string RunText(absl::string_view text, const std::vector<std::string>& inputs = {});

// RunText of a module that imports the prelude and has `definitions` before a @main without parameters that
// evaluates `expression`.
std::string Eval(absl::string_view expression, absl::string_view definitions = "");

// The error of reading and compiling; "ok" when there is none.
std::string ReadError(absl::string_view text, bool strict = false);

}  // namespace baton
