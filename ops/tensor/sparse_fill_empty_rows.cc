#include <algorithm>
#include <cstring>

#include "ops/tensor/indices.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

enum Input { kIndices, kValues, kDenseShape, kDefault };
enum Output { kNewIndices, kNewValues, kIsEmpty };

absl::Status CheckEntries(TypeContext& context) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kIndices, DTypeSet::kIndex));
  BATON_RETURN_IF_ERROR(RequireRank(context, kIndices, 2, "sparse_indices"));
  BATON_RETURN_IF_ERROR(RequireRank(context, kValues, 1, "sparse_values"));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, kDefault, "default_value"));
  if (context.input(kDefault)->dtype != context.input(kValues)->dtype) {
    return absl::InvalidArgumentError("default_value and sparse_values have different element types");
  }
  const Shape& indices = context.input(kIndices)->shape;
  const Shape& values = context.input(kValues)->shape;
  BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> rank,
                         OperandLength(context, kDenseShape, "dense_shape"));
  if (rank && (*rank < 1 || *rank > kMaxRank)) {
    return absl::InvalidArgumentError(
        absl::StrCat("dense_shape has ", *rank, " elements, expected 1 to ", kMaxRank));
  }
  if (!indices.has_rank()) return absl::OkStatus();
  if (values.has_rank()) {
    BATON_RETURN_IF_ERROR(
        context.RequireEqual(indices[0], values[0], "index tuples and elements of sparse_values"));
  }
  if (!rank) return absl::OkStatus();
  return context.RequireEqual(indices[1], Dim(*rank), "elements of an index tuple and of dense_shape");
}

absl::Status SparseFillEmptyRowsType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(CheckEntries(context));
  const TensorType& indices = *context.input(kIndices);
  const std::vector<Dim>* dense = context.InputValue(kDenseShape);
  const bool known = dense != nullptr && !dense->empty();
  const Dim rows = known ? dense->front() : context.FreshDim("rows");
  if (known) BATON_RETURN_IF_ERROR(context.RequireAtLeast(rows, Dim(0), "rows of dense_shape"));
  const Dim rank = indices.shape.has_rank() ? indices.shape[1] : context.FreshDim("rank");
  const Dim count = context.FreshDim("entries");
  result->push_back({indices.dtype, Shape({count, rank})});
  result->push_back({context.input(kValues)->dtype, Shape({count})});
  result->push_back({DType::kBool, Shape({rows})});
  return absl::OkStatus();
}

// next[row] becomes the place of the row's first entry in the result, is_empty[row] whether it has none.
// Returns the number of entries of the result, or an error when an entry lies in no row.
absl::StatusOr<int64_t> PlaceRows(const TensorObject& indices, absl::Span<int64_t> next, Bool* is_empty) {
  std::fill(next.begin(), next.end(), 0);
  const int64_t rows = static_cast<int64_t>(next.size());
  for (int64_t i = 0; i < indices.dims[0]; ++i) {
    const int64_t row = IndexAt(indices, i * indices.dims[1]);
    if (row < 0 || row >= rows) {
      return absl::InvalidArgumentError(absl::StrCat("entry ", i, " is in row ", row, " of ", rows));
    }
    ++next[row];
  }
  int64_t total = 0;
  for (int64_t row = 0; row < rows; ++row) {
    is_empty[row] = Bool(next[row] == 0);
    total += std::exchange(next[row], total) + static_cast<bool>(is_empty[row]);
  }
  // An empty row counted nothing: its default entry stands at its own place.
  return total;
}

// Copies entries of `bytes` bytes to the places of their rows; entries of empty rows are `fill`ed.
void WriteEntries(const TensorObject& indices, absl::Span<int64_t> next, const Bool* is_empty,
                  KernelCall& call) {
  const int64_t tuple_bytes = indices.dims[1] * DTypeSize(indices.dtype);
  const TensorObject& values = *call.inputs[kValues];
  const int64_t value_bytes = DTypeSize(values.dtype);
  char* tuples = static_cast<char*>(call.outputs[kNewIndices]->data);
  char* elements = static_cast<char*>(call.outputs[kNewValues]->data);
  for (size_t row = 0; row < next.size(); ++row) {
    if (!is_empty[row]) continue;
    char* tuple = tuples + next[row] * tuple_bytes;
    std::memset(tuple, 0, static_cast<size_t>(tuple_bytes));
    if (indices.dtype == DType::kInt32) {
      *reinterpret_cast<int32_t*>(tuple) = static_cast<int32_t>(row);
    } else {
      *reinterpret_cast<int64_t*>(tuple) = static_cast<int64_t>(row);
    }
    std::memcpy(elements + next[row] * value_bytes, call.inputs[kDefault]->data,
                static_cast<size_t>(value_bytes));
  }
  for (int64_t i = 0; i < indices.dims[0]; ++i) {
    const int64_t at = next[IndexAt(indices, i * indices.dims[1])]++;
    std::memcpy(tuples + at * tuple_bytes, static_cast<const char*>(indices.data) + i * tuple_bytes,
                static_cast<size_t>(tuple_bytes));
    std::memcpy(elements + at * value_bytes, static_cast<const char*>(values.data) + i * value_bytes,
                static_cast<size_t>(value_bytes));
  }
}

absl::Status SparseFillEmptyRowsKernel(const NoAttrs&, KernelCall& call) {
  const TensorObject& indices = *call.inputs[kIndices];
  const int64_t rows = IntegerAt(*call.inputs[kDenseShape], 0);
  auto* next = static_cast<int64_t*>(call.context.Scratch(rows * sizeof(int64_t)));
  if (next == nullptr) return absl::ResourceExhaustedError("no memory for the rows");
  const absl::Span<int64_t> places(next, static_cast<size_t>(rows));
  Bool* is_empty = call.outputs[kIsEmpty]->As<Bool>();
  BATON_ASSIGN_OR_RETURN(const int64_t count, PlaceRows(indices, places, is_empty));
  BATON_RETURN_IF_ERROR(call.context.AllocateOutput(kNewIndices, indices.dtype, {count, indices.dims[1]}));
  BATON_RETURN_IF_ERROR(call.context.AllocateOutput(kNewValues, call.inputs[kValues]->dtype, {count}));
  WriteEntries(indices, places, is_empty, call);
  return absl::OkStatus();
}

}  // namespace

const OpDef& SparseFillEmptyRows() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>(
      {.name = "sparse_fill_empty_rows",
       .doc =
           "The entries of a sparse tensor ordered by row, with an entry default_value at [row, 0, ...] for "
           "every row that has none, and which rows these are. Source: tf.sparse.fill_empty_rows.",
       .inputs = {"sparse_indices", "sparse_values", InputDef("dense_shape").DecidesShape(), "default_value"},
       .outputs = {"new_sparse_indices", "new_sparse_values", "empty_row_indicator"},
       .type = SparseFillEmptyRowsType,
       .kernels = {{"portable", SparseFillEmptyRowsKernel}}}));
  return def;
}

}  // namespace baton
