#include <cstring>

#include "ops/strided_copy.h"
#include "ops/tensor/indices.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

struct ReverseSequenceAttrs {
  int64_t seq_axis = 1;
  int64_t batch_axis = 0;
};

absl::Status ReverseSequenceType(TypeContext& context, const ReverseSequenceAttrs& attrs,
                                 TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 1, DTypeSet::kIndex));
  BATON_RETURN_IF_ERROR(RequireRank(context, 1, 1, "seq_lengths"));
  const TensorType& data = *context.input(0);
  const Shape& lengths = context.input(1)->shape;
  if (data.shape.has_rank()) {
    BATON_ASSIGN_OR_RETURN(const int seq_axis, NormalizeAxis(attrs.seq_axis, data.shape.rank()));
    BATON_ASSIGN_OR_RETURN(const int batch_axis, NormalizeAxis(attrs.batch_axis, data.shape.rank()));
    if (seq_axis == batch_axis) {
      return absl::InvalidArgumentError(
          absl::StrCat("seq_axis and batch_axis are both ", seq_axis, ", expected two axes"));
    }
    if (lengths.has_rank()) {
      BATON_RETURN_IF_ERROR(context.RequireEqual(lengths[0], data.shape[batch_axis],
                                                 "elements of seq_lengths and extent of batch_axis"));
    }
  }
  result->push_back(data);
  return absl::OkStatus();
}

absl::Status CheckLengths(const TensorObject& lengths, int64_t extent) {
  for (int64_t i = 0; i < lengths.num_elements(); ++i) {
    const int64_t length = IndexAt(lengths, i);
    if (length < 0 || length > extent) {
      return absl::InvalidArgumentError(
          absl::StrCat("sequence ", i, " has length ", length, ", expected 0 to ", extent));
    }
  }
  return absl::OkStatus();
}

// One slice of the batch: the part before its length runs backwards, the rest forwards.
absl::Status ReverseSequenceKernel(const ReverseSequenceAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  TensorObject& result = *call.outputs[0];
  BATON_ASSIGN_OR_RETURN(const int seq_axis, NormalizeAxis(attrs.seq_axis, data.rank));
  BATON_ASSIGN_OR_RETURN(const int batch_axis, NormalizeAxis(attrs.batch_axis, data.rank));
  BATON_RETURN_IF_ERROR(CheckLengths(*call.inputs[1], data.dims[seq_axis]));
  if (data.num_elements() == 0) return absl::OkStatus();
  const Strides strides = DenseStrides(data.shape());
  const int64_t size = DTypeSize(data.dtype);
  StridedCopySpec spec{Strides(data.shape().begin(), data.shape().end()), strides, strides};
  spec.dims[batch_axis] = 1;
  for (int64_t b = 0; b < data.dims[batch_axis]; ++b) {
    const char* from = static_cast<const char*>(data.data) + b * strides[batch_axis] * size;
    char* to = static_cast<char*>(result.data) + b * strides[batch_axis] * size;
    const int64_t length = IndexAt(*call.inputs[1], b);
    const int64_t step = strides[seq_axis];
    spec.dims[seq_axis] = length;
    spec.source_strides[seq_axis] = -step;
    if (length > 0) StridedCopy(data.dtype, spec, from + (length - 1) * step * size, to);
    spec.dims[seq_axis] = data.dims[seq_axis] - length;
    spec.source_strides[seq_axis] = step;
    StridedCopy(data.dtype, spec, from + length * step * size, to + length * step * size);
  }
  return absl::OkStatus();
}

}  // namespace

const OpDef& ReverseSequence() {
  static const OpDef& def = *new OpDef(MakeOp<ReverseSequenceAttrs>(
      {.name = "reverse_sequence",
       .doc = "Reverses the first seq_lengths[b] elements along seq_axis of each slice b of batch_axis; the "
              "rest stays. Source: ONNX ReverseSequence-10.",
       .attrs = {{"seq_axis", &ReverseSequenceAttrs::seq_axis, "the axis that is reversed"},
                 {"batch_axis", &ReverseSequenceAttrs::batch_axis,
                  "the axis that has a length for each slice"}},
       .inputs = {"data", "seq_lengths"},
       .type = ReverseSequenceType,
       .kernels = {{"portable", ReverseSequenceKernel}}}));
  return def;
}

}  // namespace baton
