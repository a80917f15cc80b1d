#include "ops/nn/recurrent.h"

#include <cmath>

#include "ops/type_relations.h"

namespace baton {
namespace {

enum Input { kX, kW, kR, kB, kSequenceLens, kInitialH, kInitialC, kP };

absl::Status CheckRanks(TypeContext& context, const RecurrentAttrs& attrs) {
  const char* axes =
      attrs.layout == 0 ? "(sequence length, batch, input size)" : "(batch, sequence length, input size)";
  const struct {
    Input input;
    int rank;
    absl::string_view name, what;
  } kExpected[] = {
      {kX, 3, "X", axes},
      {kW, 3, "W", "(directions, gates * hidden size, input size)"},
      {kR, 3, "R", "(directions, gates * hidden size, hidden size)"},
      {kB, 2, "B", "(directions, 2 * gates * hidden size)"},
      {kSequenceLens, 1, "sequence_lens", "(batch)"},
      {kInitialH, 3, "initial_h",
       attrs.layout == 0 ? "(directions, batch, hidden size)" : "(batch, directions, hidden size)"},
      {kInitialC, 3, "initial_c",
       attrs.layout == 0 ? "(directions, batch, hidden size)" : "(batch, directions, hidden size)"},
      {kP, 2, "P", "(directions, 3 * hidden size)"},
  };
  for (const auto& expected : kExpected) {
    const absl::Status status = RequireRank(context, expected.input, expected.rank, expected.name);
    if (!status.ok()) return absl::Status(status.code(), absl::StrCat(status.message(), " ", expected.what));
  }
  return absl::OkStatus();
}

absl::Status CheckDTypes(const TypeContext& context) {
  const DType dtype = context.input(kX)->dtype;
  if (dtype != DType::kFloat32 && dtype != DType::kFloat64) {
    const absl::string_view name = DTypeName(dtype);
    const std::string message = absl::StrCat("X has element type ", name, ", expected float32 or float64");
    return IsFloat(dtype) ? absl::UnimplementedError(message) : absl::InvalidArgumentError(message);
  }
  for (int i = 1; i < context.num_inputs(); ++i) {
    if (!context.HasInput(i) || i == kSequenceLens || context.input(i)->dtype == dtype) continue;
    return absl::InvalidArgumentError(absl::StrCat("input ", i, " has element type ",
                                                   DTypeName(context.input(i)->dtype), ", expected ",
                                                   DTypeName(dtype), " as X"));
  }
  return RequireDType(context, kSequenceLens, DTypeSet::kIndex);
}

absl::Status RequireExtents(TypeContext& context, int input, absl::string_view name,
                            absl::Span<const Dim> expected) {
  if (!context.HasInput(input)) return absl::OkStatus();
  for (size_t axis = 0; axis < expected.size(); ++axis) {
    BATON_RETURN_IF_ERROR(context.RequireEqual(
        context.input(input)->shape[static_cast<int>(axis)], expected[axis],
        absl::StrCat("extent ", axis, " of ", name, " and what X, R and direction make of it")));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Activations> RecurrentActivations(const RecurrentAttrs& attrs,
                                                 absl::Span<const std::string> defaults) {
  const size_t count = defaults.size() * attrs.num_directions();
  if (attrs.activations.empty()) {
    BATON_ASSIGN_OR_RETURN(Activations activations,
                           ParseActivations(defaults, attrs.activation_alpha, attrs.activation_beta));
    for (size_t i = 0; activations.size() < count; ++i) activations.push_back(Activation(activations[i]));
    return activations;
  }
  if (attrs.activations.size() != count) {
    return absl::InvalidArgumentError(absl::StrCat("activations has ", attrs.activations.size(),
                                                   " names, expected ", count, " for direction ",
                                                   attrs.direction));
  }
  return ParseActivations(attrs.activations, attrs.activation_alpha, attrs.activation_beta);
}

absl::Status CheckRecurrent(const RecurrentAttrs& attrs, absl::Span<const std::string> default_activations) {
  if (attrs.direction != "forward" && attrs.direction != "reverse" && attrs.direction != "bidirectional") {
    return absl::InvalidArgumentError(
        absl::StrCat("direction is '", attrs.direction, "', expected forward, reverse or bidirectional"));
  }
  if (attrs.layout != 0 && attrs.layout != 1) {
    return absl::InvalidArgumentError(absl::StrCat("layout is ", attrs.layout, ", expected 0 or 1"));
  }
  if (attrs.hidden_size < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("hidden_size is ", attrs.hidden_size, ", expected 0 or more"));
  }
  if (!(attrs.clip >= 0)) {
    return absl::InvalidArgumentError(absl::StrCat("clip is ", attrs.clip, ", expected 0 (none) or more"));
  }
  return RecurrentActivations(attrs, default_activations).status();
}

absl::Status RecurrentType(TypeContext& context, const RecurrentAttrs& attrs, int gates, bool has_cell_state,
                           TensorTypes* result) {
  BATON_RETURN_IF_ERROR(CheckDTypes(context));
  BATON_RETURN_IF_ERROR(CheckRanks(context, attrs));
  const DType dtype = context.input(kX)->dtype;
  const int num_outputs = has_cell_state ? 3 : 2;
  if (!context.AllRanked()) {
    for (int i = 0; i < num_outputs; ++i) result->push_back({dtype, Shape::Unranked()});
    return absl::OkStatus();
  }
  const Shape& x = context.input(kX)->shape;
  const bool batch_first = attrs.layout == 1;
  const Dim steps = x[batch_first ? 1 : 0];
  const Dim batch = x[batch_first ? 0 : 1];
  const Dim hidden = context.input(kR)->shape[2];
  const Dim directions = attrs.num_directions();
  const Dim rows = hidden * Dim(gates);
  if (attrs.hidden_size != 0) {
    BATON_RETURN_IF_ERROR(
        context.RequireEqual(hidden, Dim(attrs.hidden_size), "extent 2 of R and the attribute hidden_size"));
  }
  const Dims state = batch_first ? Dims{batch, directions, hidden} : Dims{directions, batch, hidden};
  BATON_RETURN_IF_ERROR(RequireExtents(context, kW, "W", {directions, rows, x[2]}));
  BATON_RETURN_IF_ERROR(RequireExtents(context, kR, "R", {directions, rows, hidden}));
  BATON_RETURN_IF_ERROR(RequireExtents(context, kB, "B", {directions, rows * Dim(2)}));
  BATON_RETURN_IF_ERROR(RequireExtents(context, kSequenceLens, "sequence_lens", {batch}));
  BATON_RETURN_IF_ERROR(RequireExtents(context, kInitialH, "initial_h", state));
  BATON_RETURN_IF_ERROR(RequireExtents(context, kInitialC, "initial_c", state));
  BATON_RETURN_IF_ERROR(RequireExtents(context, kP, "P", {directions, hidden * Dim(3)}));
  result->push_back({dtype, batch_first ? Shape{batch, steps, directions, hidden}
                                        : Shape{steps, directions, batch, hidden}});
  for (int i = 1; i < num_outputs; ++i) result->push_back({dtype, Shape(state)});
  return absl::OkStatus();
}

RecurrentCall::RecurrentCall(const RecurrentAttrs& attrs, const KernelCall& call) {
  const TensorObject& x = *call.inputs[kX];
  batch_first = attrs.layout == 1;
  steps = x.dims[batch_first ? 1 : 0];
  batch = x.dims[batch_first ? 0 : 1];
  input = x.dims[2];
  hidden = call.inputs[kR]->dims[2];
  directions = attrs.num_directions();
  lengths = call.inputs[kSequenceLens];
}

absl::Status RecurrentCall::CheckLengths() const {
  if (lengths == nullptr) return absl::OkStatus();
  for (int64_t b = 0; b < batch; ++b) {
    if (Length(b) >= 0 && Length(b) <= steps) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("sequence_lens[", b, "] is ", Length(b), ", expected 0 to ", steps));
  }
  return absl::OkStatus();
}

int64_t RecurrentCall::Length(int64_t b) const {
  if (lengths == nullptr) return steps;
  return lengths->dtype == DType::kInt32 ? lengths->As<int32_t>()[b] : lengths->As<int64_t>()[b];
}

}  // namespace baton
