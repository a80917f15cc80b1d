#include "compiler/import/element_types.h"

namespace baton {
namespace {

// All ranks are unknown and every requirement on extents holds.
class ElementTypeContext final : public TypeContext {
 public:
  explicit ElementTypeContext(absl::Span<const std::optional<DType>> inputs)
      : present_(inputs.begin(), inputs.end()) {
    for (const std::optional<DType>& dtype : inputs) {
      types_.push_back({dtype.value_or(DType::kFloat32), Shape::Unranked()});
    }
  }
  int num_inputs() const override { return static_cast<int>(types_.size()); }
  const TensorType* input(int index) const override { return present_[index] ? &types_[index] : nullptr; }
  const std::vector<Dim>* InputValue(int) override { return nullptr; }
  Dim FreshDim(absl::string_view hint) override { return Dim::Symbol(hint); }
  absl::Status RequireEqual(const Dim&, const Dim&, absl::string_view) override { return absl::OkStatus(); }
  absl::Status RequireAtLeast(const Dim&, const Dim&, absl::string_view) override { return absl::OkStatus(); }
  absl::StatusOr<Dim> BroadcastDim(const Dim& a, const Dim&) override { return a; }

 private:
  std::vector<std::optional<DType>> present_;
  std::vector<TensorType> types_;
};

}  // namespace

std::vector<DType> InferElementTypes(const OpDef& op, const OpAttrs& attrs,
                                     absl::Span<const std::optional<DType>> inputs) {
  ElementTypeContext context(inputs);
  TensorTypes types;
  std::vector<DType> result;
  if (!op.type(context, attrs.raw(), &types).ok()) return result;
  for (const TensorType& type : types) result.push_back(type.dtype);
  return result;
}

}  // namespace baton
