#include "ops/openblas/blas.h"

#include <cblas.h>

#include <algorithm>
#include <atomic>

#include "absl/synchronization/mutex.h"

namespace baton {
namespace {

// OpenBLAS's thread count belongs to the process. Left alone it would take all: its threads would compete
// with those of the sessions, and waking them costs more than most products of small models.
void UseThreads(int num_threads) {
  static std::atomic<int> current{0};  // 0: as OpenBLAS chose
  if (current.load(std::memory_order_acquire) == num_threads) return;
  static absl::Mutex& mutex = *new absl::Mutex;
  const absl::MutexLock lock(&mutex);  // else the two could come to differ
  openblas_set_num_threads(num_threads);
  current.store(num_threads, std::memory_order_release);
}

int Int(int64_t value) {
  return static_cast<int>(value);
}
// BLAS refuses a leading dimension of 0 even when nothing is read.
int Leading(int64_t value) {
  return Int(std::max<int64_t>(value, 1));
}
CBLAS_TRANSPOSE Transpose(bool transpose) {
  return transpose ? CblasTrans : CblasNoTrans;
}

void Gemm(const MatrixProduct<float>& p) {
  cblas_sgemm(CblasRowMajor, Transpose(p.transpose_a), Transpose(p.transpose_b), Int(p.m), Int(p.n), Int(p.k),
              p.alpha, p.a, Leading(p.lda), p.b, Leading(p.ldb), p.beta, p.c, Leading(p.ldc));
}
void Gemm(const MatrixProduct<double>& p) {
  cblas_dgemm(CblasRowMajor, Transpose(p.transpose_a), Transpose(p.transpose_b), Int(p.m), Int(p.n), Int(p.k),
              p.alpha, p.a, Leading(p.lda), p.b, Leading(p.ldb), p.beta, p.c, Leading(p.ldc));
}

// y += alpha * op(matrix) x, where matrix is stored as [rows, columns].
struct Vector {
  int64_t increment;
};
void Gemv(bool transpose, int64_t rows, int64_t columns, float alpha, const float* matrix, int64_t leading,
          const float* x, Vector x_step, float* y, Vector y_step) {
  cblas_sgemv(CblasRowMajor, Transpose(transpose), Int(rows), Int(columns), alpha, matrix, Leading(leading),
              x, Leading(x_step.increment), 1.0f, y, Leading(y_step.increment));
}
void Gemv(bool transpose, int64_t rows, int64_t columns, double alpha, const double* matrix, int64_t leading,
          const double* x, Vector x_step, double* y, Vector y_step) {
  cblas_dgemv(CblasRowMajor, Transpose(transpose), Int(rows), Int(columns), alpha, matrix, Leading(leading),
              x, Leading(x_step.increment), 1.0, y, Leading(y_step.increment));
}

// c *= beta. Not left to BLAS, whose matrix-vector product may read an uninitialised c when beta is 0.
template <typename T>
void ScaleResult(const MatrixProduct<T>& p) {
  if (p.beta == T(1)) return;
  for (int64_t i = 0; i < p.m; ++i) {
    T* row = p.c + i * p.ldc;
    if (p.beta == T(0)) {
      std::fill_n(row, p.n, T(0));
    } else {
      for (int64_t j = 0; j < p.n; ++j) row[j] *= p.beta;
    }
  }
}

template <typename T>
void MultiplyAny(const MatrixProduct<T>& p) {
  if (p.m == 0 || p.n == 0) return;
  if (p.m > 1 && p.n > 1 && p.k > 0) {
    UseThreads(p.num_threads);
    return Gemm(p);
  }
  ScaleResult(p);
  if (p.k == 0) return;
  UseThreads(p.num_threads);
  if (p.m == 1) {  // c = op(b)^T a
    const Vector a_step = {p.transpose_a ? p.lda : 1};
    Gemv(!p.transpose_b, p.transpose_b ? p.n : p.k, p.transpose_b ? p.k : p.n, p.alpha, p.b, p.ldb, p.a,
         a_step, p.c, {1});
  } else {  // c = op(a) b
    const Vector b_step = {p.transpose_b ? 1 : p.ldb};
    Gemv(p.transpose_a, p.transpose_a ? p.k : p.m, p.transpose_a ? p.m : p.k, p.alpha, p.a, p.lda, p.b,
         b_step, p.c, {p.ldc});
  }
}

}  // namespace

void Multiply(const MatrixProduct<float>& product) {
  MultiplyAny(product);
}
void Multiply(const MatrixProduct<double>& product) {
  MultiplyAny(product);
}

}  // namespace baton
