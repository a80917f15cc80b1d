#include "vm/bytecode/disassembler.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "vm/bytecode/code_view.h"
#include "vm/bytecode/data_types.h"
#include "vm/core/number_text.h"

namespace baton {
namespace {

constexpr size_t kMaxText = 100;  // of a name or message within a line
constexpr size_t kMaxLocation = 300;
constexpr int64_t kMaxShownElements = 4;  // constants of up to this many elements are shown with their values

// Escaped and cut: names come from files.
std::string Short(absl::string_view text) {
  std::string result = absl::Utf8SafeCEscape(text.substr(0, kMaxText));
  return text.size() > kMaxText ? result + "..." : result;
}

std::string AllocTypeText(const AllocType& type) {
  const auto append = [](std::string* out, int64_t extent) {
    absl::StrAppend(out, extent == kDynamicExtent ? "?" : absl::StrCat(extent));
  };
  return absl::StrCat("Tensor[(", absl::StrJoin(type.dims, ", ", append), "), ", DTypeName(type.dtype), "]");
}

std::string RegisterText(uint16_t unit) {
  return absl::StrCat("r", ReadRegister(&unit), IsLastUse(unit) ? "!" : "");
}

std::string ListText(const std::vector<uint16_t>& list) {
  const auto append = [](std::string* out, uint16_t unit) { out->append(RegisterText(unit)); };
  return absl::StrCat("(", absl::StrJoin(list, ", ", append), ")");
}

template <typename T>
bool InTable(int64_t index, const std::vector<T>& table) {
  return index >= 0 && static_cast<size_t>(index) < table.size();
}

std::string FunctionText(const Executable& executable, int64_t index) {
  if (!InTable(index, executable.functions)) return absl::StrCat("function#", index);
  return absl::StrCat(Short(executable.functions[index].name), "#", index);
}

std::string KernelText(const Executable& executable, int64_t index) {
  if (!InTable(index, executable.kernels)) return absl::StrCat("kernel#", index);
  return absl::StrCat(Short(executable.kernels[index].op), "#", index);
}

std::string DTypeCodeText(int64_t code) {
  if (code < 0 || code >= kNumDTypes) return absl::StrCat(code);
  return std::string(DTypeName(static_cast<DType>(code)));
}

std::string NumberText(const Executable& executable, const DataTypes& data_types, Opcode opcode,
                       OperandKind kind, const OperandValue& value) {
  const int64_t number = value.number;
  switch (kind) {
    case OperandKind::kDef:
    case OperandKind::kUse:
      return RegisterText(static_cast<uint16_t>(number | (value.last_use ? kLastUse : 0)));
    case OperandKind::kImm:
      return opcode == Opcode::kWrapI64 || opcode == Opcode::kRoundF64 ? DTypeCodeText(number)
                                                                       : absl::StrCat(number);
    case OperandKind::kImm64:
      return opcode == Opcode::kLoadFloat ? FloatText(std::bit_cast<double>(number)) : absl::StrCat(number);
    case OperandKind::kConst:
      return absl::StrCat("k", number);
    case OperandKind::kKernel:
      return KernelText(executable, number);
    case OperandKind::kFunction:
      return FunctionText(executable, number);
    case OperandKind::kTypeIndex:
      if (!InTable(number, executable.types)) return absl::StrCat("type#", number);
      return AllocTypeText(executable.types[number]);
    case OperandKind::kObjectType: {
      if (!InTable(number, executable.object_types)) return absl::StrCat("object type#", number);
      const ObjectType& type = executable.object_types[number];
      return Short(data_types.ObjectTypeText(type.type, type.tag));
    }
    case OperandKind::kSignature:
      if (!InTable(number, executable.signatures)) return absl::StrCat("signature#", number);
      return SignatureText(executable.signatures[number]);
    case OperandKind::kMessage:
      if (!InTable(number, executable.messages)) return absl::StrCat("message#", number);
      return absl::StrCat("\"", Short(executable.messages[number]), "\"");
    default:
      return absl::StrCat(number);
  }
}

// Stack code: values that lie on the stack are not shown, of lists only how many there are.
std::string StackInstructionText(const Executable& executable, const DataTypes& data_types,
                                 const Instruction& instruction) {
  const OpcodeInfo& info = GetOpcode(instruction.opcode);
  std::vector<std::string> operands;
  for (int i = 0; i < info.num_operands; ++i) {
    const OperandKind kind = info.operands[i].kind;
    const OperandValue& value = instruction.operands[i];
    if (kind == OperandKind::kDef || kind == OperandKind::kUse) continue;
    if (IsList(kind)) {
      operands.push_back(absl::StrCat(info.operands[i].name, ": ", value.list.size()));
    } else if (kind == OperandKind::kLabel) {
      operands.push_back(absl::StrCat("-> ", value.number));
    } else {
      operands.push_back(NumberText(executable, data_types, instruction.opcode, kind, value));
    }
  }
  return absl::StrCat(info.name, operands.empty() ? "" : " ", absl::StrJoin(operands, ", "));
}

std::string RegisterInstructionText(const Executable& executable, const DataTypes& data_types,
                                    const Instruction& instruction) {
  const OpcodeInfo& info = GetOpcode(instruction.opcode);
  std::string text;
  int first = 0;
  if (info.num_operands > 0 && info.operands[0].kind == OperandKind::kDef) {
    text = absl::StrCat("r", instruction.operands[0].number, " = ");
    first = 1;
  }
  absl::StrAppend(&text, info.name);
  for (int i = first; i < info.num_operands; ++i) {
    const OperandKind kind = info.operands[i].kind;
    const bool after_list = i > first && IsList(info.operands[i - 1].kind);
    if (kind == OperandKind::kLabel) {
      absl::StrAppend(&text, " -> ", instruction.operands[i].number);
    } else if (IsList(kind)) {
      absl::StrAppend(&text, after_list ? " -> " : " ", ListText(instruction.operands[i].list));
    } else {
      absl::StrAppend(&text, i > first ? ", " : " ",
                      NumberText(executable, data_types, instruction.opcode, kind, instruction.operands[i]));
    }
  }
  return text;
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
  FunctionPrinter(const Executable& executable, const DataTypes& data_types, int index, Dispatch dispatch,
                  DisassembleOptions options)
      : executable_(executable),
        data_types_(data_types),
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
  void PrintSourceLine(size_t place);
  void PrintLine(size_t place, absl::string_view text);
  std::string InstructionText(const Instruction& instruction) const;
  std::string DamagedText(size_t place, const absl::Status& error) const;

  const Executable& executable_;
  const DataTypes& data_types_;
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
  absl::StrAppend(&out_, is_stack ? "stack function " : "function ", FunctionText(executable_, index_), "(",
                  absl::StrJoin(parameters, ", "), ") -> (", SlotKindsText(function_.result_kinds), ")\n");
  if (view_.num_slots() > parameters.size())
    absl::StrAppend(&out_, "  ; ", is_stack ? "locals " : "registers ", SlotKindRuns(view_), "\n");
  if (is_stack) absl::StrAppend(&out_, "  ; stack ", function_.stack.max_height, "\n");
}

void FunctionPrinter::PrintSourceLine(size_t place) {
  const absl::Span<const DebugEntry> debug = view_.debug();
  if (!options_.source_lines || next_debug_ == debug.size() || debug[next_debug_].place > place) return;
  while (next_debug_ < debug.size() && debug[next_debug_].place <= place) ++next_debug_;
  const uint32_t location = debug[next_debug_ - 1].location;
  if (!InTable(location, executable_.locations)) return;
  const SourceLocation& full = executable_.locations[location];
  // Cut before they are escaped: any number of entries may lead to names of any length.
  const SourceLocation cut{full.file.substr(0, kMaxLocation), full.node.substr(0, kMaxLocation),
                           full.op.substr(0, kMaxLocation), full.line, full.column};
  absl::StrAppend(&out_, "  ; ", cut.ToString(), "\n");
}

void FunctionPrinter::PrintLine(size_t place, absl::string_view text) {
  const bool show = options_.offsets || is_target_[place];
  absl::StrAppendFormat(&out_, "%5s  %s\n", show ? absl::StrCat(place) : "", text);
}

std::string FunctionPrinter::InstructionText(const Instruction& instruction) const {
  if (view_.dispatch() == Dispatch::kStack)
    return StackInstructionText(executable_, data_types_, instruction);
  return RegisterInstructionText(executable_, data_types_, instruction);
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
    PrintSourceLine(place);
    PrintLine(place, instruction != nullptr ? InstructionText(*instruction) : DamagedText(place, error));
  });
  return std::move(out_);
}

void PrintConstants(const Executable& executable, std::string* out) {
  if (executable.constants.empty()) return;
  out->append("constants\n");
  for (size_t i = 0; i < executable.constants.size(); ++i) {
    const Tensor& constant = executable.constants[i];
    absl::StrAppend(out, "  k", i, ": ", constant ? TypeString(*constant) : "null");
    const int64_t num_elements = constant ? constant.num_elements() : 0;
    if (num_elements >= 1 && num_elements <= kMaxShownElements)
      absl::StrAppend(out, " = ", ValueString(*constant));
    out->append("\n");
  }
}

std::string KernelInputText(int32_t input) {
  if (input == KernelReference::kPassed) return "passed";
  return input == KernelReference::kAbsent ? "absent" : absl::StrCat("k", input);
}

void PrintKernels(const Executable& executable, std::string* out) {
  if (executable.kernels.empty()) return;
  out->append("kernels\n");
  for (size_t i = 0; i < executable.kernels.size(); ++i) {
    const KernelReference& kernel = executable.kernels[i];
    std::vector<std::string> arguments;
    for (const int32_t input : kernel.inputs) arguments.push_back(KernelInputText(input));
    for (const auto& [name, value] : kernel.attributes) {
      arguments.push_back(absl::StrCat(Short(name), "=", AttributeString(value)));
    }
    absl::StrAppend(out, "  ", KernelText(executable, static_cast<int64_t>(i)), "(",
                    absl::StrJoin(arguments, ", "), ")",
                    kernel.num_outputs == 1 ? "" : absl::StrCat(" -> ", kernel.num_outputs), "\n");
  }
}

void PrintTypeDefinitions(const Executable& executable, std::string* out) {
  if (executable.type_definitions.empty()) return;
  out->append("data types\n");
  const auto append = [](std::string* text, const ConstructorDefinition& constructor) {
    absl::StrAppend(text, Short(constructor.name));
    const auto append_type = [](std::string* field, const Type& type) {
      absl::StrAppend(field, Short(type.ToString()));
    };
    if (!constructor.fields.empty())
      absl::StrAppend(text, "(", absl::StrJoin(constructor.fields, ", ", append_type), ")");
  };
  for (const TypeDefinition& definition : executable.type_definitions) {
    const std::string params = absl::StrCat("[", absl::StrJoin(definition.params, ", "), "]");
    absl::StrAppend(out, "  ", definition.is_extern ? "extern " : "", Short(definition.name),
                    definition.params.empty() ? "" : Short(params));
    if (!definition.constructors.empty())
      absl::StrAppend(out, " { ", absl::StrJoin(definition.constructors, ", ", append), " }");
    out->append("\n");
  }
}

std::string ParametersText(const std::vector<Parameter>& parameters) {
  const auto append = [](std::string* out, const Parameter& parameter) {
    absl::StrAppend(out, Short(parameter.name), ": ", parameter.type.ToString());
  };
  return absl::StrCat("(", absl::StrJoin(parameters, ", ", append), ")");
}

void PrintEntryPoints(const Executable& executable, std::string* out) {
  if (executable.entry_points.empty()) return;
  out->append("entry points\n");
  for (const EntryPoint& entry : executable.entry_points) {
    absl::StrAppend(out, "  ", Short(entry.name), ParametersText(entry.inputs), " -> ",
                    ParametersText(entry.outputs), " = ", FunctionText(executable, entry.function), "\n");
  }
}

void PrintMetadata(const Executable& executable, std::string* out) {
  if (executable.metadata.empty()) return;
  out->append("metadata\n");
  for (const auto& [key, value] : executable.metadata) {
    absl::StrAppend(out, "  ", Short(key), ": ", Short(value), "\n");
  }
}

// In all encodings that it has.
std::string FunctionCodeText(const Executable& executable, const DataTypes& data_types, int index,
                             DisassembleOptions options) {
  std::string out;
  for (const Dispatch dispatch : {Dispatch::kRegister, Dispatch::kStack}) {
    // A function without any code is shown all the same.
    const bool show = dispatch == Dispatch::kRegister && !executable.holds(Dispatch::kStack);
    if (show || executable.functions[index].has_code(dispatch))
      out += FunctionPrinter(executable, data_types, index, dispatch, options).Print();
  }
  return out;
}

}  // namespace

std::string DisassembleFunction(const Executable& executable, int index, DisassembleOptions options) {
  return FunctionCodeText(executable, DataTypes(executable), index, options);
}

std::string Disassemble(const Executable& executable, DisassembleOptions options) {
  std::string out;
  PrintConstants(executable, &out);
  PrintKernels(executable, &out);
  PrintTypeDefinitions(executable, &out);
  PrintEntryPoints(executable, &out);
  PrintMetadata(executable, &out);
  const DataTypes data_types(executable);
  for (size_t i = 0; i < executable.functions.size(); ++i) {
    if (!out.empty()) out.append("\n");
    out.append(FunctionCodeText(executable, data_types, static_cast<int>(i), options));
  }
  return out;
}

}  // namespace baton
