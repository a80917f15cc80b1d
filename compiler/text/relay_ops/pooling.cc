// Pooling in any layout, by way of the registry's.
#include <algorithm>
#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "compiler/text/relay_ops/windows.h"

namespace baton {
namespace {

using ir::Atom;

// What `pool` makes of the data with channels first, in the layout that the attributes ask for.
Atom InLayout(RelayBuilder& b, const RelayAttributes& attrs, Atom data,
              const std::function<Atom(Atom data, int spatial)>& pool) {
  const std::string& layout = attrs.String("layout");
  const int spatial = NumSpatial(b, layout);
  const std::string inner = ChannelsFirst("NC", spatial);
  data = TransformLayout(b, data, layout, inner);
  if (b.ok() && b.Rank(data) != spatial + 2) {
    b.Invalid(absl::StrCat("data has rank ", b.Rank(data), ", layout '", layout, "' ", spatial + 2, " axes"));
  }
  if (!b.ok()) return {};
  const bool has_result = attrs.Has("out_layout") && !attrs.String("out_layout").empty();
  return TransformLayout(b, pool(data, spatial), inner, has_result ? attrs.String("out_layout") : layout);
}

Attributes PoolAttributes(RelayBuilder& b, const RelayAttributes& attrs, int spatial) {
  return {{"kernel_shape", PerAxis(b, attrs, "pool_size", spatial)},
          {"strides", PerAxis(b, attrs, "strides", spatial)},
          {"pads", Padding(b, attrs, spatial)},
          {"dilations", PerAxis(b, attrs, "dilation", spatial)},
          {"ceil_mode", attrs.Bool("ceil_mode")}};
}

bool IsMax(const RelayAttributes& attrs) {
  return absl::StrContains(attrs.op().name, "max");
}

}  // namespace

Atom ConvertMaxPool(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return InLayout(b, attrs, args[0], [&](Atom data, int spatial) {
    return b.Call("nn.max_pool", {data}, PoolAttributes(b, attrs, spatial));
  });
}

Atom ConvertAvgPool(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return InLayout(b, attrs, args[0], [&](Atom data, int spatial) {
    Attributes attributes = PoolAttributes(b, attrs, spatial);
    attributes.emplace_back("count_include_pad", attrs.Bool("count_include_pad"));
    return b.Call("nn.avg_pool", {data}, attributes);
  });
}

Atom ConvertGlobalPool(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return InLayout(b, attrs, args[0], [&](Atom data, int) {
    return b.Call(IsMax(attrs) ? "nn.global_max_pool" : "nn.global_avg_pool", {data});
  });
}

namespace {

// One axis reduced to `bins` parts, of which neighbours may share elements: bin i covers [i n / bins,
// ceil((i + 1) n / bins)).
Atom PoolAxis(RelayBuilder& b, Atom data, int64_t axis, int64_t bins, absl::string_view reduction) {
  constexpr int64_t kMaxBins = 4096;
  constexpr int64_t kMaxExtent = int64_t{1} << 40;  // times kMaxBins, no overflow
  if (bins == 1) return b.Reduce(reduction, data, {axis}, true);
  const RelayExtent extent = b.Extent(data, static_cast<int>(axis));
  const auto* n = std::get_if<int64_t>(&extent);
  if (n == nullptr || *n > kMaxExtent)
    b.Unsupported(absl::StrCat("axis ", axis, " of data has no constant extent up to 2^40"));
  if (bins < 1 || bins > kMaxBins) {
    b.Invalid(absl::StrCat("attribute 'output_size' has ", bins, ", expected 1 to ", kMaxBins));
  }
  if (!b.ok() || *n == bins) return data;
  std::vector<Atom> parts;
  for (int64_t i = 0; i < bins; ++i) {
    const int64_t start = i * *n / bins, end = ((i + 1) * *n + bins - 1) / bins;
    parts.push_back(
        b.Reduce(reduction, Slice(b, data, b.Ints({start}), b.Ints({end}), {axis}), {axis}, true));
  }
  return b.Concatenate(std::move(parts), axis);
}

}  // namespace

// A rectangle's mean is the mean of means, so the axes are pooled one after the other.
Atom ConvertAdaptivePool(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return InLayout(b, attrs, args[0], [&](Atom data, int spatial) {
    std::vector<int64_t> bins = attrs.OptionalInts("output_size").value_or(std::vector<int64_t>());
    if (bins.empty()) return data;
    bins = PerAxis(b, attrs, "output_size", spatial);
    for (int i = 0; i < spatial && b.ok(); ++i) {
      data = PoolAxis(b, data, 2 + i, bins[i], IsMax(attrs) ? "max" : "mean");
    }
    return data;
  });
}

}  // namespace baton
