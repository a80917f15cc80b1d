// The transposed convolution's attributes and kernels, shared by ops/nn/conv_transpose.cc and
// ops/onednn/conv.cc.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ops/nn/window.h"
#include "ops/op_def.h"

namespace baton {

struct ConvTransposeAttrs {
  std::vector<int64_t> strides, pads, dilations, output_padding,
      output_shape;  // empty: 1, 0, 1, 0, by the formula
  int64_t group = 1;
  std::string auto_pad = "NOTSET";
};

// Plain loops, with sums as in ConvPortable.
absl::Status ConvTransposePortable(const ConvTransposeAttrs& attrs, KernelCall& call);

// float32 by oneDNN's deconvolution; the rest as PrepareConvOneDnn.
absl::StatusOr<std::unique_ptr<PreparedKernel>> PrepareConvTransposeOneDnn(const ConvTransposeAttrs& attrs,
                                                                           const KernelSpec& spec);

// The geometry of the convolution that this one transposes, with `in` and `out` as this operator has them:
// input i and tap k meet at output i * stride - pad_begin + k * dilation. pad_end may be negative. REQUIRES:
// the call obeys the type rule; the output is not empty.
WindowGeometry ConvTransposeGeometry(const ConvTransposeAttrs& attrs, const TensorObject& data,
                                     const TensorObject& weight, const TensorObject& output);

}  // namespace baton
