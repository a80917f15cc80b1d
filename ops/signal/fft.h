// The discrete Fourier transform of one line, for any length in O(n log n). Used by dft and stft.
#pragma once

#include <cstdint>

#include "absl/types/span.h"

namespace baton {

// Longer transforms are refused: a model that asks for them means something else.
inline constexpr int64_t kMaxTransformLength = int64_t{1} << 28;

// Plain numbers: the products of std::complex look for infinities.
struct Complex {
  double re = 0, im = 0;
  friend Complex operator+(Complex a, Complex b) { return {a.re + b.re, a.im + b.im}; }
  friend Complex operator-(Complex a, Complex b) { return {a.re - b.re, a.im - b.im}; }
  friend Complex operator*(Complex a, Complex b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
  }
};

inline Complex Conjugate(Complex a) {
  return {a.re, -a.im};
}

class FourierTransform {
 public:
  // Numbers of scratch that a transform of length `n` needs. REQUIRES: 0 < n <= kMaxTransformLength.
  static int64_t ScratchLength(int64_t n);

  // `scratch` has ScratchLength(n) numbers and outlives this.
  FourierTransform(int64_t n, absl::Span<Complex> scratch);

  // In place: line[k] := sum over j of line[j] e^(-2 pi i j k / n). `line` has n numbers.
  void Forward(absl::Span<Complex> line);
  // The same with e^(+2 pi i j k / n), over n.
  void Inverse(absl::Span<Complex> line);

 private:
  // A power of two: the roots of unity are tabulated. Otherwise `n` numbers are convolved with a chirp, by
  // transforms of length size_.
  void PowerOfTwo(absl::Span<Complex> line) const;
  void Bluestein(absl::Span<Complex> line);

  int64_t n_;
  int64_t size_;                // n, or the power of two that serves Bluestein's algorithm
  absl::Span<Complex> roots_;   // size_ / 2
  absl::Span<Complex> chirp_;   // n, for Bluestein's algorithm alone, as are:
  absl::Span<Complex> filter_;  // size_: the transform of the chirp
  absl::Span<Complex> work_;    // size_
};

}  // namespace baton
