#include "vm/bytecode/assembler.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "vm/bytecode/assemble_function.h"
#include "vm/bytecode/assemble_tables.h"
#include "vm/bytecode/assembly_cursor.h"
#include "vm/bytecode/assembly_references.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// "function main#1", "stack function main#1": the start of one encoding of a function.
struct Heading {
  size_t end = 0;  // of it in the text
  Dispatch dispatch = Dispatch::kRegister;
  int64_t function = 0;
};

// The encoding of the function that starts here; nothing for other sections.
std::optional<Dispatch> AcceptFunction(AssemblyCursor& cursor) {
  if (!cursor.StartsSection()) return std::nullopt;
  const size_t begin = cursor.position();
  const Dispatch dispatch = cursor.AcceptWord("stack") ? Dispatch::kStack : Dispatch::kRegister;
  if (cursor.AcceptWord("function")) return dispatch;
  cursor.set_position(begin);
  return std::nullopt;
}

class Assembler {
 public:
  explicit Assembler(absl::string_view text) : text_(text), references_(&executable_) {}

  // Calls name functions that come later, so all headings are read first.
  absl::StatusOr<Executable> Run() {
    BATON_RETURN_IF_ERROR(ReadHeadings());
    BATON_RETURN_IF_ERROR(ReadSections());
    return std::move(executable_);
  }

 private:
  absl::Status ReadHeadings();
  absl::Status ReadHeading(AssemblyCursor& cursor, Dispatch dispatch);
  absl::Status ReadSections();

  absl::string_view text_;
  Executable executable_;
  AssemblyReferences references_;
  std::vector<Heading> headings_;
};

// Stack code that follows the register code of a function of its name is that function's.
absl::Status Assembler::ReadHeading(AssemblyCursor& cursor, Dispatch dispatch) {
  BATON_ASSIGN_OR_RETURN(std::string name, cursor.ReadName("the name of a function"));
  std::vector<Function>& functions = executable_.functions;
  const bool can_continue = dispatch == Dispatch::kStack && !headings_.empty() &&
                            headings_.back().dispatch == Dispatch::kRegister && functions.back().name == name;
  const auto next = static_cast<int64_t>(functions.size());
  int64_t index = can_continue ? next - 1 : next;
  const size_t position = cursor.position();
  if (cursor.Accept("#")) {
    BATON_ASSIGN_OR_RETURN(index, cursor.ReadInteger(0, INT32_MAX, "the number of the function"));
    if (index != next && !(can_continue && index == next - 1))
      return cursor.ErrorAt(position, absl::StrCat("this is function ", next));
  }
  headings_.push_back({cursor.position(), dispatch, index});
  if (index != next) return absl::OkStatus();
  references_.AddFunction(name);
  functions.emplace_back().name = std::move(name);
  return absl::OkStatus();
}

absl::Status Assembler::ReadHeadings() {
  for (AssemblyCursor cursor(text_); cursor.NextLine(); cursor.SkipLine()) {
    const std::optional<Dispatch> dispatch = AcceptFunction(cursor);
    if (dispatch.has_value()) BATON_RETURN_IF_ERROR(ReadHeading(cursor, *dispatch));
  }
  return absl::OkStatus();
}

absl::Status Assembler::ReadSections() {
  AssemblyCursor cursor(text_);
  for (size_t next_heading = 0; cursor.NextLine();) {
    if (!AcceptFunction(cursor).has_value()) {
      BATON_RETURN_IF_ERROR(AssembleTable(cursor, references_, &executable_));
      continue;
    }
    const Heading& heading = headings_[next_heading++];
    cursor.set_position(heading.end);
    BATON_RETURN_IF_ERROR(AssembleFunction(cursor, references_, heading.dispatch,
                                           &executable_.functions[static_cast<size_t>(heading.function)]));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Executable> Assemble(absl::string_view text) {
  if (text.size() > kMaxAssemblyBytes)
    return absl::InvalidArgumentError("assembly: the text has more than 4 GiB");
  return Assembler(text).Run();
}

}  // namespace baton
