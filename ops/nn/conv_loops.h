// Convolution by plain loops, for any element type. Internal to ops/.
#pragma once

#include "absl/types/span.h"
#include "ops/nn/window.h"

namespace baton {

// The elements of a convolution: data [N, C, in...], weight [M, C / group, kernel...], bias [M] or null.
template <typename T>
struct ConvElements {
  const T* data;
  const T* weight;
  const T* bias;
  T* result;
};

// One window: `x` [channels, in...] at the taps, times `w` [channels, kernel...] of one output channel.
template <typename Sum, typename T>
Sum ConvAt(const WindowGeometry& g, const T* x, const T* w, int64_t channels, const Taps (&taps)[3]) {
  Sum sum = 0;
  for (int64_t c = 0; c < channels; ++c, x += g.InSize(), w += g.KernelSize()) {
    for (int64_t i = taps[0].begin; i < taps[0].end; ++i) {
      for (int64_t j = taps[1].begin; j < taps[1].end; ++j) {
        const T* row =
            x + ((taps[0].first + i * g.dilation[0]) * g.in[1] + taps[1].first + j * g.dilation[1]) * g.in[2];
        const T* kernel = w + (i * g.kernel[1] + j) * g.kernel[2];
        for (int64_t k = taps[2].begin; k < taps[2].end; ++k) {
          sum += static_cast<Sum>(row[taps[2].first + k * g.dilation[2]]) * static_cast<Sum>(kernel[k]);
        }
      }
    }
  }
  return sum;
}

// Sums are of type Sum: unsigned ones wrap. `data`, `weight`: the shapes.
template <typename Sum, typename T>
void ConvLoops(int64_t group, const WindowGeometry& g, absl::Span<const int64_t> data,
               absl::Span<const int64_t> weight, const ConvElements<T>& elements) {
  T* y = elements.result;
  const int64_t channels = weight[1];
  const int64_t outputs_per_group = weight[0] / group;
  for (int64_t n = 0; n < data[0]; ++n) {
    for (int64_t m = 0; m < weight[0]; ++m) {
      const T* x = elements.data + (n * data[1] + m / outputs_per_group * channels) * g.InSize();
      const T* w = elements.weight + m * channels * g.KernelSize();
      const Sum start = elements.bias == nullptr ? Sum(0) : static_cast<Sum>(elements.bias[m]);
      Taps taps[3];
      for (int64_t a = 0; a < g.out[0]; ++a) {
        taps[0] = TapsInside(g, 0, a);
        for (int64_t b = 0; b < g.out[1]; ++b) {
          taps[1] = TapsInside(g, 1, b);
          for (int64_t c = 0; c < g.out[2]; ++c) {
            taps[2] = TapsInside(g, 2, c);
            *y++ = T(start + ConvAt<Sum>(g, x, w, channels, taps));
          }
        }
      }
    }
  }
}

}  // namespace baton
