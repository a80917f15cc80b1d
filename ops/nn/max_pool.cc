#include <algorithm>
#include <limits>
#include <utility>

#include "ops/elementwise/float_rows.h"
#include "ops/elementwise/kernels.h"
#include "ops/nn/pool.h"
#include "ops/op_cost.h"

namespace baton {
namespace {

struct MaxPoolAttrs {
  std::vector<int64_t> kernel_shape, strides, pads, dilations;
  bool ceil_mode = false;
  std::string auto_pad = "NOTSET";
};

absl::Status CheckMaxPool(const MaxPoolAttrs& attrs) {
  return CheckPool(WindowOf(attrs), attrs.kernel_shape);
}

absl::Status MaxPoolType(TypeContext& context, const MaxPoolAttrs& attrs, TensorTypes* result) {
  BATON_ASSIGN_OR_RETURN(Shape shape,
                         PoolShape(context, WindowOf(attrs), attrs.kernel_shape, DTypeSet::kNumeric));
  result->push_back({context.input(0)->dtype, std::move(shape)});
  return absl::OkStatus();
}

// y[i] becomes the greater of itself and x[i]; NaN wins.
void MaxInto(float* y, const float* x, int64_t n) {
  MaximumRow({y, true}, {x, true}, y, n);
}
template <typename T>
void MaxInto(T* y, const T* x, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const auto value = Load(x[i]), greatest = Load(y[i]);
    y[i] = value > greatest || value != value ? x[i] : y[i];
  }
}

template <typename T>
T Least() {
  using Limits = std::numeric_limits<ComputeType<T>>;
  return T(Limits::has_infinity ? -Limits::infinity() : Limits::lowest());
}

int64_t CeilDivide(int64_t a, int64_t b) {
  return a >= 0 ? (a + b - 1) / b : -(-a / b);
}

// What the windows of one row of the result see: the greatest elements over the other axes. They are sorted
// by their remainder modulo the stride, so that what one tap of all windows sees is contiguous.
template <typename T>
class InputRow {
 public:
  static int64_t NumElements(const WindowGeometry& g) {
    return 2 * g.stride[2] * CeilDivide(g.in[2], g.stride[2]);
  }

  // `scratch` has NumElements.
  InputRow(const WindowGeometry& g, T* scratch)
      : g_(g),
        phase_(CeilDivide(g.in[2], g.stride[2])),
        greatest_(scratch),
        sorted_(scratch + g.stride[2] * phase_) {}

  void Clear() { std::fill_n(greatest_, g_.in[2], Least<T>()); }

  // A row of the input; the first one starts anew.
  void Add(const T* x, bool first) {
    if (first) {
      std::copy_n(x, g_.in[2], greatest_);
    } else {
      MaxInto(greatest_, x, g_.in[2]);
    }
  }

  // y: a row of the result.
  void Reduce(T* y) {
    Sort();
    std::fill_n(y, g_.out[2], Least<T>());
    // The taps that any window has inside the input.
    const int64_t first = CeilDivide(g_.pad_begin[2] - (g_.out[2] - 1) * g_.stride[2], g_.dilation[2]);
    const int64_t end = CeilDivide(g_.in[2] + g_.pad_begin[2], g_.dilation[2]);
    for (int64_t tap = std::max<int64_t>(first, 0); tap < std::min(end, g_.kernel[2]); ++tap) {
      AddTap(tap * g_.dilation[2] - g_.pad_begin[2], y);
    }
  }

 private:
  void Sort() {
    const int64_t stride = g_.stride[2];
    if (stride == 1) return std::swap(greatest_, sorted_);
    for (int64_t remainder = 0; remainder < stride; ++remainder) {
      T* to = sorted_ + remainder * phase_;
      for (int64_t i = remainder; i < g_.in[2]; i += stride) *to++ = greatest_[i];
    }
  }

  // The tap that lies `offset` places after the first place of each window without padding.
  void AddTap(int64_t offset, T* y) {
    const int64_t stride = g_.stride[2];
    const int64_t begin = offset >= 0 ? 0 : CeilDivide(-offset, stride);
    const int64_t end = std::min(g_.out[2], CeilDivide(g_.in[2] - offset, stride));
    if (begin >= end) return;
    const int64_t place = begin * stride + offset;
    MaxInto(y + begin, sorted_ + place % stride * phase_ + place / stride, end - begin);
  }

  const WindowGeometry& g_;
  int64_t phase_;  // elements of each remainder
  T* greatest_;
  T* sorted_;
};

template <typename T>
void MaxPoolRows(const WindowGeometry& g, int64_t planes, const T* x, T* y, T* scratch) {
  InputRow<T> row(g, scratch);
  for (int64_t plane = 0; plane < planes; ++plane, x += g.InSize()) {
    for (int64_t i = 0; i < g.out[0]; ++i) {
      const Taps outer = TapsInside(g, 0, i);
      for (int64_t j = 0; j < g.out[1]; ++j, y += g.out[2]) {
        const Taps inner = TapsInside(g, 1, j);
        bool first = true;
        for (int64_t a = outer.begin; a < outer.end; ++a) {
          for (int64_t b = inner.begin; b < inner.end; ++b) {
            const int64_t place =
                (outer.first + a * g.dilation[0]) * g.in[1] + inner.first + b * g.dilation[1];
            row.Add(x + place * g.in[2], first);
            first = false;
          }
        }
        if (first) row.Clear();
        row.Reduce(y);
      }
    }
  }
}

absl::Status MaxPoolPortable(const MaxPoolAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  TensorObject& output = *call.outputs[0];
  if (output.num_elements() == 0) return absl::OkStatus();
  const WindowGeometry g = PoolGeometry(WindowOf(attrs), attrs.kernel_shape, data, output);
  return VisitDTypeIn<DTypeSet::kNumeric>(data.dtype, [&](auto element) -> absl::Status {
    using T = decltype(element);
    auto* scratch = static_cast<T*>(call.context.Scratch(InputRow<T>::NumElements(g) * sizeof(T)));
    if (scratch == nullptr) return absl::ResourceExhaustedError("no memory for two rows");
    MaxPoolRows(g, data.dims[0] * data.dims[1], data.As<T>(), output.As<T>(), scratch);
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& MaxPool() {
  static const OpDef& def = *new OpDef(MakeOp<MaxPoolAttrs>({
      .name = "nn.max_pool",
      .doc = "Greatest element of each window of data [N, C, spatial...], NaN if there is one; a window "
             "without elements "
             "gives the least value. Source: ONNX MaxPool-12.",
      .attrs = PoolAttrList<MaxPoolAttrs>({}),
      .inputs = {"data"},
      .type = MaxPoolType,
      .check_attrs = CheckMaxPool,
      .flops = FlopsPerResult<MaxPoolAttrs, 300>,
      .kernels = {{"portable", MaxPoolPortable}},
  }));
  return def;
}

}  // namespace baton
