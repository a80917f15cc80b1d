#include "ops/element_bits.h"
#include "ops/op_cost.h"
#include "ops/tensor/order.h"

namespace baton {
namespace {

enum Output { kUnique, kIndices, kInverse, kCounts };

struct UniqueAttrs {
  int64_t axis = 0;
  bool sorted = true;
};

absl::Status UniqueType(TypeContext& context, const UniqueAttrs& attrs, TensorTypes* result) {
  const TensorType& data = *context.input(0);
  const Dim count = context.FreshDim("unique");
  Shape unique = Shape::Unranked();
  Dim extent = count;
  if (data.shape.has_rank()) {
    BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, data.shape.rank()));
    Dims dims = data.shape.dims();
    extent = std::exchange(dims[axis], count);
    unique = Shape(std::move(dims));
  } else {
    extent = context.FreshDim("extent");
  }
  result->push_back({data.dtype, std::move(unique)});
  result->push_back({DType::kInt64, Shape({count})});
  result->push_back({DType::kInt64, Shape({extent})});
  result->push_back({DType::kInt64, Shape({count})});
  return absl::OkStatus();
}

// Compares slices a and b of [outer, extent, inner] element by element: negative, 0 or positive.
template <typename T>
int CompareSlices(const T* data, const AxisSplit& split, int64_t a, int64_t b) {
  for (int64_t outer = 0; outer < split.outer; ++outer) {
    const T* block = data + outer * split.extent * split.inner;
    for (int64_t i = 0; i < split.inner; ++i) {
      const auto left = Load(block[a * split.inner + i]);
      const auto right = Load(block[b * split.inner + i]);
      if (OrdersAfter(left, right)) return 1;
      if (OrdersAfter(right, left)) return -1;
    }
  }
  return 0;
}

// Numbers the groups of equal slices: group[i] is that of slice i, first[g] the first slice of group g.
// Returns their number. `order` is scratch; all have one element per slice.
template <typename T>
int64_t GroupSlices(const T* data, const AxisSplit& split, bool sorted, int64_t* order, int64_t* group,
                    int64_t* first) {
  const int64_t n = split.extent;
  for (int64_t i = 0; i < n; ++i) order[i] = i;
  std::sort(order, order + n, [&](int64_t a, int64_t b) {
    const int compared = CompareSlices(data, split, a, b);
    return compared != 0 ? compared < 0 : a < b;
  });
  int64_t count = 0;
  for (int64_t i = 0; i < n; ++i) {
    if (i == 0 || CompareSlices(data, split, order[i - 1], order[i]) != 0) first[count++] = order[i];
    group[order[i]] = count - 1;
  }
  if (sorted) return count;
  // Renumber by first occurrence; `order` becomes the map from old to new numbers.
  int64_t next = 0;
  for (int64_t i = 0; i < n; ++i) {
    if (first[group[i]] == i) order[group[i]] = next++;
    group[i] = order[group[i]];
  }
  std::sort(first, first + count);
  return count;
}

void CopySlices(const TensorObject& data, const AxisSplit& split, absl::Span<const int64_t> slices,
                TensorObject& result) {
  VisitElementBits(data.dtype, [&](auto element) {
    using T = decltype(element);
    T* to = result.As<T>();
    for (int64_t outer = 0; outer < split.outer; ++outer) {
      const T* block = data.As<T>() + outer * split.extent * split.inner;
      for (int64_t slice : slices) to = std::copy_n(block + slice * split.inner, split.inner, to);
    }
  });
}

absl::Status WriteGroups(const AxisSplit& split, int axis, absl::Span<const int64_t> first,
                         const int64_t* group, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  const int64_t count = static_cast<int64_t>(first.size());
  Ints dims(data.shape().begin(), data.shape().end());
  dims[axis] = count;
  BATON_RETURN_IF_ERROR(call.context.AllocateOutput(kUnique, data.dtype, dims));
  BATON_RETURN_IF_ERROR(call.context.AllocateOutput(kIndices, DType::kInt64, {count}));
  BATON_RETURN_IF_ERROR(call.context.AllocateOutput(kCounts, DType::kInt64, {count}));
  CopySlices(data, split, first, *call.outputs[kUnique]);
  std::copy(first.begin(), first.end(), call.outputs[kIndices]->As<int64_t>());
  int64_t* counts = call.outputs[kCounts]->As<int64_t>();
  std::fill_n(counts, count, 0);
  for (int64_t i = 0; i < split.extent; ++i) ++counts[group[i]];
  std::copy_n(group, split.extent, call.outputs[kInverse]->As<int64_t>());
  return absl::OkStatus();
}

absl::Status UniqueKernel(const UniqueAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  const int axis = FromFront(attrs.axis, data.rank);
  const AxisSplit split(data, axis);
  const int64_t n = split.extent;
  auto* scratch = static_cast<int64_t*>(call.context.Scratch(3 * n * sizeof(int64_t)));
  if (scratch == nullptr) return absl::ResourceExhaustedError("no memory for the order of the slices");
  int64_t* group = scratch + n;
  int64_t* first = group + n;
  return VisitDTypeIn<DTypeSet::kAny>(data.dtype, [&](auto element) {
    const int64_t count =
        GroupSlices(data.As<decltype(element)>(), split, attrs.sorted, scratch, group, first);
    return WriteGroups(split, axis, absl::MakeConstSpan(first, count), group, call);
  });
}

}  // namespace

const OpDef& Unique() {
  static const OpDef& def = *new OpDef(MakeOp<UniqueAttrs>(
      {.name = "unique",
       .doc =
           "The distinct slices along `axis`, with the position of each one's first occurrence, the number "
           "of every slice among the distinct ones, and how often each occurs. All NaN are equal. Source: "
           "ONNX Unique-11.",
       .attrs = {{"axis", &UniqueAttrs::axis, "the axis whose slices are compared"},
                 {"sorted", &UniqueAttrs::sorted, "in ascending order, else in order of first occurrence"}},
       .inputs = {"data"},
       .outputs = {"unique", "indices", "inverse_indices", "counts"},
       .type = UniqueType,
       .flops = FlopsPerOperand<UniqueAttrs, 300>,
       .kernels = {{"portable", UniqueKernel}}}));
  return def;
}

}  // namespace baton
