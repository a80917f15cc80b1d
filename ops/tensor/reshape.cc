#include "ops/element_trace.h"
#include "ops/strided_copy.h"
#include "ops/type_relations.h"

namespace baton {

const OpDef& Reshape();

namespace {

struct ReshapeAttrs {
  bool allow_zero = false;
};

Dim Product(absl::Span<const Dim> dims) {
  Dim product = 1;
  for (const Dim& dim : dims) product = product * dim;
  return product;
}

// The extent for -1. Extents that stand on both sides cancel, so that one of them may be 0 ("copy the batch,
// infer the rest" works for an empty batch). REQUIRES: `known` leaves out the inferred axis.
absl::StatusOr<Dim> InferExtent(TypeContext& context, const Dims& data, Dims known) {
  Dims rest;
  for (const Dim& dim : data) {
    auto same = std::find(known.begin(), known.end(), dim);
    if (same != known.end()) {
      known.erase(same);
    } else {
      rest.push_back(dim);
    }
  }
  const Dim total = Product(rest);
  const Dim divisor = Product(known);
  if (divisor == Dim(0))
    return absl::InvalidArgumentError("cannot infer the extent for -1 beside an extent of 0");
  Dim extent = FloorDiv(total, divisor);
  BATON_RETURN_IF_ERROR(context.RequireEqual(extent * divisor, total,
                                             "elements of the result with the inferred extent and of data"));
  return extent;
}

struct RequestedDims {
  Dims dims;             // 1 where -1 is asked for
  int inferred = -1;     // the axis of that -1
  bool is_open = false;  // an extent is known only when the kernel runs, which then checks all
};

// The extents that `value` asks for.
absl::StatusOr<RequestedDims> FindRequestedDims(TypeContext& context, const ReshapeAttrs& attrs,
                                                const std::vector<Dim>& value) {
  const Shape& data = context.input(0)->shape;
  RequestedDims requested;
  Dims& dims = requested.dims;
  const auto add_open = [&] {
    dims.push_back(context.FreshDim("extent"));
    requested.is_open = true;
  };
  for (int i = 0; i < static_cast<int>(value.size()); ++i) {
    const Dim& extent = value[i];
    if (extent == Dim(0) && !attrs.allow_zero) {
      if (data.has_rank() && i >= data.rank()) {
        return absl::InvalidArgumentError(
            absl::StrCat("shape copies axis ", i, " of data, which has rank ", data.rank()));
      }
      if (data.has_rank()) {
        dims.push_back(data[i]);
      } else {
        add_open();
      }
    } else if (extent == Dim(-1)) {
      if (requested.inferred >= 0) return absl::InvalidArgumentError("shape has more than one -1");
      requested.inferred = i;
      dims.push_back(Dim(1));
    } else if (extent.is_constant() && extent.value() < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("shape has the extent ", extent.value(), ", expected -1 or more"));
    } else if (extent.LowerBound().value_or(-1) >= 0) {
      dims.push_back(extent);
    } else {
      add_open();  // may turn out to be -1
    }
  }
  return requested;
}

absl::Status ReshapeType(TypeContext& context, const ReshapeAttrs& attrs, TensorTypes* result) {
  const TensorType& data = *context.input(0);
  BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> rank, OperandLength(context, 1, "shape"));
  const std::vector<Dim>* value = context.InputValue(1);
  if (value == nullptr) {
    BATON_ASSIGN_OR_RETURN(Shape shape, FreshShape(context, rank, "extent"));
    result->push_back({data.dtype, std::move(shape)});
    return absl::OkStatus();
  }
  BATON_ASSIGN_OR_RETURN(RequestedDims requested, FindRequestedDims(context, attrs, *value));
  Dims& dims = requested.dims;
  const int inferred = requested.inferred;
  const bool is_known = data.shape.has_rank() && !requested.is_open;
  if (inferred >= 0) {
    Dims known = dims;
    known.erase(known.begin() + inferred);
    if (is_known) {
      BATON_ASSIGN_OR_RETURN(dims[inferred], InferExtent(context, data.shape.dims(), std::move(known)));
    } else {
      dims[inferred] = context.FreshDim("extent");
    }
  } else if (is_known) {
    BATON_RETURN_IF_ERROR(
        context.RequireEqual(Product(dims), data.shape.NumElements(), "elements of shape and of data"));
  }
  result->push_back({data.dtype, Shape(std::move(dims))});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int>> ReshapeElements(TypeContext& context, const ReshapeAttrs& attrs) {
  return TraceElements(Reshape(), &attrs, context);
}

absl::Status ReshapeKernel(const ReshapeAttrs&, KernelCall& call) {
  return CopyBytes(call);
}

}  // namespace

const OpDef& Reshape() {
  static const OpDef& def = *new OpDef(MakeOp<ReshapeAttrs>(
      {.name = "reshape",
       .doc = "The same elements in another shape; -1 is inferred, 0 copies data's extent. Source: ONNX "
              "Reshape-14.",
       .attrs = {{"allow_zero", &ReshapeAttrs::allow_zero, "0 in shape means an extent of 0"}},
       .inputs = {"data", InputDef("shape").DecidesShape()},
       .type = ReshapeType,
       .elements = ReshapeElements,
       .is_view = true,
       .fusion = Fusion::kInjective,
       .kernels = {{"portable", ReshapeKernel}}}));
  return def;
}

}  // namespace baton
