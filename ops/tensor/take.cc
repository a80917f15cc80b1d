#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "ops/element_trace.h"
#include "ops/tensor/indices.h"
#include "ops/type_relations.h"

namespace baton {

const OpDef& Take();

namespace {

struct TakeAttrs {
  int64_t axis = 0;
  int64_t batch_dims = 0;
  std::string mode = "check";
};

// What happens to an index outside [-n, n): kCheck refuses it, kClip takes the nearest in [0, n), kWrap goes
// around.
enum class IndexMode { kCheck, kClip, kWrap };

std::optional<IndexMode> ModeFromName(absl::string_view name) {
  if (name == "check") return IndexMode::kCheck;
  if (name == "clip") return IndexMode::kClip;
  if (name == "wrap") return IndexMode::kWrap;
  return std::nullopt;
}

absl::Status CheckTakeAttrs(const TakeAttrs& attrs) {
  if (attrs.batch_dims < 0 || attrs.batch_dims >= kMaxRank) {
    return absl::InvalidArgumentError(
        absl::StrCat("attribute 'batch_dims' is ", attrs.batch_dims, ", expected 0 to ", kMaxRank - 1));
  }
  if (ModeFromName(attrs.mode)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("attribute 'mode' is '", attrs.mode, "', expected check, clip or wrap"));
}

absl::StatusOr<Shape> TakeShape(TypeContext& context, const TakeAttrs& attrs) {
  if (!context.AllRanked()) return Shape::Unranked();
  const Dims& from = context.input(0)->shape.dims();
  const Dims& indices = context.input(1)->shape.dims();
  const int batch = static_cast<int>(attrs.batch_dims);
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, static_cast<int>(from.size())));
  if (batch > axis || batch > static_cast<int>(indices.size())) {
    return absl::InvalidArgumentError(absl::StrCat("batch_dims is ", batch, ", more than axis ", axis,
                                                   " or the rank of indices ", indices.size()));
  }
  for (int i = 0; i < batch; ++i) {
    BATON_RETURN_IF_ERROR(context.RequireEqual(
        from[i], indices[i], absl::StrCat("batch extents of data and indices along axis ", i)));
  }
  Dims dims(from.begin(), from.begin() + axis);
  dims.insert(dims.end(), indices.begin() + batch, indices.end());
  dims.insert(dims.end(), from.begin() + axis + 1, from.end());
  return Shape(std::move(dims));
}

absl::Status TakeType(TypeContext& context, const TakeAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 1, DTypeSet::kIndex));
  BATON_ASSIGN_OR_RETURN(Shape shape, TakeShape(context, attrs));
  result->push_back({context.input(0)->dtype, std::move(shape)});
  return absl::OkStatus();
}

// Makes `index` a valid one; false when it cannot be.
bool ResolveIndex(IndexMode mode, int64_t extent, int64_t* index) {
  if (mode == IndexMode::kCheck) [[likely]]
    return NormalizeIndex(extent, index);
  if (extent == 0) return false;
  if (mode == IndexMode::kClip) {
    *index = std::clamp<int64_t>(*index, 0, extent - 1);
  } else {
    *index = *index % extent + (*index % extent < 0 ? extent : 0);
  }
  return true;
}

template <typename Index>
absl::Status TakeBlocks(const TakeAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  const TensorObject& indices = *call.inputs[1];
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, data.rank));
  const IndexMode mode = *ModeFromName(attrs.mode);
  int64_t batches = 1;  // each has indices of its own
  int64_t outer = 1;    // blocks of a batch that are indexed alike
  int64_t block_bytes = DTypeSize(data.dtype);
  for (int i = 0; i < axis; ++i) (i < attrs.batch_dims ? batches : outer) *= data.dims[i];
  for (int i = axis + 1; i < data.rank; ++i) block_bytes *= data.dims[i];
  const int64_t count = indices.num_elements() / batches;
  const int64_t extent = data.dims[axis];
  const char* from = static_cast<const char*>(data.data);
  char* to = static_cast<char*>(call.outputs[0]->data);
  for (int64_t i = 0; i < batches * outer; ++i, from += extent * block_bytes) {
    const Index* row = indices.As<Index>() + i / outer * count;
    for (int64_t j = 0; j < count; ++j, to += block_bytes) {
      int64_t index = row[j];
      if (!ResolveIndex(mode, extent, &index)) [[unlikely]]
        return IndexError(row[j], extent, axis);
      std::memcpy(to, from + index * block_bytes, static_cast<size_t>(block_bytes));
    }
  }
  return absl::OkStatus();
}

absl::Status TakeKernel(const TakeAttrs& attrs, KernelCall& call) {
  if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
  return call.inputs[1]->dtype == DType::kInt32 ? TakeBlocks<int32_t>(attrs, call)
                                                : TakeBlocks<int64_t>(attrs, call);
}

absl::StatusOr<std::vector<int>> TakeElements(TypeContext& context, const TakeAttrs& attrs) {
  return TraceElements(Take(), &attrs, context, /*operand=*/1);
}

}  // namespace

const OpDef& Take() {
  static const OpDef& def = *new OpDef(MakeOp<TakeAttrs>(
      {.name = "take",
       .doc = "The slices of data along `axis` that indices name, in [-n, n) unless `mode` takes others. "
              "Source: ONNX Gather-13.",
       .attrs = {{"axis", &TakeAttrs::axis, "the axis that is indexed; negative counts from the end"},
                 {"batch_dims", &TakeAttrs::batch_dims, "leading axes that data and indices share"},
                 {"mode", &TakeAttrs::mode,
                  "an index out of range: check (an error), clip (the nearest from 0 on), wrap (modulo n)"}},
       .inputs = {"data", "indices"},
       .type = TakeType,
       .check_attrs = CheckTakeAttrs,
       .elements = TakeElements,
       .fusion = Fusion::kInjective,
       .kernels = {{"portable", TakeKernel}}}));
  return def;
}

}  // namespace baton
