#include "ops/signal/fft.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <utility>

namespace baton {
namespace {

bool IsPowerOfTwo(int64_t n) {
  return std::has_single_bit(static_cast<uint64_t>(n));
}

// The length of the transforms that make one of length n.
int64_t InnerLength(int64_t n) {
  return IsPowerOfTwo(n) ? n : static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(2 * n - 1)));
}

// e^(-pi i k / n).
Complex Root(int64_t k, int64_t n) {
  const double angle = -std::numbers::pi * static_cast<double>(k) / static_cast<double>(n);
  return {std::cos(angle), std::sin(angle)};
}

void SwapBitReversed(absl::Span<Complex> line) {
  size_t reversed = 0;
  for (size_t i = 1; i < line.size(); ++i) {
    size_t bit = line.size() >> 1;
    for (; (reversed & bit) != 0; bit >>= 1) reversed ^= bit;
    reversed ^= bit;
    if (i < reversed) std::swap(line[i], line[reversed]);
  }
}

void ConjugateAll(absl::Span<Complex> line) {
  for (Complex& number : line) number = Conjugate(number);
}

}  // namespace

int64_t FourierTransform::ScratchLength(int64_t n) {
  const int64_t size = InnerLength(n);
  return size / 2 + (size == n ? 0 : n + 2 * size);
}

FourierTransform::FourierTransform(int64_t n, absl::Span<Complex> scratch) : n_(n), size_(InnerLength(n)) {
  roots_ = scratch.subspan(0, size_ / 2);
  for (int64_t k = 0; k < size_ / 2; ++k) roots_[k] = Root(2 * k, size_);
  if (size_ == n) return;
  chirp_ = scratch.subspan(size_ / 2, n);
  filter_ = scratch.subspan(size_ / 2 + n, size_);
  work_ = scratch.subspan(size_ / 2 + n + size_, size_);
  // k * k is taken modulo the period, so that the angle stays exact.
  for (int64_t k = 0; k < n; ++k) chirp_[k] = Root(k * k % (2 * n), n);
  std::fill(filter_.begin(), filter_.end(), Complex{});
  for (int64_t k = 0; k < n; ++k) filter_[k] = Conjugate(chirp_[k]);
  for (int64_t k = 1; k < n; ++k) filter_[size_ - k] = filter_[k];
  PowerOfTwo(filter_);
}

// Source: Cooley and Tukey, "An algorithm for the machine calculation of complex Fourier series", 1965.
void FourierTransform::PowerOfTwo(absl::Span<Complex> line) const {
  SwapBitReversed(line);
  for (int64_t half = 1; half < size_; half *= 2) {
    const int64_t step = size_ / (2 * half);
    for (int64_t start = 0; start < size_; start += 2 * half) {
      for (int64_t k = 0; k < half; ++k) {
        const Complex even = line[start + k];
        const Complex odd = line[start + half + k] * roots_[k * step];
        line[start + k] = even + odd;
        line[start + half + k] = even - odd;
      }
    }
  }
}

// Source: Bluestein, "A linear filtering approach to the computation of discrete Fourier transform", 1970.
void FourierTransform::Bluestein(absl::Span<Complex> line) {
  std::fill(work_.begin(), work_.end(), Complex{});
  for (int64_t k = 0; k < n_; ++k) work_[k] = line[k] * chirp_[k];
  PowerOfTwo(work_);
  // The inverse transform of the product, as the conjugate of the transform of its conjugate.
  for (int64_t k = 0; k < size_; ++k) work_[k] = Conjugate(work_[k] * filter_[k]);
  PowerOfTwo(work_);
  const double scale = 1 / static_cast<double>(size_);
  for (int64_t k = 0; k < n_; ++k) {
    const Complex convolved = {work_[k].re * scale, -work_[k].im * scale};
    line[k] = convolved * chirp_[k];
  }
}

void FourierTransform::Forward(absl::Span<Complex> line) {
  if (size_ == n_) {
    PowerOfTwo(line);
  } else {
    Bluestein(line);
  }
}

void FourierTransform::Inverse(absl::Span<Complex> line) {
  ConjugateAll(line);
  Forward(line);
  const double scale = 1 / static_cast<double>(n_);
  for (Complex& number : line) number = {number.re * scale, -number.im * scale};
}

}  // namespace baton
