// Matrix products by OpenBLAS, on as many threads as the caller says. Used by kernels in ops/.
#pragma once

#include <cstdint>

namespace baton {

// c[m, n] = alpha * op(a) op(b) + beta * c, row-major, where op transposes if asked: op(a) is [m, k], op(b)
// is [k, n]. Leading dimensions count elements between stored rows. With beta 0, c need not be initialised; k
// may be 0.
template <typename T>  // float or double
struct MatrixProduct {
  bool transpose_a = false, transpose_b = false;
  int64_t m = 0, n = 0, k = 0;
  T alpha = 1;
  const T* a = nullptr;
  int64_t lda = 0;
  const T* b = nullptr;
  int64_t ldb = 0;
  T beta = 0;
  T* c = nullptr;
  int64_t ldc = 0;
  int num_threads = 1;
};

// True when all extents fit OpenBLAS's 32-bit integers.
template <typename T>
bool FitsBlas(const MatrixProduct<T>& product) {
  const auto fits = [](int64_t extent) { return extent <= INT32_MAX; };
  return fits(product.m) && fits(product.n) && fits(product.k) && fits(product.lda) && fits(product.ldb) &&
         fits(product.ldc);
}

// Computes `product`; one row or column goes through the matrix-vector product. REQUIRES: FitsBlas(product).
// Threads: safe. OpenBLAS's number of threads belongs to the process: products that run at once with
// different `num_threads` may get each other's, which changes their speed and, as sums are cut elsewhere,
// last bits.
void Multiply(const MatrixProduct<float>& product);
void Multiply(const MatrixProduct<double>& product);

}  // namespace baton
