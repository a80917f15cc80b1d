// Values of a function under lowering: where they live, boxing and unboxing, the symbols they define.
#include <cstring>

#include "absl/strings/str_cat.h"
#include "compiler/lower/function_lowering.h"
#include "vm/core/status.h"
#include "vm/core/value.h"

namespace baton {

using ir::Atom;
using ir::Var;

namespace {

AllocType StaticAllocType(const TensorType& type) {
  AllocType alloc;
  alloc.dtype = type.dtype;
  for (const Dim& dim : type.shape.dims()) alloc.dims.push_back(dim.value());
  return alloc;
}

Opcode GetElementOpcode(SlotKind kind) {
  switch (kind) {
    case SlotKind::kI64:
      return Opcode::kGetElementI64;
    case SlotKind::kF64:
      return Opcode::kGetElementF64;
    default:
      return Opcode::kGetElementBool;
  }
}

}  // namespace

std::vector<FunctionLowering::Leaf> FunctionLowering::LeavesOf(const Atom& atom) {
  std::vector<Leaf> leaves;
  std::vector<Type> pending = {atom.type()};
  while (!pending.empty()) {
    const Type type = pending.back();
    pending.pop_back();
    if (type.is_tuple()) {
      pending.insert(pending.end(), type.fields().rbegin(), type.fields().rend());
    } else {
      leaves.push_back({atom.constant(), atom.var(), static_cast<int>(leaves.size()), type});
    }
  }
  return leaves;
}

absl::StatusOr<VirtualRegister> FunctionLowering::Boxed(const Atom& atom) {
  return Boxed(Leaf{atom.constant(), atom.var(), 0, atom.type()});
}

absl::StatusOr<VirtualRegister> FunctionLowering::Boxed(const Leaf& leaf) {
  if (leaf.constant != nullptr) return code_.TensorConstant(leaf.constant);
  Place& place = places_.at(leaf.var)[leaf.index];
  if (place.has_reference) return place.reference;
  const int type = code_.tables().AllocationType(StaticAllocType(leaf.type.tensor()));
  place.reference = code_.EmitDef(SlotKind::kTensor, Opcode::kMakeTensor,
                                  {CodeEmitter::Number(type), CodeEmitter::List(place.scalars)});
  place.has_reference = true;
  boxed_here_.back().push_back({leaf.var, leaf.index});
  return place.reference;
}

VirtualRegister FunctionLowering::ScalarConstant(const Tensor& tensor, int64_t index) {
  return VisitDType(tensor.dtype(), [&](auto sample) -> VirtualRegister {
    using T = decltype(sample);
    const T value = tensor->As<T>()[index];
    if constexpr (std::is_same_v<T, Bool>) {
      return code_.EmitDef(SlotKind::kBool, Opcode::kLoadBool,
                           {CodeEmitter::Number(static_cast<bool>(value))});
    } else if constexpr (std::is_integral_v<T>) {
      return code_.IntConstant(static_cast<int64_t>(value));
    } else {
      double exact = 0;
      if constexpr (std::is_floating_point_v<T>) {
        exact = value;
      } else {
        exact = static_cast<float>(value);
      }
      int64_t bits = 0;
      std::memcpy(&bits, &exact, sizeof(bits));
      return code_.EmitDef(SlotKind::kF64, Opcode::kLoadFloat, {CodeEmitter::Number(bits)});
    }
  });
}

absl::StatusOr<VirtualRegister> FunctionLowering::Scalar(const Atom& atom, int64_t index) {
  return Scalar(Leaf{atom.constant(), atom.var(), 0, atom.type()}, index);
}

absl::StatusOr<VirtualRegister> FunctionLowering::Scalar(const Leaf& leaf, int64_t index) {
  if (leaf.constant != nullptr) return ScalarConstant(leaf.constant->value, index);
  const Place& place = places_.at(leaf.var)[leaf.index];
  if (!place.scalars.empty()) return place.scalars[index];
  const std::optional<SlotKind> kind = ScalarSlotKind(leaf.type.tensor().dtype);
  if (!kind) return absl::InternalError(absl::StrCat("value %", leaf.var->name, " has no scalar form"));
  return code_.EmitDef(*kind, GetElementOpcode(*kind),
                       {CodeEmitter::Number(place.reference), CodeEmitter::Number(index)});
}

absl::StatusOr<VirtualRegister> FunctionLowering::Passed(const Leaf& leaf, SlotKind kind) {
  return IsReference(kind) ? Boxed(leaf) : Scalar(leaf, 0);
}

absl::StatusOr<FunctionLowering::Registers> FunctionLowering::Passed(absl::Span<const Atom> atoms,
                                                                     const Kinds& kinds) {
  Registers registers;
  for (const Atom& atom : atoms) {
    for (const Leaf& leaf : LeavesOf(atom)) {
      BATON_ASSIGN_OR_RETURN(const VirtualRegister passed, Passed(leaf, kinds[registers.size()]));
      registers.push_back(passed);
    }
  }
  return registers;
}

absl::Status FunctionLowering::Assign(absl::Span<const Atom> atoms, const Places& to) {
  auto place = to.begin();
  for (const Atom& atom : atoms) {
    for (const Leaf& leaf : LeavesOf(atom)) {
      const VirtualRegister target = place++->slot();
      BATON_ASSIGN_OR_RETURN(const VirtualRegister value, Passed(leaf, function_->kinds[target]));
      code_.Move(target, value);
    }
  }
  return absl::OkStatus();
}

void FunctionLowering::MoveAll(const Registers& to, Registers from) {
  for (size_t i = 0; i < from.size(); ++i) {
    for (size_t k = 0; k < to.size(); ++k) {
      if (k == i || to[k] != from[i]) continue;
      const VirtualRegister copy = code_.NewRegister(function_->kinds[from[i]]);
      code_.Move(copy, from[i]);
      from[i] = copy;
      break;
    }
  }
  for (size_t i = 0; i < from.size(); ++i) code_.Move(to[i], from[i]);
}

FunctionLowering::Places FunctionLowering::NewPlaces(const Kinds& kinds) {
  Places places;
  for (const SlotKind kind : kinds) {
    Place& place = places.emplace_back();
    const VirtualRegister slot = code_.NewRegister(kind);
    place.has_reference = IsReference(kind);
    if (place.has_reference) {
      place.reference = slot;
    } else {
      place.scalars = {slot};
    }
  }
  return places;
}

FunctionLowering::Registers FunctionLowering::SlotsOf(const Places& places) {
  Registers slots;
  for (const Place& place : places) slots.push_back(place.slot());
  return slots;
}

void FunctionLowering::SetPlaces(const Var* var, Places places) {
  places_[var] = std::move(places);
  DefineSymbols(var);
}

void FunctionLowering::DefineExtents(const TensorType& type, const Place& place) {
  if (!place.has_reference || !type.shape.has_rank()) return;
  for (int axis = 0; axis < type.shape.rank(); ++axis) {
    const absl::string_view symbol = type.shape[axis].symbol();
    if (!symbol.empty() && !code_.IsDefined(symbol)) code_.DefineSymbol(symbol, place.reference, axis);
  }
}

// Elements in memory are read here, while the tensor is certain to be alive; extents stay readable.
void FunctionLowering::DefineSymbols(const Var* var) {
  const Places& places = places_.at(var);
  for (const Leaf& leaf : LeavesOf(const_cast<Var*>(var))) {
    if (leaf.type.is_tensor()) DefineExtents(leaf.type.tensor(), places[leaf.index]);
  }
  if (!var->type.is_tensor() || !var->elements) return;
  for (size_t i = 0; i < var->elements->size(); ++i) {
    const Dim* dim = (*var->elements)[i].dim();
    if (dim == nullptr || dim->symbol().empty()) continue;
    const std::string symbol(dim->symbol());
    if (!places[0].scalars.empty()) {
      if (!code_.IsDefined(symbol)) code_.DefineSymbol(symbol, places[0].scalars[i]);
      continue;
    }
    if (code_.IsDefined(symbol) || needed_symbols_.count(symbol) == 0) continue;
    if (!ScalarSlotKind(var->type.tensor().dtype)) continue;
    const VirtualRegister element = code_.EmitDef(
        SlotKind::kI64, Opcode::kGetElementI64,
        {CodeEmitter::Number(places[0].reference), CodeEmitter::Number(static_cast<int64_t>(i))});
    code_.DefineSymbol(symbol, element);
  }
}

}  // namespace baton
