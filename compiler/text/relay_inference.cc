// What untyped arguments of Relay's operators must be, from the other arguments and the attributes.
#include <algorithm>
#include <optional>

#include "compiler/text/relay_ops/converters.h"
#include "compiler/text/relay_ops/layout.h"

namespace baton {
namespace {

bool IsUnknown(const Type& type) {
  return type.kind() == Type::Kind::kUnknown;
}

// A tensor of known rank, or null.
const TensorType* Ranked(const Type& type) {
  return type.is_tensor() && type.tensor().shape.has_rank() ? &type.tensor() : nullptr;
}

// Types of untyped arguments are declarations: extents that are no constants stay open.
Dim Declared(const Dim& dim) {
  return dim.is_constant() ? dim : AnyDim();
}

// An extent that an attribute gives; open when it gives none that is possible.
Dim Extent(const std::optional<int64_t>& attribute) {
  return attribute.value_or(-1) >= 0 ? Dim(*attribute) : AnyDim();
}

}  // namespace

void InferDense(const RelayAttributes& attrs, absl::Span<Type> args) {
  const TensorType* data = Ranked(args[0]);
  if (!IsUnknown(args[1]) || data == nullptr || data->shape.rank() == 0) return;
  const Dim k = Declared(data->shape[data->shape.rank() - 1]);
  args[1] = TensorType{data->dtype, Shape{Extent(attrs.OptionalInt("units")), k}};
}

// A right operand of two axes.
void InferMatmul(const RelayAttributes& attrs, absl::Span<Type> args) {
  const TensorType* data = Ranked(args[0]);
  if (!IsUnknown(args[1]) || data == nullptr || data->shape.rank() < 2) return;
  const int rank = data->shape.rank();
  const Dim k = Declared(data->shape[attrs.Bool("transpose_a") ? rank - 2 : rank - 1]);
  const Dim units = Extent(attrs.OptionalInt("units"));
  args[1] = TensorType{data->dtype, attrs.Bool("transpose_b") ? Shape{units, k} : Shape{k, units}};
}

// All arguments but the first are vectors along attribute `axis` of the first.
void InferChannelVectors(const RelayAttributes& attrs, absl::Span<Type> args) {
  const TensorType* data = Ranked(args[0]);
  if (data == nullptr) return;
  const absl::StatusOr<int> axis = NormalizeAxis(attrs.Int("axis"), data->shape.rank());
  if (!axis.ok()) return;
  const TensorType vector{data->dtype, Shape{Declared(data->shape[*axis])}};
  for (Type& type : args.subspan(1)) {
    if (IsUnknown(type)) type = vector;
  }
}

namespace {

// The extent of a capital letter of a layout in `shape`, its inner parts included; open when it is not known.
Dim LayoutExtent(const Layout& layout, const Shape& shape, char name) {
  Dim extent = 1;
  for (int i = 0; i < static_cast<int>(layout.size()); ++i) {
    if (layout[i].name == name) extent = extent * shape[i];
  }
  return Declared(extent);
}

// A weight in `layout` whose whole axes have these extents: those of O and I come by name, the
// others in the kernel's order.
Shape WeightShape(const Layout& layout, const Dim& outputs, const Dim& inputs,
                  const std::vector<int64_t>& kernel) {
  Dims dims;
  size_t spatial = 0;
  for (const LayoutAxis& axis : layout) {
    const int64_t factor = axis.factor > 0 ? 1 : InnerFactor(layout, axis.name);
    const Dim whole = axis.name == 'O'                              ? outputs
                      : axis.name == 'I'                            ? inputs
                      : spatial < kernel.size() && axis.factor == 0 ? Extent(kernel[spatial++])
                                                                    : AnyDim();
    dims.push_back(axis.factor > 0 ? Dim(axis.factor) : Declared(FloorDiv(whole, Dim(factor))));
  }
  return Shape(std::move(dims));
}

// Fills the weight when data is typed and channels and kernel size are given.
template <typename Leading>
void InferWeight(const RelayAttributes& attrs, absl::Span<Type> args, const Leading& leading) {
  const TensorType* data = Ranked(args[0]);
  const std::optional<Layout> data_layout = ParseLayout(attrs.String("data_layout"));
  const std::optional<Layout> kernel_layout = ParseLayout(attrs.String("kernel_layout"));
  const bool has_extents = attrs.Has("channels") && attrs.Has("kernel_size");
  if (!IsUnknown(args[1]) || data == nullptr || !has_extents || !data_layout || !kernel_layout) return;
  if (static_cast<int>(data_layout->size()) != data->shape.rank() || attrs.Int("groups") < 1 ||
      attrs.Int("channels") < 0)
    return;
  std::vector<int64_t> kernel = attrs.Ints("kernel_size");
  if (kernel.size() == 1) kernel.resize(3, kernel[0]);
  const Dim channels = LayoutExtent(*data_layout, data->shape, 'C');
  const auto [outputs, inputs] = leading(Dim(attrs.Int("channels")), channels, Dim(attrs.Int("groups")));
  args[1] = TensorType{data->dtype, WeightShape(*kernel_layout, outputs, inputs, kernel)};
}

}  // namespace

void InferConv(const RelayAttributes& attrs, absl::Span<Type> args) {
  InferWeight(attrs, args, [](const Dim& channels, const Dim& inputs, const Dim& groups) {
    return std::pair(channels, IsAnyDim(inputs) ? inputs : FloorDiv(inputs, groups));
  });
}

void InferConvTranspose(const RelayAttributes& attrs, absl::Span<Type> args) {
  InferWeight(attrs, args, [](const Dim& channels, const Dim& inputs, const Dim& groups) {
    return std::pair(FloorDiv(channels, groups), inputs);
  });
}

}  // namespace baton
