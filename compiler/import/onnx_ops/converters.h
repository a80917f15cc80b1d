// The converters that onnx_ops.def names, declared from it.
#pragma once

#include "compiler/import/onnx_node.h"

namespace baton {

#define ONNX_OP(name, first, last, min_inputs, max_inputs, max_outputs, converter) \
  void converter(OnnxNode& node);
#define ONNX_PREVIEW_OP ONNX_OP
#define ONNX_SAME(name, first, last, min_inputs, max_inputs, op)
#include "compiler/import/onnx_ops.def"
#undef ONNX_PREVIEW_OP
#undef ONNX_OP
#undef ONNX_SAME

}  // namespace baton
