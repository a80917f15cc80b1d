// Text -> Executable: the listing that the disassembler prints with `lossless`, and what people write in its
// form. Grammar: docs/bytecode.md.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "vm/bytecode/executable.h"

namespace baton {

// The program that `text` is the listing of. Takes what can be encoded: it is for the verifier to accept.
// Time and memory are linear in the text, but for logarithms. Errors: InvalidArgument with line and column,
// what was found there and what was expected.
absl::StatusOr<Executable> Assemble(absl::string_view text);

}  // namespace baton
