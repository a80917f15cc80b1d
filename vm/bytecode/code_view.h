// CodeView: one encoding of a function, for tools that work on both.
#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "vm/bytecode/executable.h"
#include "vm/bytecode/register_code.h"
#include "vm/bytecode/stack_code.h"
#include "vm/core/status.h"

namespace baton {

// Reads the function, which must outlive it.
class CodeView {
 public:
  CodeView(const Function& function, Dispatch dispatch) : function_(function), dispatch_(dispatch) {}

  Dispatch dispatch() const { return dispatch_; }
  // Places count in the units of labels and debug entries: words, of which the last may be incomplete; bytes
  // of stack code.
  size_t size() const {
    return is_stack() ? function_.stack.code.size()
                      : (function_.code.size() + kUnitsPerWord - 1) / kUnitsPerWord;
  }
  // "words", "bytes".
  absl::string_view unit_name() const { return is_stack() ? "bytes" : "words"; }
  size_t num_bytes() const {
    return is_stack() ? function_.stack.code.size() : function_.code.size() * sizeof(uint16_t);
  }
  // Decodes the instruction at `place`, and gives its length in places. Errors: DecodeInstruction's,
  // DecodeStackInstruction's.
  absl::Status Decode(size_t place, Instruction* instruction, size_t* length) const {
    if (is_stack()) return DecodeStackInstruction(function_.stack.code, place, instruction, length);
    BATON_RETURN_IF_ERROR(DecodeInstruction(function_.code, place * kUnitsPerWord, instruction, length));
    *length /= kUnitsPerWord;
    return absl::OkStatus();
  }
  absl::Span<const DebugEntry> debug() const { return is_stack() ? function_.stack.debug : function_.debug; }

  // Registers; parameters and locals.
  size_t num_slots() const { return function_.parameters().size() + other_slots().size(); }
  SlotKind slot_kind(size_t slot) const {
    const size_t num_parameters = function_.parameters().size();
    return slot < num_parameters ? function_.parameters()[slot] : other_slots()[slot - num_parameters];
  }
  // "r3", "local 3".
  absl::string_view slot_prefix() const { return is_stack() ? "local " : "r"; }

 private:
  bool is_stack() const { return dispatch_ == Dispatch::kStack; }
  absl::Span<const SlotKind> other_slots() const {
    if (is_stack()) return function_.stack.local_kinds;
    return absl::MakeConstSpan(function_.register_kinds).subspan(function_.parameters().size());
  }

  const Function& function_;
  const Dispatch dispatch_;
};

}  // namespace baton
