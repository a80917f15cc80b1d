#include "ops/element_trace.h"
#include "ops/strided_copy.h"
#include "ops/tensor/indices.h"
#include "ops/tensor/slice_range.h"
#include "ops/type_relations.h"

namespace baton {

const OpDef& StridedSlice();

namespace {

enum Input { kData, kStarts, kEnds, kAxes, kSteps };
constexpr absl::string_view kInputNames[] = {"data", "starts", "ends", "axes", "steps"};

// How many axes are sliced, as far as known. Errors: InvalidArgument when the operands' lengths differ.
absl::StatusOr<std::optional<int64_t>> NumSlices(TypeContext& context) {
  std::optional<int64_t> count;
  for (int i = kStarts; i <= kSteps; ++i) {
    if (!context.HasInput(i)) continue;
    BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> length, OperandLength(context, i, kInputNames[i]));
    if (length && count && *length != *count) {
      return absl::InvalidArgumentError(
          absl::StrCat(kInputNames[i], " has ", *length, " elements, expected ", *count, " as starts"));
    }
    if (length) count = length;
  }
  return count;
}

// The sliced axes, normalised; nullopt when not known. REQUIRES: data is ranked.
absl::StatusOr<std::optional<Ints>> SlicedAxes(TypeContext& context, std::optional<int64_t> count) {
  const int rank = context.input(kData)->shape.rank();
  std::optional<Ints> given;
  if (context.HasInput(kAxes)) {
    given = ConstantOperand(context, kAxes);
  } else if (count) {
    if (*count > rank)
      return absl::InvalidArgumentError(absl::StrCat(*count, " axes are sliced, data has ", rank));
    given.emplace();
    for (int64_t i = 0; i < *count; ++i) given->push_back(i);
  }
  if (!given) return std::optional<Ints>();
  BATON_ASSIGN_OR_RETURN(Ints axes, NormalizeAxes(*given, rank));
  return std::optional<Ints>(std::move(axes));
}

// The extent that slice `i` leaves of `extent`.
absl::StatusOr<Dim> SlicedExtent(TypeContext& context, const Dim& extent, size_t i) {
  const std::vector<Dim>* starts = context.InputValue(kStarts);
  const std::vector<Dim>* ends = context.InputValue(kEnds);
  const std::vector<Dim>* steps = context.HasInput(kSteps) ? context.InputValue(kSteps) : nullptr;
  const Dim step = steps != nullptr && i < steps->size() ? (*steps)[i] : Dim(1);
  if (step == Dim(0)) return absl::InvalidArgumentError("step is 0");
  const bool has_step = !context.HasInput(kSteps) || (steps != nullptr && step.is_constant());
  const bool has_bounds = starts != nullptr && ends != nullptr && i < starts->size() && i < ends->size();
  if (has_step && has_bounds) {
    std::optional<Dim> sliced = SymbolicSliceExtent(extent, (*starts)[i], (*ends)[i], step.value());
    if (sliced) return *std::move(sliced);
  }
  return context.FreshDim("sliced");
}

absl::Status StridedSliceType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  const TensorType& data = *context.input(kData);
  BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> count, NumSlices(context));
  Shape shape = Shape::Unranked();
  if (data.shape.has_rank()) {
    BATON_ASSIGN_OR_RETURN(const std::optional<Ints> axes, SlicedAxes(context, count));
    if (axes) {
      Dims dims = data.shape.dims();
      for (size_t i = 0; i < axes->size(); ++i) {
        Dim& dim = dims[(*axes)[i]];
        BATON_ASSIGN_OR_RETURN(dim, SlicedExtent(context, dim, i));
      }
      shape = Shape(std::move(dims));
    } else {
      BATON_ASSIGN_OR_RETURN(shape, FreshShape(context, data.shape.rank(), "sliced"));
    }
  }
  result->push_back({data.dtype, std::move(shape)});
  return absl::OkStatus();
}

absl::Status StridedSliceKernel(const NoAttrs&, KernelCall& call) {
  const TensorObject& data = *call.inputs[kData];
  TensorObject& result = *call.outputs[0];
  StridedCopySpec spec;
  spec.dims.assign(result.dims, result.dims + result.rank);
  spec.source_strides = DenseStrides(data.shape());
  spec.result_strides = DenseStrides(result.shape());
  int64_t offset = 0;
  const int64_t count = call.inputs[kStarts]->num_elements();
  for (int64_t i = 0; i < count; ++i) {
    const int64_t given = call.inputs[kAxes] == nullptr ? i : IntegerAt(*call.inputs[kAxes], i);
    BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(given, data.rank));
    const int64_t step = call.inputs[kSteps] == nullptr ? 1 : IntegerAt(*call.inputs[kSteps], i);
    const SliceRange range = ConstantSlice(data.dims[axis], IntegerAt(*call.inputs[kStarts], i),
                                           IntegerAt(*call.inputs[kEnds], i), step);
    offset += range.start * spec.source_strides[axis];
    // A step that is never taken may be too large to multiply.
    if (range.extent > 1) spec.source_strides[axis] *= step;
  }
  if (result.num_elements() == 0) return absl::OkStatus();
  StridedCopy(data.dtype, spec, static_cast<const char*>(data.data) + offset * DTypeSize(data.dtype),
              result.data);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int>> StridedSliceElements(TypeContext& context, const NoAttrs& attrs) {
  return TraceElements(StridedSlice(), &attrs, context);
}

}  // namespace

const OpDef& StridedSlice() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>(
      {.name = "strided_slice",
       .doc = "data[start:end:step] along each of `axes` (absent: the first ones). Bounds count from the end "
              "when "
              "negative and are clamped; steps (absent: 1) may be negative. Source: ONNX Slice-13.",
       .inputs = {"data", InputDef("starts").DecidesShape(), InputDef("ends").DecidesShape(),
                  InputDef("axes").Optional().DecidesShape(), InputDef("steps").Optional().DecidesShape()},
       .type = StridedSliceType,
       .elements = StridedSliceElements,
       .fusion = Fusion::kInjective,
       .kernels = {{"portable", StridedSliceKernel}}}));
  return def;
}

}  // namespace baton
