#include "compiler/lower/code_emitter.h"

#include "compiler/ir/value_tracking.h"
#include "vm/core/status.h"

namespace baton {
void CodeEmitter::Emit(Opcode opcode, std::vector<LowOperand> operands) {
  LowInstruction instruction;
  instruction.opcode = opcode;
  instruction.location = location_;
  BATON_CHECK(static_cast<int>(operands.size()) == GetOpcode(opcode).num_operands);
  for (size_t i = 0; i < operands.size(); ++i) instruction.operands[i] = std::move(operands[i]);
  function_->blocks.back().instructions.push_back(std::move(instruction));
}

VirtualRegister CodeEmitter::EmitDef(SlotKind kind, Opcode opcode, std::vector<LowOperand> operands) {
  const VirtualRegister dst = NewRegister(kind);
  operands.insert(operands.begin(), Number(dst));
  Emit(opcode, std::move(operands));
  return dst;
}

void CodeEmitter::Move(VirtualRegister to, VirtualRegister from) {
  if (to != from) Emit(Opcode::kMove, {Number(to), Number(from)});
}

CodeEmitter::OpenLabel CodeEmitter::EmitOpenJump(Opcode opcode, std::vector<LowOperand> operands) {
  operands.push_back(Number(0));
  const int label = static_cast<int>(operands.size()) - 1;
  Emit(opcode, std::move(operands));
  return {function_->blocks.size() - 1, function_->blocks.back().instructions.size() - 1, label};
}

int CodeEmitter::NewBlock() {
  function_->blocks.emplace_back();
  return static_cast<int>(function_->blocks.size() - 1);
}

void CodeEmitter::Bind(const OpenLabel& label) {
  BATON_CHECK(function_->blocks.back().instructions.empty());
  function_->blocks[label.block].instructions[label.instruction].operands[label.operand].number =
      static_cast<int64_t>(function_->blocks.size() - 1);
}

void CodeEmitter::EmitJump(int block) {
  Emit(Opcode::kJump, {Number(block)});
}

void CodeEmitter::CloseScope() {
  for (const Dim& dim : undo_.back().dims) dims_.erase(dim);
  for (const ir::Constant* constant : undo_.back().constants) tensor_constants_.erase(constant);
  for (const std::string& check : undo_.back().checks) checks_.erase(check);
  undo_.pop_back();
}

VirtualRegister CodeEmitter::IntConstant(int64_t value) {
  auto found = dims_.find(Dim(value));
  if (found != dims_.end()) return found->second;
  const bool small = value >= INT16_MIN && value <= INT16_MAX;
  const VirtualRegister result =
      EmitDef(SlotKind::kI64, small ? Opcode::kLoadSmallInt : Opcode::kLoadInt, {Number(value)});
  dims_.emplace(Dim(value), result);
  undo_.back().dims.push_back(Dim(value));
  return result;
}

VirtualRegister CodeEmitter::TensorConstant(const ir::Constant* constant) {
  auto found = tensor_constants_.find(constant);
  if (found != tensor_constants_.end()) return found->second;
  const VirtualRegister result =
      EmitDef(SlotKind::kTensor, Opcode::kLoadConst, {Number(tables_->Constant(constant))});
  tensor_constants_.emplace(constant, result);
  undo_.back().constants.push_back(constant);
  return result;
}

absl::StatusOr<VirtualRegister> CodeEmitter::Materialize(const Dim& dim) {
  if (dim.is_constant()) return IntConstant(dim.value());
  auto found = dims_.find(dim);
  if (found != dims_.end()) return found->second;
  BATON_ASSIGN_OR_RETURN(const VirtualRegister sum, MaterializeSum(dim, Opcode::kAddDim, Opcode::kMulDim));
  if (dims_.emplace(dim, sum).second) undo_.back().dims.push_back(dim);
  return sum;
}

absl::StatusOr<VirtualRegister> CodeEmitter::MaterializeWrapping(const Dim& dim) {
  if (dim.is_constant() || dims_.count(dim) > 0 || ir::MaxMagnitude(dim)) return Materialize(dim);
  return MaterializeSum(dim, Opcode::kAddI64, Opcode::kMulI64);
}

// The sum of the products; the constant joins last. Terms with coefficient -1 and others multiply. REQUIRES:
// not a constant.
absl::StatusOr<VirtualRegister> CodeEmitter::MaterializeSum(const Dim& dim, Opcode add, Opcode multiply) {
  std::optional<VirtualRegister> sum;
  for (const DimTerm& term : dim.terms()) {
    std::optional<VirtualRegister> product;
    for (const DimAtomRef& atom : term.factors) {
      BATON_ASSIGN_OR_RETURN(VirtualRegister factor, MaterializeAtom(*atom));
      product = product ? EmitDef(SlotKind::kI64, multiply, {Number(*product), Number(factor)}) : factor;
    }
    if (term.coefficient != 1) {
      product = EmitDef(SlotKind::kI64, multiply, {Number(*product), Number(IntConstant(term.coefficient))});
    }
    sum = sum ? EmitDef(SlotKind::kI64, add, {Number(*sum), Number(*product)}) : *product;
  }
  if (dim.constant() != 0) {
    sum = EmitDef(SlotKind::kI64, add, {Number(*sum), Number(IntConstant(dim.constant()))});
  }
  return *sum;
}

absl::StatusOr<VirtualRegister> CodeEmitter::MaterializeAtom(const DimAtom& atom) {
  if (atom.function == DimFunction::kSymbol) {
    auto symbol = symbols_.find(atom.name);
    if (symbol == symbols_.end())
      return absl::InternalError(absl::StrCat("dimension '", atom.name, "' has no definition"));
    if (symbol->second.axis < 0) return symbol->second.source;
    const Dim key = Dim::Symbol(atom.name, atom.non_negative);
    auto found = dims_.find(key);
    if (found != dims_.end()) return found->second;
    const VirtualRegister result = EmitDef(SlotKind::kI64, Opcode::kGetDim,
                                           {Number(symbol->second.source), Number(symbol->second.axis)});
    dims_.emplace(key, result);
    undo_.back().dims.push_back(key);
    return result;
  }
  const Dim key = Dim::Apply(atom.function, atom.a, atom.b);
  auto found = dims_.find(key);
  if (found != dims_.end()) return found->second;
  BATON_ASSIGN_OR_RETURN(VirtualRegister a, Materialize(atom.a));
  BATON_ASSIGN_OR_RETURN(VirtualRegister b, Materialize(atom.b));
  Opcode opcode = Opcode::kMinI64;
  switch (atom.function) {
    case DimFunction::kFloorDiv:
      opcode = Opcode::kFloorDivI64;
      break;
    case DimFunction::kMod:
      opcode = Opcode::kFloorModI64;
      break;
    case DimFunction::kMin:
      opcode = Opcode::kMinI64;
      break;
    case DimFunction::kMax:
      opcode = Opcode::kMaxI64;
      break;
    case DimFunction::kBroadcast:
      opcode = Opcode::kBroadcastDim;
      break;
    case DimFunction::kSymbol:
      break;
  }
  const VirtualRegister result = EmitDef(SlotKind::kI64, opcode, {Number(a), Number(b)});
  if (dims_.emplace(key, result).second) undo_.back().dims.push_back(key);
  return result;
}

absl::StatusOr<VirtualRegister> CodeEmitter::Materialize(const ir::DimCondition& condition) {
  using Comparison = ir::DimCondition::Comparison;
  BATON_ASSIGN_OR_RETURN(VirtualRegister a, Materialize(condition.a));
  BATON_ASSIGN_OR_RETURN(VirtualRegister b, Materialize(condition.b));
  Opcode opcode = Opcode::kEqI64;
  switch (condition.comparison) {
    case Comparison::kEqual:
      opcode = condition.negated ? Opcode::kNeI64 : Opcode::kEqI64;
      break;
    case Comparison::kLess:
      opcode = condition.negated ? Opcode::kLeI64 : Opcode::kLtI64;
      break;
    case Comparison::kLessEqual:
      opcode = condition.negated ? Opcode::kLtI64 : Opcode::kLeI64;
      break;
  }
  // !(a < b) is b <= a.
  if (condition.negated && condition.comparison != Comparison::kEqual) std::swap(a, b);
  return EmitDef(SlotKind::kBool, opcode, {Number(a), Number(b)});
}

absl::StatusOr<std::vector<VirtualRegister>> CodeEmitter::DynamicExtents(const TensorType& type,
                                                                         AllocType* alloc) {
  std::vector<VirtualRegister> extents;
  alloc->dtype = type.dtype;
  alloc->dims.clear();
  for (const Dim& dim : type.shape.dims()) {
    if (dim.is_constant() && dim.value() >= 0) {
      alloc->dims.push_back(dim.value());
      continue;
    }
    alloc->dims.push_back(kDynamicExtent);
    BATON_ASSIGN_OR_RETURN(VirtualRegister extent, Materialize(dim));
    extents.push_back(extent);
  }
  return extents;
}

void CodeEmitter::DefineSymbol(absl::string_view name, VirtualRegister tensor, int axis) {
  symbols_.insert_or_assign(std::string(name), Symbol{tensor, axis});
}

void CodeEmitter::DefineSymbol(absl::string_view name, VirtualRegister scalar) {
  symbols_.insert_or_assign(std::string(name), Symbol{scalar, -1});
}

bool CodeEmitter::IsDefined(const Dim& dim) const {
  bool defined = true;
  dim.VisitSymbols([&](absl::string_view name) { defined &= IsDefined(name); });
  return defined;
}

bool CodeEmitter::IsDefined(const TensorType& type) const {
  if (!type.shape.has_rank()) return false;
  for (const Dim& dim : type.shape.dims()) {
    if (!IsDefined(dim)) return false;
  }
  return true;
}

absl::Status CodeEmitter::EmitCheck(const ir::DimCheck& check) {
  Opcode opcode = Opcode::kCheckEqual;
  if (check.kind == ir::DimCheck::Kind::kBroadcast) opcode = Opcode::kCheckBroadcast;
  if (check.kind == ir::DimCheck::Kind::kAtLeast) opcode = Opcode::kCheckAtLeast;
  const std::string key =
      absl::StrCat(GetOpcode(opcode).name, " ", check.a.ToString(), ", ", check.b.ToString());
  if (!checks_.insert(key).second) return absl::OkStatus();
  undo_.back().checks.push_back(key);
  BATON_ASSIGN_OR_RETURN(VirtualRegister a, Materialize(check.a));
  BATON_ASSIGN_OR_RETURN(VirtualRegister b, Materialize(check.b));
  Emit(opcode, {Number(a), Number(b), Number(tables_->Message(check.what))});
  return absl::OkStatus();
}

}  // namespace baton
