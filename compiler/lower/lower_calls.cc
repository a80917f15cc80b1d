// Operator calls: scalar instructions, views, kernels into planned or pooled outputs, kernels that allocate.
#include "absl/strings/str_cat.h"
#include "compiler/lower/function_lowering.h"
#include "compiler/lower/scalar_ops.h"
#include "vm/bytecode/register_code.h"
#include "vm/core/status.h"
#include "vm/core/value.h"

namespace baton {

using ir::Atom;
using ir::Binding;
using ir::Var;

absl::Status FunctionLowering::LowerCall(const Binding& binding, const ir::OpCall& call) {
  if (binding.var->unboxed) return LowerScalarCall(binding, call);
  if (call.op->is_view) {
    BATON_ASSIGN_OR_RETURN(bool done, LowerView(binding, call));
    if (done) return absl::OkStatus();
  }
  Registers inputs;
  BATON_ASSIGN_OR_RETURN(KernelReference kernel, MakeKernel(call, &inputs));
  std::vector<TensorType> types;
  if (binding.var->type.is_tuple()) {
    for (const Type& field : binding.var->type.fields()) types.push_back(field.tensor());
  } else {
    types.push_back(binding.var->type.tensor());
  }
  kernel.num_outputs = static_cast<int32_t>(types.size());
  if (inputs.size() + types.size() > kMaxListLength) {
    return absl::ResourceExhaustedError(absl::StrCat(call.op->name, ": has ", inputs.size(), " operands and ",
                                                     types.size(), " results, together at most ",
                                                     kMaxListLength, " are supported"));
  }
  bool known = true;
  for (const TensorType& type : types) known &= code_.IsDefined(type);
  Places places(types.size());
  std::vector<VirtualRegister> outputs;
  for (size_t i = 0; i < types.size(); ++i) {
    places[i].has_reference = true;
    if (known) {
      BATON_ASSIGN_OR_RETURN(places[i].reference, Allocate(binding.var, static_cast<int>(i), types[i]));
    } else {
      places[i].reference = code_.NewRegister(SlotKind::kTensor);
    }
    outputs.push_back(places[i].reference);
  }
  code_.Emit(known ? Opcode::kCallKernel : Opcode::kCallKernelAlloc,
             {CodeEmitter::Number(code_.tables().Kernel(std::move(kernel))),
              CodeEmitter::List(std::move(inputs)), CodeEmitter::List(std::move(outputs))});
  SetPlaces(binding.var, std::move(places));
  return absl::OkStatus();
}

// One input for each that the operator has, those left out at the end too, and for each variadic one.
absl::StatusOr<KernelReference> FunctionLowering::MakeKernel(const ir::OpCall& call, Registers* inputs) {
  KernelReference kernel;
  kernel.op = call.op->name;
  kernel.attributes = call.attrs.ToAttributes();
  for (const Atom& arg : call.args) {
    if (arg.empty()) {
      kernel.inputs.push_back(KernelReference::kAbsent);
    } else if (arg.constant() != nullptr) {
      kernel.inputs.push_back(code_.tables().Constant(arg.constant()));
    } else {
      kernel.inputs.push_back(KernelReference::kPassed);
      BATON_ASSIGN_OR_RETURN(VirtualRegister input, Boxed(arg));
      inputs->push_back(input);
    }
  }
  const size_t num_single = call.op->inputs.size() - (call.op->IsVariadic() ? 1 : 0);
  if (kernel.inputs.size() < num_single) kernel.inputs.resize(num_single, KernelReference::kAbsent);
  return kernel;
}

absl::StatusOr<VirtualRegister> FunctionLowering::Allocate(const Var* var, int index,
                                                           const TensorType& type) {
  AllocType alloc;
  BATON_ASSIGN_OR_RETURN(std::vector<VirtualRegister> extents, code_.DynamicExtents(type, &alloc));
  const int type_index = code_.tables().AllocationType(std::move(alloc));
  if (!arenas_.empty()) {
    const auto planned = arenas_.back()->offsets.find({var, index});
    if (planned != arenas_.back()->offsets.end()) {
      BATON_ASSIGN_OR_RETURN(VirtualRegister offset, code_.Materialize(planned->second));
      return code_.EmitDef(SlotKind::kTensor, Opcode::kAllocInArena,
                           {CodeEmitter::Number(type_index), CodeEmitter::Number(offset),
                            CodeEmitter::List(std::move(extents))});
    }
  }
  return code_.EmitDef(SlotKind::kTensor, Opcode::kAllocTensor,
                       {CodeEmitter::Number(type_index), CodeEmitter::List(std::move(extents))});
}

absl::StatusOr<bool> FunctionLowering::LowerView(const Binding& binding, const ir::OpCall& call) {
  const TensorType& type = binding.var->type.tensor();
  if (call.args[0].type() == binding.var->type && (type.shape.has_rank() || call.op->name == "copy")) {
    Place place;
    place.has_reference = true;
    BATON_ASSIGN_OR_RETURN(place.reference, Boxed(call.args[0]));
    SetPlaces(binding.var, {place});
    return true;
  }
  if (!code_.IsDefined(type)) return false;
  BATON_ASSIGN_OR_RETURN(VirtualRegister source, Boxed(call.args[0]));
  AllocType alloc;
  BATON_ASSIGN_OR_RETURN(std::vector<VirtualRegister> extents, code_.DynamicExtents(type, &alloc));
  Place place;
  place.has_reference = true;
  place.reference = code_.EmitDef(
      SlotKind::kTensor, Opcode::kView,
      {CodeEmitter::Number(source), CodeEmitter::Number(code_.tables().AllocationType(std::move(alloc))),
       CodeEmitter::List(std::move(extents))});
  SetPlaces(binding.var, {place});
  return true;
}

absl::Status FunctionLowering::LowerScalarCall(const Binding& binding, const ir::OpCall& call) {
  Place place;
  const int64_t count = binding.var->type.tensor().shape.NumElements().value();
  for (int64_t i = 0; i < count; ++i) {
    BATON_ASSIGN_OR_RETURN(VirtualRegister element, ScalarElement(binding.var, call, i));
    place.scalars.push_back(element);
  }
  SetPlaces(binding.var, {std::move(place)});
  return absl::OkStatus();
}

absl::StatusOr<VirtualRegister> FunctionLowering::ScalarElement(const Var* var, const ir::OpCall& call,
                                                                size_t index) {
  if (var->elements) {
    const ir::Element& element = (*var->elements)[index];
    if (element.dim() != nullptr && code_.IsDefined(*element.dim())) {
      if (var->type.tensor().dtype != DType::kBool) return code_.MaterializeWrapping(*element.dim());
      return code_.EmitDef(SlotKind::kBool, Opcode::kLoadBool,
                           {CodeEmitter::Number(element.dim()->value() != 0)});
    }
    if (element.condition() != nullptr && code_.IsDefined(element.condition()->a) &&
        code_.IsDefined(element.condition()->b)) {
      return code_.Materialize(*element.condition());
    }
  }
  if (call.op->is_view) return Scalar(call.args[0], static_cast<int64_t>(index));
  if (call.op->fold != ScalarForm::kNone) return ScalarFold(call);
  std::vector<VirtualRegister> operands;
  for (const Atom& arg : call.args) {
    const bool single = arg.type().tensor().shape.NumElements() == Dim(1);
    BATON_ASSIGN_OR_RETURN(VirtualRegister operand, Scalar(arg, single ? 0 : static_cast<int64_t>(index)));
    operands.push_back(operand);
  }
  // The type of what is compared or chosen, not of a condition.
  const Atom& typed = call.op->scalar == ScalarForm::kSelect ? call.args[1] : call.args[0];
  return EmitScalarOp(code_, call.op->scalar, typed.type().tensor().dtype, var->type.tensor().dtype,
                      operands);
}

absl::StatusOr<VirtualRegister> FunctionLowering::ScalarFold(const ir::OpCall& call) {
  const TensorType type = call.args[0].type().tensor();
  BATON_ASSIGN_OR_RETURN(VirtualRegister folded, Scalar(call.args[0], 0));
  for (int64_t i = 1; i < type.shape.NumElements().value(); ++i) {
    BATON_ASSIGN_OR_RETURN(const VirtualRegister element, Scalar(call.args[0], i));
    BATON_ASSIGN_OR_RETURN(folded,
                           EmitScalarOp(code_, call.op->fold, type.dtype, type.dtype, {folded, element}));
  }
  return folded;
}

}  // namespace baton
