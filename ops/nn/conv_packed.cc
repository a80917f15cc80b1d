#include <algorithm>

#include "ops/nn/conv.h"
#include "ops/nn/packed_matrix.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// With more windows than this per call oneDNN is faster in spite of its start-up cost and layout changes;
// measured on the convolutions of a speech model, 64 to 256 channels, with AVX-512.
constexpr int64_t kMaxPackedWindows = 4;

// 4 MiB, counting the rows that fill up the last panel of PackedMatrix: larger weights do not fit a near
// cache, and a second copy of them would be waste.
constexpr int64_t kMaxPackedElements = int64_t{1} << 20;

constexpr int kAxis = kMaxWindowAxes - 1;  // of the geometry

// One window of [channels] after the other: positions [0, length) of the padded signal, `begin` zeros first.
void TransposePadded(const float* x, int64_t channels, int64_t in, int64_t begin, int64_t length,
                     float* rows) {
  for (int64_t position = 0; position < length; ++position, rows += channels) {
    const int64_t from = position - begin;
    if (from < 0 || from >= in) {
      std::fill_n(rows, channels, 0.0f);
    } else {
      for (int64_t c = 0; c < channels; ++c) rows[c] = x[c * in + from];
    }
  }
}

class PackedConv final : public PreparedKernel {
 public:
  PackedConv(const ConvAttrs& attrs, PackedMatrix weights, std::unique_ptr<PreparedKernel> many_windows)
      : attrs_(attrs), weights_(std::move(weights)), many_windows_(std::move(many_windows)) {}

  std::unique_ptr<KernelState> MakeState() const override { return many_windows_->MakeState(); }

  absl::Status Run(KernelCall& call) const override {
    const TensorObject& data = *call.inputs[0];
    TensorObject& output = *call.outputs[0];
    if (output.num_elements() == 0) return absl::OkStatus();
    const int64_t windows = output.dims[2];
    if (windows > kMaxPackedWindows / data.dims[0]) return many_windows_->Run(call);
    const WindowGeometry g = ConvGeometry(attrs_, data, *call.inputs[1], output);

    const int64_t channels = data.dims[1];
    const int64_t outputs = weights_.rows();
    const int64_t stride = g.stride[kAxis];
    const int64_t length = (windows - 1) * stride + g.kernel[kAxis];
    // Padding beyond the kernel is possible but pointless; it must not cost memory.
    if (length > g.in[kAxis] + 2 * g.kernel[kAxis]) return many_windows_->Run(call);
    const bool as_it_is = channels == 1 && g.pad_begin[kAxis] == 0 && length <= g.in[kAxis];
    const int64_t signal_floats = as_it_is ? 0 : length * channels;
    auto* signal =
        static_cast<float*>(call.context.Scratch((signal_floats + windows * outputs) * sizeof(float)));
    if (signal == nullptr) return absl::ResourceExhaustedError("no memory for the windows of a call");
    float* const products = signal + signal_floats;  // [windows, outputs]

    // Taps that see only zeros in every window are left out.
    const int64_t first = std::min(TapsInside(g, kAxis, windows - 1).begin, g.kernel[kAxis]) * channels;
    const int64_t end = std::max(TapsInside(g, kAxis, 0).end, int64_t{0}) * channels;
    const float* bias = call.inputs[2] == nullptr ? nullptr : call.inputs[2]->As<float>();
    for (int64_t n = 0; n < data.dims[0]; ++n) {
      const float* x = data.As<float>() + n * channels * g.in[kAxis];
      if (!as_it_is) TransposePadded(x, channels, g.in[kAxis], g.pad_begin[kAxis], length, signal);
      weights_.MultiplyPart(std::min(first, end), end, {as_it_is ? x : signal, stride * channels}, windows,
                            {bias, 0}, {products, outputs});
      float* y = output.As<float>() + n * outputs * windows;
      for (int64_t w = 0; w < windows; ++w) {
        for (int64_t m = 0; m < outputs; ++m) y[m * windows + w] = products[w * outputs + m];
      }
    }
    return absl::OkStatus();
  }

 private:
  ConvAttrs attrs_;
  PackedMatrix weights_;
  std::unique_ptr<PreparedKernel> many_windows_;
};

// weight [M, C, kernel] as rows [M][kernel, C], the order in which TransposePadded lays out a window.
absl::StatusOr<PackedMatrix> PackTapsFirst(const TensorObject& weight) {
  const int64_t outputs = weight.dims[0], channels = weight.dims[1], kernel = weight.dims[2];
  const int64_t depth = channels * kernel;
  BATON_ASSIGN_OR_RETURN(const Tensor reordered,
                         Tensor::Allocate(DType::kFloat32, {outputs, kernel, channels}));
  for (int64_t m = 0; m < outputs; ++m) {
    for (int64_t c = 0; c < channels; ++c) {
      for (int64_t k = 0; k < kernel; ++k) {
        reordered->As<float>()[m * depth + k * channels + c] = weight.As<float>()[m * depth + c * kernel + k];
      }
    }
  }
  return PackedMatrix::Pack({reordered->As<float>(), depth}, outputs, depth);
}

}  // namespace

absl::StatusOr<std::unique_ptr<PreparedKernel>> PrepareConvPacked(const ConvAttrs& attrs,
                                                                  const KernelSpec& spec) {
  const Tensor& weight = spec.inputs[1].constant;
  if (!weight || weight.dtype() != DType::kFloat32 || weight->rank != 3 || attrs.group != 1) return nullptr;
  if (!attrs.dilations.empty() && attrs.dilations != std::vector<int64_t>{1}) return nullptr;
  const int64_t elements = weight->num_elements();
  if (elements == 0) return nullptr;
  const int64_t padded_rows = (weight->dims[0] + 15) / 16 * 16;
  if (elements / weight->dims[0] > kMaxPackedElements / padded_rows) return nullptr;
  BATON_ASSIGN_OR_RETURN(std::unique_ptr<PreparedKernel> many_windows, PrepareConvOneDnn(attrs, spec));
  BATON_ASSIGN_OR_RETURN(PackedMatrix packed, PackTapsFirst(*weight));
  return std::make_unique<PackedConv>(attrs, std::move(packed), std::move(many_windows));
}

}  // namespace baton
