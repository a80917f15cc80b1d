// Operators that take rectangular parts of tensors.
#include <algorithm>
#include <limits>
#include <numeric>
#include <string>

#include "absl/strings/str_cat.h"
#include "compiler/text/relay_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

constexpr int64_t kBeyond = std::numeric_limits<int64_t>::max();

bool IsSizeMode(RelayBuilder& b, const std::string& mode) {
  if (mode != "end" && mode != "size") {
    b.Invalid(absl::StrCat("attribute 'slice_mode' is \"", mode, "\", expected end or size"));
  }
  return mode == "size";
}

// What TVM's slices mean by a size: negative is to the end.
int64_t EndOfSize(int64_t begin, int64_t size) {
  if (size < 0) return kBeyond;
  // A begin that counts from the end must not reach past it into small positive numbers.
  if (begin < 0 && begin + size >= 0) return kBeyond;
  return begin > kBeyond - size ? kBeyond : begin + size;
}

std::vector<int64_t> FirstAxes(size_t count) {
  std::vector<int64_t> axes(count);
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

}  // namespace

Atom Slice(RelayBuilder& b, Atom data, Atom starts, Atom ends, absl::Span<const int64_t> axes) {
  return b.Call("strided_slice", {data, starts, ends, b.Ints(axes)});
}

Atom ConvertStridedSlice(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  std::vector<int64_t> begin = attrs.Ints("begin"), end = attrs.Ints("end");
  std::vector<int64_t> strides = attrs.OptionalInts("strides").value_or(std::vector<int64_t>());
  const bool sizes = IsSizeMode(b, attrs.String("slice_mode"));
  const size_t count = std::max(begin.size(), end.size());
  if (strides.size() > count) {
    b.Invalid(
        absl::StrCat("attribute 'strides' has ", strides.size(), " elements, expected at most ", count));
  }
  if (!b.ok()) return {};
  // What is left out: strides of 1, and bounds that keep everything. Sizes know no strides.
  strides.resize(count, 1);
  for (size_t i = 0; i < count; ++i) {
    if (sizes) strides[i] = 1;
    const bool forward = strides[i] > 0;
    if (i >= begin.size()) begin.push_back(forward ? 0 : kBeyond);
    if (i >= end.size()) end.push_back(sizes ? -1 : forward ? kBeyond : -kBeyond);
    if (sizes) end[i] = EndOfSize(begin[i], end[i]);
  }
  const std::vector<int64_t> axes = attrs.OptionalInts("axes").value_or(FirstAxes(count));
  return b.Call("strided_slice", {args[0], b.Ints(begin), b.Ints(end), b.Ints(axes), b.Ints(strides)});
}

// Bounds are data.
Atom ConvertDynStridedSlice(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const Atom begin = b.Cast(args[1], DType::kInt64);
  Atom end = b.Cast(args[2], DType::kInt64);
  Atom strides = b.Cast(args[3], DType::kInt64);
  Atom axes;
  if (const auto given = attrs.OptionalInts("axes")) axes = b.Ints(*given);
  if (IsSizeMode(b, attrs.String("slice_mode"))) {
    const Atom sum = b.Call("add", {begin, end});
    // As EndOfSize.
    const Atom wraps =
        b.Call("logical_and", {b.Call("less", {begin, b.Int(0)}), b.Call("greater_equal", {sum, b.Int(0)})});
    const Atom to_end = b.Call("logical_or", {b.Call("less", {end, b.Int(0)}), wraps});
    end = b.Call("where", {to_end, b.Int(kBeyond), sum});
    strides = {};
  }
  return b.Call("strided_slice", {args[0], begin, end, axes, strides});
}

// data cut down to the extents of `like` on some axes.
Atom ConvertSliceLike(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const int rank = b.Rank(args[0]);
  const int like_rank = b.Rank(args[1], "like");
  std::vector<int64_t> axes;
  for (const int64_t axis : attrs.OptionalInts("axes").value_or(FirstAxes(std::min(rank, like_rank)))) {
    axes.push_back(b.Axis(axis, std::min(rank, like_rank)));
  }
  if (!b.ok() || axes.empty()) return args[0];
  std::vector<RelayExtent> result = b.Extents(args[0]), ends;
  for (const int64_t axis : axes) {
    result[axis] = b.Extent(args[1], static_cast<int>(axis));
    ends.push_back(result[axis]);
  }
  const std::vector<int64_t> zeros(axes.size(), 0);
  const Atom part = Slice(b, args[0], b.Ints(zeros), b.ShapeOperand(ends), axes);
  // Where `like` is greater than the data, the part is too small: the reshape finds out.
  return b.Reshape(part, result);
}

Atom ConvertReverse(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const int axis = b.Axis(attrs.OptionalInt("axis").value_or(0), b.Rank(args[0]));
  return b.Call("strided_slice", {args[0], b.Ints({-1}), b.Ints({-kBeyond}), b.Ints({axis}), b.Ints({-1})});
}

namespace {

// The sizes of `sections` equal parts of an extent, which must divide.
Atom EqualSizes(RelayBuilder& b, const RelayExtent& extent, int64_t sections) {
  const RelayExtent size = b.Arithmetic("floor_divide", extent, sections);
  if (const auto* number = std::get_if<int64_t>(&size)) {
    return b.Ints(std::vector<int64_t>(sections, *number));
  }
  return b.Call("tile", {std::get<Atom>(size), b.Ints({sections})});
}

// The sizes between the cuts.
Atom SizesBetween(RelayBuilder& b, const RelayExtent& extent, const std::vector<int64_t>& cuts) {
  std::vector<RelayExtent> sizes;
  int64_t last = 0;
  for (const int64_t cut : cuts) {
    if (cut < last) b.Invalid(absl::StrCat("attribute 'indices_or_sections' has ", cut, " after ", last));
    sizes.push_back(cut - last);
    last = cut;
  }
  sizes.push_back(b.Arithmetic("subtract", extent, last));
  return b.ShapeOperand(sizes);
}

}  // namespace

Atom ConvertSplit(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  constexpr int64_t kMaxParts = 1 << 16;
  const int axis = b.Axis(attrs.Int("axis"), b.Rank(args[0]));
  const RelayExtent extent = b.Extent(args[0], axis);
  Atom sizes;
  if (!attrs.IsInt("indices_or_sections")) {
    sizes = SizesBetween(b, extent, attrs.Ints("indices_or_sections"));
  } else {
    const int64_t sections = attrs.Int("indices_or_sections");
    if (sections < 1 || sections > kMaxParts) {
      b.Invalid(absl::StrCat("attribute 'indices_or_sections' is ", sections, ", expected 1 to ", kMaxParts));
      return {};
    }
    sizes = EqualSizes(b, extent, sections);
  }
  return b.Call("split", {args[0], sizes}, {{"axis", int64_t{axis}}});
}

}  // namespace baton
