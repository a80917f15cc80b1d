#include "tools/operator_facts.h"

#include <algorithm>
#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "compiler/import/onnx_probe.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/rewrite.h"
#include "tools/element_type_probe.h"

namespace baton {
namespace {

constexpr int kMaxProbedRank = 5;
constexpr int kMaxProbedOptional = 2;

// A rank may depend on an extent: then a rule is asked again with numbers, of which 1 promises least.
Shape ConstantShape(int rank) {
  return Shape(Dims(rank, Dim(1)));
}

// "(d0, d1)": inputs with the same rank have the same extents.
Shape SymbolicShape(int rank) {
  Dims dims;
  for (int axis = 0; axis < rank; ++axis) dims.push_back(Dim::Symbol(absl::StrCat("d", axis)));
  return Shape(std::move(dims));
}

// True when ranks and extents are known, and each extent is made of those of SymbolicShape.
bool FollowsFromInputs(const Shape& shape) {
  if (!shape.has_rank()) return false;
  bool known = true;
  for (const Dim& dim : shape.dims())
    dim.VisitSymbols([&](absl::string_view name) { known = known && name.size() == 2 && name[0] == 'd'; });
  return known;
}

// What a type rule is asked with: requirements hold.
class ProbeContext final : public TypeContext {
 public:
  explicit ProbeContext(std::vector<std::optional<TensorType>> inputs)
      : inputs_(std::move(inputs)), values_(inputs_.size()) {}
  // From now on the elements of input `index` are known.
  void SetValue(int index, std::vector<Dim> elements) { values_[index] = std::move(elements); }

  int num_inputs() const override { return static_cast<int>(inputs_.size()); }
  const TensorType* input(int index) const override { return inputs_[index] ? &*inputs_[index] : nullptr; }
  const std::vector<Dim>* InputValue(int index) override {
    return values_[index] ? &*values_[index] : nullptr;
  }
  Dim FreshDim(absl::string_view hint) override { return Dim::Symbol(absl::StrCat("fresh_", hint)); }
  absl::Status RequireEqual(const Dim&, const Dim&, absl::string_view) override { return absl::OkStatus(); }
  absl::Status RequireAtLeast(const Dim&, const Dim&, absl::string_view) override { return absl::OkStatus(); }
  absl::StatusOr<Dim> BroadcastDim(const Dim& a, const Dim&) override { return a; }

 private:
  std::vector<std::optional<TensorType>> inputs_;
  std::vector<std::optional<std::vector<Dim>>> values_;
};

// Attributes to ask with: one for each that has no default. Null when there is no guessing them.
std::optional<OpAttrs> GuessAttrs(const OpDef& op) {
  Attributes attributes;
  const std::shared_ptr<void> defaults = op.make_attrs();
  for (const AttrDef& attr : op.attrs) {
    if (!attr.required) continue;
    AttributeValue value = attr.get(defaults.get());
    if (auto* numbers = std::get_if<std::vector<int64_t>>(&value)) *numbers = {1, 1};
    if (auto* number = std::get_if<int64_t>(&value)) *number = 1;
    attributes.push_back({attr.name, std::move(value)});
  }
  const absl::StatusOr<OpAttrs> attrs = op.ParseAttrs(attributes);
  if (!attrs.ok()) return std::nullopt;
  return *attrs;
}

// The inputs to ask with: all, or those that must be there.
int CountInputs(const OpDef& op, bool with_optional) {
  size_t count = op.inputs.size();
  while (!with_optional && count > 0 && op.inputs[count - 1].optional) --count;
  return static_cast<int>(count);
}

bool Accepts(const OpDef& op, const OpAttrs& attrs, absl::Span<const DType> types) {
  if (static_cast<int>(types.size()) < CountInputs(op, /*with_optional=*/false)) return false;
  std::vector<std::optional<TensorType>> inputs(op.inputs.size());
  for (size_t i = 0; i < types.size(); ++i) inputs[i] = TensorType{types[i], Shape::Unranked()};
  ProbeContext context(std::move(inputs));
  TensorTypes result;
  return op.type(context, attrs.raw(), &result).ok();
}

// Whether the rule gives extents that follow from inputs of `shape`, those that decide shapes being vectors
// of `length` known elements, or scalars for 0. Null when it takes no such inputs.
std::optional<bool> FollowsFromValues(const OpDef& op, const OpAttrs& attrs, absl::Span<const DType> types,
                                      const Shape& shape, int length) {
  if (static_cast<int>(types.size()) < CountInputs(op, /*with_optional=*/false)) return std::nullopt;
  std::vector<std::optional<TensorType>> inputs(op.inputs.size());
  for (size_t i = 0; i < types.size(); ++i) {
    const Shape deciding = length == 0 ? Shape() : Shape({Dim(length)});
    inputs[i] = TensorType{types[i], op.inputs[i].decides_shape ? deciding : shape};
  }
  ProbeContext context(std::move(inputs));
  for (size_t i = 0; i < types.size(); ++i) {
    if (op.inputs[i].decides_shape)
      context.SetValue(static_cast<int>(i), std::vector<Dim>(std::max(length, 1), Dim(1)));
  }
  TensorTypes result;
  if (!op.type(context, attrs.raw(), &result).ok()) return std::nullopt;
  return std::all_of(result.begin(), result.end(),
                     [](const TensorType& type) { return FollowsFromInputs(type.shape); });
}

bool IsDataDependent(const OpDef& op, const OpAttrs& attrs, absl::Span<const DType> types) {
  bool any = false;
  for (int rank = 0; rank <= kMaxProbedRank; ++rank) {
    for (int length = 0; length <= kMaxProbedRank; ++length) {
      for (const Shape& shape : {SymbolicShape(rank), ConstantShape(rank)}) {
        const std::optional<bool> follows = FollowsFromValues(op, attrs, types, shape, length);
        if (follows == true) return false;
        any = any || follows.has_value();
      }
    }
  }
  return any;
}

// Types that the rule accepts, integers where values decide the shape; empty when there are none.
std::vector<DType> OneAccepted(const OpDef& op, const OpAttrs& attrs, int count) {
  std::vector<DType> accepted;
  const auto accepts = [&](absl::Span<const DType> types) {
    for (size_t i = 0; i < types.size(); ++i) {
      if (op.inputs[i].decides_shape && types[i] != DType::kInt64) return false;
    }
    const bool ok = Accepts(op, attrs, types);
    if (ok && accepted.empty()) accepted.assign(types.begin(), types.end());
    return ok;
  };
  (void)ProbeElementTypes(count, accepts);
  return accepted;
}

std::vector<const OpDef*> OperatorsIn(ir::Module& module) {
  const auto by_name = [](const OpDef* a, const OpDef* b) { return a->name < b->name; };
  std::set<const OpDef*, decltype(by_name)> operators(by_name);
  VisitRegionsInnerFirst(module, [&](ir::Region* region) {
    for (const ir::Binding& binding : region->bindings) {
      if (const auto* call = std::get_if<ir::OpCall>(&binding.expr)) operators.insert(call->op);
    }
  });
  return {operators.begin(), operators.end()};
}

// The ranks of the inputs of a node; none are not known.
using Ranks = std::optional<std::vector<int>>;

// The module of a node whose inputs have these types and ranks, typed; null when it is refused.
std::unique_ptr<ir::Module> TypedProbe(const OnnxOp& op, absl::Span<const DType> types, const Ranks& ranks,
                                       Shape (*shape_of)(int rank)) {
  std::vector<TensorType> inputs;
  for (size_t i = 0; i < types.size(); ++i)
    inputs.push_back({types[i], ranks ? shape_of((*ranks)[i]) : Shape::Unranked()});
  absl::StatusOr<std::unique_ptr<ir::Module>> module = ImportOnnxProbe(op, inputs);
  if (!module.ok() || !InferTypes(**module).ok()) return nullptr;
  return *std::move(module);
}

// Ranks with which a node is accepted: high ones rather than low, the same for all inputs rather than not.
Ranks FindRanks(const OnnxOp& op, absl::Span<const DType> types) {
  const size_t count = types.size();
  const auto accepted = [&](const std::vector<int>& ranks) {
    return TypedProbe(op, types, ranks, SymbolicShape) != nullptr;
  };
  for (int first = kMaxProbedRank; first >= 0; --first) {
    for (const int others : {first, 1, 0}) {
      std::vector<int> ranks(count, others);
      if (count > 0) ranks[0] = first;
      if (accepted(ranks)) return ranks;
    }
  }
  // All combinations, where they are not too many.
  std::vector<int> ranks(count, kMaxProbedRank);
  for (size_t i = 0; count <= 3 && i < count;) {
    if (accepted(ranks)) return ranks;
    for (i = 0; i < count && --ranks[i] < 0; ++i) ranks[i] = kMaxProbedRank;
  }
  return std::nullopt;
}

// Whether all extents of the model's output follow from those of its inputs.
bool FollowsFromShapes(const ir::Module* module) {
  if (module == nullptr) return false;
  for (const ir::Function& function : module->functions()) {
    if (!function.is_entry) continue;
    for (const ir::Atom& result : function.body->results) {
      if (result.type().is_tensor() && !FollowsFromInputs(result.type().tensor().shape)) return false;
    }
  }
  return true;
}

// What decides the shape of what does not follow from shapes.
ShapeSource ShapeOf(const std::vector<const OpDef*>& operators) {
  const bool by_data = std::any_of(operators.begin(), operators.end(),
                                   [](const OpDef* op) { return FactsOf(*op).shape == ShapeSource::kData; });
  return by_data ? ShapeSource::kData : ShapeSource::kValues;
}

// What a node with inputs of these types, which is accepted, becomes.
void AddMeaning(const OnnxOp& op, absl::Span<const DType> types, OnnxOperatorFacts* facts) {
  const Ranks ranks = FindRanks(op, types);
  const std::unique_ptr<ir::Module> module = TypedProbe(op, types, ranks, SymbolicShape);
  if (module != nullptr) facts->operators = OperatorsIn(*module);
  const std::unique_ptr<ir::Module> constant = TypedProbe(op, types, ranks, ConstantShape);
  if (!FollowsFromShapes(module.get()) && !FollowsFromShapes(constant.get()))
    facts->shape = ShapeOf(facts->operators);
  if (!ranks) facts->shape = ShapeSource::kUnknown;
}

}  // namespace

OperatorFacts FactsOf(const OpDef& op) {
  OperatorFacts facts;
  const std::optional<OpAttrs> attrs = GuessAttrs(op);
  if (!attrs) return facts;
  const auto accepts = [&](absl::Span<const DType> types) { return Accepts(op, *attrs, types); };
  for (const bool with_optional : {true, false}) {
    const int count = CountInputs(op, with_optional);
    if (facts.element_types.empty()) facts.element_types = ProbeElementTypes(count, accepts);
  }
  const bool by_values = std::any_of(op.inputs.begin(), op.inputs.end(),
                                     [](const InputDef& input) { return input.decides_shape; });
  if (by_values) facts.shape = ShapeSource::kValues;
  if (IsDataDependent(op, *attrs, OneAccepted(op, *attrs, CountInputs(op, false))))
    facts.shape = ShapeSource::kData;
  return facts;
}

OnnxOperatorFacts FactsOf(const OnnxOp& op) {
  OnnxOperatorFacts facts;
  std::vector<DType> accepted;
  const auto probe = [&](int count, std::optional<int> rank) {
    if (facts.probed) return;
    facts.element_types = ProbeElementTypes(count, [&](absl::Span<const DType> types) {
      const Ranks ranks = rank ? Ranks(std::vector<int>(types.size(), *rank)) : std::nullopt;
      const bool ok = TypedProbe(op, types, ranks, SymbolicShape) != nullptr;
      if (ok && accepted.empty()) accepted.assign(types.begin(), types.end());
      facts.probed = facts.probed || ok;
      return ok;
    });
  };
  // Of a list of operands one alone may stand for itself.
  const int least = op.max_inputs == kAnyNumber ? std::max(op.min_inputs, 2) : op.min_inputs;
  probe(least, std::nullopt);
  for (const int rank : {2, 3}) probe(least, rank);
  // Optional operands may be needed after all.
  const int most = std::min(op.max_inputs, least + kMaxProbedOptional);
  for (int count = least + 1; count <= most; ++count) probe(count, std::nullopt);
  if (facts.probed) AddMeaning(op, accepted, &facts);
  return facts;
}

}  // namespace baton
