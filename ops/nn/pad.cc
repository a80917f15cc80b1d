#include <algorithm>
#include <cstring>

#include "ops/element_bits.h"
#include "ops/strided_copy.h"
#include "ops/tensor/indices.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

enum Input { kData, kPads, kValue, kAxes };

struct PadAttrs {
  std::string mode = "constant";
};

absl::Status CheckPadAttrs(const PadAttrs& attrs) {
  for (absl::string_view mode : {"constant", "reflect", "symmetric", "edge", "wrap"}) {
    if (attrs.mode == mode) return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("attribute 'mode' is '", attrs.mode,
                                                 "', expected constant, reflect, symmetric, edge or wrap"));
}

// What the mode demands of an axis of which `rest` elements are left after cropping.
absl::Status CheckAmount(TypeContext& context, const PadAttrs& attrs, const Dim& rest, const Dim& pad) {
  if (attrs.mode == "constant" || pad.UpperBound().value_or(1) <= 0) return absl::OkStatus();
  Dim least = Min(pad, Dim(1));
  if (attrs.mode == "reflect") least = pad + Dim(1);
  if (attrs.mode == "symmetric") least = pad;
  return context.RequireAtLeast(rest, least, absl::StrCat("extent for mode ", attrs.mode));
}

absl::StatusOr<Dim> PaddedExtent(TypeContext& context, const PadAttrs& attrs, const Dim& extent,
                                 const Dim& before, const Dim& after) {
  const Dim rest = extent + Min(before, Dim(0)) + Min(after, Dim(0));
  BATON_RETURN_IF_ERROR(context.RequireAtLeast(rest, Dim(0), "extent after cropping"));
  BATON_RETURN_IF_ERROR(CheckAmount(context, attrs, rest, before));
  BATON_RETURN_IF_ERROR(CheckAmount(context, attrs, rest, after));
  return extent + before + after;
}

// The padded axes, normalised; nullopt when not known. REQUIRES: data is ranked.
absl::StatusOr<std::optional<Ints>> PaddedAxes(TypeContext& context) {
  const int rank = context.input(kData)->shape.rank();
  Ints given;
  if (context.HasInput(kAxes)) {
    const std::optional<Ints> axes = ConstantOperand(context, kAxes);
    if (!axes) return std::optional<Ints>();
    given = *axes;
  } else {
    for (int i = 0; i < rank; ++i) given.push_back(i);
  }
  BATON_ASSIGN_OR_RETURN(Ints axes, NormalizeAxes(given, rank));
  return std::optional<Ints>(std::move(axes));
}

absl::StatusOr<Shape> PaddedShape(TypeContext& context, const PadAttrs& attrs,
                                  std::optional<int64_t> num_pads) {
  const Shape& data = context.input(kData)->shape;
  if (!data.has_rank()) return Shape::Unranked();
  BATON_ASSIGN_OR_RETURN(const std::optional<Ints> axes, PaddedAxes(context));
  if (!axes) return FreshShape(context, data.rank(), "padded");
  const size_t count = axes->size();
  if (num_pads && *num_pads != static_cast<int64_t>(2 * count)) {
    return absl::InvalidArgumentError(
        absl::StrCat("pads has ", *num_pads, " elements, expected ", 2 * count, " for ", count, " axes"));
  }
  const std::vector<Dim>* pads = context.InputValue(kPads);
  Dims dims = data.dims();
  for (size_t i = 0; i < count; ++i) {
    Dim& dim = dims[(*axes)[i]];
    if (pads == nullptr || pads->size() != 2 * count) {
      dim = context.FreshDim("padded");
    } else {
      BATON_ASSIGN_OR_RETURN(dim, PaddedExtent(context, attrs, dim, (*pads)[i], (*pads)[count + i]));
    }
  }
  return Shape(std::move(dims));
}

absl::Status PadType(TypeContext& context, const PadAttrs& attrs, TensorTypes* result) {
  const TensorType& data = *context.input(kData);
  if (context.HasInput(kValue)) {
    BATON_RETURN_IF_ERROR(RequireOneElement(context, kValue, "value"));
    if (context.input(kValue)->dtype != data.dtype) {
      return absl::InvalidArgumentError(absl::StrCat("value has element type ",
                                                     DTypeName(context.input(kValue)->dtype), ", expected ",
                                                     DTypeName(data.dtype)));
    }
  }
  if (context.HasInput(kAxes)) {
    BATON_RETURN_IF_ERROR(OperandLength(context, kAxes, "axes").status());
  }
  BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> num_pads, OperandLength(context, kPads, "pads"));
  BATON_ASSIGN_OR_RETURN(Shape shape, PaddedShape(context, attrs, num_pads));
  result->push_back({data.dtype, std::move(shape)});
  return absl::OkStatus();
}

// One axis of the result: elements [lo, hi) are copied from `shift` + position; the others are padding.
struct PaddedAxis {
  int64_t extent = 0;  // of the result
  int64_t lo = 0, hi = 0;
  int64_t shift = 0;
  int64_t crop = 0;  // first element of data that is used
  int64_t rest = 0;  // number of elements of data that are used
};

// The position in data for a position of the result; -1: the constant. REQUIRES: padding modes have elements
// to take.
int64_t SourceOf(const PaddedAxis& axis, char mode, int64_t position) {
  if (position >= axis.lo && position < axis.hi) return position + axis.shift;
  const int64_t relative = position - axis.lo;  // outside [0, rest)
  switch (mode) {
    case 'e':
      return axis.crop + std::clamp<int64_t>(relative, 0, axis.rest - 1);
    case 'r':  // at most once beyond either end: PadType
      return axis.crop + (relative < 0 ? -relative : 2 * (axis.rest - 1) - relative);
    case 's':
      return axis.crop + (relative < 0 ? -relative - 1 : 2 * axis.rest - 1 - relative);
    case 'w':
      return axis.crop + ((relative % axis.rest) + axis.rest) % axis.rest;
    default:
      return -1;
  }
}

struct PadPlan {
  int rank = 0;
  PaddedAxis axes[kMaxRank];
  int64_t strides[kMaxRank] = {};
  char mode = 'c';  // first letter of the attribute
};

// One row of the result from the row of data at `source`; null: all constant.
template <typename T>
void PadRow(const PadPlan& plan, const PaddedAxis& axis, const T* source, T value, T* result) {
  if (source == nullptr) {
    std::fill(result, result + axis.extent, value);
    return;
  }
  const auto fill = [&](int64_t position) {
    const int64_t from = SourceOf(axis, plan.mode, position);
    result[position] = from < 0 ? value : source[from];
  };
  for (int64_t i = 0; i < axis.lo; ++i) fill(i);
  if (axis.hi > axis.lo) {
    std::memcpy(result + axis.lo, source + axis.lo + axis.shift,
                static_cast<size_t>(axis.hi - axis.lo) * sizeof(T));
  }
  for (int64_t i = axis.hi; i < axis.extent; ++i) fill(i);
}

template <typename T>
void PadAxes(const PadPlan& plan, int depth, const T* source, T value, T** result) {
  const PaddedAxis& axis = plan.axes[depth];
  if (depth == plan.rank - 1) {
    PadRow(plan, axis, source, value, *result);
    *result += axis.extent;
    return;
  }
  for (int64_t i = 0; i < axis.extent; ++i) {
    const int64_t from = source == nullptr ? -1 : SourceOf(axis, plan.mode, i);
    PadAxes(plan, depth + 1, from < 0 ? nullptr : source + from * plan.strides[depth], value, result);
  }
}

absl::StatusOr<PadPlan> MakePlan(const PadAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[kData];
  const TensorObject& pads = *call.inputs[kPads];
  PadPlan plan;
  plan.rank = data.rank;
  plan.mode = attrs.mode[0];
  const Strides strides = DenseStrides(data.shape());
  std::copy(strides.begin(), strides.end(), plan.strides);
  for (int i = 0; i < data.rank; ++i) {
    plan.axes[i] = {
        .extent = data.dims[i], .lo = 0, .hi = data.dims[i], .shift = 0, .crop = 0, .rest = data.dims[i]};
  }
  const int64_t count = pads.num_elements() / 2;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t given = call.inputs[kAxes] == nullptr ? i : IntegerAt(*call.inputs[kAxes], i);
    BATON_ASSIGN_OR_RETURN(const int index, NormalizeAxis(given, data.rank));
    const int64_t before = IntegerAt(pads, i);
    const int64_t after = IntegerAt(pads, count + i);
    PaddedAxis& axis = plan.axes[index];
    axis.extent = data.dims[index] + before + after;
    axis.crop = std::max<int64_t>(-before, 0);
    axis.rest = data.dims[index] - axis.crop - std::max<int64_t>(-after, 0);
    axis.lo = std::max<int64_t>(before, 0);
    axis.hi = axis.lo + axis.rest;
    axis.shift = axis.crop - axis.lo;
  }
  return plan;
}

absl::Status PadKernel(const PadAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[kData];
  TensorObject& result = *call.outputs[0];
  if (result.num_elements() == 0) return absl::OkStatus();
  if (data.rank == 0) return CopyBytes(call);
  BATON_ASSIGN_OR_RETURN(const PadPlan plan, MakePlan(attrs, call));
  const TensorObject* value = call.inputs[kValue];
  VisitElementBits(data.dtype, [&](auto element) {
    using T = decltype(element);
    T* out = result.As<T>();
    PadAxes<T>(plan, 0, data.As<T>(), value == nullptr ? T{0} : *value->As<T>(), &out);
  });
  return absl::OkStatus();
}

}  // namespace

const OpDef& Pad() {
  static const OpDef& def = *new OpDef(MakeOp<PadAttrs>(
      {.name = "nn.pad",
       .doc =
           "Adds elements before and after the given axes (absent: all): `value` (absent: 0), the "
           "reflection without (reflect) or with (symmetric) the edge, the edge, or the other end. Negative "
           "amounts crop. Source: ONNX Pad-19; symmetric: numpy.pad.",
       .attrs = {{"mode", &PadAttrs::mode, "constant, reflect, symmetric, edge or wrap"}},
       .inputs = {"data", InputDef("pads").DecidesShape(), InputDef("value").Optional(),
                  InputDef("axes").Optional().DecidesShape()},
       .type = PadType,
       .check_attrs = CheckPadAttrs,
       .fusion = Fusion::kInjective,
       .kernels = {{"portable", PadKernel}}}));
  return def;
}

}  // namespace baton
