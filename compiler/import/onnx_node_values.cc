// OnnxNode's constants and what it knows of values.
#include <type_traits>

#include "compiler/import/onnx_node.h"
#include "vm/core/status.h"

namespace baton {

using ir::Atom;

Atom OnnxNode::Constant(Tensor tensor) {
  return import_.module.NewConstant(std::move(tensor));
}

Atom OnnxNode::Ints(std::vector<int64_t> values) {
  const int64_t count = static_cast<int64_t>(values.size());
  return Constant(Tensor::FromValues<int64_t>({count}, values));
}

Atom OnnxNode::Int(int64_t value) {
  return Constant(Tensor::Scalar<int64_t>(value));
}

Atom OnnxNode::Scalar(DType dtype, double value) {
  return VisitDType(dtype, [&](auto element) -> Atom {
    using T = decltype(element);
    if constexpr (std::is_same_v<T, Bool>)
      return Constant(Tensor::Scalar(Bool(value != 0)));
    else if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
      return Constant(Tensor::Scalar(T(static_cast<float>(value))));
    } else if constexpr (std::is_integral_v<T>) {
      // Only values from attributes can lie outside, and the conversion must be defined for them too.
      const double low = static_cast<double>(std::numeric_limits<T>::min());
      const double high = static_cast<double>(std::numeric_limits<T>::max());
      if (!(value > low)) return Constant(Tensor::Scalar(std::numeric_limits<T>::min()));
      if (!(value < high)) return Constant(Tensor::Scalar(std::numeric_limits<T>::max()));
      return Constant(Tensor::Scalar(static_cast<T>(value)));
    } else {
      return Constant(Tensor::Scalar(static_cast<T>(value)));
    }
  });
}

Atom OnnxNode::ScalarLike(Atom like, double value) {
  return Scalar(ElementType(like), value);
}

Atom OnnxNode::AsScalar(Atom value) {
  if (value.empty() || Rank(value) == 0) return value;
  return Call("reshape", {value, Ints({})});
}

Atom OnnxNode::Cast(Atom value, DType dtype) {
  if (!value.empty() && import_.ElementType(value) == dtype) return value;
  return Call("cast", {value}, {{"dtype", dtype}});
}

Atom OnnxNode::EmptySequence(DType dtype) {
  ir::SequenceOp make;
  return Bind(std::move(make), Type::Sequence(Type(dtype, Shape::Unranked())));
}

Atom OnnxNode::Sequence(ir::SequenceOperation operation, std::vector<Atom> args) {
  if (!ok() || unsupported_) return Placeholder();
  if (operation == ir::SequenceOperation::kMake) {
    const Type type = Type::Sequence(Type(ElementType(args[0]), Shape::Unranked()));
    return Bind(ir::SequenceOp{operation, std::move(args)}, type);
  }
  const Type type = import_.TypeOf(args[0]);
  if (!type.is_sequence()) {
    if (import_.unsupported.empty()) Invalid("operand 0 is no sequence");
    return Placeholder();
  }
  Type result = type;
  if (operation == ir::SequenceOperation::kLength) result = Type(DType::kInt64, Shape());
  if (operation == ir::SequenceOperation::kAt) result = type.element();
  const bool adds =
      operation == ir::SequenceOperation::kAppend || operation == ir::SequenceOperation::kInsert;
  // Inference does not know what an empty sequence may hold.
  if (adds && ElementType(args[1]) != type.element().tensor().dtype) {
    Invalid(absl::StrCat("a sequence of ", DTypeName(type.element().tensor().dtype),
                         " gets an element of type ", DTypeName(ElementType(args[1]))));
    return Placeholder();
  }
  return Bind(ir::SequenceOp{operation, std::move(args)}, result);
}

Atom OnnxNode::Widened(Atom value) {
  if (value.empty()) return value;
  const DType dtype = ElementType(value);
  return IsFloat(dtype) && DTypeSize(dtype) == 2 ? Cast(value, DType::kFloat32) : value;
}

DType OnnxNode::ElementType(Atom value) {
  if (std::optional<DType> dtype = import_.ElementType(value)) return *dtype;
  // What is unsupported has no type; what is wrong without that is found here first.
  if (import_.unsupported.empty()) {
    Invalid(value.empty() ? "an operand is missing" : "the element type of an operand cannot be found");
  }
  return DType::kFloat32;
}

std::optional<int> OnnxNode::Rank(Atom value) const {
  const Type type = value.type();
  if (!type.is_tensor() || !type.tensor().shape.has_rank()) return std::nullopt;
  return type.tensor().shape.rank();
}

std::optional<double> OnnxNode::ConstantScalar(Atom value) const {
  if (value.constant() == nullptr || value.constant()->value.num_elements() != 1) return std::nullopt;
  const Tensor& tensor = value.constant()->value;
  return VisitDType(tensor.dtype(), [&](auto element) {
    using T = decltype(element);
    const T x = tensor.values<T>()[0];
    if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>)
      return static_cast<double>(static_cast<float>(x));
    else if constexpr (std::is_same_v<T, Bool>)
      return static_cast<bool>(x) ? 1.0 : 0.0;
    else
      return static_cast<double>(x);
  });
}

template <typename Proto>
std::optional<Tensor> OnnxNode::ReadTensorProto(const Proto& proto) {
  absl::StatusOr<Tensor> tensor = import_.tensors.Read(proto);
  if (tensor.ok()) return *std::move(tensor);
  if (absl::IsUnimplemented(tensor.status())) {
    Unsupported(tensor.status().message());
  } else {
    Fail(import_.At(proto_, tensor.status()));
  }
  return std::nullopt;
}

std::optional<Tensor> OnnxNode::ReadTensor(const onnx::TensorProto& tensor) {
  return ReadTensorProto(tensor);
}
std::optional<Tensor> OnnxNode::ReadTensor(const onnx::SparseTensorProto& tensor) {
  return ReadTensorProto(tensor);
}

}  // namespace baton
