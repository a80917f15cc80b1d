// Values of a function under lowering: where they live, boxing and unboxing, the symbols they define.
#include <cstring>

#include "vm/core/value.h"
#include "compiler/lower/function_lowering.h"
#include "vm/core/status.h"

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

absl::StatusOr<VirtualRegister> FunctionLowering::Boxed(const Atom& atom) {
  if (atom.constant() != nullptr) return code_.TensorConstant(atom.constant());
  Place& place = places_.at(atom.var())[0];
  if (place.has_tensor) return place.tensor;
  const TensorType& type = atom.var()->type.tensor();
  const int index = code_.tables().AllocationType(StaticAllocType(type));
  place.tensor = code_.EmitDef(SlotKind::kTensor, Opcode::kMakeTensor,
                               {CodeEmitter::Number(index), CodeEmitter::List(place.scalars)});
  place.has_tensor = true;
  boxed_here_.back().push_back({atom.var(), 0});
  return place.tensor;
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
  if (atom.constant() != nullptr) return ScalarConstant(atom.constant()->value, index);
  const Place& place = places_.at(atom.var())[0];
  if (!place.scalars.empty()) return place.scalars[index];
  const TensorType& type = atom.var()->type.tensor();
  const std::optional<SlotKind> kind = ScalarSlotKind(type.dtype);
  if (!kind) return absl::InternalError(absl::StrCat("value %", atom.var()->name, " has no scalar form"));
  return code_.EmitDef(*kind, GetElementOpcode(*kind),
                       {CodeEmitter::Number(place.tensor), CodeEmitter::Number(index)});
}

void FunctionLowering::SetPlaces(const Var* var, Places places) {
  places_[var] = std::move(places);
  DefineSymbols(var);
}

void FunctionLowering::DefineExtents(const TensorType& type, const Place& place) {
  if (!place.has_tensor || !type.shape.has_rank()) return;
  for (int axis = 0; axis < type.shape.rank(); ++axis) {
    const absl::string_view symbol = type.shape[axis].symbol();
    if (!symbol.empty() && !code_.IsDefined(symbol)) code_.DefineSymbol(symbol, place.tensor, axis);
  }
}

// Elements in memory are read here, while the tensor is certain to be alive; extents stay readable.
void FunctionLowering::DefineSymbols(const Var* var) {
  const Places& places = places_.at(var);
  if (var->type.is_tuple()) {
    for (size_t i = 0; i < places.size(); ++i) {
      if (var->type.fields()[i].is_tensor()) DefineExtents(var->type.fields()[i].tensor(), places[i]);
    }
    return;
  }
  if (!var->type.is_tensor()) return;
  DefineExtents(var->type.tensor(), places[0]);
  if (!var->elements) return;
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
    const VirtualRegister element =
        code_.EmitDef(SlotKind::kI64, Opcode::kGetElementI64,
                      {CodeEmitter::Number(places[0].tensor), CodeEmitter::Number(static_cast<int64_t>(i))});
    code_.DefineSymbol(symbol, element);
  }
}

void FunctionLowering::CollectNeededSymbols(const ir::Region* body) {
  auto need = [this](absl::string_view name) { needed_symbols_.emplace(name); };
  auto need_type = [&](const TensorType& type) {
    if (!type.shape.has_rank()) return;
    for (const Dim& dim : type.shape.dims()) dim.VisitSymbols(need);
  };
  std::vector<const ir::Region*> pending = {body};
  while (!pending.empty()) {
    const ir::Region* region = pending.back();
    pending.pop_back();
    for (const ir::Binding& binding : region->bindings) {
      for (const ir::DimCheck& check : binding.checks) {
        check.a.VisitSymbols(need);
        check.b.VisitSymbols(need);
      }
      const Var* var = binding.var;
      if (var->type.is_tensor()) need_type(var->type.tensor());
      if (var->type.is_tuple()) {
        for (const Type& field : var->type.fields()) {
          if (field.is_tensor()) need_type(field.tensor());
        }
      }
      const bool is_condition = var->elements && var->elements->size() == 1;
      if (var->elements && (var->unboxed || is_condition)) {
        for (const ir::Element& element : *var->elements) {
          if (element.dim() != nullptr && element.dim()->symbol().empty()) element.dim()->VisitSymbols(need);
          if (element.dim() != nullptr && !element.dim()->symbol().empty() && var->unboxed)
            need(element.dim()->symbol());
          if (element.condition() == nullptr) continue;
          element.condition()->a.VisitSymbols(need);
          element.condition()->b.VisitSymbols(need);
        }
      }
      for (const ir::Region* inner : ir::Regions(binding.expr)) pending.push_back(inner);
    }
  }
}

}  // namespace baton
