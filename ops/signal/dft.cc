#include <algorithm>

#include "ops/elementwise/kernels.h"
#include "ops/op_cost.h"
#include "ops/signal/spectrum.h"
#include "ops/tensor/indices.h"

namespace baton {
namespace {

enum Input { kData, kLength, kAxis };

struct DftAttrs {
  bool inverse = false;
  bool onesided = false;
};

// A real signal from the half of its spectrum.
bool GivesReal(const DftAttrs& attrs) {
  return attrs.inverse && attrs.onesided;
}

// The transformed axis; nullopt when not known. The last one holds the parts of numbers.
absl::StatusOr<std::optional<int>> TransformedAxis(TypeContext& context, int rank) {
  int64_t given = -2;
  if (context.HasInput(kAxis)) {
    const std::optional<Ints> value = ConstantOperand(context, kAxis);
    if (!value || value->size() != 1) return std::optional<int>();
    given = value->front();
  }
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(given, rank));
  if (axis < rank - 1) return std::optional<int>(axis);
  return absl::InvalidArgumentError(
      absl::StrCat("axis ", given, " is the last, which holds real and imaginary parts"));
}

// The extent of the transformed axis in the result, of an axis of `extent`.
absl::StatusOr<Dim> TransformedExtent(TypeContext& context, const DftAttrs& attrs, const Dim& extent) {
  Dim length = GivesReal(attrs) ? (extent - Dim(1)) * Dim(2) : extent;
  if (context.HasInput(kLength)) {
    const std::vector<Dim>* value = context.InputValue(kLength);
    if (value == nullptr || value->size() != 1) return context.FreshDim("frequencies");
    length = value->front();
  }
  BATON_RETURN_IF_ERROR(RequireTransformLength(context, length, "the length of the transform"));
  return attrs.onesided && !attrs.inverse ? FloorDiv(length, Dim(2)) + Dim(1) : length;
}

absl::Status DftType(TypeContext& context, const DftAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kData, DTypeSet::kFloat));
  for (int i : {kLength, kAxis}) BATON_RETURN_IF_ERROR(RequireDType(context, i, DTypeSet::kInteger));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, kLength, "dft_length"));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, kAxis, "axis"));
  const TensorType& data = *context.input(kData);
  if (!data.shape.has_rank()) return result->push_back({data.dtype, Shape::Unranked()}), absl::OkStatus();
  const int rank = data.shape.rank();
  if (rank < 2) {
    return absl::InvalidArgumentError(absl::StrCat("data has rank ", rank, ", expected 2 or more"));
  }
  BATON_RETURN_IF_ERROR(RequireParts(context, data.shape[rank - 1], "data"));
  BATON_ASSIGN_OR_RETURN(const std::optional<int> axis, TransformedAxis(context, rank));
  Dims dims = data.shape.dims();
  for (int i = 0; i < rank - 1; ++i) {
    if (!axis) dims[i] = context.FreshDim("frequencies");
    if (axis != i) continue;
    BATON_ASSIGN_OR_RETURN(dims[i], TransformedExtent(context, attrs, dims[i]));
  }
  dims[rank - 1] = GivesReal(attrs) ? 1 : 2;
  result->push_back({data.dtype, Shape(std::move(dims))});
  return absl::OkStatus();
}

// The lines of one call.
struct Lines {
  int64_t outer = 1, inner = 1;
  int64_t in, out;              // extents of the axis
  int64_t in_parts, out_parts;  // 1 or 2 per number
  int64_t length;               // of the transform
};

Lines LinesOf(const DftAttrs& attrs, const KernelCall& call) {
  const TensorObject& data = *call.inputs[kData];
  const TensorObject& result = *call.outputs[0];
  const int64_t given = call.inputs[kAxis] == nullptr ? -2 : IntegerAt(*call.inputs[kAxis], 0);
  const int axis = static_cast<int>(given < 0 ? given + data.rank : given);
  Lines lines;
  for (int i = 0; i < axis; ++i) lines.outer *= data.dims[i];
  for (int i = axis + 1; i < data.rank - 1; ++i) lines.inner *= data.dims[i];
  lines.in = data.dims[axis];
  lines.out = result.dims[axis];
  lines.in_parts = data.dims[data.rank - 1];
  lines.out_parts = result.dims[data.rank - 1];
  const int64_t natural = GivesReal(attrs) ? 2 * (lines.in - 1) : lines.in;
  lines.length = call.inputs[kLength] == nullptr ? natural : IntegerAt(*call.inputs[kLength], 0);
  return lines;
}

// Cuts or fills up the line at `x` to the transform's length; half a spectrum gets its mirror image.
template <typename T>
void ReadLine(const DftAttrs& attrs, const Lines& lines, const T* x, absl::Span<Complex> line) {
  const int64_t used = GivesReal(attrs) ? lines.length / 2 + 1 : lines.length;
  for (int64_t i = 0; i < used; ++i) {
    line[i] = i < lines.in ? ReadNumber(x + i * lines.inner * lines.in_parts, lines.in_parts) : Complex{};
  }
  for (int64_t i = used; i < lines.length; ++i) line[i] = Conjugate(line[lines.length - i]);
}

template <typename T>
void TransformLines(const DftAttrs& attrs, const Lines& lines, FourierTransform& transform,
                    absl::Span<Complex> line, KernelCall& call) {
  for (int64_t i = 0; i < lines.outer * lines.inner; ++i) {
    const int64_t outer = i / lines.inner, inner = i % lines.inner;
    const T* x = call.inputs[kData]->As<T>() + (outer * lines.in * lines.inner + inner) * lines.in_parts;
    T* y = call.outputs[0]->As<T>() + (outer * lines.out * lines.inner + inner) * lines.out_parts;
    ReadLine(attrs, lines, x, line);
    if (attrs.inverse) {
      transform.Inverse(line);
    } else {
      transform.Forward(line);
    }
    for (int64_t k = 0; k < lines.out; ++k)
      WriteNumber(line[k], lines.out_parts, y + k * lines.inner * lines.out_parts);
  }
}

absl::Status DftKernel(const DftAttrs& attrs, KernelCall& call) {
  if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
  const Lines lines = LinesOf(attrs, call);
  const int64_t scratch = FourierTransform::ScratchLength(lines.length);
  auto* memory = static_cast<Complex*>(call.context.Scratch((lines.length + scratch) * sizeof(Complex)));
  if (memory == nullptr) return absl::ResourceExhaustedError("no memory for the transform");
  FourierTransform transform(lines.length, absl::MakeSpan(memory + lines.length, scratch));
  return VisitDTypeIn<DTypeSet::kFloat>(call.inputs[kData]->dtype, [&](auto element) {
    TransformLines<decltype(element)>(attrs, lines, transform, absl::MakeSpan(memory, lines.length), call);
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& Dft() {
  static const OpDef& def = *new OpDef(MakeOp<DftAttrs>(
      {.name = "dft",
       .doc = "The discrete Fourier transform of data along `axis` (the last but one without it), which is "
              "cut or "
              "filled up with zeros to dft_length. The last axis of data is 1 (real) or 2 (real, imaginary), "
              "that of the result 2; computed in float64. Source: ONNX DFT-20.",
       .attrs = {{"inverse", &DftAttrs::inverse, "the inverse transform, which divides by the length"},
                 {"onesided", &DftAttrs::onesided,
                  "only the first dft_length / 2 + 1 frequencies; with `inverse`, these are given and the "
                  "result is real"}},
       .inputs = {"data", InputDef("dft_length").Optional().DecidesShape(),
                  InputDef("axis").Optional().DecidesShape()},
       .type = DftType,
       .flops = FlopsPerResult<DftAttrs, 500>,
       .kernels = {{"portable", DftKernel}}}));
  return def;
}

}  // namespace baton
