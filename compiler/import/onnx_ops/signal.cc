// Fourier transforms and what comes with them.
#include <numbers>

#include "compiler/import/element_types.h"
#include "compiler/import/onnx_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

void Transform(OnnxNode& node, Atom axis) {
  const bool inverse = node.attributes().Int("inverse", 0) != 0;
  const bool onesided = node.attributes().Int("onesided", 0) != 0;
  node.SetOutput(0, node.Call("dft", {node.Input(0), node.Input(1), axis},
                              {{"inverse", inverse}, {"onesided", onesided}}));
}

// The attribute output_datatype; nullopt after an error.
std::optional<DType> OutputType(OnnxNode& node) {
  constexpr int64_t kFloat = 1;
  absl::StatusOr<DType> dtype =
      DTypeOfOnnxCode(static_cast<int>(node.attributes().Int("output_datatype", kFloat)));
  if (dtype.ok()) return *dtype;
  node.Unsupported(dtype.status().message());
  return std::nullopt;
}

// coefficients[0] - coefficients[1] cos(t) + coefficients[2] cos(2 t) - ..., with t from 0 to 2 pi over the
// window: up to and without it (periodic), or to its last element (symmetric). In float64.
void CosineWindow(OnnxNode& node, std::initializer_list<double> coefficients) {
  const std::optional<DType> dtype = OutputType(node);
  const bool periodic = node.attributes().Int("periodic", 1) != 0;
  if (!dtype) return;
  const auto number = [&](double value) { return node.Scalar(DType::kFloat64, value); };
  const Atom size = node.Cast(node.AsScalar(node.Input(0)), DType::kInt64);
  // 0, 1, 2 ... as sums of ones: a negative size is then an error.
  const Atom ones = node.Call("full", {node.Call("reshape", {size, node.Ints({1})}), number(1)});
  const Atom positions = node.Call("cumsum", {ones, node.Int(0)}, {{"exclusive", true}});
  // A symmetric window of one element has no way to go.
  const Atom last = node.Call("maximum", {node.Call("subtract", {size, node.Int(1)}), node.Int(1)});
  const Atom length = node.Cast(periodic ? size : last, DType::kFloat64);
  const Atom turn = node.Call("divide", {positions, length});
  Atom sum;
  double frequency = 0, sign = 1;
  for (const double coefficient : coefficients) {
    const Atom angle = node.Call("multiply", {turn, number(2 * std::numbers::pi * frequency)});
    const Atom wave = node.Call("multiply", {node.Call("cos", {angle}), number(sign * coefficient)});
    sum = sum.empty() ? wave : node.Call("add", {sum, wave});
    frequency += 1;
    sign = -sign;
  }
  node.SetOutput(0, node.Cast(sum, *dtype));
}

}  // namespace

void ConvertDftAttribute(OnnxNode& node) {
  Transform(node, node.Int(node.attributes().Int("axis", 1)));
}

void ConvertDft(OnnxNode& node) {
  Transform(node, node.Input(2));
}

void ConvertStft(OnnxNode& node) {
  const bool onesided = node.attributes().Int("onesided", 1) != 0;
  node.SetOutput(0, node.Call("stft", node.Inputs(), {{"onesided", onesided}}));
}

void ConvertHannWindow(OnnxNode& node) {
  CosineWindow(node, {0.5, 0.5});
}

// ONNX's coefficients, which are the exact ones and not the usual 0.54 and 0.46.
void ConvertHammingWindow(OnnxNode& node) {
  CosineWindow(node, {25.0 / 46, 21.0 / 46});
}

void ConvertBlackmanWindow(OnnxNode& node) {
  CosineWindow(node, {0.42, 0.5, 0.08});
}

void ConvertMelWeightMatrix(OnnxNode& node) {
  const std::optional<DType> dtype = OutputType(node);
  if (!dtype) return;
  node.SetOutput(0, node.Call("mel_weight_matrix", node.Inputs(), {{"dtype", *dtype}}));
}

}  // namespace baton
