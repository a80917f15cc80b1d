#include "ops/elementwise/kernels.h"
#include "ops/op_cost.h"
#include "ops/signal/spectrum.h"
#include "ops/tensor/indices.h"
#include "ops/tensor/number.h"

namespace baton {
namespace {

enum Input { kSignal, kStep, kWindow, kLength };

struct StftAttrs {
  bool onesided = true;
};

// The value of a scalar operand; nullptr when not known.
const Dim* ScalarValue(TypeContext& context, int index) {
  const std::vector<Dim>* value = context.InputValue(index);
  return value != nullptr && value->size() == 1 ? &value->front() : nullptr;
}

// The length of a frame: as given, or the window's, or the signal's. Fresh when not known.
absl::StatusOr<Dim> FrameLength(TypeContext& context, const Dim& signal) {
  Dim length = signal;
  bool known = true;
  if (context.HasInput(kLength)) {
    const Dim* value = ScalarValue(context, kLength);
    known = value != nullptr;
    length = known ? *value : context.FreshDim("frame");
  }
  if (context.HasInput(kWindow)) {
    const Shape& window = context.input(kWindow)->shape;
    if (!window.has_rank()) return context.FreshDim("frame");
    if (context.HasInput(kLength) && known)
      BATON_RETURN_IF_ERROR(context.RequireEqual(window[0], length, "the length of window and frame_length"));
    length = window[0];
  }
  BATON_RETURN_IF_ERROR(RequireTransformLength(context, length, "the length of a frame"));
  return length;
}

absl::Status CheckOperands(TypeContext& context) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kSignal, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireDType(context, kWindow, DTypeSet::kFloat));
  for (int i : {kStep, kLength}) BATON_RETURN_IF_ERROR(RequireDType(context, i, DTypeSet::kInteger));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, kStep, "frame_step"));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, kLength, "frame_length"));
  return RequireRank(context, kWindow, 1, "window");
}

absl::Status StftType(TypeContext& context, const StftAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(CheckOperands(context));
  const TensorType& signal = *context.input(kSignal);
  const bool has_rank = signal.shape.has_rank();
  if (has_rank && signal.shape.rank() != 2) BATON_RETURN_IF_ERROR(RequireRank(context, kSignal, 3, "signal"));
  if (has_rank && signal.shape.rank() == 3)
    BATON_RETURN_IF_ERROR(RequireParts(context, signal.shape[2], "signal"));
  const Dim extent = has_rank ? signal.shape[1] : context.FreshDim("samples");
  BATON_ASSIGN_OR_RETURN(const Dim length, FrameLength(context, extent));
  const Dim* step = ScalarValue(context, kStep);
  Dim frames = context.FreshDim("frames");
  if (step != nullptr) BATON_RETURN_IF_ERROR(context.RequireAtLeast(*step, Dim(1), "frame_step"));
  if (step != nullptr && has_rank) {
    BATON_RETURN_IF_ERROR(context.RequireAtLeast(extent, length, "the length of signal (for a frame)"));
    frames = FloorDiv(extent - length, *step) + Dim(1);
  }
  const Dim bins = attrs.onesided ? FloorDiv(length, Dim(2)) + Dim(1) : length;
  const Dim batch = has_rank ? signal.shape[0] : context.FreshDim("batch");
  result->push_back({signal.dtype, Shape({batch, frames, bins, Dim(2)})});
  return absl::OkStatus();
}

struct Frames {
  int64_t samples, parts;  // of the signal
  int64_t count, step, length;
  int64_t bins;
};

template <typename T>
void TransformFrames(const Frames& frames, FourierTransform& transform, absl::Span<Complex> line,
                     const double* window, KernelCall& call) {
  const TensorObject& result = *call.outputs[0];
  T* y = call.outputs[0]->As<T>();
  for (int64_t i = 0; i < result.dims[0] * frames.count; ++i) {
    const int64_t start = i / frames.count * frames.samples + i % frames.count * frames.step;
    const T* x = call.inputs[kSignal]->As<T>() + start * frames.parts;
    for (int64_t k = 0; k < frames.length; ++k) {
      const Complex sample = ReadNumber(x + k * frames.parts, frames.parts);
      line[k] = {sample.re * window[k], sample.im * window[k]};
    }
    transform.Forward(line);
    for (int64_t k = 0; k < frames.bins; ++k, y += 2) WriteNumber(line[k], 2, y);
  }
}

absl::Status StftKernel(const StftAttrs& attrs, KernelCall& call) {
  const TensorObject& signal = *call.inputs[kSignal];
  const TensorObject& result = *call.outputs[0];
  const TensorObject* window = call.inputs[kWindow];
  if (result.num_elements() == 0) return absl::OkStatus();
  Frames frames = {signal.dims[1], signal.rank == 3 ? signal.dims[2] : 1, result.dims[1], 0, signal.dims[1],
                   result.dims[2]};
  frames.step = IntegerAt(*call.inputs[kStep], 0);
  if (window != nullptr) frames.length = window->dims[0];
  if (window == nullptr && call.inputs[kLength] != nullptr)
    frames.length = IntegerAt(*call.inputs[kLength], 0);
  const int64_t n = frames.length, scratch = FourierTransform::ScratchLength(n);
  auto* memory = static_cast<Complex*>(call.context.Scratch((n + scratch) * sizeof(Complex)));
  auto* weights = static_cast<double*>(call.context.Scratch(n * sizeof(double)));
  if (memory == nullptr || weights == nullptr)
    return absl::ResourceExhaustedError("no memory for the transform");
  for (int64_t i = 0; i < n; ++i) weights[i] = window == nullptr ? 1 : NumberAt(*window, i);
  FourierTransform transform(n, absl::MakeSpan(memory + n, scratch));
  return VisitDTypeIn<DTypeSet::kFloat>(signal.dtype, [&](auto element) {
    TransformFrames<decltype(element)>(frames, transform, absl::MakeSpan(memory, n), weights, call);
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& Stft() {
  static const OpDef& def = *new OpDef(MakeOp<StftAttrs>(
      {.name = "stft",
       .doc =
           "Discrete Fourier transforms of the frames of signal [N, samples], [N, samples, 1] or (complex) "
           "[N, "
           "samples, 2] that begin every frame_step samples, each times window: [N, frames, frequencies, 2]. "
           "A frame has frame_length samples, else as many as window, else all. Computed in float64. Source: "
           "ONNX STFT-17.",
       .attrs = {{"onesided", &StftAttrs::onesided, "only the first half of the frequencies"}},
       .inputs = {"signal", InputDef("frame_step").DecidesShape(), InputDef("window").Optional(),
                  InputDef("frame_length").Optional().DecidesShape()},
       .type = StftType,
       .flops = FlopsPerResult<StftAttrs, 500>,
       .kernels = {{"portable", StftKernel}}}));
  return def;
}

}  // namespace baton
