// Convolutions in any layout, by way of the registry's.
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/text/relay_ops/windows.h"

namespace baton {
namespace {

using ir::Atom;

std::string ResultLayout(const RelayAttributes& attrs) {
  const std::string& data = attrs.String("data_layout");
  return attrs.Has("out_layout") && !attrs.String("out_layout").empty() ? attrs.String("out_layout") : data;
}

// `weight` [leading, leading, spatial...], whose spatial extents attribute kernel_size repeats.
Atom CheckKernelSize(RelayBuilder& b, const RelayAttributes& attrs, Atom weight) {
  if (!attrs.Has("kernel_size")) return weight;
  const int spatial = b.Rank(weight, "weight") - 2;
  const std::vector<int64_t> kernel = PerAxis(b, attrs, "kernel_size", spatial);
  for (int i = 0; i < spatial && b.ok(); ++i) {
    weight = b.RequireExtent(weight, 2 + i, kernel[i], "weight");
  }
  return weight;
}

// TVM also has depthwise weights as [channels, multiplier, kernel...], for which the registry has
// [channels * multiplier, 1, kernel...].
Atom DepthwiseWeight(RelayBuilder& b, Atom data, Atom weight, int64_t groups) {
  const Shape shape = b.TypeOf(data).shape, kernel = b.TypeOf(weight).shape;
  if (!b.ok() || groups == 1 || shape[1] != Dim(groups) || kernel[1] == Dim(1)) return weight;
  std::vector<RelayExtent> extents = b.Extents(weight);
  extents[0] = b.Arithmetic("multiply", extents[0], extents[1]);
  extents[1] = int64_t{1};
  return b.Reshape(weight, extents);
}

Attributes WindowAttributes(RelayBuilder& b, const RelayAttributes& attrs, int num_spatial) {
  return {{"strides", PerAxis(b, attrs, "strides", num_spatial)},
          {"pads", Padding(b, attrs, num_spatial)},
          {"dilations", PerAxis(b, attrs, "dilation", num_spatial)},
          {"group", attrs.Int("groups")}};
}

std::pair<Atom, Atom> Operands(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const DType dtype = attrs.ElementType("out_dtype").value_or(b.ElementType(args[0]));
  return {b.Cast(args[0], dtype), b.Cast(args[1], dtype)};
}

}  // namespace

Atom ConvertConv(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const int spatial = NumSpatial(b, attrs.String("data_layout"));
  auto [data, weight] = Operands(b, attrs, args);
  data = TransformLayout(b, data, attrs.String("data_layout"), ChannelsFirst("NC", spatial));
  weight = TransformLayout(b, weight, attrs.String("kernel_layout"), ChannelsFirst("OI", spatial));
  if (b.ok() && (b.Rank(data) != spatial + 2 || b.Rank(weight, "weight") != spatial + 2)) {
    b.Invalid(absl::StrCat("data and weight have ranks ", b.Rank(data), " and ", b.Rank(weight),
                           ", expected ", spatial + 2));
  }
  if (!b.ok()) return {};
  weight = DepthwiseWeight(b, data, CheckKernelSize(b, attrs, weight), attrs.Int("groups"));
  if (const auto channels = attrs.OptionalInt("channels")) {
    weight = b.RequireExtent(weight, 0, *channels, "weight");
  }
  const Atom result = b.Call("nn.conv", {data, weight}, WindowAttributes(b, attrs, spatial));
  return TransformLayout(b, result, ChannelsFirst("NC", spatial), ResultLayout(attrs));
}

Atom ConvertConvTranspose(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const int spatial = NumSpatial(b, attrs.String("data_layout"));
  auto [data, weight] = Operands(b, attrs, args);
  data = TransformLayout(b, data, attrs.String("data_layout"), ChannelsFirst("NC", spatial));
  weight = TransformLayout(b, weight, attrs.String("kernel_layout"), ChannelsFirst("IO", spatial));
  if (!b.ok()) return {};
  weight = CheckKernelSize(b, attrs, weight);
  const int64_t groups = attrs.Int("groups");
  if (const auto channels = attrs.OptionalInt("channels"); channels && groups > 0) {
    weight = b.RequireExtent(weight, 1, *channels / groups, "weight");
  }
  Attributes attributes = WindowAttributes(b, attrs, spatial);
  attributes.emplace_back("output_padding", PerAxis(b, attrs, "output_padding", spatial));
  const Atom result = b.Call("nn.conv_transpose", {data, weight}, attributes);
  return TransformLayout(b, result, ChannelsFirst("NC", spatial), ResultLayout(attrs));
}

}  // namespace baton
