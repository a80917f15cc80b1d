// CodeEmitter: appends low-form instructions to one function and computes Dims with scalar instructions, each
// once per scope. Internal to lowering.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/ir/module.h"
#include "compiler/lower/executable_tables.h"
#include "compiler/lower/low_form.h"
#include "vm/bytecode/executable.h"
#include "vm/core/dim.h"

namespace baton {

class CodeEmitter {
 public:
  CodeEmitter(LowFunction* function, ExecutableTables* tables) : function_(function), tables_(tables) {
    NewBlock();
  }

  ExecutableTables& tables() { return *tables_; }
  void set_location(int32_t module_location) { location_ = tables_->Location(module_location); }

  // Operands.
  static LowOperand Number(int64_t number) { return {number, {}}; }
  static LowOperand List(std::vector<VirtualRegister> list) { return {0, std::move(list)}; }

  void Emit(Opcode opcode, std::vector<LowOperand> operands);
  // Emits with a new register as the first operand and returns it.
  VirtualRegister EmitDef(SlotKind kind, Opcode opcode, std::vector<LowOperand> operands);
  VirtualRegister NewRegister(SlotKind kind) { return function_->NewRegister(kind); }
  void Move(VirtualRegister to, VirtualRegister from);

  // Blocks. A forward jump is emitted with an open label, bound to the current block later.
  struct OpenLabel {
    size_t block = 0, instruction = 0;
    int operand = 0;
  };
  OpenLabel EmitOpenJump(Opcode opcode, std::vector<LowOperand> operands);  // the label operand is appended
  int NewBlock();                                                           // control falls through into it
  void Bind(const OpenLabel& label);  // to the current block, which must be empty
  void EmitJump(int block);

  // Scopes: what is computed in an inner scope is forgotten when it closes.
  void OpenScope() { undo_.emplace_back(); }
  void CloseScope();

  VirtualRegister IntConstant(int64_t value);
  // A tensor register holding a constant.
  VirtualRegister TensorConstant(const ir::Constant* constant);
  // The value of `dim`. Errors: Internal when a symbol is not defined.
  absl::StatusOr<VirtualRegister> Materialize(const Dim& dim);
  absl::StatusOr<VirtualRegister> Materialize(const ir::DimCondition& condition);
  // The same for a value that the model computes, which wraps where an extent must not overflow.
  absl::StatusOr<VirtualRegister> MaterializeWrapping(const Dim& dim);
  // A register of kind i64 for each dynamic extent of `type`; `alloc` gets the type with those left open.
  absl::StatusOr<std::vector<VirtualRegister>> DynamicExtents(const TensorType& type, AllocType* alloc);

  // A symbol is an extent of a tensor, read when first needed, or a scalar.
  void DefineSymbol(absl::string_view name, VirtualRegister tensor, int axis);
  void DefineSymbol(absl::string_view name, VirtualRegister scalar);
  bool IsDefined(absl::string_view name) const { return symbols_.count(name) > 0; }
  bool IsDefined(const Dim& dim) const;
  bool IsDefined(const TensorType& type) const;  // ranked, and every extent defined

  // Emits a check unless the same one has been made on every path here.
  absl::Status EmitCheck(const ir::DimCheck& check);

 private:
  struct Symbol {
    VirtualRegister source = 0;
    int axis = -1;  // -1: source is the scalar
  };
  absl::StatusOr<VirtualRegister> MaterializeAtom(const DimAtom& atom);
  absl::StatusOr<VirtualRegister> MaterializeSum(const Dim& dim, Opcode add, Opcode multiply);

  LowFunction* function_;
  ExecutableTables* tables_;
  int32_t location_ = 0;
  std::map<Dim, VirtualRegister> dims_;
  std::map<const ir::Constant*, VirtualRegister> tensor_constants_;
  std::set<std::string> checks_;
  std::map<std::string, Symbol, std::less<>> symbols_;
  struct Undo {
    std::vector<Dim> dims;
    std::vector<const ir::Constant*> constants;
    std::vector<std::string> checks;
  };
  std::vector<Undo> undo_ = std::vector<Undo>(1);
};

}  // namespace baton
