// Operators that move blocks of elements between axes.
#include <algorithm>
#include <limits>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "compiler/text/relay_ops/windows.h"

namespace baton {
namespace {

using ir::Atom;

int64_t BlockSize(RelayBuilder& b, const RelayAttributes& attrs) {
  const int64_t block = attrs.Int("block_size");
  if (block >= 1) return block;
  b.Invalid(absl::StrCat("attribute 'block_size' is ", block, ", expected at least 1"));
  return 1;
}

// `data` with channels first and two spatial axes.
Atom ToNchw(RelayBuilder& b, const RelayAttributes& attrs, Atom data) {
  data = TransformLayout(b, data, attrs.String("layout"), "NCHW");
  if (const int rank = b.Rank(data); b.ok() && rank != 4) {
    b.Invalid(absl::StrCat("data has rank ", rank, ", expected 4"));
  }
  return data;
}

}  // namespace

// [N, C, H, W] -> [N, C / (s s), H s, W s].
Atom ConvertDepthToSpace(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const int64_t s = BlockSize(b, attrs);
  const std::string& mode = attrs.String("mode");
  if (mode != "DCR" && mode != "CRD") {
    b.Invalid(absl::StrCat("attribute 'mode' is \"", mode, "\", expected DCR or CRD"));
  }
  const Atom data = ToNchw(b, attrs, args[0]);
  if (!b.ok()) return {};
  const std::vector<RelayExtent> x = b.Extents(data);
  const RelayExtent depth = b.Arithmetic("floor_divide", b.Arithmetic("floor_divide", x[1], s), s);
  const bool depth_first = mode == "DCR";
  const std::vector<RelayExtent> split = depth_first
                                             ? std::vector<RelayExtent>{x[0], s, s, depth, x[2], x[3]}
                                             : std::vector<RelayExtent>{x[0], depth, s, s, x[2], x[3]};
  const std::vector<int64_t> order =
      depth_first ? std::vector<int64_t>{0, 3, 4, 1, 5, 2} : std::vector<int64_t>{0, 1, 4, 2, 5, 3};
  const Atom moved = b.Transpose(b.Reshape(data, split), order);
  const std::vector<RelayExtent> result = {x[0], depth, b.Arithmetic("multiply", x[2], s),
                                           b.Arithmetic("multiply", x[3], s)};
  return TransformLayout(b, b.Reshape(moved, result), "NCHW", attrs.String("layout"));
}

// [N, C, H, W] -> [N, C s s, H / s, W / s].
Atom ConvertSpaceToDepth(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const int64_t s = BlockSize(b, attrs);
  const Atom data = ToNchw(b, attrs, args[0]);
  if (!b.ok()) return {};
  const std::vector<RelayExtent> x = b.Extents(data);
  const RelayExtent height = b.Arithmetic("floor_divide", x[2], s);
  const RelayExtent width = b.Arithmetic("floor_divide", x[3], s);
  const Atom split = b.Reshape(data, std::vector<RelayExtent>{x[0], x[1], height, s, width, s});
  const Atom moved = b.Transpose(split, {0, 3, 5, 1, 2, 4});
  const RelayExtent depth = b.Arithmetic("multiply", b.Arithmetic("multiply", x[1], s), s);
  return TransformLayout(b, b.Reshape(moved, std::vector<RelayExtent>{x[0], depth, height, width}), "NCHW",
                         attrs.String("layout"));
}

// [N, C, H, W] -> [N, C s s, H / s, W / s], the block's position outside the channel.
Atom ConvertYoloReorg(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const int64_t s = attrs.Int("stride");
  if (s < 1) b.Invalid(absl::StrCat("attribute 'stride' is ", s, ", expected at least 1"));
  if (const int rank = b.Rank(args[0]); b.ok() && rank != 4) {
    b.Invalid(absl::StrCat("data has rank ", rank, ", expected 4"));
  }
  if (!b.ok()) return {};
  // Source: Darknet's reorg, which reads the data as [N, C / (s s), H, s, W, s].
  const std::vector<RelayExtent> x = b.Extents(args[0]);
  const RelayExtent depth = b.Arithmetic("floor_divide", b.Arithmetic("floor_divide", x[1], s), s);
  const Atom split = b.Reshape(args[0], std::vector<RelayExtent>{x[0], depth, x[2], s, x[3], s});
  const Atom moved = b.Transpose(split, {0, 3, 5, 1, 2, 4});
  const RelayExtent result_depth = b.Arithmetic("multiply", b.Arithmetic("multiply", x[1], s), s);
  return b.Reshape(moved, std::vector<RelayExtent>{x[0], result_depth, b.Arithmetic("floor_divide", x[2], s),
                                                   b.Arithmetic("floor_divide", x[3], s)});
}

namespace {

// The block shape, and the pairs of numbers `name` per block axis, checked against each other.
bool CheckBlocks(RelayBuilder& b, const RelayAttributes& attrs, const char* name, int rank) {
  const std::vector<int64_t>& block = attrs.Ints("block_shape");
  const std::vector<std::vector<int64_t>>& pairs = attrs.IntLists(name);
  bool valid = static_cast<int>(block.size()) < rank && pairs.size() == block.size();
  for (const std::vector<int64_t>& pair : pairs) {
    valid &= pair.size() == 2 && std::min(pair.front(), pair.back()) >= 0;
  }
  for (const int64_t extent : block) valid &= extent >= 1;
  if (!valid) b.Invalid(absl::StrCat("attributes 'block_shape' and '", name, "' do not fit the data"));
  return b.ok();
}

}  // namespace

// [batch, spatial..., rest...] -> [batch * blocks, spatial / block..., rest...].
Atom ConvertSpaceToBatchNd(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const int rank = b.Rank(args[0]);
  if (!CheckBlocks(b, attrs, "paddings", rank)) return {};
  const std::vector<int64_t>& block = attrs.Ints("block_shape");
  const int count = static_cast<int>(block.size());
  std::vector<int64_t> pads(2 * rank, 0);
  for (int i = 0; i < count; ++i) {
    pads[1 + i] = attrs.IntLists("paddings")[i][0];
    pads[rank + 1 + i] = attrs.IntLists("paddings")[i][1];
  }
  const Atom value = b.ScalarLike(args[0], attrs.Float("pad_value"));
  const Atom padded = b.Call("nn.pad", {args[0], b.Ints(pads), value});
  std::vector<RelayExtent> split = {b.Extent(padded, 0)}, result = split;
  std::vector<int64_t> order;
  for (int i = 0; i < count; ++i) {
    const RelayExtent rest = b.Arithmetic("floor_divide", b.Extent(padded, 1 + i), block[i]);
    split.insert(split.end(), {rest, block[i]});
    result.push_back(rest);
    result[0] = b.Arithmetic("multiply", result[0], block[i]);
    order.push_back(2 + 2 * i);
  }
  order.push_back(0);
  for (int i = 0; i < count; ++i) order.push_back(1 + 2 * i);
  for (int axis = 1 + count; axis < rank; ++axis) {
    split.push_back(b.Extent(padded, axis));
    result.push_back(split.back());
    order.push_back(count + axis);
  }
  return b.Reshape(b.Transpose(b.Reshape(padded, split), order), result);
}

// The inverse, then cropped.
Atom ConvertBatchToSpaceNd(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const int rank = b.Rank(args[0]);
  if (!CheckBlocks(b, attrs, "crops", rank)) return {};
  const std::vector<int64_t>& block = attrs.Ints("block_shape");
  const int count = static_cast<int>(block.size());
  RelayExtent batch = b.Extent(args[0], 0);
  std::vector<RelayExtent> split(block.begin(), block.end());
  for (const int64_t extent : block) batch = b.Arithmetic("floor_divide", batch, extent);
  split.push_back(batch);
  for (const RelayExtent& extent : b.Extents(args[0], 1, rank)) split.push_back(extent);
  std::vector<int64_t> order = {count};
  std::vector<RelayExtent> result = {batch};
  for (int i = 0; i < count; ++i) {
    order.insert(order.end(), {count + 1 + i, i});
    result.push_back(b.Arithmetic("multiply", split[count + 1 + i], block[i]));
  }
  for (int axis = 1 + count; axis < rank; ++axis) {
    order.push_back(count + axis);
    result.push_back(split[count + axis]);
  }
  std::vector<int64_t> pads(2 * rank, 0);
  for (int i = 0; i < count; ++i) {
    pads[1 + i] = -attrs.IntLists("crops")[i][0];
    pads[rank + 1 + i] = -attrs.IntLists("crops")[i][1];
  }
  const Atom joined = b.Reshape(b.Transpose(b.Reshape(args[0], split), order), result);
  return b.Call("nn.pad", {joined, b.Ints(pads)});
}

// strides[i] - 1 elements `dilation_value` between the elements of axis i.
Atom ConvertDilate(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const std::vector<int64_t>& strides = attrs.Ints("strides");
  const int rank = b.Rank(args[0]);
  if (b.ok() && static_cast<int>(strides.size()) != rank) {
    b.Invalid(absl::StrCat("attribute 'strides' has ", strides.size(), " numbers, expected ", rank));
  }
  const Atom value = b.ScalarLike(args[0], attrs.Float("dilation_value"));
  Atom data = args[0];
  for (int64_t axis = 0; axis < rank && b.ok(); ++axis) {
    const int64_t stride = strides[axis];
    if (stride < 1) b.Invalid(absl::StrCat("attribute 'strides' has ", stride, ", expected at least 1"));
    if (!b.ok() || stride == 1) continue;
    std::vector<RelayExtent> extents = b.Extents(data);
    extents[axis] = b.Arithmetic("multiply", extents[axis], stride);
    const Atom filled =
        b.Call("nn.pad", {b.Unsqueeze(data, {axis + 1}), b.Ints({0, stride - 1}), value, b.Ints({axis + 1})});
    const Atom merged = b.Reshape(filled, extents);
    data = Slice(b, merged, b.Ints({0}), b.Ints({1 - stride}), {axis});
  }
  return data;
}

}  // namespace baton
