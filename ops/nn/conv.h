// The convolution operator's attributes and kernels, shared by ops/nn/conv*.cc and ops/onednn/conv.cc.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ops/nn/window.h"
#include "ops/op_def.h"

namespace baton {

struct ConvAttrs {
  std::vector<int64_t> strides, pads, dilations;  // empty: 1, 0, 1
  int64_t group = 1;
  std::string auto_pad = "NOTSET";
};

std::vector<Attr<ConvAttrs>> ConvAttrList();
absl::Status CheckConv(const ConvAttrs& attrs);

// The result's shape for data [N, C, spatial...] (input 0), weight [M, C / group, kernel...] and bias [M].
struct ConvInputs {
  int weight, bias;  // their indices
};
absl::StatusOr<Shape> ConvShape(TypeContext& context, const ConvAttrs& attrs, const ConvInputs& inputs);

// Plain loops; float16, bfloat16 and float32 sums in float32, float64 in float64.
absl::Status ConvPortable(const ConvAttrs& attrs, KernelCall& call);

// float32 over one axis with constant weights, no groups, no dilation: windows as rows of a matrix times
// packed weights (PackedMatrix) when a call has few windows; the oneDNN kernel when it has more.
absl::StatusOr<std::unique_ptr<PreparedKernel>> PrepareConvPacked(const ConvAttrs& attrs,
                                                                  const KernelSpec& spec);

// float32 by oneDNN; other element types and what oneDNN refuses by ConvPortable. Primitives are kept per
// session for recent shapes; packed constant weights are shared by all sessions.
absl::StatusOr<std::unique_ptr<PreparedKernel>> PrepareConvOneDnn(const ConvAttrs& attrs,
                                                                  const KernelSpec& spec);

// The window geometry of a call. REQUIRES: obeys the type rule; the output is not empty.
WindowGeometry ConvGeometry(const ConvAttrs& attrs, const TensorObject& data, const TensorObject& weight,
                            const TensorObject& output);

}  // namespace baton
