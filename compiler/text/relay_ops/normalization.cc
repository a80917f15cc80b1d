// Normalisations.
#include <optional>

#include "absl/strings/str_cat.h"
#include "compiler/text/relay_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

// (data - mean) / sqrt(variance + epsilon) over `axes`; the variance from differences, which does not cancel.
Atom Normalized(RelayBuilder& b, Atom data, absl::Span<const int64_t> axes, double epsilon) {
  const Atom difference = b.Call("subtract", {data, b.Reduce("mean", data, axes, true)});
  const Atom variance = b.Reduce("mean", b.Call("multiply", {difference, difference}), axes, true);
  const Atom shifted = b.Call("add", {variance, b.ScalarLike(data, epsilon)});
  return b.Call("divide", {difference, b.Call("sqrt", {shifted})});
}

// data * gamma + beta, both along `axis`, as far as the attributes scale and center ask for them.
Atom ScaleAndCenter(RelayBuilder& b, const RelayAttributes& attrs, Atom data, Atom gamma, Atom beta,
                    int axis) {
  const int rank = b.Rank(data);
  if (attrs.Bool("scale")) data = b.Call("multiply", {data, b.AlongAxis(gamma, axis, rank)});
  if (attrs.Bool("center")) data = b.Call("add", {data, b.AlongAxis(beta, axis, rank)});
  return data;
}

}  // namespace

Atom ConvertLayerNorm(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const Atom data = args[0];
  const int rank = b.Rank(data);
  const int axis = b.Axis(attrs.Int("axis"), rank);
  const double epsilon = attrs.Float("epsilon");
  if (!b.ok()) return {};
  if (axis != rank - 1) {
    return ScaleAndCenter(b, attrs, Normalized(b, data, {axis}, epsilon), args[1], args[2], axis);
  }
  const Atom gamma = attrs.Bool("scale") ? args[1] : b.ScalarLike(data, 1);
  const Atom beta = attrs.Bool("center") ? args[2] : Atom();
  return b.Field(
      b.Call("nn.layer_norm", {data, gamma, beta}, {{"axis", int64_t{axis}}, {"epsilon", epsilon}}), 0);
}

// Groups of channels are normalised together with all other axes but the batch.
Atom ConvertGroupNorm(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const Atom data = args[0];
  const int rank = b.Rank(data);
  const int axis = b.Axis(attrs.Int("axis"), rank);
  const int64_t groups = attrs.Int("num_groups");
  if (groups < 1) b.Invalid(absl::StrCat("attribute 'num_groups' is ", groups, ", expected at least 1"));
  if (b.ok() && axis == 0) b.Invalid("attribute 'axis' is 0, which is the batch");
  if (!b.ok()) return {};
  const std::vector<RelayExtent> shape = b.Extents(data);
  std::vector<RelayExtent> grouped = shape;
  grouped[axis] = b.Arithmetic("floor_divide", shape[axis], groups);
  grouped.insert(grouped.begin() + axis, groups);
  const std::vector<int64_t> axes = AxesWithout(rank + 1, {0, axis});
  const Atom normalized = Normalized(b, b.Reshape(data, grouped), axes, attrs.Float("epsilon"));
  return ScaleAndCenter(b, attrs, b.Reshape(normalized, shape), args[1], args[2], axis);
}

Atom ConvertInstanceNorm(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const int rank = b.Rank(args[0]);
  const int axis = b.Axis(attrs.Int("axis"), rank);
  if (b.ok() && axis == 0) b.Invalid("attribute 'axis' is 0, which is the batch");
  if (!b.ok()) return {};
  const Atom normalized = Normalized(b, args[0], AxesWithout(rank, {0, axis}), attrs.Float("epsilon"));
  return ScaleAndCenter(b, attrs, normalized, args[1], args[2], axis);
}

// For inference: (data, mean, variance).
Atom ConvertBatchNorm(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const Atom data = args[0], mean = args[3], variance = args[4];
  const int rank = b.Rank(data);
  const int axis = b.Axis(attrs.Int("axis"), rank);
  const double epsilon = attrs.Float("epsilon");
  if (!b.ok()) return {};
  Atom result;
  if (axis == 1 && attrs.Bool("scale") && attrs.Bool("center")) {
    result = b.Call("nn.batch_norm", {data, args[1], args[2], mean, variance}, {{"epsilon", epsilon}});
  } else {
    const Atom centered = b.Call("subtract", {data, b.AlongAxis(mean, axis, rank)});
    const Atom deviation = b.Call("sqrt", {b.Call("add", {variance, b.ScalarLike(variance, epsilon)})});
    const Atom normalized = b.Call("divide", {centered, b.AlongAxis(deviation, axis, rank)});
    result = ScaleAndCenter(b, attrs, normalized, args[1], args[2], axis);
  }
  return b.Tuple({result, mean, variance});
}

// data / sqrt(max(sum of squares over `axis`, eps)).
Atom ConvertL2Normalize(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const Atom data = args[0];
  const int rank = b.Rank(data);
  std::vector<int64_t> axes;
  for (const int64_t axis : attrs.OptionalInts("axis").value_or(std::vector<int64_t>())) {
    axes.push_back(b.Axis(axis, rank));
  }
  if (axes.empty()) axes = AxesWithout(rank, {});
  const Atom squares = b.Reduce("sum", b.Call("multiply", {data, data}), axes, true);
  const Atom bounded = b.Call("maximum", {squares, b.ScalarLike(data, attrs.Float("eps"))});
  return b.Call("divide", {data, b.Call("sqrt", {bounded})});
}

// For inference: the data, and a mask that keeps everything.
Atom ConvertDropout(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return b.Tuple({args[0], ConvertOnesLike(b, attrs, args)});
}

}  // namespace baton
