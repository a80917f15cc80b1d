// What can be said of operators, found by asking their definitions: the type rules and the importer's
// converters are run on types, no list is kept.
#pragma once

#include <string>
#include <vector>

#include "compiler/import/onnx_ops.h"
#include "ops/op_def.h"
#include "vm/core/dtype.h"

namespace baton {

// What decides the extents of results.
enum class ShapeSource : uint8_t {
  kShapes,  // the shapes of the inputs, and attributes
  kValues,  // values of integer inputs too, which may come at run time
  kData,    // only the kernel knows
  kUnknown,
};

struct OperatorFacts {
  // For each input; empty for one that was not probed.
  std::vector<std::vector<DType>> element_types;
  ShapeSource shape = ShapeSource::kShapes;
};
OperatorFacts FactsOf(const OpDef& op);

struct OnnxOperatorFacts {
  bool probed = false;  // false: no node of it could be made up; the rest is empty
  // Of the inputs that must be there, and those without which there is no such node.
  std::vector<std::vector<DType>> element_types;
  std::vector<const OpDef*> operators;  // that a node becomes, by name
  ShapeSource shape = ShapeSource::kShapes;
};
OnnxOperatorFacts FactsOf(const OnnxOp& op);

}  // namespace baton
