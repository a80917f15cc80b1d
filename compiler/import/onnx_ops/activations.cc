// Activations, most of them as compositions. Source of the formulas: the ONNX operator reference.
#include <numbers>
#include <string>

#include "compiler/import/onnx_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

// Arithmetic on node.Input(0), the data, and scalars of its element type. Rounded to 16 bits only at the end.
class Formula {
 public:
  explicit Formula(OnnxNode& node) : node_(node), x_(node.Widened(node.Input(0))) {}
  Atom x() const { return x_; }
  void SetResult(Atom result) const {
    node_.SetOutput(0, node_.Cast(result, node_.ElementType(node_.Input(0))));
  }
  Atom Number(double value) const { return node_.ScalarLike(x(), value); }
  Atom Add(Atom a, Atom b) const { return node_.Call("add", {a, b}); }
  Atom Add(Atom a, double b) const { return Add(a, Number(b)); }
  Atom Multiply(Atom a, Atom b) const { return node_.Call("multiply", {a, b}); }
  Atom Multiply(Atom a, double b) const { return Multiply(a, Number(b)); }
  Atom Divide(Atom a, Atom b) const { return node_.Call("divide", {a, b}); }
  Atom Max(Atom a, double b) const { return node_.Call("maximum", {a, Number(b)}); }
  Atom Min(Atom a, double b) const { return node_.Call("minimum", {a, Number(b)}); }
  Atom Unary(absl::string_view op, Atom a) const { return node_.Call(op, {a}); }
  // alpha * (exp(a) - 1).
  Atom ScaledExpm1(Atom a, double alpha) const { return Multiply(Add(Unary("exp", a), -1.0), alpha); }
  // log(1 + exp(x)) without overflow: max(x, 0) + log(1 + exp(-|x|)).
  Atom Softplus() const {
    const Atom small = Unary("exp", Unary("negative", Unary("abs", x())));
    return Add(Max(x(), 0), Unary("log", Add(small, 1.0)));
  }
  // clip(alpha * x + beta, 0, 1).
  Atom HardSigmoid(double alpha, double beta) const {
    return node_.Call("clip", {Add(Multiply(x(), alpha), beta), Number(0), Number(1)});
  }

 private:
  OnnxNode& node_;
  Atom x_;
};

// What ONNX calls `name` along `axis`.
Atom SoftmaxOf(OnnxNode& node, Atom data, int64_t axis) {
  if (node.op() == "Softmax") return node.Call("nn.softmax", {data}, {{"axis", axis}});
  if (node.op() == "LogSoftmax") return node.Call("nn.log_softmax", {data}, {{"axis", axis}});
  // Hardmax: 1 at the first maximum, 0 elsewhere.
  const Atom index = node.Call("argmax", {data}, {{"axis", axis}, {"keepdims", false}});
  const Atom extent = node.Call("take", {node.ShapeOf(data), node.Int(axis)}, {{"axis", int64_t{0}}});
  const Atom values = node.Cast(node.Ints({0, 1}), node.ElementType(data));
  return node.Call("one_hot", {index, extent, values}, {{"axis", axis}});
}

}  // namespace

void ConvertLeakyRelu(OnnxNode& node) {
  node.SetOutput(
      0, node.Call("nn.leaky_relu", {node.Input(0)}, {{"alpha", node.attributes().Float("alpha", 0.01f)}}));
}

void ConvertPRelu(OnnxNode& node) {
  // Before version 7 the slope was one number or one per channel; since then it broadcasts from the last
  // axis.
  const int64_t axis = node.version() < 7 ? 1 : -1;
  node.SetOutput(0, node.Call("nn.prelu", {node.Input(0), node.Input(1)}, {{"axis", axis}}));
}

void ConvertElu(OnnxNode& node) {
  const Formula f(node);
  const double alpha = node.attributes().Float("alpha", 1);
  f.SetResult(f.Add(f.Max(f.x(), 0), f.ScaledExpm1(f.Min(f.x(), 0), alpha)));
}

void ConvertSelu(OnnxNode& node) {
  const Formula f(node);
  // Version 1 knew fewer digits.
  const bool first = node.version() < 6;
  const double alpha = node.attributes().Float("alpha", first ? 1.6732f : 1.67326319217681884765625);
  const double gamma = node.attributes().Float("gamma", first ? 1.0507f : 1.05070102214813232421875);
  f.SetResult(f.Multiply(f.Add(f.Max(f.x(), 0), f.ScaledExpm1(f.Min(f.x(), 0), alpha)), gamma));
}

void ConvertCelu(OnnxNode& node) {
  const Formula f(node);
  const double alpha = node.attributes().Float("alpha", 1);
  const Atom negative = f.ScaledExpm1(f.Divide(f.x(), f.Number(alpha)), alpha);
  f.SetResult(f.Add(f.Max(f.x(), 0), f.Min(negative, 0)));
}

void ConvertGelu(OnnxNode& node) {
  const Formula f(node);
  const std::string approximate = node.attributes().String("approximate", "none");
  Atom inner;
  if (approximate == "none") {
    inner = f.Unary("erf", f.Multiply(f.x(), 1 / std::numbers::sqrt2));
  } else if (approximate == "tanh") {
    const Atom cubic = f.Add(f.x(), f.Multiply(f.Multiply(f.x(), f.Multiply(f.x(), f.x())), 0.044715));
    // sqrt(2 / pi)
    inner = f.Unary("tanh", f.Multiply(cubic, std::numbers::sqrt2 * std::numbers::inv_sqrtpi));
  } else {
    return node.Invalid(
        absl::StrCat("attribute 'approximate' is '", approximate, "', expected none or tanh"));
  }
  f.SetResult(f.Multiply(f.Multiply(f.x(), 0.5), f.Add(inner, 1.0)));
}

void ConvertHardSigmoid(OnnxNode& node) {
  const double alpha = node.attributes().Float("alpha", 0.2f);
  const double beta = node.attributes().Float("beta", 0.5f);
  const Formula f(node);
  f.SetResult(f.HardSigmoid(alpha, beta));
}

void ConvertHardSwish(OnnxNode& node) {
  const Formula f(node);
  f.SetResult(f.Multiply(f.x(), f.HardSigmoid(1.0 / 6, 0.5)));
}

void ConvertMish(OnnxNode& node) {
  const Formula f(node);
  f.SetResult(f.Multiply(f.x(), f.Unary("tanh", f.Softplus())));
}

void ConvertShrink(OnnxNode& node) {
  const Formula f(node);
  const double bias = node.attributes().Float("bias", 0);
  const double lambda = node.attributes().Float("lambd", 0.5f);
  const Atom high =
      node.Call("where", {node.Call("greater", {f.x(), f.Number(lambda)}), f.Add(f.x(), -bias), f.Number(0)});
  f.SetResult(node.Call("where", {node.Call("less", {f.x(), f.Number(-lambda)}), f.Add(f.x(), bias), high}));
}

void ConvertSoftplus(OnnxNode& node) {
  const Formula f(node);
  f.SetResult(f.Softplus());
}

void ConvertSoftsign(OnnxNode& node) {
  const Formula f(node);
  f.SetResult(f.Divide(f.x(), f.Add(f.Unary("abs", f.x()), 1.0)));
}

void ConvertSwish(OnnxNode& node) {
  const Formula f(node);
  const double alpha = node.attributes().Float("alpha", 1);
  const Atom scaled = alpha == 1 ? f.x() : f.Multiply(f.x(), alpha);
  f.SetResult(f.Multiply(f.x(), f.Unary("sigmoid", scaled)));
}

void ConvertThresholdedRelu(OnnxNode& node) {
  const Formula f(node);
  const double alpha = node.attributes().Float("alpha", 1);
  f.SetResult(node.Call("where", {node.Call("greater", {f.x(), f.Number(alpha)}), f.x(), f.Number(0)}));
}

void ConvertSoftmax(OnnxNode& node) {
  node.SetOutput(0, SoftmaxOf(node, node.Input(0), node.attributes().Int("axis", -1)));
}

// Before version 13 the data was flattened to two axes at `axis`, and normalised over the second.
void ConvertFlattenedSoftmax(OnnxNode& node) {
  const Atom data = node.Input(0);
  const int64_t axis = node.attributes().Int("axis", 1);
  const std::optional<int> rank = node.Rank(data);
  if (axis == -1 || (rank && axis == *rank - 1)) return node.SetOutput(0, SoftmaxOf(node, data, -1));
  const Atom flat = node.Call("flatten", {data}, {{"axis", axis}});
  // Extents of 0 in the shape are meant as such.
  node.SetOutput(
      0, node.Call("reshape", {SoftmaxOf(node, flat, 1), node.ShapeOf(data)}, {{"allow_zero", true}}));
}

}  // namespace baton
