// Constants, and operators that change shapes and not elements.
#include <algorithm>
#include <utility>

#include "compiler/import/onnx_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

// The names of Constant's attributes of which exactly one is given.
constexpr absl::string_view kConstantValues[] = {"value",        "sparse_value", "value_float",
                                                 "value_floats", "value_int",    "value_ints",
                                                 "value_string", "value_strings"};

template <typename T>
Tensor Vector(const std::vector<T>& values) {
  return Tensor::FromValues<T>({static_cast<int64_t>(values.size())}, values);
}

// The elements [start, end) of the shape of `data`.
Atom PartOfShape(OnnxNode& node, Atom data, int64_t start, int64_t end) {
  return node.Call("shape_of", {data}, {{"start", start}, {"end", end}});
}

Atom Concatenate(OnnxNode& node, std::vector<Atom> parts) {
  return node.Call("concatenate", std::move(parts), {{"axis", int64_t{0}}});
}

std::optional<int64_t> BlockSize(OnnxNode& node) {
  const int64_t block = node.attributes().RequiredInt("blocksize");
  if (node.attributes().status().ok() && block < 1) {
    node.Invalid(absl::StrCat("attribute 'blocksize' is ", block, ", expected at least 1"));
  }
  if (block < 1) return std::nullopt;
  return block;
}

}  // namespace

void ConvertConstant(OnnxNode& node) {
  OnnxAttributes& attributes = node.attributes();
  const size_t given = std::count_if(std::begin(kConstantValues), std::end(kConstantValues),
                                     [&](absl::string_view name) { return attributes.Has(name); });
  if (given != 1) return node.Invalid(absl::StrCat("has ", given, " values, expected one"));
  if (attributes.Has("value_string") || attributes.Has("value_strings")) {
    attributes.Ignore("value_string");
    attributes.Ignore("value_strings");
    return node.Unsupported("element type string");
  }
  std::optional<Tensor> value;
  if (const auto* dense = attributes.Tensor("value")) value = node.ReadTensor(*dense);
  if (const auto* sparse = attributes.SparseTensor("sparse_value")) value = node.ReadTensor(*sparse);
  if (attributes.Has("value_float"))
    value = Tensor::Scalar(static_cast<float>(attributes.Float("value_float", 0)));
  if (attributes.Has("value_int")) value = Tensor::Scalar(attributes.Int("value_int", 0));
  if (attributes.Has("value_ints")) value = Vector(attributes.Ints("value_ints"));
  if (attributes.Has("value_floats")) {
    const std::vector<double> floats = attributes.Floats("value_floats");
    value = Vector(std::vector<float>(floats.begin(), floats.end()));
  }
  if (value) node.SetOutput(0, node.Constant(*std::move(value)));
}

void ConvertConstantOfShape(OnnxNode& node) {
  Atom fill = node.Scalar(DType::kFloat32, 0);
  if (const auto* value = node.attributes().Tensor("value")) {
    const std::optional<Tensor> tensor = node.ReadTensor(*value);
    if (!tensor) return;
    if (tensor->num_elements() != 1) {
      return node.Invalid(
          absl::StrCat("attribute 'value' has ", tensor->num_elements(), " elements, expected one"));
    }
    fill = node.Constant(*tensor);
  }
  node.SetOutput(0, node.Call("full", {node.Input(0), fill}));
}

void ConvertEyeLike(OnnxNode& node) {
  const Atom data = node.Input(0);
  const int64_t k = node.attributes().Int("k", 0);
  if (const std::optional<int> rank = node.Rank(data); rank && *rank != 2) {
    return node.Invalid(absl::StrCat("the input has rank ", *rank, ", expected 2"));
  }
  DType dtype = node.ElementType(data);
  if (node.attributes().Has("dtype")) {
    absl::StatusOr<DType> wanted = DTypeOfOnnxCode(static_cast<int>(node.attributes().Int("dtype", 0)));
    if (!wanted.ok()) return node.Unsupported(wanted.status().message());
    dtype = *wanted;
  }
  // What both triangles of a tensor of ones have: the diagonal.
  const Atom ones = node.Call("full", {node.ShapeOf(data), node.Scalar(dtype, 1)});
  const Atom lower = node.Call("trilu", {ones, node.Int(k)}, {{"upper", false}});
  node.SetOutput(0, node.Call("trilu", {lower, node.Int(k)}, {{"upper", true}}));
}

void ConvertRange(OnnxNode& node) {
  if (node.version() >= 27)
    node.attributes().Ignore("stash_type");  // of 16-bit floats, always computed in float32
  node.SetOutput(0, node.Call("arange", {node.AsScalar(node.Input(0)), node.AsScalar(node.Input(1)),
                                         node.AsScalar(node.Input(2))}));
}

void ConvertShape(OnnxNode& node) {
  Attributes attributes;
  if (node.version() >= 15) {
    attributes.emplace_back("start", node.attributes().Int("start", 0));
    if (node.attributes().Has("end")) attributes.emplace_back("end", node.attributes().Int("end", 0));
  }
  node.SetOutput(0, node.Call("shape_of", {node.Input(0)}, attributes));
}

void ConvertReshapeAttribute(OnnxNode& node) {
  node.SetOutput(0, node.Call("reshape", {node.Input(0), node.Ints(node.attributes().Ints("shape"))}));
}

void ConvertReshape(OnnxNode& node) {
  const bool allow_zero = node.version() >= 14 && node.attributes().Int("allowzero", 0) != 0;
  node.SetOutput(0, node.Call("reshape", {node.Input(0), node.Input(1)}, {{"allow_zero", allow_zero}}));
}

void ConvertFlatten(OnnxNode& node) {
  node.SetOutput(0, node.Call("flatten", {node.Input(0)}, {{"axis", node.attributes().Int("axis", 1)}}));
}

void ConvertSqueezeAttribute(OnnxNode& node) {
  const Atom axes = node.attributes().Has("axes") ? node.Ints(node.attributes().Ints("axes")) : Atom();
  node.SetOutput(0, node.Call("squeeze", {node.Input(0), axes}));
}

void ConvertUnsqueezeAttribute(OnnxNode& node) {
  if (!node.attributes().Has("axes")) return node.Invalid("attribute 'axes' is missing");
  node.SetOutput(0, node.Call("unsqueeze", {node.Input(0), node.Ints(node.attributes().Ints("axes"))}));
}

void ConvertTranspose(OnnxNode& node) {
  Attributes attributes;
  // An empty list, for a tensor of rank 0, means the same as none.
  if (node.attributes().Has("perm")) attributes.emplace_back("axes", node.attributes().Ints("perm"));
  node.SetOutput(0, node.Call("transpose", {node.Input(0)}, attributes));
}

// Before version 6: `tiles` repeats along one axis, both operands of one element.
void ConvertTileAxis(OnnxNode& node) {
  const Atom data = node.Input(0);
  const Atom tiles = node.Call("reshape", {node.Cast(node.Input(1), DType::kInt64), node.Ints({1})});
  const Atom axis = node.AsScalar(node.Cast(node.Input(2), DType::kInt64));
  const Atom rank = node.Call("ndarray_size", {node.ShapeOf(data)});
  // Of all axes but this one there is one repeat.
  const Atom repeats = node.Call("one_hot", {axis, rank, Concatenate(node, {node.Ints({1}), tiles})});
  node.SetOutput(0, node.Call("tile", {data, repeats}));
}

// [N, C, H, W] -> [N, C / (b b), H b, W b].
void ConvertDepthToSpace(OnnxNode& node) {
  const std::optional<int64_t> b = BlockSize(node);
  const std::string mode = node.version() >= 11 ? node.attributes().String("mode", "DCR") : "DCR";
  if (!b) return;
  if (mode != "DCR" && mode != "CRD") {
    return node.Invalid(absl::StrCat("attribute 'mode' is '", mode, "', expected DCR or CRD"));
  }
  const bool depth_first = mode == "DCR";
  const Atom data = node.Input(0);
  const Atom spatial = PartOfShape(node, data, 2, 4);
  const Atom blocks = depth_first ? node.Ints({0, *b, *b, -1}) : node.Ints({0, -1, *b, *b});
  const Atom split = node.Call("reshape", {data, Concatenate(node, {blocks, spatial})});
  const std::vector<int64_t> order =
      depth_first ? std::vector<int64_t>{0, 3, 4, 1, 5, 2} : std::vector<int64_t>{0, 1, 4, 2, 5, 3};
  const Atom moved = node.Call("transpose", {split}, {{"axes", order}});
  const Atom grown = node.Call("multiply", {spatial, node.Ints({*b, *b})});
  node.SetOutput(0, node.Call("reshape", {moved, Concatenate(node, {node.Ints({0, 0}), grown})}));
}

// [N, C, H, W] -> [N, C b b, H / b, W / b].
void ConvertSpaceToDepth(OnnxNode& node) {
  const std::optional<int64_t> b = BlockSize(node);
  if (!b) return;
  const Atom data = node.Input(0);
  const Atom block = node.Ints({*b});
  const Atom height = node.Call("floor_divide", {PartOfShape(node, data, 2, 3), block});
  const Atom width = node.Call("floor_divide", {PartOfShape(node, data, 3, 4), block});
  const Atom split =
      node.Call("reshape", {data, Concatenate(node, {node.Ints({0, 0}), height, block, width, block})});
  const Atom moved = node.Call("transpose", {split}, {{"axes", std::vector<int64_t>{0, 3, 5, 1, 2, 4}}});
  node.SetOutput(0, node.Call("reshape", {moved, Concatenate(node, {node.Ints({0, -1}), height, width})}));
}

}  // namespace baton
