// The types of operations on sequences.
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/ir/call_inference.h"
#include "compiler/ir/type_relations.h"
#include "vm/core/status.h"
#include "vm/core/value.h"

namespace baton::ir {
namespace {

class SequenceTyper {
 public:
  SequenceTyper(Module& module, const InferenceScope& scope, const SequenceOp& sequence)
      : module_(module), scope_(scope), sequence_(sequence) {}

  absl::StatusOr<Type> Infer() {
    if (sequence_.operation == SequenceOperation::kMake) return Make();
    const Type type = scope_.TypeOf(sequence_.args[0]);
    if (!type.is_sequence()) return Fail("found ", type.ToString(), ", expected a sequence");
    BATON_RETURN_IF_ERROR(CheckPositions());
    const Type& element = type.element();
    switch (sequence_.operation) {
      case SequenceOperation::kMake:
        break;
      case SequenceOperation::kLength:
        return Type(DType::kInt64, Shape());
      case SequenceOperation::kAt:
        if (element.kind() == Type::Kind::kNever) return Fail("the sequence has no elements");
        return InstantiateOpenExtents(module_, element);
      case SequenceOperation::kAppend:
      case SequenceOperation::kInsert:
        return Extend(element, sequence_.args[1]);
      case SequenceOperation::kErase:
        return type;
      case SequenceOperation::kConcat:
      case SequenceOperation::kStack:
        return Join(element);
    }
    return Type();
  }

 private:
  template <typename... Parts>
  absl::Status Fail(const Parts&... parts) const {
    return absl::InvalidArgumentError(
        absl::StrCat(GetSequenceOperation(sequence_.operation).name, ": ", parts...));
  }

  absl::StatusOr<Type> Make() const {
    Type element = Type::Never();
    for (const Atom& arg : sequence_.args) {
      BATON_ASSIGN_OR_RETURN(Type type, Extend(element, arg));
      element = type.element();
    }
    return Type::Sequence(std::move(element));
  }

  // A sequence of `element` with one more value.
  absl::StatusOr<Type> Extend(const Type& element, const Atom& value) const {
    const Type type = scope_.TypeOf(value);
    if (!type.is_tensor()) return Fail("found the element ", type.ToString(), ", expected a tensor");
    std::optional<Type> joined = JoinElementTypes(element, type);
    if (joined) return Type::Sequence(*std::move(joined));
    return Fail("found the element ", type.ToString(), " for a sequence of ", element.ToString());
  }

  absl::Status CheckPositions() const {
    const auto& arguments = GetSequenceOperation(sequence_.operation).arguments;
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (arguments[i] != SequenceArgument::kPosition) continue;
      BATON_RETURN_IF_ERROR(CheckPosition(sequence_.args[i]));
    }
    return absl::OkStatus();
  }

  absl::Status CheckPosition(const Atom& position) const {
    const Type type = scope_.TypeOf(position);
    const bool is_integer = type.is_tensor() && ScalarSlotKind(type.tensor().dtype) == SlotKind::kI64;
    const bool is_one = is_integer && (!type.tensor().shape.has_rank() ||
                                       !Dim::ProvablyDifferent(type.tensor().shape.NumElements(), Dim(1)));
    return is_one ? absl::OkStatus() : Fail("the position is ", type.ToString(), ", expected one integer");
  }

  absl::StatusOr<Type> Join(const Type& element) {
    const bool is_stack = sequence_.operation == SequenceOperation::kStack;
    if (element.kind() == Type::Kind::kNever) {
      if (!is_stack) return Fail(sequence_.what, ": the sequence is empty");
      return Type(EmptyStackType(sequence_, sequence_.empty));
    }
    const TensorType& tensor = element.tensor();
    if (!tensor.shape.has_rank()) return element;
    const int rank = tensor.shape.rank() + (is_stack ? 1 : 0);
    if (rank > kMaxRank) return Fail(sequence_.what, ": the result has rank ", rank, ", at most ", kMaxRank);
    BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(sequence_.axis, rank));
    Dims dims = tensor.shape.dims();
    if (is_stack) {
      dims.insert(dims.begin() + axis, AnyDim());
    } else {
      dims[axis] = AnyDim();
    }
    return InstantiateOpenExtents(module_, Type(TensorType{tensor.dtype, Shape(std::move(dims))}));
  }

  Module& module_;
  const InferenceScope& scope_;
  const SequenceOp& sequence_;
};

}  // namespace

TensorType EmptyStackType(const SequenceOp& stack, const TensorType& result) {
  const Shape& declared = stack.empty.shape;
  if (!result.shape.has_rank() && !declared.has_rank()) return {result.dtype, Shape({Dim(0)})};
  const Shape& shape = result.shape.has_rank() ? result.shape : declared;
  const int64_t axis = stack.axis < 0 ? stack.axis + shape.rank() : stack.axis;
  const bool use_declared = declared.has_rank() && declared.rank() == shape.rank();
  Dims dims;
  for (int i = 0; i < shape.rank(); ++i) {
    Dim dim = shape[i];
    if (!dim.is_constant() && use_declared) dim = declared[i];
    dims.push_back(i == axis || !dim.is_constant() ? Dim(0) : dim);
  }
  return {result.dtype, Shape(std::move(dims))};
}

absl::StatusOr<Type> InferSequenceOp(Module& module, const InferenceScope& scope,
                                     const SequenceOp& sequence) {
  return SequenceTyper(module, scope, sequence).Infer();
}

}  // namespace baton::ir
