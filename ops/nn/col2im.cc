#include <algorithm>
#include <type_traits>

#include "ops/elementwise/kernels.h"
#include "ops/nn/window.h"
#include "ops/tensor/indices.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

enum Input { kData, kImageShape, kBlockShape };

struct Col2ImAttrs {
  std::vector<int64_t> strides, pads, dilations;
};

absl::Status CheckCol2Im(const Col2ImAttrs& attrs) {
  BATON_RETURN_IF_ERROR(CheckPositive(attrs.strides, "strides"));
  BATON_RETURN_IF_ERROR(CheckPositive(attrs.dilations, "dilations"));
  return CheckNonNegative(attrs.pads, "pads");
}

// The number of axes of the image; nullopt when not known. Errors: InvalidArgument when lists differ.
absl::StatusOr<std::optional<int64_t>> ImageAxes(TypeContext& context, const Col2ImAttrs& attrs) {
  BATON_ASSIGN_OR_RETURN(std::optional<int64_t> axes, OperandLength(context, kImageShape, "image_shape"));
  BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> block,
                         OperandLength(context, kBlockShape, "block_shape"));
  if (!axes) axes = block;
  if (!axes) return axes;
  const size_t n = static_cast<size_t>(*axes);
  const bool fits = (!block || *block == *axes) && (attrs.strides.empty() || attrs.strides.size() == n) &&
                    (attrs.dilations.empty() || attrs.dilations.size() == n) &&
                    (attrs.pads.empty() || attrs.pads.size() == 2 * n);
  if (fits && *axes >= 1 && *axes <= kMaxRank - 2) return axes;
  return absl::InvalidArgumentError(
      absl::StrCat("image_shape, block_shape, strides, pads and dilations do not speak of the same 1 to ",
                   kMaxRank - 2, " axes"));
}

int64_t Stride(const Col2ImAttrs& attrs, size_t axis) {
  return attrs.strides.empty() ? 1 : attrs.strides[axis];
}
int64_t Dilation(const Col2ImAttrs& attrs, size_t axis) {
  return attrs.dilations.empty() ? 1 : attrs.dilations[axis];
}
int64_t PadBefore(const Col2ImAttrs& attrs, size_t axis) {
  return attrs.pads.empty() ? 0 : attrs.pads[axis];
}

// The places of a block along an axis.
absl::StatusOr<Dim> NumBlocks(TypeContext& context, const Col2ImAttrs& attrs, size_t axis, const Dim& image,
                              const Dim& block) {
  BATON_RETURN_IF_ERROR(context.RequireAtLeast(image, Dim(0), "element of image_shape"));
  BATON_RETURN_IF_ERROR(context.RequireAtLeast(block, Dim(1), "element of block_shape"));
  const int64_t pads = attrs.pads.empty() ? 0 : attrs.pads[axis] + attrs.pads[attrs.pads.size() / 2 + axis];
  const Dim room = image + Dim(pads) - ((block - Dim(1)) * Dim(Dilation(attrs, axis)) + Dim(1));
  BATON_RETURN_IF_ERROR(context.RequireAtLeast(room, Dim(0), "room for a block in the padded image"));
  return FloorDiv(room, Dim(Stride(attrs, axis))) + Dim(1);
}

absl::Status Col2ImType(TypeContext& context, const Col2ImAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kData, DTypeSet::kNumeric));
  BATON_RETURN_IF_ERROR(RequireRank(context, kData, 3, "data"));
  BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> axes, ImageAxes(context, attrs));
  const TensorType& data = *context.input(kData);
  if (!axes) return result->push_back({data.dtype, Shape::Unranked()}), absl::OkStatus();
  const std::vector<Dim>* image = context.InputValue(kImageShape);
  const std::vector<Dim>* block = context.InputValue(kBlockShape);
  const bool has_rank = data.shape.has_rank();
  Dims dims = {has_rank ? data.shape[0] : context.FreshDim("batch"), context.FreshDim("channels")};
  Dim block_size = 1, num_blocks = 1;
  for (size_t i = 0; i < static_cast<size_t>(*axes); ++i) {
    dims.push_back(image != nullptr ? (*image)[i] : context.FreshDim("extent"));
    if (image == nullptr || block == nullptr) continue;
    BATON_ASSIGN_OR_RETURN(const Dim blocks, NumBlocks(context, attrs, i, (*image)[i], (*block)[i]));
    num_blocks = num_blocks * blocks;
    block_size = block_size * (*block)[i];
  }
  if (has_rank && block != nullptr && image != nullptr) {
    dims[1] = FloorDiv(data.shape[1], block_size);
    BATON_RETURN_IF_ERROR(context.RequireEqual(data.shape[1], dims[1] * block_size,
                                               "axis 1 of data and a multiple of the elements of a block"));
    BATON_RETURN_IF_ERROR(context.RequireEqual(data.shape[2], num_blocks, "blocks in data and in the image"));
  }
  result->push_back({data.dtype, Shape(std::move(dims))});
  return absl::OkStatus();
}

// Counts an index over `extents` up by one, the last axis first; false after the last.
bool Advance(absl::Span<const int64_t> extents, Ints* index) {
  for (size_t axis = extents.size(); axis-- > 0;) {
    if (++(*index)[axis] < extents[axis]) return true;
    (*index)[axis] = 0;
  }
  return false;
}

struct Blocks {
  Ints image, block, count;  // extents: of the image, of a block, of the places of blocks

  // The offset in the image of element `tap` of the block at `position`; -1 in the padding.
  int64_t Offset(const Col2ImAttrs& attrs, const Ints& tap, const Ints& position) const {
    int64_t offset = 0;
    for (size_t i = 0; i < image.size(); ++i) {
      const int64_t place =
          position[i] * Stride(attrs, i) - PadBefore(attrs, i) + tap[i] * Dilation(attrs, i);
      if (place < 0 || place >= image[i]) return -1;
      offset = offset * image[i] + place;
    }
    return offset;
  }
};

// One channel: adds every element of its blocks to the image.
template <typename T, typename Sum>
const T* AddBlocks(const Col2ImAttrs& attrs, const Blocks& blocks, const T* data, Sum* image) {
  Ints tap(blocks.block.size(), 0);
  do {
    Ints position(blocks.count.size(), 0);
    do {
      const int64_t offset = blocks.Offset(attrs, tap, position);
      if (offset >= 0) image[offset] += Convert<Sum>(*data);
      ++data;
    } while (Advance(blocks.count, &position));
  } while (Advance(blocks.block, &tap));
  return data;
}

Blocks BlocksOf(const Col2ImAttrs& attrs, const KernelCall& call) {
  Blocks blocks;
  const TensorObject& result = *call.outputs[0];
  for (int i = 0; i < result.rank - 2; ++i) {
    blocks.image.push_back(result.dims[2 + i]);
    blocks.block.push_back(IntegerAt(*call.inputs[kBlockShape], i));
    const int64_t pads = attrs.pads.empty() ? 0 : attrs.pads[i] + attrs.pads[attrs.pads.size() / 2 + i];
    const int64_t extent = (blocks.block[i] - 1) * Dilation(attrs, i) + 1;
    blocks.count.push_back((blocks.image[i] + pads - extent) / Stride(attrs, i) + 1);
  }
  return blocks;
}

absl::Status Col2ImKernel(const Col2ImAttrs& attrs, KernelCall& call) {
  TensorObject& result = *call.outputs[0];
  if (result.num_elements() == 0) return absl::OkStatus();
  const Blocks blocks = BlocksOf(attrs, call);
  const int64_t channels = result.dims[0] * result.dims[1];
  const int64_t size = result.num_elements() / channels;
  return VisitDTypeIn<DTypeSet::kNumeric>(result.dtype, [&](auto element) -> absl::Status {
    using T = decltype(element);
    // Integers wrap.
    using Sum = std::conditional_t<kIsFloat<T>, double, uint64_t>;
    auto* image = static_cast<Sum*>(call.context.Scratch(size * sizeof(Sum)));
    if (image == nullptr) return absl::ResourceExhaustedError("no memory for an image");
    const T* data = call.inputs[kData]->As<T>();
    for (int64_t channel = 0; channel < channels; ++channel) {
      std::fill_n(image, size, Sum{});
      data = AddBlocks(attrs, blocks, data, image);
      std::transform(image, image + size, result.As<T>() + channel * size,
                     [](Sum sum) { return Convert<T>(sum); });
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& Col2Im() {
  static const OpDef& def = *new OpDef(MakeOp<Col2ImAttrs>(
      {.name = "nn.col2im",
       .doc =
           "Puts blocks back into an image [N, C, image_shape...] and adds them where they overlap: data [N, "
           "C * elements of a block, places of a block]. Source: ONNX Col2Im-18.",
       .attrs = {{"strides", &Col2ImAttrs::strides, "steps of the blocks per axis; empty: 1"},
                 {"pads", &Col2ImAttrs::pads, "all begins, then all ends; empty: 0"},
                 {"dilations", &Col2ImAttrs::dilations, "distances between a block's elements; empty: 1"}},
       .inputs = {"data", InputDef("image_shape").DecidesShape(), InputDef("block_shape").DecidesShape()},
       .type = Col2ImType,
       .check_attrs = CheckCol2Im,
       .kernels = {{"portable", Col2ImKernel}}}));
  return def;
}

}  // namespace baton
