// Constants in text: scalars in place, all others in the metadata section that ends the file. Internal to
// compiler/text.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "vm/core/tensor.h"

namespace baton {

class ConstantTable {
 public:
  // "1.5f", or "meta[relay.Constant][k]", where k counts these constants in order of first use.
  std::string TextOf(const Tensor& constant);
  // The latter also for scalars.
  std::string ReferenceTo(const Tensor& constant);

  // The metadata section with all constants that TextOf counted, or nothing when there are none. JSON;
  // tensors lie in it as base64 text of Relay's binary tensor format, bit by bit.
  std::string MetadataSection() const;
  int size() const { return static_cast<int>(constants_.size()); }

 private:
  std::unordered_map<const TensorObject*, int> indices_;
  std::vector<Tensor> constants_;
};

}  // namespace baton
