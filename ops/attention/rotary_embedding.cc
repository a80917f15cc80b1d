#include "ops/attention/heads.h"
#include "ops/elementwise/kernels.h"
#include "ops/tensor/indices.h"

namespace baton {
namespace {

enum Input { kData, kCos, kSin, kPositions };

struct RotaryEmbeddingAttrs {
  int64_t num_heads = 0;
  int64_t rotary_dim = 0;
  bool interleaved = false;
};

absl::Status CheckRotaryEmbeddingAttrs(const RotaryEmbeddingAttrs& attrs) {
  if (attrs.rotary_dim >= 0 && attrs.rotary_dim % 2 == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("attribute 'rotary_dim' is ", attrs.rotary_dim, ", expected an even number"));
}

// cos and sin: one row per place with position ids, else one per batch and element of the sequence.
absl::Status CheckCache(TypeContext& context, int index, const HeadDims& data, const Dim& rotary_dim) {
  constexpr absl::string_view kNames[] = {"data", "cos", "sin"};
  const absl::string_view name = kNames[index];
  const Shape& cache = context.input(index)->shape;
  if (!cache.has_rank()) return absl::OkStatus();
  const bool by_position = context.HasInput(kPositions);
  BATON_RETURN_IF_ERROR(RequireRank(context, index, by_position ? 2 : 3, name));
  if (!by_position) {
    BATON_RETURN_IF_ERROR(
        context.RequireEqual(cache[0], data.batch, absl::StrCat("batches of ", name, " and data")));
    BATON_RETURN_IF_ERROR(
        context.RequireEqual(cache[1], data.length, absl::StrCat("lengths of ", name, " and data")));
  }
  return context.RequireEqual(
      cache[cache.rank() - 1] * Dim(2), rotary_dim,
      absl::StrCat("twice the last extent of ", name, " and the extent to be rotated"));
}

absl::Status RotaryEmbeddingType(TypeContext& context, const RotaryEmbeddingAttrs& attrs,
                                 TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kData, DTypeSet::kFloat));
  for (int i : {kCos, kSin}) {
    if (context.input(i)->dtype != context.input(kData)->dtype) {
      return absl::InvalidArgumentError("data, cos and sin have different element types");
    }
  }
  BATON_RETURN_IF_ERROR(RequireDType(context, kPositions, DTypeSet::kIndex));
  BATON_RETURN_IF_ERROR(RequireRank(context, kPositions, 2, "positions"));
  const TensorType& data = *context.input(kData);
  result->push_back(data);
  if (!data.shape.has_rank()) return absl::OkStatus();
  BATON_ASSIGN_OR_RETURN(const HeadDims dims,
                         HeadDimsOf(context, kData, attrs.num_heads, "data", "num_heads"));
  const Dim rotary_dim = attrs.rotary_dim == 0 ? dims.size : Dim(attrs.rotary_dim);
  BATON_RETURN_IF_ERROR(context.RequireAtLeast(dims.size, rotary_dim, "head size, by rotary_dim,"));
  BATON_RETURN_IF_ERROR(CheckCache(context, kCos, dims, rotary_dim));
  BATON_RETURN_IF_ERROR(CheckCache(context, kSin, dims, rotary_dim));
  if (!context.HasInput(kPositions) || !context.input(kPositions)->shape.has_rank()) return absl::OkStatus();
  const Shape& positions = context.input(kPositions)->shape;
  BATON_RETURN_IF_ERROR(context.RequireEqual(positions[0], dims.batch, "batches of positions and data"));
  return context.RequireEqual(positions[1], dims.length, "lengths of positions and data");
}

// Turns the pairs (x[i first], x[i first + second]) of a row by their angles; the rest is copied.
template <typename T>
void RotateRow(const T* x, const T* cos, const T* sin, int64_t half, bool interleaved, int64_t size, T* y) {
  const int64_t step = interleaved ? 2 : 1;
  const int64_t partner = interleaved ? 1 : half;
  for (int64_t i = 0; i < half; ++i) {
    const auto c = Load(cos[i]), s = Load(sin[i]);
    const auto a = Load(x[i * step]), b = Load(x[i * step + partner]);
    y[i * step] = T(c * a - s * b);
    y[i * step + partner] = T(s * a + c * b);
  }
  std::copy(x + 2 * half, x + size, y + 2 * half);
}

template <typename T>
absl::Status Rotate(const RotaryEmbeddingAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[kData];
  const TensorObject* positions = call.inputs[kPositions];
  const HeadLayout layout(data, attrs.num_heads);
  const TensorObject& cos = *call.inputs[kCos];
  const int64_t half = cos.dims[cos.rank - 1];
  for (int64_t b = 0; b < layout.batch; ++b) {
    for (int64_t i = 0; i < layout.length; ++i) {
      int64_t place = b * layout.length + i;
      if (positions != nullptr) {
        place = IndexAt(*positions, place);
        const int64_t places = std::min(cos.dims[0], call.inputs[kSin]->dims[0]);
        if (place < 0 || place >= places) {
          return absl::InvalidArgumentError(
              absl::StrCat("position ", place, " is outside [0, ", places, "), the places of cos and sin"));
        }
      }
      for (int64_t h = 0; h < layout.heads; ++h) {
        const int64_t at = layout.Offset(b, h, i);
        RotateRow(data.As<T>() + at, cos.As<T>() + place * half, call.inputs[kSin]->As<T>() + place * half,
                  half, attrs.interleaved, layout.size, call.outputs[0]->As<T>() + at);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status RotaryEmbeddingKernel(const RotaryEmbeddingAttrs& attrs, KernelCall& call) {
  if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
  return VisitDTypeIn<DTypeSet::kFloat>(call.inputs[kData]->dtype,
                                        [&](auto element) { return Rotate<decltype(element)>(attrs, call); });
}

}  // namespace

const OpDef& RotaryEmbedding() {
  static const OpDef& def = *new OpDef(MakeOp<RotaryEmbeddingAttrs>(
      {.name = "rotary_embedding",
       .doc =
           "Pairs of elements of each head turned by angles that cos and sin give for its place. data is "
           "[batch, heads, length, size] or packed [batch, length, heads * size]; cos and sin are [places, n "
           "/ "
           "2] with positions [batch, length], else [batch, length, n / 2]. Source: ONNX RotaryEmbedding-23.",
       .attrs = {{"num_heads", &RotaryEmbeddingAttrs::num_heads, "heads of packed data"},
                 {"rotary_dim", &RotaryEmbeddingAttrs::rotary_dim,
                  "first elements of a head, n, that turn; 0: all"},
                 {"interleaved", &RotaryEmbeddingAttrs::interleaved,
                  "pairs are neighbours, else element i and i + n / 2"}},
       .inputs = {"data", "cos", "sin", InputDef("positions").Optional()},
       .type = RotaryEmbeddingType,
       .check_attrs = CheckRotaryEmbeddingAttrs,
       .kernels = {{"portable", RotaryEmbeddingKernel}}}));
  return def;
}

}  // namespace baton
