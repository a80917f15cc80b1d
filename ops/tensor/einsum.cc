#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "ops/elementwise/arithmetic.h"
#include "ops/elementwise/kernels.h"
#include "ops/op_cost.h"
#include "ops/strided_copy.h"
#include "ops/tensor/einsum_equation.h"

namespace baton {
namespace {

struct EinsumAttrs {
  std::string equation;
};

absl::Status CheckEinsumAttrs(const EinsumAttrs& attrs) {
  return ParseEinsum(attrs.equation).status();
}

absl::StatusOr<Shape> EinsumShape(TypeContext& context, const EinsumAttrs& attrs) {
  BATON_ASSIGN_OR_RETURN(EinsumEquation equation, ParseEinsum(attrs.equation));
  if (static_cast<int>(equation.inputs.size()) != context.num_inputs()) {
    return absl::InvalidArgumentError(absl::StrCat("equation '", attrs.equation, "' is for ",
                                                   equation.inputs.size(), " operands, found ",
                                                   context.num_inputs()));
  }
  if (!context.AllRanked()) {
    const EinsumTerm& output = equation.output;
    return FreshShape(
        context, output.ellipsis < 0 ? std::optional<int64_t>(output.labels.size()) : std::nullopt, "extent");
  }
  absl::InlinedVector<int, 4> ranks;
  for (int i = 0; i < context.num_inputs(); ++i) ranks.push_back(context.input(i)->shape.rank());
  BATON_RETURN_IF_ERROR(ExpandEllipses(&equation, ranks));
  Dims extents(kNumEinsumLabels, Dim(1));
  for (int i = 0; i < context.num_inputs(); ++i) {
    const EinsumTerm& term = equation.inputs[i];
    for (int axis = 0; axis < ranks[i]; ++axis) {
      Dim& extent = extents[term.labels[axis]];
      BATON_ASSIGN_OR_RETURN(extent, context.BroadcastDim(extent, context.input(i)->shape[axis]));
    }
  }
  Dims dims;
  for (EinsumLabel label : equation.output.labels) dims.push_back(extents[label]);
  return Shape(std::move(dims));
}

absl::Status EinsumType(TypeContext& context, const EinsumAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kNumeric));
  BATON_RETURN_IF_ERROR(RequireSameDType(context));
  BATON_ASSIGN_OR_RETURN(Shape shape, EinsumShape(context, attrs));
  result->push_back({context.input(0)->dtype, std::move(shape)});
  return absl::OkStatus();
}

// A nest of loops, those of the result outside; the innermost one that is summed over is the row. An operand
// that lacks a loop's label stands still in it.
struct LoopNest {
  using Operands = std::vector<int64_t>;
  struct Loop {
    int64_t extent = 1;
    int64_t index = 0;
    Operands strides;
  };
  std::vector<Loop> loops;  // without the row
  Loop row;
  Operands offsets;      // of the operands' current elements
  int64_t num_rows = 1;  // iterations of the other loops that are summed over

  // One step of the innermost loop, and of those around it where it ends.
  void Advance() {
    for (size_t i = loops.size(); i-- > 0;) {
      Loop& loop = loops[i];
      for (size_t k = 0; k < offsets.size(); ++k) offsets[k] += loop.strides[k];
      if (++loop.index < loop.extent) return;
      for (size_t k = 0; k < offsets.size(); ++k) offsets[k] -= loop.strides[k] * loop.extent;
      loop.index = 0;
    }
  }
};

// The loop of `label`. A label may name several axes of one operand: its diagonal.
LoopNest::Loop MakeLoop(const EinsumEquation& equation, EinsumLabel label,
                        absl::Span<TensorObject* const> inputs) {
  LoopNest::Loop loop;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Strides strides = DenseStrides(inputs[i]->shape());
    int64_t& stride = loop.strides.emplace_back(0);
    for (int axis = 0; axis < inputs[i]->rank; ++axis) {
      if (equation.inputs[i].labels[axis] != label || inputs[i]->dims[axis] == 1) continue;
      loop.extent = inputs[i]->dims[axis];
      stride += strides[axis];
    }
  }
  return loop;
}

absl::StatusOr<LoopNest> MakeLoopNest(const EinsumAttrs& attrs, absl::Span<TensorObject* const> inputs) {
  BATON_ASSIGN_OR_RETURN(EinsumEquation equation, ParseEinsum(attrs.equation));
  absl::InlinedVector<int, 4> ranks;
  for (const TensorObject* input : inputs) ranks.push_back(input->rank);
  BATON_RETURN_IF_ERROR(ExpandEllipses(&equation, ranks));
  LoopNest nest;
  nest.offsets.assign(inputs.size(), 0);
  nest.row.strides.assign(inputs.size(), 0);
  bool placed[kNumEinsumLabels] = {};
  for (EinsumLabel label : equation.output.labels) {
    placed[label] = true;
    nest.loops.push_back(MakeLoop(equation, label, inputs));
  }
  for (const EinsumTerm& term : equation.inputs) {
    for (EinsumLabel label : term.labels) {
      if (std::exchange(placed[label], true)) continue;
      nest.num_rows *= nest.row.extent;
      nest.loops.push_back(std::exchange(nest.row, MakeLoop(equation, label, inputs)));
    }
  }
  return nest;
}

// Floats are summed in double, so that the order of the loops does not show.
template <typename T>
using SumType = std::conditional_t<kIsFloat<T>, double, T>;

template <typename T>
SumType<T> SumRow(const LoopNest& nest, absl::Span<TensorObject* const> inputs) {
  SumType<T> sum{};
  for (int64_t i = 0; i < nest.row.extent; ++i) {
    SumType<T> product{1};
    for (size_t k = 0; k < inputs.size(); ++k) {
      const T element = inputs[k]->As<T>()[nest.offsets[k] + i * nest.row.strides[k]];
      product = Product(product, Convert<SumType<T>>(element));
    }
    sum = Sum(sum, product);
  }
  return sum;
}

template <typename T>
void SumProducts(LoopNest& nest, KernelCall& call) {
  const int64_t n = call.outputs[0]->num_elements();
  for (int64_t i = 0; i < n; ++i) {
    SumType<T> sum{};
    for (int64_t row = 0; row < nest.num_rows; ++row, nest.Advance()) {
      sum = Sum(sum, SumRow<T>(nest, call.inputs));
    }
    call.outputs[0]->As<T>()[i] = Convert<T>(sum);
  }
}

absl::Status EinsumKernel(const EinsumAttrs& attrs, KernelCall& call) {
  BATON_ASSIGN_OR_RETURN(LoopNest nest, MakeLoopNest(attrs, call.inputs));
  return VisitDTypeIn<DTypeSet::kNumeric>(call.inputs[0]->dtype, [&](auto element) {
    SumProducts<decltype(element)>(nest, call);
    return absl::OkStatus();
  });
}

// A multiply-add for each step of the whole loop nest.
Dim EinsumFlops(CostInputs inputs, CostOutputs outputs, const EinsumAttrs& attrs) {
  absl::StatusOr<EinsumEquation> equation = ParseEinsum(attrs.equation);
  absl::InlinedVector<int, 4> ranks;
  for (const TensorType* input : inputs) ranks.push_back(input->shape.rank());
  if (!equation.ok() || !ExpandEllipses(&*equation, ranks).ok()) return outputs[0].shape.NumElements();
  std::array<bool, kNumEinsumLabels> seen = {};
  Dim steps(2);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const auto& labels = equation->inputs[i].labels;
    for (size_t axis = 0; axis < labels.size(); ++axis) {
      if (!std::exchange(seen[labels[axis]], true)) steps = steps * inputs[i]->shape[static_cast<int>(axis)];
    }
  }
  return steps;
}

}  // namespace

const OpDef& Einsum() {
  static const OpDef& def = *new OpDef(MakeOp<EinsumAttrs>(
      {.name = "einsum",
       .doc =
           "Sums of products over the labels that the result lacks; extents of one label broadcast. Source: "
           "numpy.einsum, ONNX Einsum-12.",
       .attrs = {{"equation", &EinsumAttrs::equation, "as \"bij,bjk->bik\"", /*required=*/true}},
       .inputs = {InputDef("data").Variadic()},
       .type = EinsumType,
       .check_attrs = CheckEinsumAttrs,
       .flops = EinsumFlops,
       .kernels = {{"portable", EinsumKernel}}}));
  return def;
}

}  // namespace baton
