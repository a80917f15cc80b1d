#include "ops/bound_kernel.h"

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>

namespace baton::internal {
namespace {

// Shape operands are short; longer integer inputs are not read, so that a rule cannot be made to build huge
// vectors.
constexpr int64_t kMaxValueElements = 1 << 16;

template <typename T>
void AppendElements(const TensorObject& tensor, std::vector<Dim>* elements) {
  const T* data = tensor.As<T>();
  const int64_t n = tensor.num_elements();
  elements->reserve(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) {
    if constexpr (std::is_same_v<T, uint64_t>) {
      elements->push_back(Dim(static_cast<int64_t>(std::min<uint64_t>(data[i], INT64_MAX))));
    } else {
      elements->push_back(Dim(static_cast<int64_t>(data[i])));
    }
  }
}

absl::Status Overflow(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(what, ": a size exceeds 64 bits"));
}

// The types and shape operands of one call: all dims are constants, every requirement is decided at once.
class RunTimeTypeContext final : public TypeContext {
 public:
  explicit RunTimeTypeContext(absl::Span<TensorObject* const> inputs)
      : inputs_(inputs), types_(inputs.size()), values_(inputs.size()) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i] != nullptr) types_[i] = {inputs[i]->dtype, Shape(inputs[i]->shape())};
    }
  }

  int num_inputs() const override { return static_cast<int>(inputs_.size()); }

  const TensorType* input(int index) const override {
    return inputs_[index] == nullptr ? nullptr : &types_[index];
  }

  const std::vector<Dim>* InputValue(int index) override {
    const TensorObject* tensor = inputs_[index];
    if (tensor == nullptr || tensor->rank > 1 || !IsInteger(tensor->dtype)) return nullptr;
    if (tensor->num_elements() > kMaxValueElements) return nullptr;
    std::optional<std::vector<Dim>>& value = values_[index];
    if (!value) {
      value.emplace();
      VisitDType(tensor->dtype, [&](auto element) {
        using T = decltype(element);
        if constexpr (std::is_integral_v<T>) AppendElements<T>(*tensor, &*value);
      });
    }
    return &*value;
  }

  Dim FreshDim(absl::string_view hint) override { return Dim::Symbol(absl::StrCat(hint, "#", num_fresh_++)); }

  absl::Status RequireEqual(const Dim& a, const Dim& b, absl::string_view what) override {
    if (!a.is_constant() || !b.is_constant()) return Overflow(what);
    if (a.value() == b.value()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat(what, " must be equal, found ", a.value(), " and ", b.value()));
  }

  absl::Status RequireAtLeast(const Dim& a, const Dim& b, absl::string_view what) override {
    if (!a.is_constant() || !b.is_constant()) return Overflow(what);
    if (a.value() >= b.value()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat(what, " must be at least ", b.value(), ", found ", a.value()));
  }

  absl::StatusOr<Dim> BroadcastDim(const Dim& a, const Dim& b) override {
    if (!a.is_constant() || !b.is_constant()) return Overflow("broadcast");
    if (a.value() == b.value() || b.value() == 1) return a;
    if (a.value() == 1) return b;
    return absl::InvalidArgumentError(absl::StrCat("extents ", a.value(), " and ", b.value(),
                                                   " do not broadcast: they must be equal or one of them 1"));
  }

 private:
  absl::Span<TensorObject* const> inputs_;
  absl::InlinedVector<TensorType, 4> types_;
  absl::InlinedVector<std::optional<std::vector<Dim>>, 4> values_;
  int num_fresh_ = 0;
};

absl::Status WithOpName(const OpDef& op, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(op.name, ": ", status.message()));
}

class BoundKernel final : public Kernel {
 public:
  BoundKernel(OpAttrs attrs, int num_outputs) : attrs_(std::move(attrs)), num_outputs_(num_outputs) {}

  // Takes the first kernel that serves `spec`.
  absl::Status Choose(const KernelSpec& spec, bool portable_only) {
    for (const KernelDef& kernel : op().kernels) {
      if (portable_only && kernel.name != "portable") continue;
      if (const auto* function = std::get_if<KernelFunction>(&kernel.make)) {
        function_ = function;
        return absl::OkStatus();
      }
      auto prepared = std::get<KernelFactory>(kernel.make)(attrs_, spec);
      if (!prepared.ok()) return WithOpName(op(), prepared.status());
      prepared_ = *std::move(prepared);
      if (prepared_ != nullptr) return absl::OkStatus();
    }
    return absl::UnimplementedError(absl::StrCat(op().name, ": no kernel serves this call"));
  }

  absl::Status ResultTypes(absl::Span<TensorObject* const> inputs, TensorTypes* types) const override {
    RunTimeTypeContext context(inputs);
    types->clear();
    BATON_RETURN_IF_ERROR(op().type(context, attrs_.raw(), types));
    if (static_cast<int>(types->size()) != num_outputs_) {
      return absl::InvalidArgumentError(
          absl::StrCat(op().name, ": gives ", types->size(), " results, the caller expects ", num_outputs_));
    }
    for (const TensorType& type : *types) {
      if (!type.shape.has_rank()) {
        return absl::InvalidArgumentError(absl::StrCat(op().name, ": the rank of the result is not known"));
      }
      for (const Dim& dim : type.shape.dims()) {
        if (dim.is_opaque()) return WithOpName(op(), Overflow("result"));
      }
    }
    return absl::OkStatus();
  }

  bool ValueDecidesShape(int index) const override {
    return !op().inputs.empty() && op().input(index).decides_shape;
  }

  std::unique_ptr<KernelState> MakeState() const override {
    return prepared_ == nullptr ? nullptr : prepared_->MakeState();
  }

  absl::Status Run(KernelContext& context, absl::Span<TensorObject* const> inputs,
                   absl::Span<TensorObject*> outputs) const override {
    KernelCall call{context, inputs, outputs};
    absl::Status status = function_ != nullptr ? (*function_)(attrs_.raw(), call) : prepared_->Run(call);
    if (!status.ok()) [[unlikely]]
      return WithOpName(op(), status);
    return status;
  }

 private:
  const OpDef& op() const { return *attrs_.op(); }

  OpAttrs attrs_;
  int num_outputs_;
  const KernelFunction* function_ = nullptr;  // owned by the OpDef, which lives for ever
  std::unique_ptr<PreparedKernel> prepared_;
};

absl::Status CheckInputs(const OpDef& op, const KernelSpec& spec) {
  const size_t expected = op.inputs.size();
  const size_t found = spec.inputs.size();
  if (op.IsVariadic() ? found < expected : found != expected) {
    return absl::InvalidArgumentError(absl::StrCat(op.name, ": has ", found, " inputs, expects ",
                                                   op.IsVariadic() ? "at least " : "", expected));
  }
  for (size_t i = 0; i < found; ++i) {
    const InputDef& input = op.input(static_cast<int>(i));
    if (!spec.inputs[i].present && !input.optional) {
      return absl::InvalidArgumentError(absl::StrCat(op.name, ": input '", input.name, "' is missing"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Kernel>> BindKernel(const OpDef& op, const KernelSpec& spec,
                                                   bool portable_only) {
  BATON_ASSIGN_OR_RETURN(OpAttrs attrs, op.ParseAttrs(spec.attributes));
  BATON_RETURN_IF_ERROR(CheckInputs(op, spec));
  const int num_outputs = static_cast<int>(op.outputs.size());
  if (op.variadic_outputs ? spec.num_outputs < 1 : spec.num_outputs != num_outputs) {
    return absl::InvalidArgumentError(absl::StrCat(op.name, ": has ", spec.num_outputs, " outputs, expects ",
                                                   op.variadic_outputs ? "at least " : "", num_outputs));
  }
  auto kernel = std::make_unique<BoundKernel>(std::move(attrs), spec.num_outputs);
  BATON_RETURN_IF_ERROR(kernel->Choose(spec, portable_only));
  return kernel;
}

absl::StatusOr<int> CountOutputs(const OpDef& op, const OpAttrs& attrs,
                                 absl::Span<TensorObject* const> inputs) {
  RunTimeTypeContext context(inputs);
  TensorTypes types;
  BATON_RETURN_IF_ERROR(op.type(context, attrs.raw(), &types));
  return static_cast<int>(types.size());
}

}  // namespace baton::internal
