// Operators that give the same elements another shape.
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "compiler/text/relay_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

// Relay's codes in a new shape.
constexpr int64_t kCopy = 0;    // the extent of data's next axis
constexpr int64_t kInfer = -1;  // what is left
constexpr int64_t kRest = -2;   // all of data's axes that are left
constexpr int64_t kMerge = -3;  // the product of data's next two
constexpr int64_t kSplit = -4;  // data's next axis as the two numbers that follow

// Goes through the codes, consuming axes of data.
class CodeReader {
 public:
  CodeReader(RelayBuilder& b, Atom data, absl::Span<const int64_t> codes, bool allow_zero)
      : b_(b), data_(data), rank_(b.Rank(data)), codes_(codes), allow_zero_(allow_zero) {}

  std::vector<RelayExtent> Read() {
    while (next_code_ < codes_.size() && b_.ok()) ReadCode(codes_[next_code_++]);
    return std::move(result_);
  }

 private:
  void ReadCode(int64_t code) {
    if (code == kRest) {
      while (next_axis_ < rank_) result_.push_back(NextExtent());
    } else if (code == kMerge) {
      const RelayExtent first = NextExtent();
      result_.push_back(b_.Arithmetic("multiply", first, NextExtent()));
    } else if (code == kSplit) {
      ReadSplit();
    } else if (code == kCopy && !allow_zero_) {
      result_.push_back(NextExtent());
    } else if (code >= kInfer) {
      result_.push_back(code);
      ++next_axis_;
    } else {
      b_.Invalid(absl::StrCat("the new shape has the code ", code, ", expected -4 or more"));
    }
  }

  void ReadSplit() {
    if (codes_.size() - next_code_ < 2) return b_.Invalid("the code -4 needs two numbers after it");
    const int64_t first = codes_[next_code_++];
    const int64_t second = codes_[next_code_++];
    const bool infers_first = first == kInfer;
    const int64_t known = infers_first ? second : first;
    const bool infers = infers_first || second == kInfer;
    if (known < 1 || (!infers && second < 1)) {
      return b_.Invalid(absl::StrCat("the code -4 splits an axis into ", first, " and ", second));
    }
    const RelayExtent extent = NextExtent();
    if (!infers) return result_.insert(result_.end(), {first, second}), void();
    const RelayExtent other = b_.Arithmetic("floor_divide", extent, known);
    result_.push_back(infers_first ? other : RelayExtent(known));
    result_.push_back(infers_first ? RelayExtent(known) : other);
  }

  RelayExtent NextExtent() {
    if (next_axis_ < rank_) return b_.Extent(data_, next_axis_++);
    b_.Invalid(absl::StrCat("the new shape asks for axis ", next_axis_, " of data, which has rank ", rank_));
    return int64_t{1};
  }

  RelayBuilder& b_;
  const Atom data_;
  const int rank_;
  const absl::Span<const int64_t> codes_;
  const bool allow_zero_;
  size_t next_code_ = 0;
  int next_axis_ = 0;
  std::vector<RelayExtent> result_;
};

}  // namespace

Atom ReshapeWithCodes(RelayBuilder& b, Atom data, absl::Span<const int64_t> codes, bool allow_zero) {
  // The registry knows the codes down to -1.
  const bool plain = std::all_of(codes.begin(), codes.end(), [](int64_t code) { return code >= kInfer; });
  if (plain) return b.Call("reshape", {data, b.Ints(codes)}, {{"allow_zero", allow_zero}});
  return b.Reshape(data, CodeReader(b, data, codes, allow_zero).Read());
}

Atom ConvertReshape(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return ReshapeWithCodes(b, args[0], attrs.Ints("newshape"), attrs.Int("allowzero") != 0);
}

// The codes are data; those below -1 are understood only where they are constant.
Atom ConvertDynReshape(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  if (const auto codes = RelayBuilder::ConstantInts(args[1])) {
    return ReshapeWithCodes(b, args[0], *codes, false);
  }
  return b.Call("reshape", {args[0], args[1]});
}

// Axes [lhs_begin, lhs_end) of data become axes [rhs_begin, rhs_end) of `like`.
Atom ConvertReshapeLike(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const int rank = b.Rank(args[0]);
  const int like_rank = b.Rank(args[1], "like");
  const auto bound = [&](const char* name, int fallback, int limit) {
    int64_t value = attrs.OptionalInt(name).value_or(fallback);
    if (value < 0) value += limit;
    if (value >= 0 && value <= limit) return static_cast<int>(value);
    b.Invalid(absl::StrCat("attribute '", name, "' is outside [", -limit, ", ", limit, "]"));
    return 0;
  };
  const int lhs_begin = bound("lhs_begin", 0, rank), lhs_end = bound("lhs_end", rank, rank);
  const int rhs_begin = bound("rhs_begin", 0, like_rank), rhs_end = bound("rhs_end", like_rank, like_rank);
  if (b.ok() && lhs_begin > lhs_end) b.Invalid("attribute 'lhs_begin' lies behind 'lhs_end'");
  if (!b.ok()) return {};
  std::vector<RelayExtent> extents = b.Extents(args[0], 0, lhs_begin);
  for (const RelayExtent& extent : b.Extents(args[1], rhs_begin, rhs_end)) extents.push_back(extent);
  for (const RelayExtent& extent : b.Extents(args[0], lhs_end, rank)) extents.push_back(extent);
  return b.Reshape(args[0], extents);
}

Atom ConvertExpandDims(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const int64_t count = attrs.Int("num_newaxis");
  if (count < 0 || count > kMaxRank) {
    b.Invalid(absl::StrCat("attribute 'num_newaxis' is ", count, ", expected 0 to ", kMaxRank));
  }
  // Counted among the positions between axes, of which there is one more than axes.
  const int axis = b.Axis(attrs.Int("axis"), b.Rank(args[0]) + 1);
  std::vector<int64_t> axes;
  for (int64_t i = 0; i < count && b.ok(); ++i) axes.push_back(axis + i);
  return b.Unsqueeze(args[0], axes);
}

// The axis is data.
Atom ConvertDynExpandDims(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const int64_t count = attrs.Int("num_newaxis");
  if (count < 1 || count > kMaxRank) {
    b.Invalid(absl::StrCat("attribute 'num_newaxis' is ", count, ", expected 1 to ", kMaxRank));
    return {};
  }
  Atom axis = b.Cast(b.AsScalar(args[1]), DType::kInt64);
  const Atom positions = b.Int(b.Rank(args[0]) + 1);
  const Atom is_negative = b.Call("less", {axis, b.Int(0)});
  axis = b.Call("where", {is_negative, b.Call("add", {axis, positions}), axis});
  return b.Call("unsqueeze", {args[0], b.Call("add", {Iota(b, count), axis})});
}

Atom ConvertSqueeze(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  std::vector<int64_t> axes;
  if (const auto given = attrs.OptionalInts("axis")) {
    axes = *given;
  } else {
    const int rank = b.Rank(args[0]);
    for (int axis = 0; axis < rank; ++axis) {
      if (b.TypeOf(args[0]).shape[axis] == Dim(1)) axes.push_back(axis);
    }
  }
  return axes.empty() ? args[0] : b.Call("squeeze", {args[0], b.Ints(axes)});
}

Atom ConvertDynSqueeze(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  return b.Call("squeeze", {args[0], args[1]});
}

Atom ConvertBatchFlatten(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  return b.Call("flatten", {args[0]}, {{"axis", int64_t{1}}});
}

}  // namespace baton
