#include "vm/bytecode/disassembler.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "vm/bytecode/assembly_text.h"
#include "vm/bytecode/code_view.h"
#include "vm/bytecode/disassemble_tables.h"
#include "vm/bytecode/instruction_text.h"

namespace baton {
namespace {

constexpr size_t kMaxLocation = 300;

template <typename T>
bool InTable(int64_t index, const std::vector<T>& table) {
  return index >= 0 && static_cast<size_t>(index) < table.size();
}

// "r0-r3: i64, r4: tensor".
std::string SlotKindRuns(const CodeView& view) {
  const absl::string_view prefix = view.dispatch() == Dispatch::kRegister ? "r" : "";
  std::vector<std::string> runs;
  for (size_t begin = 0, end = 0; begin < view.num_slots(); begin = end) {
    while (end < view.num_slots() && view.slot_kind(end) == view.slot_kind(begin)) ++end;
    const std::string last = end - begin > 1 ? absl::StrCat("-", prefix, end - 1) : "";
    runs.push_back(absl::StrCat(prefix, begin, last, ": ", SlotKindName(view.slot_kind(begin))));
  }
  return absl::StrJoin(runs, ", ");
}

class FunctionPrinter {
 public:
  FunctionPrinter(const Executable& executable, InstructionText& text, int index, Dispatch dispatch,
                  DisassembleOptions options)
      : executable_(executable),
        text_(text),
        index_(index),
        function_(executable.functions[index]),
        view_(function_, dispatch),
        options_(options) {}

  std::string Print();

 private:
  // Calls `visit(place, length, instruction or null, error)` for each instruction; undecodable places come
  // one by one.
  template <typename Visit>
  void VisitCode(Visit visit);
  void FindTargets();
  void PrintHeader();
  std::string LocationText(uint32_t location) const;
  // Those up to `place`.
  void PrintDebugEntries(size_t place);
  void PrintLine(size_t place, absl::string_view text);
  std::string DamagedText(size_t place, const absl::Status& error) const;

  const Executable& executable_;
  InstructionText& text_;
  const int index_;
  const Function& function_;
  const CodeView view_;
  const DisassembleOptions options_;
  std::vector<bool> is_target_;  // by place
  size_t next_debug_ = 0;
  std::string out_;
};

template <typename Visit>
void FunctionPrinter::VisitCode(Visit visit) {
  Instruction instruction;
  size_t length = 0;
  for (size_t place = 0; place < view_.size(); place += length) {
    const absl::Status status = view_.Decode(place, &instruction, &length);
    if (!status.ok()) length = 1;
    visit(place, status.ok() ? &instruction : nullptr, status);
  }
}

void FunctionPrinter::FindTargets() {
  is_target_.assign(view_.size(), false);
  VisitCode([this](size_t, const Instruction* instruction, const absl::Status&) {
    if (instruction == nullptr) return;
    const OpcodeInfo& info = GetOpcode(instruction->opcode);
    for (int i = 0; i < info.num_operands; ++i) {
      const size_t target = static_cast<size_t>(instruction->operands[i].number);
      if (info.operands[i].kind == OperandKind::kLabel && target < is_target_.size())
        is_target_[target] = true;
    }
  });
}

void FunctionPrinter::PrintHeader() {
  const bool is_stack = view_.dispatch() == Dispatch::kStack;
  std::vector<std::string> parameters;
  for (int i = 0; i < function_.num_parameters && InTable(i, function_.register_kinds); ++i) {
    parameters.push_back(
        absl::StrCat(is_stack ? "" : "r", i, ": ", SlotKindName(function_.register_kinds[i])));
  }
  // References to functions cut long names.
  const std::string name = options_.lossless ? absl::StrCat(NameText(function_.name), "#", index_)
                                             : text_.Reference(OperandKind::kFunction, index_);
  absl::StrAppend(&out_, is_stack ? "stack function " : "function ", name, "(",
                  absl::StrJoin(parameters, ", "), ") -> (", SlotKindsText(function_.result_kinds), ")\n");
  const absl::string_view indent = options_.lossless ? "  " : "  ; ";
  if (view_.num_slots() > parameters.size())
    absl::StrAppend(&out_, indent, is_stack ? "locals " : "registers ", SlotKindRuns(view_), "\n");
  if (is_stack) absl::StrAppend(&out_, indent, "stack ", function_.stack.max_height, "\n");
}

std::string FunctionPrinter::LocationText(uint32_t location) const {
  if (!options_.source_lines || !InTable(location, executable_.locations)) return "";
  const SourceLocation& full = executable_.locations[location];
  // Cut before they are escaped: any number of entries may lead to names of any length.
  const SourceLocation cut{full.file.substr(0, kMaxLocation), full.node.substr(0, kMaxLocation),
                           full.op.substr(0, kMaxLocation), full.line, full.column};
  return absl::StrCat("  ; ", cut.ToString());
}

void FunctionPrinter::PrintDebugEntries(size_t place) {
  const absl::Span<const DebugEntry> debug = view_.debug();
  if (next_debug_ == debug.size() || debug[next_debug_].place > place) return;
  const size_t first = next_debug_;
  while (next_debug_ < debug.size() && debug[next_debug_].place <= place) ++next_debug_;
  for (size_t i = first; i < next_debug_ && options_.lossless; ++i) {
    const bool is_here = debug[i].place == place;
    absl::StrAppend(&out_, "  @", debug[i].location, is_here ? "" : absl::StrCat(" at ", debug[i].place),
                    LocationText(debug[i].location), "\n");
  }
  const std::string location = options_.lossless ? "" : LocationText(debug[next_debug_ - 1].location);
  if (!location.empty()) absl::StrAppend(&out_, location, "\n");
}

void FunctionPrinter::PrintLine(size_t place, absl::string_view text) {
  const bool show = options_.offsets || is_target_[place];
  absl::StrAppendFormat(&out_, "%5s  %s\n", show ? absl::StrCat(place) : "", text);
}

std::string FunctionPrinter::DamagedText(size_t place, const absl::Status& error) const {
  std::string text = "?";
  if (view_.dispatch() == Dispatch::kStack) {
    absl::StrAppendFormat(&text, " %02x", function_.stack.code[place]);
  } else {
    const auto word = absl::MakeConstSpan(function_.code).subspan(place * kUnitsPerWord, kUnitsPerWord);
    for (const uint16_t unit : word) absl::StrAppendFormat(&text, " %04x", unit);
  }
  absl::StrAppend(&text, "  ; ", error.message());
  return text;
}

std::string FunctionPrinter::Print() {
  FindTargets();
  PrintHeader();
  VisitCode([this](size_t place, const Instruction* instruction, const absl::Status& error) {
    PrintDebugEntries(place);
    PrintLine(place, instruction != nullptr ? text_.Text(*instruction, view_.dispatch())
                                            : DamagedText(place, error));
  });
  // Of the last instruction, behind its start.
  if (options_.lossless) PrintDebugEntries(view_.size());
  return std::move(out_);
}

// In all encodings that it has.
std::string FunctionCodeText(const Executable& executable, InstructionText& text, int index,
                             DisassembleOptions options) {
  std::string out;
  for (const Dispatch dispatch : {Dispatch::kRegister, Dispatch::kStack}) {
    // A function without any code is shown all the same.
    const bool show = dispatch == Dispatch::kRegister && !executable.holds(Dispatch::kStack);
    if (show || executable.functions[index].has_code(dispatch))
      out += FunctionPrinter(executable, text, index, dispatch, options).Print();
  }
  return out;
}

}  // namespace

std::string DisassembleFunction(const Executable& executable, int index, DisassembleOptions options) {
  InstructionText text(executable, options.lossless);
  return FunctionCodeText(executable, text, index, options);
}

std::string Disassemble(const Executable& executable, DisassembleOptions options) {
  std::string out;
  InstructionText text(executable, options.lossless);
  if (options.lossless) {
    PrintTablesLosslessly(executable, text, &out);
  } else {
    PrintTables(executable, text, &out);
  }
  for (size_t i = 0; i < executable.functions.size(); ++i) {
    if (!out.empty()) out.append("\n");
    out.append(FunctionCodeText(executable, text, static_cast<int>(i), options));
  }
  return out;
}

}  // namespace baton
