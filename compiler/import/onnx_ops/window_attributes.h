// What converters of operators with sliding windows share.
#pragma once

#include <initializer_list>

#include "compiler/import/onnx_node.h"

namespace baton {

// Adds those of these integer lists that the node has; operators know the defaults.
inline void CopyInts(OnnxNode& node, std::initializer_list<const char*> names, Attributes* attributes) {
  for (const char* name : names) {
    if (node.attributes().Has(name)) attributes->emplace_back(name, node.attributes().Ints(name));
  }
}

}  // namespace baton
