// einsum, operand by operand: each product of two is one batched matrix product.
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "compiler/text/relay_ops/converters.h"
#include "ops/tensor/einsum_equation.h"

namespace baton {
namespace {

using ir::Atom;

using Labels = std::vector<EinsumLabel>;

struct Operand {
  Atom value;
  Labels labels;
};

bool Has(const Labels& labels, EinsumLabel label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

// Axes in the order of `labels`, which are all of the operand's.
Operand Ordered(RelayBuilder& b, const Operand& operand, const Labels& labels) {
  std::vector<int64_t> order;
  for (const EinsumLabel label : labels) {
    order.push_back(std::find(operand.labels.begin(), operand.labels.end(), label) - operand.labels.begin());
  }
  return {b.Transpose(operand.value, order), labels};
}

// A label that an operand has twice is its diagonal.
Operand TakeDiagonals(RelayBuilder& b, Operand operand) {
  for (size_t i = 0; i < operand.labels.size() && b.ok(); ++i) {
    const auto again = std::find(operand.labels.begin() + i + 1, operand.labels.end(), operand.labels[i]);
    if (again == operand.labels.end()) continue;
    const int64_t first = static_cast<int64_t>(i), second = again - operand.labels.begin();
    std::vector<int64_t> order = AxesWithout(static_cast<int>(operand.labels.size()), {first, second});
    order.insert(order.begin(), {first, second});
    const Atom moved = b.Transpose(operand.value, order);
    const Atom position = b.Unsqueeze(Iota(b, b.Extent(moved, 0)), {1});
    operand.value = b.Call("gather_nd", {moved, b.Concatenate({position, position}, 1)});
    Labels labels;
    for (const int64_t axis : order) labels.push_back(operand.labels[axis]);
    labels.erase(labels.begin());
    operand.labels = std::move(labels);
    --i;  // a label may stand there three times
  }
  return operand;
}

// Sums over the labels that nobody needs.
Operand SumUnneeded(RelayBuilder& b, Operand operand, const Labels& needed) {
  std::vector<int64_t> axes;
  Labels kept;
  for (size_t i = 0; i < operand.labels.size(); ++i) {
    if (Has(needed, operand.labels[i])) {
      kept.push_back(operand.labels[i]);
    } else {
      axes.push_back(static_cast<int64_t>(i));
    }
  }
  return {b.Reduce("sum", operand.value, axes, false), std::move(kept)};
}

void Append(Labels* labels, const Labels& more) {
  labels->insert(labels->end(), more.begin(), more.end());
}

// The extents of `count` axes of a value from `first` on.
std::vector<RelayExtent> Part(RelayBuilder& b, Atom value, size_t first, size_t count) {
  return b.Extents(value, static_cast<int>(first), static_cast<int>(first + count));
}

// The product, summed over the labels of both that are not in `needed`.
Operand Multiply(RelayBuilder& b, Operand left, Operand right, const Labels& needed) {
  Labels batch, sum, left_only, right_only;
  for (const EinsumLabel label : left.labels) {
    const bool shared = Has(right.labels, label);
    (!shared ? left_only : Has(needed, label) ? batch : sum).push_back(label);
  }
  for (const EinsumLabel label : right.labels) {
    if (!Has(left.labels, label)) right_only.push_back(label);
  }
  Labels left_order = batch, right_order = batch;
  Append(&left_order, left_only);
  Append(&left_order, sum);
  Append(&right_order, sum);
  Append(&right_order, right_only);
  const Atom x = Ordered(b, left, left_order).value, y = Ordered(b, right, right_order).value;
  const auto rows = Part(b, x, batch.size(), left_only.size());
  const auto columns = Part(b, y, batch.size() + sum.size(), right_only.size());
  std::vector<RelayExtent> x_shape = Part(b, x, 0, batch.size()), y_shape = Part(b, y, 0, batch.size());
  x_shape.push_back(b.Product(rows));
  x_shape.push_back(b.Product(Part(b, x, batch.size() + left_only.size(), sum.size())));
  y_shape.push_back(b.Product(Part(b, y, batch.size(), sum.size())));
  y_shape.push_back(b.Product(columns));
  const Atom product = b.Call("nn.matmul", {b.Reshape(x, x_shape), b.Reshape(y, y_shape)});
  std::vector<RelayExtent> shape = Part(b, product, 0, batch.size());
  shape.insert(shape.end(), rows.begin(), rows.end());
  shape.insert(shape.end(), columns.begin(), columns.end());
  Labels labels = batch;
  Append(&labels, left_only);
  Append(&labels, right_only);
  return {b.Reshape(product, shape), std::move(labels)};
}

Operand Contract(RelayBuilder& b, const std::vector<Operand>& operands, const Labels& result) {
  Operand total;
  for (size_t i = 0; i < operands.size() && b.ok(); ++i) {
    Labels later = result;
    for (size_t j = i + 1; j < operands.size(); ++j) Append(&later, operands[j].labels);
    Labels needed = later;
    if (i > 0) Append(&needed, total.labels);
    const Operand next = SumUnneeded(b, TakeDiagonals(b, operands[i]), needed);
    total = i == 0 ? next : Multiply(b, total, next, later);
    if (i > 0) total = SumUnneeded(b, total, later);
  }
  return total;
}

Labels LabelsOf(const EinsumTerm& term) {
  return Labels(term.labels.begin(), term.labels.end());
}

// The equation for operands of these ranks, without ellipses. Errors go to the builder.
EinsumEquation EquationFor(RelayBuilder& b, const std::string& text, const std::vector<Atom>& values) {
  absl::StatusOr<EinsumEquation> equation = ParseEinsum(text);
  if (!equation.ok()) return b.Invalid(equation.status().message()), EinsumEquation();
  if (equation->inputs.size() != values.size()) {
    b.Invalid(absl::StrCat("attribute 'equation' has ", equation->inputs.size(), " operands, the tuple ",
                           values.size()));
    return {};
  }
  std::vector<int> ranks;
  for (const Atom& value : values) ranks.push_back(b.Rank(value));
  absl::Status status = b.ok() ? ExpandEllipses(&*equation, ranks) : absl::OkStatus();
  if (!status.ok()) b.Invalid(status.message());
  return *std::move(equation);
}

}  // namespace

Atom ConvertEinsum(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const std::vector<Atom> values = b.Fields(args[0]);
  if (!b.ok()) return {};
  const EinsumEquation equation = EquationFor(b, attrs.String("equation"), values);
  if (!b.ok()) return {};
  std::vector<Operand> operands;
  for (size_t i = 0; i < values.size(); ++i) operands.push_back({values[i], LabelsOf(equation.inputs[i])});
  const Labels result = LabelsOf(equation.output);
  const Operand total = Contract(b, operands, result);
  return b.ok() ? Ordered(b, total, result).value : Atom();
}

}  // namespace baton
