// einsum, operand by operand: each product of two is one batched matrix product.
#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "compiler/text/relay_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

// Letters stand for themselves. The axes of an ellipsis, counted from its end, come after all letters.
using Labels = std::vector<int>;
constexpr int kEllipsis = 256;

struct Operand {
  Atom value;
  Labels labels;
};

bool Has(const Labels& labels, int label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

// One part of the equation. `ellipsis`: the number of axes that "..." stands for.
Labels ParseLabels(RelayBuilder& b, absl::string_view text, int ellipsis) {
  Labels labels;
  for (size_t i = 0; i < text.size(); ++i) {
    if (absl::ascii_isalpha(text[i])) {
      labels.push_back(text[i]);
    } else if (absl::StartsWith(text.substr(i), "...")) {
      for (int axis = ellipsis; axis > 0; --axis) labels.push_back(kEllipsis + axis);
      i += 2;
    } else {
      b.Invalid(absl::StrCat("attribute 'equation' has '", text.substr(i, 1), "', expected letters and ..."));
      break;
    }
  }
  return labels;
}

int CountLetters(absl::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), absl::ascii_isalpha));
}

// Axes in the order of `labels`, which are all of the operand's.
Operand Ordered(RelayBuilder& b, const Operand& operand, const Labels& labels) {
  std::vector<int64_t> order;
  for (const int label : labels) {
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
  for (const int label : left.labels) {
    const bool shared = Has(right.labels, label);
    (!shared ? left_only : Has(needed, label) ? batch : sum).push_back(label);
  }
  for (const int label : right.labels) {
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

// Without "->": the ellipsis, then every letter that stands in the equation once, in alphabetical order.
Labels ImplicitResult(const std::vector<Operand>& operands) {
  std::map<int, int> counts;
  for (const Operand& operand : operands) {
    for (const int label : operand.labels) ++counts[label];
  }
  Labels letters, result;
  for (const auto& [label, count] : counts) {
    if (label > kEllipsis) result.insert(result.begin(), label);
    if (label <= kEllipsis && count == 1) letters.push_back(label);
  }
  Append(&result, letters);
  return result;
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

}  // namespace

Atom ConvertEinsum(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  std::string equation = attrs.String("equation");
  equation.erase(std::remove(equation.begin(), equation.end(), ' '), equation.end());
  const std::vector<absl::string_view> sides = absl::StrSplit(equation, "->");
  const std::vector<absl::string_view> terms = absl::StrSplit(sides[0], ',');
  const std::vector<Atom> values = b.Fields(args[0]);
  if (b.ok() && (sides.size() > 2 || terms.size() != values.size())) {
    b.Invalid(
        absl::StrCat("attribute 'equation' has ", terms.size(), " operands, the tuple ", values.size()));
  }
  if (!b.ok()) return {};
  std::vector<Operand> operands;
  int ellipsis = 0;
  for (size_t i = 0; i < terms.size(); ++i) {
    const int rest = b.Rank(values[i]) - CountLetters(terms[i]);
    operands.push_back({values[i], ParseLabels(b, terms[i], rest)});
    if (b.ok() && static_cast<int>(operands[i].labels.size()) != b.Rank(values[i])) {
      b.Invalid(
          absl::StrCat("operand ", i, " has rank ", b.Rank(values[i]), ", '", terms[i], "' does not fit"));
    }
    if (absl::StrContains(terms[i], "...")) ellipsis = std::max(ellipsis, rest);
  }
  if (!b.ok()) return {};
  const Labels result = sides.size() == 2 ? ParseLabels(b, sides[1], ellipsis) : ImplicitResult(operands);
  const Operand total = Contract(b, operands, result);
  for (const int label : result) {
    if (b.ok() && (!Has(total.labels, label) || std::count(result.begin(), result.end(), label) > 1)) {
      b.Invalid("attribute 'equation' has a result that its operands do not give");
    }
  }
  return b.ok() ? Ordered(b, total, result).value : Atom();
}

}  // namespace baton
