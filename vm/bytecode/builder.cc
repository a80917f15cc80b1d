#include "vm/bytecode/builder.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "vm/core/status.h"

namespace baton {
namespace {

std::vector<uint16_t> RegisterUnits(absl::Span<const CodeRegister> registers) {
  std::vector<uint16_t> units;
  units.reserve(registers.size());
  for (const CodeRegister& r : registers) {
    units.push_back(static_cast<uint16_t>(r.number | (r.last_use ? kLastUse : 0)));
  }
  return units;
}

template <typename T>
int AddTo(std::vector<T>* table, T entry) {
  table->push_back(std::move(entry));
  return static_cast<int>(table->size()) - 1;
}

std::vector<Parameter> AnonymousParameters(absl::string_view prefix, size_t count) {
  std::vector<Parameter> parameters;
  for (size_t i = 0; i < count; ++i) {
    parameters.push_back({absl::StrCat(prefix, i), {DType::kFloat32, Shape::Unranked()}});
  }
  return parameters;
}

}  // namespace

CodeOperand::CodeOperand(CodeRegister r) {
  value_.number = r.number;
  value_.last_use = r.last_use;
}
CodeOperand::CodeOperand(CodeLabel label) : label_(label.index) {}
CodeOperand::CodeOperand(std::initializer_list<CodeRegister> registers) {
  value_.list = RegisterUnits({registers.begin(), registers.size()});
}
CodeOperand::CodeOperand(const std::vector<CodeRegister>& registers) {
  value_.list = RegisterUnits(registers);
}
CodeOperand::CodeOperand(double value) {
  value_.number = std::bit_cast<int64_t>(value);
}

FunctionBuilder::FunctionBuilder(absl::string_view name, std::vector<SlotKind> parameters,
                                 std::vector<SlotKind> results) {
  function_.name = std::string(name);
  function_.num_parameters = static_cast<int32_t>(parameters.size());
  function_.register_kinds = std::move(parameters);
  function_.result_kinds = std::move(results);
}

CodeRegister FunctionBuilder::NewRegister(SlotKind kind) {
  return {AddTo(&function_.register_kinds, kind)};
}

CodeLabel FunctionBuilder::NewLabel() {
  return {AddTo(&labels_, int64_t{-1})};
}

void FunctionBuilder::Bind(CodeLabel label) {
  BATON_CHECK(labels_[label.index] < 0);
  labels_[label.index] = NextWord();
}

uint32_t FunctionBuilder::Append(Opcode opcode, std::initializer_list<CodeOperand> operands) {
  return Append(opcode, std::vector<CodeOperand>(operands));
}

uint32_t FunctionBuilder::Append(Opcode opcode, const std::vector<CodeOperand>& operands) {
  BATON_CHECK(static_cast<int>(operands.size()) == GetOpcode(opcode).num_operands);
  const uint32_t word = NextWord();
  Instruction instruction;
  instruction.opcode = opcode;
  for (size_t i = 0; i < operands.size(); ++i) {
    instruction.operands[i] = operands[i].value_;
    if (operands[i].label_ >= 0) patches_.push_back({function_.code.size(), operands[i].label_});
  }
  EncodeInstruction(instruction, &function_.code);
  return word;
}

uint32_t FunctionBuilder::Append(absl::string_view name, std::initializer_list<CodeOperand> operands) {
  const OpcodeInfo* info = FindOpcode(name);
  BATON_CHECK(info != nullptr);
  return Append(info->opcode, operands);
}

void FunctionBuilder::SetLocation(uint32_t location) {
  std::vector<DebugEntry>& debug = function_.debug;
  if (!debug.empty() && debug.back().place == NextWord()) debug.pop_back();
  debug.push_back({NextWord(), location});
}

Function FunctionBuilder::Build() && {
  for (const Patch& patch : patches_) {
    BATON_CHECK(labels_[patch.label] >= 0);
    PatchLabel(&function_.code, patch.unit, static_cast<uint32_t>(labels_[patch.label]));
  }
  return std::move(function_);
}

StackFunctionBuilder::StackFunctionBuilder(absl::string_view name, std::vector<SlotKind> parameters,
                                           std::vector<SlotKind> results) {
  function_.name = std::string(name);
  function_.num_parameters = static_cast<int32_t>(parameters.size());
  function_.register_kinds = std::move(parameters);
  function_.result_kinds = std::move(results);
}

int StackFunctionBuilder::NewLocal(SlotKind kind) {
  return function_.num_parameters + AddTo(&function_.stack.local_kinds, kind);
}

CodeLabel StackFunctionBuilder::NewLabel() {
  return {AddTo(&labels_, Label{})};
}

void StackFunctionBuilder::Bind(CodeLabel label) {
  Label& bound = labels_[label.index];
  BATON_CHECK(bound.place < 0);
  bound.place = NextPlace();
  if (bound.height >= 0) height_ = bound.height;
  bound.height = height_;
}

uint32_t StackFunctionBuilder::Append(Opcode opcode, const std::vector<CodeOperand>& operands) {
  const OpcodeInfo& info = GetOpcode(opcode);
  const uint32_t place = NextPlace();
  Instruction instruction;
  instruction.opcode = opcode;
  size_t given = 0;
  for (int i = 0; i < info.num_operands; ++i) {
    const OperandKind kind = info.operands[i].kind;
    if (kind == OperandKind::kDef || kind == OperandKind::kUse) continue;
    BATON_CHECK(given < operands.size());
    const CodeOperand& operand = operands[given++];
    instruction.operands[i] = operand.value_;
    if (IsList(kind)) instruction.operands[i].list.resize(static_cast<size_t>(operand.value_.number));
    if (operand.label_ >= 0) patches_.push_back({place, operand.label_});
  }
  BATON_CHECK(given == operands.size());
  EncodeStackInstruction(instruction, &function_.stack.code);
  FollowHeight(instruction);
  if (!patches_.empty() && patches_.back().place == place) {
    Label& target = labels_[patches_.back().label];
    if (target.height < 0) target.height = height_;
  }
  return place;
}

uint32_t StackFunctionBuilder::Append(absl::string_view name, const std::vector<CodeOperand>& operands) {
  const OpcodeInfo* info = FindOpcode(name);
  BATON_CHECK(info != nullptr);
  return Append(info->opcode, operands);
}

void StackFunctionBuilder::FollowHeight(const Instruction& instruction) {
  const OpcodeInfo& info = GetOpcode(instruction.opcode);
  int64_t taken = NumStackUses(info.opcode), pushed = NumStackDefs(info.opcode);
  for (int i = 0; i < info.num_operands; ++i) {
    const auto length = static_cast<int64_t>(instruction.operands[i].list.size());
    if (IsUseList(info.operands[i].kind)) taken += length;
    if (IsPushedList(info.operands[i].kind)) pushed += length;
  }
  height_ = std::max<int64_t>(height_ - taken, 0) + pushed;
  function_.stack.max_height = std::max(function_.stack.max_height, static_cast<int32_t>(height_));
}

void StackFunctionBuilder::SetLocation(uint32_t location) {
  std::vector<DebugEntry>& debug = function_.stack.debug;
  if (!debug.empty() && debug.back().place == NextPlace()) debug.pop_back();
  debug.push_back({NextPlace(), location});
}

Function StackFunctionBuilder::Build() && {
  for (const Patch& patch : patches_) {
    BATON_CHECK(labels_[patch.label].place >= 0);
    PatchStackLabel(&function_.stack.code, patch.place, static_cast<uint32_t>(labels_[patch.label].place));
  }
  if (max_height_ >= 0) function_.stack.max_height = max_height_;
  return std::move(function_);
}

int ExecutableBuilder::Add(Function function) {
  return AddTo(&executable_.functions, std::move(function));
}
int ExecutableBuilder::Add(Tensor constant) {
  return AddTo(&executable_.constants, std::move(constant));
}
int ExecutableBuilder::Add(KernelReference kernel) {
  return AddTo(&executable_.kernels, std::move(kernel));
}
int ExecutableBuilder::Add(AllocType type) {
  return AddTo(&executable_.types, std::move(type));
}
int ExecutableBuilder::Add(TypeDefinition definition) {
  return AddTo(&executable_.type_definitions, std::move(definition));
}
int ExecutableBuilder::Add(ObjectType type) {
  return AddTo(&executable_.object_types, std::move(type));
}
int ExecutableBuilder::Add(Signature signature) {
  return AddTo(&executable_.signatures, std::move(signature));
}
int ExecutableBuilder::Add(SourceLocation location) {
  return AddTo(&executable_.locations, std::move(location));
}
int ExecutableBuilder::AddMessage(absl::string_view message) {
  return AddTo(&executable_.messages, std::string(message));
}
void ExecutableBuilder::Add(EntryPoint entry_point) {
  executable_.entry_points.push_back(std::move(entry_point));
}

void ExecutableBuilder::AddEntryPoint(int function) {
  const Function& f = executable_.functions[function];
  Add(EntryPoint{f.name, function, AnonymousParameters("in", static_cast<size_t>(f.num_parameters)),
                 AnonymousParameters("out", f.result_kinds.size())});
}

}  // namespace baton
