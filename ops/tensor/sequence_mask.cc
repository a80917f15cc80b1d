#include <algorithm>

#include "ops/elementwise/kernels.h"
#include "ops/tensor/indices.h"

namespace baton {
namespace {

struct SequenceMaskAttrs {
  double mask_value = 0;
  int64_t axis = 0;
};

// The sequence axis is one of the first two, the batch axis the other. Errors: as NormalizeAxis.
absl::StatusOr<int> SequenceAxis(int64_t axis, int rank) {
  if (rank < 2)
    return absl::InvalidArgumentError(absl::StrCat("data has rank ", rank, ", expected at least 2"));
  BATON_ASSIGN_OR_RETURN(const int normal, NormalizeAxis(axis, rank));
  if (normal > 1) return absl::InvalidArgumentError(absl::StrCat("axis is ", axis, ", expected 0 or 1"));
  return normal;
}

absl::Status SequenceMaskType(TypeContext& context, const SequenceMaskAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 1, DTypeSet::kIndex));
  BATON_RETURN_IF_ERROR(RequireRank(context, 1, 1, "valid_length"));
  const TensorType& data = *context.input(0);
  const Shape& lengths = context.input(1)->shape;
  if (data.shape.has_rank()) {
    BATON_ASSIGN_OR_RETURN(const int axis, SequenceAxis(attrs.axis, data.shape.rank()));
    if (lengths.has_rank()) {
      BATON_RETURN_IF_ERROR(context.RequireEqual(lengths[0], data.shape[1 - axis],
                                                 "elements of valid_length and extent of the batch axis"));
    }
  }
  result->push_back(data);
  return absl::OkStatus();
}

absl::Status SequenceMaskKernel(const SequenceMaskAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  const int64_t n = data.num_elements();
  if (n == 0) return absl::OkStatus();
  BATON_ASSIGN_OR_RETURN(const int axis, SequenceAxis(attrs.axis, data.rank));
  const int64_t inner = n / (data.dims[0] * data.dims[1]);
  return VisitDTypeIn<DTypeSet::kAny>(data.dtype, [&](auto element) {
    using T = decltype(element);
    const T mask = Convert<T>(attrs.mask_value);
    const T* from = data.As<T>();
    T* to = call.outputs[0]->As<T>();
    for (int64_t i = 0; i < data.dims[0]; ++i) {
      for (int64_t j = 0; j < data.dims[1]; ++j, from += inner, to += inner) {
        const int64_t position = axis == 0 ? i : j;
        if (position < IndexAt(*call.inputs[1], axis == 0 ? j : i)) {
          std::copy_n(from, inner, to);
        } else {
          std::fill_n(to, inner, mask);
        }
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& SequenceMask() {
  static const OpDef& def = *new OpDef(MakeOp<SequenceMaskAttrs>(
      {.name = "sequence_mask",
       .doc = "mask_value from position valid_length[b] on along `axis`, in each slice b of the other of the "
              "first two axes. Source: MXNet SequenceMask.",
       .attrs = {{"mask_value", &SequenceMaskAttrs::mask_value, "what replaces the elements masked out"},
                 {"axis", &SequenceMaskAttrs::axis,
                  "the axis of the sequence: 0 or 1; the batch is the other"}},
       .inputs = {"data", "valid_length"},
       .type = SequenceMaskType,
       .kernels = {{"portable", SequenceMaskKernel}}}));
  return def;
}

}  // namespace baton
