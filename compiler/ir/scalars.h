// Which values can live as scalars in registers, and in which kind of slot: shared by unbox_scalars and
// lowering.
#pragma once

#include <cstdint>
#include <optional>

#include "compiler/ir/module.h"
#include "vm/core/value.h"

namespace baton::ir {

// The slot kind of an unboxed element: bool -> bool, integers -> i64, float32 and float64 -> f64. Nothing for
// uint64 (its order is not that of i64) and the 16-bit floats.
std::optional<SlotKind> ScalarSlotKind(DType dtype);

// True for a tensor of exactly one element, known statically, of a type with a scalar slot. Results and
// parameters of regions with such types are always passed unboxed.
bool IsScalarType(const Type& type);

}  // namespace baton::ir
