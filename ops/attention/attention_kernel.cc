#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "ops/attention/attention.h"
#include "ops/attention/heads.h"
#include "ops/elementwise/kernels.h"
#include "ops/nn/matrix_product.h"
#include "ops/openblas/blas.h"
#include "ops/tensor/indices.h"

namespace baton {
namespace {

// Queries whose scores are computed together.
constexpr int64_t kTile = 32;

// The rows of one head, of type C: in place, or converted to `copy`.
template <typename C>
struct Rows {
  const C* data;
  int64_t stride;
};
template <typename C>
Rows<C> RowsOf(const TensorObject& tensor, const HeadLayout& layout, int64_t offset, int64_t count, C* copy) {
  return VisitDType(tensor.dtype, [&](auto element) -> Rows<C> {
    using T = decltype(element);
    const T* rows = tensor.As<T>() + offset;
    if constexpr (std::is_same_v<T, C>) return {rows, layout.row_stride};
    for (int64_t i = 0; i < count; ++i) {
      for (int64_t j = 0; j < layout.size; ++j) {
        copy[i * layout.size + j] = Convert<C>(rows[i * layout.row_stride + j]);
      }
    }
    return {copy, layout.size};
  });
}

// The mask's elements for the keys of one query, which may be fewer than all.
int64_t MaskOffset(const TensorObject& mask, int64_t b, int64_t h, int64_t query) {
  const int64_t index[] = {query, h, b};
  int64_t offset = 0;
  int64_t stride = mask.dims[mask.rank - 1];
  for (int i = 0; i + 2 <= mask.rank; ++i) {
    const int64_t extent = mask.dims[mask.rank - 2 - i];
    if (extent != 1) offset += index[i] * stride;
    stride *= extent;
  }
  return offset;
}

// What a mask adds to a score: itself, or -infinity for false.
template <typename C, typename T>
C BiasOf(T element) {
  if constexpr (std::is_same_v<T, Bool>) {
    return static_cast<bool>(element) ? C{0} : -std::numeric_limits<C>::infinity();
  } else {
    return Convert<C>(element);
  }
}

// The keys [begin, end) that a query may see.
struct KeyRange {
  int64_t begin, end;
};

template <typename C>
class AttentionRun {
 public:
  AttentionRun(const AttentionAttrs& attrs, bool fast, KernelCall& call)
      : attrs_(attrs),
        fast_(fast),
        call_(call),
        q_(*call.inputs[kQuery], attrs.q_num_heads),
        k_(*call.inputs[kKey], attrs.kv_num_heads),
        v_(*call.inputs[kValue], attrs.kv_num_heads),
        y_(*call.outputs[0], q_.heads),
        scores_result_(call.outputs.size() > 1 ? call.outputs[1] : nullptr) {}

  absl::Status Run() {
    if (k_.heads == 0 || q_.heads % k_.heads != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("query has ", q_.heads, " heads, key and value ", k_.heads, ", expected a multiple"));
    }
    BATON_RETURN_IF_ERROR(Allocate());
    const int64_t sharing = q_.heads / k_.heads;
    for (int64_t b = 0; b < q_.batch; ++b) {
      for (int64_t h = 0; h < k_.heads; ++h) {
        const Rows<C> keys = RowsOf(*call_.inputs[kKey], k_, k_.Offset(b, h, 0), k_.length, keys_);
        const Rows<C> values = RowsOf(*call_.inputs[kValue], v_, v_.Offset(b, h, 0), v_.length, values_);
        for (int64_t i = 0; i < sharing; ++i) RunHead(b, h * sharing + i, keys, values);
      }
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Allocate() {
    const int64_t sizes[] = {k_.length * k_.size, v_.length * v_.size, kTile * q_.size, kTile * k_.length,
                             kTile * v_.size};
    C** const buffers[] = {&keys_, &values_, &queries_, &scores_, &output_};
    for (int i = 0; i < 5; ++i) {
      *buffers[i] = static_cast<C*>(call_.context.Scratch(sizes[i] * sizeof(C)));
      if (*buffers[i] == nullptr && sizes[i] > 0)
        return absl::ResourceExhaustedError("no memory for the scores");
    }
    return absl::OkStatus();
  }

  void RunHead(int64_t b, int64_t h, const Rows<C>& keys, const Rows<C>& values) {
    for (int64_t first = 0; first < q_.length; first += kTile) {
      const int64_t count = std::min(kTile, q_.length - first);
      const Rows<C> queries = RowsOf(*call_.inputs[kQuery], q_, q_.Offset(b, h, first), count, queries_);
      const C scale =
          static_cast<C>(attrs_.scale != 0 ? attrs_.scale : 1 / std::sqrt(static_cast<double>(q_.size)));
      Multiply(count, k_.length, q_.size, scale, queries, keys, true, scores_);
      for (int64_t i = 0; i < count; ++i) FinishRow(b, h, first + i, scores_ + i * k_.length);
      Multiply(count, v_.size, k_.length, 1, {scores_, k_.length}, values, false, output_);
      for (int64_t i = 0; i < count; ++i)
        StoreRow(*call_.outputs[0], y_.Offset(b, h, first + i), output_ + i * v_.size, v_.size);
    }
  }

  // result [m, n] = scale * a [m, k] times b [k, n], or its transpose.
  void Multiply(int64_t m, int64_t n, int64_t k, C scale, const Rows<C>& a, const Rows<C>& b,
                bool transpose_b, C* result) const {
    MatrixProduct<C> product;
    product.transpose_b = transpose_b;
    product.m = m;
    product.n = product.ldc = n;
    product.k = k;
    product.alpha = scale;
    product.a = a.data;
    product.lda = a.stride;
    product.b = b.data;
    product.ldb = b.stride;
    product.c = result;
    product.num_threads = call_.context.num_threads;
    if (m == 0 || n == 0) return;
    if (k == 0) return std::fill_n(result, m * n, C{0}), void();
    if (fast_ && FitsBlas(product)) return baton::Multiply(product);
    const int64_t row = transpose_b ? 1 : b.stride;
    const int64_t column = transpose_b ? b.stride : 1;
    PlainProduct<C>({a.data, a.stride, 1}, {b.data, row, column}, m, n, k,
                    [&](int64_t i, int64_t j, C sum) { result[i * n + j] = sum * scale; });
  }

  KeyRange KeysOf(int64_t b, int64_t query) const {
    KeyRange range{0, k_.length};
    int64_t place = query;
    if (const TensorObject* lengths = call_.inputs[kValidLength]; lengths != nullptr) {
      const int64_t valid = std::clamp<int64_t>(IndexAt(*lengths, b), 0, k_.length);
      range.end = valid;
      place += valid - q_.length;
    } else if (const TensorObject* offset = call_.inputs[kOffset]; offset != nullptr) {
      place += std::clamp<int64_t>(IndexAt(*offset, 0), -q_.length, k_.length);
    }
    if (attrs_.is_causal) range.end = std::min(range.end, place + 1);
    if (attrs_.right_window >= 0)
      range.end = std::min(range.end, place + 1 + std::min(attrs_.right_window, k_.length));
    if (attrs_.left_window >= 0)
      range.begin = std::max<int64_t>(0, place - std::min(attrs_.left_window, k_.length + q_.length));
    range.end = std::max(range.end, int64_t{0});
    range.begin = std::min(range.begin, range.end);
    return range;
  }

  void Keep(AttentionScores stage, int64_t b, int64_t h, int64_t query, const C* row) {
    if (scores_result_ == nullptr || attrs_.scores != static_cast<int64_t>(stage)) return;
    StoreRow(*scores_result_, ((b * q_.heads + h) * q_.length + query) * k_.length, row, k_.length);
  }

  // Products to weights.
  void FinishRow(int64_t b, int64_t h, int64_t query, C* row) {
    Keep(AttentionScores::kProduct, b, h, query, row);
    if (attrs_.softcap > 0) {
      const C cap = static_cast<C>(attrs_.softcap);
      for (int64_t j = 0; j < k_.length; ++j) row[j] = cap * std::tanh(row[j] / cap);
    }
    Keep(AttentionScores::kCapped, b, h, query, row);
    AddBias(b, h, query, row);
    Keep(AttentionScores::kBiased, b, h, query, row);
    Softmax(row);
    Keep(AttentionScores::kSoftmax, b, h, query, row);
  }

  // An excluded key's score is -infinity, whatever it was.
  void AddBias(int64_t b, int64_t h, int64_t query, C* row) const {
    constexpr C kExcluded = -std::numeric_limits<C>::infinity();
    KeyRange range = KeysOf(b, query);
    if (const TensorObject* mask = call_.inputs[kMask]; mask != nullptr) {
      range.end = std::min(range.end, mask->dims[mask->rank - 1]);
      VisitDType(mask->dtype, [&](auto element) {
        const auto* biases = mask->As<decltype(element)>() + MaskOffset(*mask, b, h, query);
        for (int64_t j = range.begin; j < range.end; ++j) {
          const C bias = BiasOf<C>(biases[j]);
          row[j] = bias == kExcluded ? kExcluded : row[j] + bias;
        }
      });
    }
    std::fill(row, row + std::min(range.begin, k_.length), kExcluded);
    std::fill(row + range.end, row + k_.length, kExcluded);
  }

  // Of no keys: zeros.
  void Softmax(C* row) const {
    C greatest = -std::numeric_limits<C>::infinity();
    for (int64_t j = 0; j < k_.length; ++j) greatest = std::max(greatest, row[j]);
    if (greatest == -std::numeric_limits<C>::infinity()) return std::fill_n(row, k_.length, C{0}), void();
    double sum = 0;
    for (int64_t j = 0; j < k_.length; ++j) sum += row[j] = std::exp(row[j] - greatest);
    const C factor = static_cast<C>(1 / sum);
    for (int64_t j = 0; j < k_.length; ++j) row[j] *= factor;
  }

  static void StoreRow(TensorObject& result, int64_t offset, const C* row, int64_t count) {
    VisitDType(result.dtype, [&](auto element) {
      using T = decltype(element);
      T* to = result.As<T>() + offset;
      for (int64_t j = 0; j < count; ++j) to[j] = Convert<T>(row[j]);
    });
  }

  const AttentionAttrs& attrs_;
  const bool fast_;
  KernelCall& call_;
  const HeadLayout q_, k_, v_, y_;
  TensorObject* scores_result_;
  C* keys_ = nullptr;
  C* values_ = nullptr;
  C* queries_ = nullptr;
  C* scores_ = nullptr;
  C* output_ = nullptr;
};

absl::Status RunAttention(const AttentionAttrs& attrs, bool fast, KernelCall& call) {
  const bool scores_empty = call.outputs.size() < 2 || call.outputs[1]->num_elements() == 0;
  if (call.outputs[0]->num_elements() == 0 && scores_empty) return absl::OkStatus();
  if (call.inputs[kQuery]->dtype == DType::kFloat64 || attrs.softmax_precision == DType::kFloat64) {
    return AttentionRun<double>(attrs, fast, call).Run();
  }
  return AttentionRun<float>(attrs, fast, call).Run();
}

}  // namespace

absl::Status AttentionOpenBlas(const AttentionAttrs& attrs, KernelCall& call) {
  return RunAttention(attrs, true, call);
}

absl::Status AttentionPortable(const AttentionAttrs& attrs, KernelCall& call) {
  return RunAttention(attrs, false, call);
}

}  // namespace baton
