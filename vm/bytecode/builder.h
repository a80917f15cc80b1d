// Builders of functions and executables by hand: for tests, benchmarks and small programs. The compiler has
// its own encoder (compiler/lower). They check nothing that the verifier checks.
//
//   ExecutableBuilder program;
//   FunctionBuilder f("main", {SlotKind::kI64}, {SlotKind::kI64});
//   const CodeRegister one = f.NewRegister(SlotKind::kI64);
//   f.Append(Opcode::kLoadSmallInt, {one, 1});
//   f.Append(Opcode::kAddI64, {one, f.parameter(0), one});
//   f.Append(Opcode::kReturn, {{one}});
//   program.Add(std::move(f).Build());
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "vm/bytecode/executable.h"
#include "vm/bytecode/register_code.h"
#include "vm/bytecode/stack_code.h"

namespace baton {

struct CodeRegister {
  int number = 0;
  bool last_use = false;
  // The same register, as an operand that is its last use.
  CodeRegister Last() const { return {number, true}; }
};

struct CodeLabel {
  int index = 0;
};

// An operand of FunctionBuilder::Append: a register, a number (immediate, index, word offset), the bits of a
// double, a label, or a list of registers in braces.
class CodeOperand {
 public:
  CodeOperand(CodeRegister r);                                 // NOLINT: converts by design
  CodeOperand(CodeLabel label);                                // NOLINT
  CodeOperand(std::initializer_list<CodeRegister> registers);  // NOLINT
  CodeOperand(const std::vector<CodeRegister>& registers);     // NOLINT
  CodeOperand(std::integral auto number) { value_.number = static_cast<int64_t>(number); }  // NOLINT
  CodeOperand(double value);                                                                // NOLINT

 private:
  friend class FunctionBuilder;
  friend class StackFunctionBuilder;
  OperandValue value_;
  int label_ = -1;
};

class FunctionBuilder {
 public:
  FunctionBuilder(absl::string_view name, std::vector<SlotKind> parameters, std::vector<SlotKind> results);

  CodeRegister parameter(int index) const { return {index}; }
  CodeRegister NewRegister(SlotKind kind);
  CodeLabel NewLabel();
  // The label stands for the next instruction. REQUIRES: not bound before.
  void Bind(CodeLabel label);

  // Appends an instruction; operands in the order of opcodes.def. Gives its place in words.
  // REQUIRES: as many operands as the opcode has, each of a form that its kind takes and can encode.
  uint32_t Append(Opcode opcode, std::initializer_list<CodeOperand> operands);
  uint32_t Append(Opcode opcode, const std::vector<CodeOperand>& operands);
  // By name. REQUIRES: an instruction's name.
  uint32_t Append(absl::string_view name, std::initializer_list<CodeOperand> operands);
  // Following instructions come from Executable::locations[location].
  void SetLocation(uint32_t location);

  // REQUIRES: every label that is used is bound.
  Function Build() &&;

 private:
  uint32_t NextWord() const { return static_cast<uint32_t>(function_.code.size() / kUnitsPerWord); }

  Function function_;
  std::vector<int64_t> labels_;  // word, or -1 while unbound
  struct Patch {
    size_t unit;
    int label;
  };
  std::vector<Patch> patches_;
};

// The same for stack code.
//
//   StackFunctionBuilder f("main", {SlotKind::kI64}, {SlotKind::kI64});
//   f.Append("LocalGet", {0});
//   f.Append("AddImm", {1});
//   f.Append("Return", {1});
class StackFunctionBuilder {
 public:
  StackFunctionBuilder(absl::string_view name, std::vector<SlotKind> parameters,
                       std::vector<SlotKind> results);

  // Its number; parameters have the first numbers.
  int NewLocal(SlotKind kind);
  CodeLabel NewLabel();
  // The label stands for the next instruction. REQUIRES: not bound before.
  void Bind(CodeLabel label);

  // Appends an instruction; operands in the order of opcodes.def without those that lie on the operand stack,
  // of lists the number of values. Gives its place in bytes. REQUIRES: as FunctionBuilder.
  uint32_t Append(Opcode opcode, const std::vector<CodeOperand>& operands = {});
  // By name. REQUIRES: an instruction's name.
  uint32_t Append(absl::string_view name, const std::vector<CodeOperand>& operands = {});
  // Following instructions come from Executable::locations[location].
  void SetLocation(uint32_t location);
  // Instead of the height that the instructions need when all paths to one agree.
  void SetMaxHeight(int max_height) { max_height_ = max_height; }

  // REQUIRES: every label that is used is bound.
  Function Build() &&;

 private:
  struct Label {
    int64_t place = -1;   // while unbound
    int64_t height = -1;  // of the operand stack there; unknown
  };
  struct Patch {
    uint32_t place;
    int label;
  };
  uint32_t NextPlace() const { return static_cast<uint32_t>(function_.stack.code.size()); }
  void FollowHeight(const Instruction& instruction);

  Function function_;
  std::vector<Label> labels_;
  std::vector<Patch> patches_;
  int64_t height_ = 0;  // of the operand stack before the next instruction
  int max_height_ = -1;
};

// Collects the tables of an executable; each Add gives the index of what it added.
class ExecutableBuilder {
 public:
  int Add(Function function);
  int Add(Tensor constant);
  int Add(KernelReference kernel);
  int Add(AllocType type);
  int Add(TypeDefinition definition);
  int Add(ObjectType type);
  int Add(Signature signature);
  int Add(SourceLocation location);
  int AddMessage(absl::string_view message);
  void Add(EntryPoint entry_point);
  // An entry point named like the function, whose inputs "in0"... and outputs "out0"... are unranked float32
  // tensors.
  void AddEntryPoint(int function);
  Executable Build() && { return std::move(executable_); }

 private:
  Executable executable_;
};

}  // namespace baton
