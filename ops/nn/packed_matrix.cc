#include "ops/nn/packed_matrix.h"

#include <algorithm>

#include "vm/core/status.h"

// Highway compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/nn/packed_matrix.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef BATON_PACKED_MATRIX_COMMON
#define BATON_PACKED_MATRIX_COMMON
namespace baton::internal {

// Rows of weights that are interleaved; a multiple of every vector length used.
inline constexpr int kPanelRows = 16;

struct PanelProduct {
  const float* panels;
  int64_t rows, depth;
  int64_t first, end;  // of the depth
  PackedMatrix::ConstRows x, start;
  PackedMatrix::Rows y;
};

}  // namespace baton::internal
#endif

HWY_BEFORE_NAMESPACE();
namespace baton::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using internal::kPanelRows;
using internal::PanelProduct;
using D = hn::CappedTag<float, kPanelRows>;
using V = hn::Vec<D>;

constexpr int kLanes = static_cast<int>(hn::MaxLanes(D()));
constexpr int kVectors = kPanelRows / kLanes;  // per panel

// One row of one panel, of which only `count` rows exist.
HWY_INLINE void LoadStart(const float* start, int64_t count, V* sum) {
  const D d;
  HWY_ALIGN float padded[kPanelRows] = {};
  if (start != nullptr) std::copy(start, start + count, padded);
  for (int v = 0; v < kVectors; ++v) sum[v] = hn::Load(d, padded + v * kLanes);
}

HWY_INLINE void StoreSum(const V* sum, int64_t count, float* y) {
  const D d;
  if (count >= kPanelRows) {
    for (int v = 0; v < kVectors; ++v) hn::StoreU(sum[v], d, y + v * kLanes);
    return;
  }
  HWY_ALIGN float padded[kPanelRows];
  for (int v = 0; v < kVectors; ++v) hn::Store(sum[v], d, padded + v * kLanes);
  std::copy(padded, padded + count, y);
}

// kPanels panels from `panel` on times kRows rows from `row` on: the sums stay in registers.
template <int kPanels, int kRows>
HWY_INLINE void Tile(const PanelProduct& p, int64_t panel, int64_t row) {
  const D d;
  const int64_t depth = p.depth;
  const float* w = p.panels + panel * depth * kPanelRows;
  V sum[kRows][kPanels * kVectors];
  for (int i = 0; i < kRows; ++i) {
    for (int j = 0; j < kPanels; ++j) {
      const int64_t first = (panel + j) * kPanelRows;
      const float* start =
          p.start.data == nullptr ? nullptr : p.start.data + (row + i) * p.start.stride + first;
      LoadStart(start, std::min<int64_t>(kPanelRows, p.rows - first), &sum[i][j * kVectors]);
    }
  }
  const float* x = p.x.data + row * p.x.stride;
  for (int64_t k = p.first; k < p.end; ++k) {
    V weights[kPanels * kVectors];
    for (int j = 0; j < kPanels; ++j) {
      for (int v = 0; v < kVectors; ++v) {
        weights[j * kVectors + v] = hn::Load(d, w + (j * depth + k) * kPanelRows + v * kLanes);
      }
    }
    for (int i = 0; i < kRows; ++i) {
      const V factor = hn::Set(d, x[i * p.x.stride + k]);
      for (int c = 0; c < kPanels * kVectors; ++c) sum[i][c] = hn::MulAdd(weights[c], factor, sum[i][c]);
    }
  }
  for (int i = 0; i < kRows; ++i) {
    for (int j = 0; j < kPanels; ++j) {
      const int64_t first = (panel + j) * kPanelRows;
      StoreSum(&sum[i][j * kVectors], std::min<int64_t>(kPanelRows, p.rows - first),
               p.y.data + (row + i) * p.y.stride + first);
    }
  }
}

// The panels from `panel` on for kRows rows: kPanels at a time, then the rest by halves.
template <int kPanels, int kRows>
HWY_INLINE void PanelBlocks(const PanelProduct& p, int64_t panel, int64_t row) {
  const int64_t panels = (p.rows + kPanelRows - 1) / kPanelRows;
  for (; panel + kPanels <= panels; panel += kPanels) Tile<kPanels, kRows>(p, panel, row);
  if constexpr (kPanels > 1) PanelBlocks<kPanels / 2, kRows>(p, panel, row);
}

// As many panels at a time as registers (16, or 32 with AVX-512) allow.
template <int kRows>
HWY_INLINE void RowBlock(const PanelProduct& p, int64_t row) {
  constexpr int kSums = kLanes == 16 ? 16 : 8;
  PanelBlocks<std::max(1, std::min(kRows == 1 ? 8 : 4, kSums / (kRows * kVectors))), kRows>(p, 0, row);
}

void MultiplyPanels(const PanelProduct& p, int64_t n) {
  int64_t row = 0;
  for (; row + 4 <= n; row += 4) RowBlock<4>(p, row);
  if (n - row >= 2) {
    RowBlock<2>(p, row);
    row += 2;
  }
  if (row < n) RowBlock<1>(p, row);
}

}  // namespace baton::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace baton {
HWY_EXPORT(MultiplyPanels);

absl::StatusOr<PackedMatrix> PackedMatrix::Pack(Source weights, int64_t rows, int64_t depth) {
  constexpr int64_t kWidth = internal::kPanelRows;
  PackedMatrix result;
  result.rows_ = rows;
  result.depth_ = depth;
  BATON_ASSIGN_OR_RETURN(result.panels_,
                         Tensor::Allocate(DType::kFloat32, {(rows + kWidth - 1) / kWidth, depth, kWidth}));
  float* out = result.panels_->As<float>();
  for (int64_t first = 0; first < rows; first += kWidth) {
    for (int64_t k = 0; k < depth; ++k) {
      for (int64_t r = first; r < first + kWidth; ++r) {
        *out++ = r < rows ? weights.data[r * weights.row_stride + k * weights.depth_stride] : 0.0f;
      }
    }
  }
  return result;
}

void PackedMatrix::MultiplyPart(int64_t first, int64_t end, ConstRows x, int64_t n, ConstRows start,
                                Rows y) const {
  if (n == 0 || rows_ == 0) return;
  HWY_DYNAMIC_DISPATCH(MultiplyPanels)({panels_->As<float>(), rows_, depth_, first, end, x, start, y}, n);
}

}  // namespace baton
#endif
