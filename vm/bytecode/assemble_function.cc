#include "vm/bytecode/assemble_function.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "vm/bytecode/assemble_instruction.h"
#include "vm/bytecode/assembly_values.h"
#include "vm/bytecode/register_code.h"
#include "vm/bytecode/stack_code.h"
#include "vm/core/status.h"

namespace baton {
namespace {

class FunctionReader {
 public:
  FunctionReader(AssemblyCursor& cursor, AssemblyReferences& references, Dispatch dispatch,
                 Function* function)
      : cursor_(cursor),
        references_(references),
        dispatch_(dispatch),
        function_(*function),
        debug_(is_stack() ? function->stack.debug : function->debug) {}

  absl::Status ReadHeader();
  absl::Status ReadBody();

 private:
  absl::Status ReadLine();
  absl::Status ReadLabels();
  absl::Status BindLabel(absl::string_view label, size_t position);
  absl::Status ReadSlots();
  absl::Status AddSlots(int64_t first, int64_t last, SlotKind kind, size_t position);
  absl::Status ReadDebugEntry();
  absl::Status ReadInstruction();
  absl::StatusOr<int64_t> ReadSlot();
  absl::Status PatchJumps();

  bool is_stack() const { return dispatch_ == Dispatch::kStack; }
  uint32_t place() const {
    return static_cast<uint32_t>(is_stack() ? function_.stack.code.size()
                                            : function_.code.size() / kUnitsPerWord);
  }

  AssemblyCursor& cursor_;
  AssemblyReferences& references_;
  const Dispatch dispatch_;
  Function& function_;
  std::vector<DebugEntry>& debug_;
  AssembledInstruction instruction_;
  int64_t next_slot_ = 0;                         // the first whose kind has not been read
  std::map<absl::string_view, uint32_t> labels_;  // places
  struct Jump {
    uint32_t place;
    absl::string_view target;
    size_t position;  // of the label in the text
  };
  std::vector<Jump> jumps_;
};

// A register or, in stack code, the number of a local.
absl::StatusOr<int64_t> FunctionReader::ReadSlot() {
  if (is_stack()) return cursor_.ReadInteger(0, kMaxLocals - 1, "a local");
  BATON_ASSIGN_OR_RETURN(const uint16_t number, ReadRegisterName(cursor_));
  return number;
}

// (r0: tensor, r1: i64) -> (tensor)
absl::Status FunctionReader::ReadHeader() {
  const size_t begin = cursor_.position();
  BATON_RETURN_IF_ERROR(cursor_.Expect("("));
  std::vector<SlotKind> parameters;
  while (!cursor_.Accept(")")) {
    if (!parameters.empty()) BATON_RETURN_IF_ERROR(cursor_.Expect(","));
    const size_t position = cursor_.position();
    BATON_ASSIGN_OR_RETURN(const int64_t slot, ReadSlot());
    if (slot != static_cast<int64_t>(parameters.size()))
      return cursor_.ErrorAt(position, absl::StrCat("this is parameter ", parameters.size()));
    BATON_RETURN_IF_ERROR(cursor_.Expect(":"));
    BATON_ASSIGN_OR_RETURN(const SlotKind kind, ReadSlotKind(cursor_));
    parameters.push_back(kind);
  }
  BATON_RETURN_IF_ERROR(cursor_.Expect("->"));
  BATON_ASSIGN_OR_RETURN(std::vector<SlotKind> results, ReadSlotKinds(cursor_));
  if (is_stack() && function_.has_code(Dispatch::kRegister)) {
    const absl::Span<const SlotKind> expected = function_.parameters();
    if (expected == absl::MakeConstSpan(parameters) && results == function_.result_kinds)
      return absl::OkStatus();
    return cursor_.ErrorAt(begin, absl::StrCat("the register code has (", SlotKindsText(expected), ") -> (",
                                               SlotKindsText(function_.result_kinds), ")"));
  }
  function_.num_parameters = static_cast<int32_t>(parameters.size());
  function_.register_kinds = std::move(parameters);
  function_.result_kinds = std::move(results);
  return absl::OkStatus();
}

// The parameters are known already and may be left out; what follows is appended.
absl::Status FunctionReader::AddSlots(int64_t first, int64_t last, SlotKind kind, size_t position) {
  const int64_t num_parameters = function_.num_parameters;
  if (next_slot_ == 0 && first == num_parameters) next_slot_ = first;
  if (first != next_slot_) return cursor_.ErrorAt(position, absl::StrCat("expected number ", next_slot_));
  for (; next_slot_ <= last; ++next_slot_) {
    if (next_slot_ >= num_parameters) {
      (is_stack() ? function_.stack.local_kinds : function_.register_kinds).push_back(kind);
    } else if (function_.register_kinds[next_slot_] != kind) {
      return cursor_.ErrorAt(position, absl::StrCat("parameter ", next_slot_, " is of kind ",
                                                    SlotKindName(function_.register_kinds[next_slot_])));
    }
  }
  return absl::OkStatus();
}

// r0: tensor, r1-r3: i64
absl::Status FunctionReader::ReadSlots() {
  for (bool more = !cursor_.AtLineEnd(); more; more = cursor_.Accept(",")) {
    const size_t position = cursor_.position();
    BATON_ASSIGN_OR_RETURN(const int64_t first, ReadSlot());
    int64_t last = first;
    if (cursor_.Accept("-")) {
      BATON_ASSIGN_OR_RETURN(last, ReadSlot());
    }
    BATON_RETURN_IF_ERROR(cursor_.Expect(":"));
    BATON_ASSIGN_OR_RETURN(const SlotKind kind, ReadSlotKind(cursor_));
    BATON_RETURN_IF_ERROR(AddSlots(first, last, kind, position));
  }
  return absl::OkStatus();
}

// @3, or @3 at 17: behind "@".
absl::Status FunctionReader::ReadDebugEntry() {
  BATON_ASSIGN_OR_RETURN(const int64_t location,
                         cursor_.ReadInteger(0, UINT32_MAX, "the number of a location"));
  DebugEntry entry{place(), static_cast<uint32_t>(location)};
  if (cursor_.AcceptWord("at")) {
    BATON_ASSIGN_OR_RETURN(const int64_t at, cursor_.ReadInteger(0, UINT32_MAX, "a place"));
    entry.place = static_cast<uint32_t>(at);
  }
  debug_.push_back(entry);
  return absl::OkStatus();
}

absl::Status FunctionReader::BindLabel(absl::string_view label, size_t position) {
  if (labels_.emplace(label, place()).second) return absl::OkStatus();
  return cursor_.ErrorAt(position, absl::StrCat("there is a label '", label.substr(0, 100), "' above"));
}

// "12", "loop:": numbers need no colon.
absl::Status FunctionReader::ReadLabels() {
  while (!cursor_.AtLineEnd()) {
    const size_t begin = cursor_.position();
    const absl::string_view label = ReadLabelName(cursor_);
    const bool has_colon = !label.empty() && cursor_.Accept(":");
    if (label.empty() || (!has_colon && !absl::ascii_isdigit(label[0]))) {
      cursor_.set_position(begin);
      return absl::OkStatus();
    }
    BATON_RETURN_IF_ERROR(BindLabel(label, begin));
  }
  return absl::OkStatus();
}

absl::Status FunctionReader::ReadInstruction() {
  BATON_RETURN_IF_ERROR(AssembleInstruction(cursor_, references_, dispatch_, &instruction_));
  if (!instruction_.target.empty())
    jumps_.push_back({place(), instruction_.target, instruction_.target_position});
  if (is_stack()) {
    EncodeStackInstruction(instruction_.instruction, &function_.stack.code);
  } else {
    EncodeInstruction(instruction_.instruction, &function_.code);
  }
  return absl::OkStatus();
}

absl::Status FunctionReader::ReadLine() {
  BATON_RETURN_IF_ERROR(ReadLabels());
  if (cursor_.AtLineEnd()) return absl::OkStatus();
  if (cursor_.Accept("@")) return ReadDebugEntry();
  if (cursor_.AcceptWord(is_stack() ? "locals" : "registers")) return ReadSlots();
  if (!is_stack() || !cursor_.AcceptWord("stack")) return ReadInstruction();
  BATON_ASSIGN_OR_RETURN(const int64_t height, cursor_.ReadInteger(0, kMaxStackHeight, "a height"));
  function_.stack.max_height = static_cast<int32_t>(height);
  return absl::OkStatus();
}

absl::Status FunctionReader::PatchJumps() {
  for (const Jump& jump : jumps_) {
    const auto found = labels_.find(jump.target);
    if (found == labels_.end()) {
      return cursor_.ErrorAt(jump.position, absl::StrCat("there is no label '", jump.target.substr(0, 100),
                                                         "' in the function"));
    }
    if (is_stack()) {
      PatchStackLabel(&function_.stack.code, jump.place, found->second);
    } else {
      PatchLabel(&function_.code, size_t{kUnitsPerWord} * jump.place, found->second);
    }
  }
  return absl::OkStatus();
}

absl::Status FunctionReader::ReadBody() {
  while (cursor_.NextLine() && !cursor_.StartsSection()) {
    BATON_RETURN_IF_ERROR(ReadLine());
    BATON_RETURN_IF_ERROR(cursor_.ExpectLineEnd());
  }
  return PatchJumps();
}

}  // namespace

absl::Status AssembleFunction(AssemblyCursor& cursor, AssemblyReferences& references, Dispatch dispatch,
                              Function* function) {
  FunctionReader reader(cursor, references, dispatch, function);
  BATON_RETURN_IF_ERROR(reader.ReadHeader());
  BATON_RETURN_IF_ERROR(cursor.ExpectLineEnd());
  return reader.ReadBody();
}

}  // namespace baton
