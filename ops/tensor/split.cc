#include "ops/strided_copy.h"
#include "ops/type_relations.h"

namespace baton {

const OpDef& StridedSlice();

namespace {

// More parts than any model has; bounds what a hostile attribute can ask for.
constexpr int64_t kMaxParts = 1 << 16;

struct SplitAttrs {
  int64_t axis = 0;
  int64_t num_outputs = 0;
};

absl::Status CheckSplitAttrs(const SplitAttrs& attrs) {
  if (attrs.num_outputs >= 0 && attrs.num_outputs <= kMaxParts) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("num_outputs is ", attrs.num_outputs, ", expected at most ", kMaxParts));
}

absl::StatusOr<int64_t> NumParts(TypeContext& context, const SplitAttrs& attrs) {
  std::optional<int64_t> count;
  if (context.HasInput(1)) {
    BATON_ASSIGN_OR_RETURN(count, OperandLength(context, 1, "sizes"));
  }
  if (count && attrs.num_outputs > 0 && *count != attrs.num_outputs) {
    return absl::InvalidArgumentError(
        absl::StrCat("sizes has ", *count, " elements, expected ", attrs.num_outputs, " as num_outputs"));
  }
  if (!count && attrs.num_outputs > 0) count = attrs.num_outputs;
  if (!count)
    return absl::InvalidArgumentError("the number of outputs is not known: num_outputs is not given");
  if (*count < 1 || *count > kMaxParts) {
    return absl::InvalidArgumentError(absl::StrCat("has ", *count, " outputs, expected 1 to ", kMaxParts));
  }
  return *count;
}

// The extents of the parts. All but the last are ceil(extent / count) when no sizes are given.
absl::StatusOr<std::vector<Dim>> PartExtents(TypeContext& context, const Dim& extent, int64_t count) {
  std::vector<Dim> parts;
  if (!context.HasInput(1)) {
    const Dim part = CeilDiv(extent, Dim(count));
    parts.assign(static_cast<size_t>(count - 1), part);
    parts.push_back(extent - part * Dim(count - 1));
    BATON_RETURN_IF_ERROR(context.RequireAtLeast(parts.back(), Dim(0), "extent of the last part"));
    return parts;
  }
  if (const std::vector<Dim>* sizes = context.InputValue(1); sizes != nullptr) {
    Dim sum = 0;
    for (const Dim& size : *sizes) {
      BATON_RETURN_IF_ERROR(context.RequireAtLeast(size, Dim(0), "element of sizes"));
      sum = sum + size;
    }
    BATON_RETURN_IF_ERROR(context.RequireEqual(sum, extent, "the sum of sizes and the extent that is split"));
    return *sizes;
  }
  for (int64_t i = 0; i < count; ++i) parts.push_back(context.FreshDim("part"));
  return parts;
}

absl::Status SplitType(TypeContext& context, const SplitAttrs& attrs, TensorTypes* result) {
  const TensorType& data = *context.input(0);
  BATON_ASSIGN_OR_RETURN(const int64_t count, NumParts(context, attrs));
  if (!data.shape.has_rank()) {
    result->resize(static_cast<size_t>(count), {data.dtype, Shape::Unranked()});
    return absl::OkStatus();
  }
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, data.shape.rank()));
  BATON_ASSIGN_OR_RETURN(const std::vector<Dim> parts, PartExtents(context, data.shape[axis], count));
  for (const Dim& part : parts) {
    Dims dims = data.shape.dims();
    dims[axis] = part;
    result->push_back({data.dtype, Shape(std::move(dims))});
  }
  return absl::OkStatus();
}

// A part is a slice, when it is known where the part begins.
std::optional<ResultCall> SplitPart(const SplitAttrs& attrs, const TensorTypes& parts, int index) {
  if (!parts[0].shape.has_rank()) return std::nullopt;
  const absl::StatusOr<int> axis = NormalizeAxis(attrs.axis, parts[0].shape.rank());
  if (!axis.ok()) return std::nullopt;
  int64_t begin = 0, end = 0;
  for (int i = 0; i <= index; ++i) {
    const Dim& extent = parts[i].shape[*axis];
    if (!extent.is_constant()) return std::nullopt;
    begin = end;
    end += extent.value();
  }
  const auto vector = [](int64_t value) { return Tensor::FromValues<int64_t>({1}, {value}); };
  ResultCall slice{&StridedSlice(), {vector(begin), vector(end)}};
  if (*axis != 0) slice.operands.push_back(vector(*axis));
  return slice;
}

absl::Status SplitKernel(const SplitAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, data.rank));
  StridedCopySpec spec;
  spec.source_strides = DenseStrides(data.shape());
  const char* part = static_cast<const char*>(data.data);
  for (TensorObject* output : call.outputs) {
    spec.dims.assign(output->dims, output->dims + output->rank);
    spec.result_strides = DenseStrides(output->shape());
    StridedCopy(data.dtype, spec, part, output->data);
    part += output->dims[axis] * spec.source_strides[axis] * DTypeSize(data.dtype);
  }
  return absl::OkStatus();
}

}  // namespace

const OpDef& Split() {
  static const OpDef& def = *new OpDef(MakeOp<SplitAttrs>(
      {.name = "split",
       .doc = "Parts of data along an axis: of the given sizes, or num_outputs equal ones of which the last "
              "may be smaller. Source: ONNX Split-18.",
       .attrs = {{"axis", &SplitAttrs::axis, "the axis that is split; negative counts from the end"},
                 {"num_outputs", &SplitAttrs::num_outputs, "number of parts; 0: as many as sizes has"}},
       .inputs = {"data", InputDef("sizes").Optional().DecidesShape()},
       .type = SplitType,
       .check_attrs = CheckSplitAttrs,
       .result_alone = SplitPart,
       .variadic_outputs = true,
       .fusion = Fusion::kInjective,
       .kernels = {{"portable", SplitKernel}}}));
  return def;
}

}  // namespace baton
