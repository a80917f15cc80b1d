// Models of one node, made to see what an ONNX operator becomes: for the documentation.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "compiler/import/onnx_ops.h"
#include "compiler/ir/module.h"
#include "vm/core/type.h"

namespace baton {

// A node of `op` with these inputs, all outputs that it needs and a value for an attribute that it requires,
// imported at the last version of the row. Extents may be symbols. Errors: those of the import.
absl::StatusOr<std::unique_ptr<ir::Module>> ImportOnnxProbe(const OnnxOp& op,
                                                            absl::Span<const TensorType> inputs);

}  // namespace baton
