#include "ops/tensor/order.h"

namespace baton {
namespace {

enum Input { kSorted, kValues };

struct SearchSortedAttrs {
  bool right = false;
  DType dtype = DType::kInt32;
};

absl::Status CheckSearchSortedAttrs(const SearchSortedAttrs& attrs) {
  if (Contains(DTypeSet::kIndex, attrs.dtype)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("attribute 'dtype' is ", DTypeName(attrs.dtype), ", expected int32 or int64"));
}

absl::Status SearchSortedType(TypeContext& context, const SearchSortedAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kSorted, DTypeSet::kNumeric));
  BATON_RETURN_IF_ERROR(RequireSameDType(context));
  const Shape& sorted = context.input(kSorted)->shape;
  const Shape& values = context.input(kValues)->shape;
  if (sorted.has_rank() && sorted.rank() == 0) {
    return absl::InvalidArgumentError("sorted_sequence has rank 0, expected at least 1");
  }
  if (sorted.has_rank() && sorted.rank() > 1) {
    BATON_RETURN_IF_ERROR(RequireRank(context, kValues, sorted.rank(), "values"));
    for (int i = 0; values.has_rank() && i < sorted.rank() - 1; ++i) {
      BATON_RETURN_IF_ERROR(context.RequireEqual(
          sorted[i], values[i], absl::StrCat("extents of sorted_sequence and values along axis ", i)));
    }
  }
  result->push_back({attrs.dtype, values});
  return absl::OkStatus();
}

// The number of elements of a sorted line that go before `value`; with `right`, those equal to it do too.
template <typename T>
int64_t Position(const T* line, int64_t extent, T value, bool right) {
  const T* found = right ? std::upper_bound(line, line + extent, value,
                                            [](T a, T b) { return OrdersAfter(Load(b), Load(a)); })
                         : std::lower_bound(line, line + extent, value,
                                            [](T a, T b) { return OrdersAfter(Load(b), Load(a)); });
  return found - line;
}

absl::Status SearchSortedKernel(const SearchSortedAttrs& attrs, KernelCall& call) {
  const TensorObject& sorted = *call.inputs[kSorted];
  const TensorObject& values = *call.inputs[kValues];
  TensorObject& result = *call.outputs[0];
  const int64_t n = values.num_elements();
  if (n == 0) return absl::OkStatus();
  const int64_t extent = sorted.dims[sorted.rank - 1];
  // One line serves all values, or each line the values of its row.
  const int64_t per_line = sorted.rank == 1 ? n : values.dims[values.rank - 1];
  return VisitDTypeIn<DTypeSet::kNumeric>(values.dtype, [&](auto element) {
    using T = decltype(element);
    for (int64_t i = 0; i < n; ++i) {
      const T* line = sorted.As<T>() + i / per_line * extent;
      const int64_t position = Position(line, extent, values.As<T>()[i], attrs.right);
      if (attrs.dtype == DType::kInt32) {
        result.As<int32_t>()[i] = static_cast<int32_t>(position);
      } else {
        result.As<int64_t>()[i] = position;
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& SearchSorted() {
  static const OpDef& def = *new OpDef(MakeOp<SearchSortedAttrs>(
      {.name = "searchsorted",
       .doc = "Where values would be inserted into sorted_sequence, which is sorted along its last axis; a "
              "sequence of rank 1 serves all values, otherwise each row has its own.",
       .attrs = {{"right", &SearchSortedAttrs::right, "insert behind equal elements, not before them"},
                 {"dtype", &SearchSortedAttrs::dtype, "int32 or int64"}},
       .inputs = {"sorted_sequence", "values"},
       .type = SearchSortedType,
       .check_attrs = CheckSearchSortedAttrs,
       .kernels = {{"portable", SearchSortedKernel}}}));
  return def;
}

}  // namespace baton
