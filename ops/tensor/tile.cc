#include "ops/element_trace.h"
#include "ops/strided_copy.h"
#include "ops/type_relations.h"

namespace baton {

const OpDef& Tile();

namespace {

absl::Status TileType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  const TensorType& data = *context.input(0);
  BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> length, OperandLength(context, 1, "repeats"));
  if (length && data.shape.has_rank() && *length != data.shape.rank()) {
    return absl::InvalidArgumentError(
        absl::StrCat("repeats has ", *length, " elements, data has rank ", data.shape.rank()));
  }
  const std::optional<int64_t> rank =
      data.shape.has_rank() ? std::optional<int64_t>(data.shape.rank()) : length;
  BATON_ASSIGN_OR_RETURN(Shape shape, FreshShape(context, rank, "extent"));
  const std::vector<Dim>* repeats = context.InputValue(1);
  if (repeats != nullptr && data.shape.has_rank()) {
    Dims dims;
    for (int i = 0; i < data.shape.rank(); ++i) {
      BATON_RETURN_IF_ERROR(context.RequireAtLeast((*repeats)[i], Dim(0), "element of repeats"));
      dims.push_back(data.shape[i] * (*repeats)[i]);
    }
    shape = Shape(std::move(dims));
  }
  result->push_back({data.dtype, std::move(shape)});
  return absl::OkStatus();
}

// Every axis becomes two: the repeats, along which the source stands still, and the axis itself.
absl::Status TileKernel(const NoAttrs&, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  TensorObject& result = *call.outputs[0];
  if (result.num_elements() == 0) return absl::OkStatus();
  const Strides source = DenseStrides(data.shape());
  const Strides dense = DenseStrides(result.shape());
  StridedCopySpec spec;
  for (int i = 0; i < data.rank; ++i) {
    const int64_t extent = data.dims[i];
    spec.dims.insert(spec.dims.end(), {result.dims[i] / extent, extent});
    spec.source_strides.insert(spec.source_strides.end(), {0, source[i]});
    spec.result_strides.insert(spec.result_strides.end(), {dense[i] * extent, dense[i]});
  }
  StridedCopy(data.dtype, spec, data.data, result.data);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int>> TileElements(TypeContext& context, const NoAttrs& attrs) {
  return TraceElements(Tile(), &attrs, context);
}

}  // namespace

const OpDef& Tile() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "tile",
                                  .doc = "Repeats data along each axis. Source: ONNX Tile-13.",
                                  .inputs = {"data", InputDef("repeats").DecidesShape()},
                                  .type = TileType,
                                  .elements = TileElements,
                                  .fusion = Fusion::kInjective,
                                  .kernels = {{"portable", TileKernel}}}));
  return def;
}

}  // namespace baton
