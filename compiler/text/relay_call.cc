#include "compiler/text/relay_call.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/ir/call_inference.h"
#include "ops/registry.h"
#include "vm/core/status.h"

namespace baton {

using ir::Atom;

void RelayBuilder::Fail(absl::Status status) {
  if (status_.ok()) status_ = std::move(status);
}

absl::Status RelayBuilder::TakeStatus() {
  return std::exchange(status_, absl::OkStatus());
}

Atom RelayBuilder::Bind(ir::Expr expr) {
  if (!ok()) return {};
  ir::Binding binding;
  binding.var = module_.NewVar(hint_);
  binding.expr = std::move(expr);
  binding.location = location_;
  if (absl::Status status = ir::TypeBinding(module_, scope_, binding); !status.ok()) {
    Fail(std::move(status));
    return {};
  }
  scope_.Define(*binding.var);
  ir::Var* var = binding.var;
  region_->bindings.push_back(std::move(binding));
  return var;
}

Atom RelayBuilder::Call(absl::string_view name, std::vector<Atom> args, const Attributes& attributes) {
  if (!ok()) return {};
  const OpDef* op = FindOp(name);
  if (op == nullptr) {
    Unsupported(absl::StrCat("needs the operator '", name, "', which Baton does not have"));
    return {};
  }
  absl::StatusOr<OpAttrs> attrs = op->ParseAttrs(attributes);
  if (!attrs.ok()) {
    Fail(attrs.status());
    return {};
  }
  return Call(*op, *attrs, std::move(args));
}

Atom RelayBuilder::Call(const OpDef& op, const OpAttrs& attrs, std::vector<Atom> args) {
  if (!op.IsVariadic() && args.size() > op.inputs.size()) {
    Invalid(absl::StrCat(op.name, " has ", op.inputs.size(), " operands, found ", args.size()));
    return {};
  }
  // Positions past the end are absent operands, so that type rules may look at them.
  if (args.size() < op.inputs.size()) args.resize(op.inputs.size());
  for (size_t i = 0; i < args.size(); ++i) {
    const InputDef& input = op.input(static_cast<int>(i));
    if (args[i].empty() && !input.optional) {
      Invalid(absl::StrCat(op.name, ": operand '", input.name, "' is missing"));
    }
  }
  return Bind(ir::OpCall{&op, attrs, std::move(args)});
}

Atom RelayBuilder::Tuple(std::vector<Atom> fields) {
  const Atom tuple = Bind(ir::MakeTuple{fields});
  if (tuple.var() != nullptr) RegisterTuple(tuple.var(), std::move(fields));
  return tuple;
}

Atom RelayBuilder::Field(Atom tuple, int index) {
  const auto known = tuples_.find(tuple.var());
  if (tuple.empty() || known == tuples_.end()) return Bind(ir::Project{tuple, index});
  if (index >= 0 && index < static_cast<int>(known->second.size())) return known->second[index];
  Invalid(absl::StrCat("projection .", index, " of a tuple of ", known->second.size(), " fields"));
  return {};
}

std::vector<Atom> RelayBuilder::Fields(Atom tuple) {
  const Type type = tuple.type();
  if (!type.is_tuple()) {
    if (ok()) Invalid(absl::StrCat("an argument is ", type.ToString(), ", expected a tuple"));
    return {};
  }
  std::vector<Atom> fields;
  for (size_t i = 0; i < type.fields().size(); ++i) fields.push_back(Field(tuple, static_cast<int>(i)));
  return fields;
}

// Constants.

Atom RelayBuilder::Ints(absl::Span<const int64_t> values) {
  return Constant(Tensor::FromValues<int64_t>({static_cast<int64_t>(values.size())}, values));
}

Atom RelayBuilder::Int(int64_t value) {
  return Constant(Tensor::Scalar<int64_t>(value));
}

Atom RelayBuilder::Scalar(DType dtype, double value) {
  if (!ok()) return {};
  const OpDef& cast = *FindOp("cast");
  absl::StatusOr<OpAttrs> attrs = cast.ParseAttrs({{"dtype", dtype}});
  if (!attrs.ok()) return Fail(attrs.status()), Atom();
  const Tensor operand = Tensor::Scalar(value);
  absl::StatusOr<std::vector<Tensor>> result = RunOp(cast, *attrs, {operand});
  if (!result.ok()) return Fail(result.status()), Atom();
  return Constant(result->front());
}

std::optional<std::vector<int64_t>> RelayBuilder::ConstantInts(Atom value) {
  if (value.constant() == nullptr || !IsInteger(value.constant()->value.dtype())) return std::nullopt;
  const Tensor& tensor = value.constant()->value;
  std::vector<int64_t> ints;
  VisitDType(tensor.dtype(), [&](auto element) {
    using T = decltype(element);
    if constexpr (std::is_integral_v<T>) {
      for (const T x : tensor.values<T>()) ints.push_back(static_cast<int64_t>(x));
    }
  });
  return ints;
}

// Types.

TensorType RelayBuilder::TypeOf(Atom value) {
  const Type type = scope_.TypeOf(value);
  if (type.is_tensor()) return type.tensor();
  if (ok()) {
    Invalid(value.empty() ? "an operand is missing"
                          : absl::StrCat("an argument is ", type.ToString(), ", expected a tensor"));
  }
  return {DType::kFloat32, Shape::Unranked()};
}

int RelayBuilder::Rank(Atom value, absl::string_view what) {
  const TensorType type = TypeOf(value);
  if (type.shape.has_rank()) return type.shape.rank();
  if (ok()) Unsupported(absl::StrCat(what, " has unknown rank"));
  return 0;
}

int RelayBuilder::Axis(int64_t axis, int rank) {
  const absl::StatusOr<int> normal = NormalizeAxis(axis, rank);
  if (normal.ok()) return *normal;
  Fail(normal.status());
  return 0;
}

// Steps.

Atom RelayBuilder::Cast(Atom value, DType dtype) {
  if (!ok() || ElementType(value) == dtype) return value;
  return Call("cast", {value}, {{"dtype", dtype}});
}

Atom RelayBuilder::Transpose(Atom value, absl::Span<const int64_t> axes) {
  std::vector<int64_t> order(axes.begin(), axes.end());
  if (std::is_sorted(order.begin(), order.end())) return value;
  return Call("transpose", {value}, {{"axes", std::move(order)}});
}

Atom RelayBuilder::Unsqueeze(Atom value, absl::Span<const int64_t> axes) {
  return axes.empty() ? value : Call("unsqueeze", {value, Ints(axes)});
}

Atom RelayBuilder::Concatenate(std::vector<Atom> parts, int64_t axis) {
  if (parts.size() == 1) return parts[0];
  return Call("concatenate", std::move(parts), {{"axis", axis}});
}

Atom RelayBuilder::AlongAxis(Atom vector, int axis, int rank) {
  std::vector<int64_t> trailing;
  for (int64_t i = 1; i < rank - axis; ++i) trailing.push_back(i);
  return Unsqueeze(vector, trailing);
}

Atom RelayBuilder::Reduce(absl::string_view op, Atom value, absl::Span<const int64_t> axes, bool keepdims) {
  // No axes would mean all to the registry.
  if (axes.empty()) return value;
  return Call(op, {value, Ints(axes)}, {{"keepdims", keepdims}});
}

Atom RelayBuilder::AsScalar(Atom value) {
  const Shape shape = TypeOf(value).shape;
  if (!ok() || (shape.has_rank() && shape.rank() == 0)) return value;
  return Call("reshape", {value, Ints({})});
}

// Shapes.

RelayExtent RelayBuilder::Extent(Atom value, int axis) {
  const Shape shape = TypeOf(value).shape;
  if (ok() && shape.has_rank() && axis < shape.rank() && shape[axis].is_constant()) {
    return shape[axis].value();
  }
  return Call("shape_of", {value}, {{"start", int64_t{axis}}, {"end", int64_t{axis} + 1}});
}

std::vector<RelayExtent> RelayBuilder::Extents(Atom value, int first, int last) {
  std::vector<RelayExtent> extents;
  for (int axis = first; axis < last; ++axis) extents.push_back(Extent(value, axis));
  return extents;
}

Atom RelayBuilder::ShapeOperand(absl::Span<const RelayExtent> extents) {
  std::vector<Atom> parts;
  std::vector<int64_t> numbers;
  const auto flush = [&] {
    if (!numbers.empty()) parts.push_back(Ints(numbers));
    numbers.clear();
  };
  for (const RelayExtent& extent : extents) {
    if (const auto* number = std::get_if<int64_t>(&extent)) {
      numbers.push_back(*number);
    } else {
      flush();
      parts.push_back(std::get<Atom>(extent));
    }
  }
  flush();
  return parts.empty() ? Ints({}) : Concatenate(std::move(parts), 0);
}

RelayExtent RelayBuilder::Arithmetic(absl::string_view op, const RelayExtent& a, const RelayExtent& b) {
  const auto* x = std::get_if<int64_t>(&a);
  const auto* y = std::get_if<int64_t>(&b);
  if (x == nullptr || y == nullptr) return Call(op, {ShapeOperand({a}), ShapeOperand({b})});
  // Dim knows about overflow.
  const Dim left(*x), right(*y);
  Dim result = op == "add" ? left + right : op == "subtract" ? left - right : left * right;
  if (op == "floor_divide") {
    if (*y == 0) return Invalid("an extent is divided by 0"), int64_t{0};
    result = FloorDiv(left, right);
  }
  if (!result.is_constant()) return Invalid("an extent is too large"), int64_t{0};
  return result.value();
}

RelayExtent RelayBuilder::Product(absl::Span<const RelayExtent> extents) {
  RelayExtent product = int64_t{1};
  for (const RelayExtent& extent : extents) {
    const bool is_one = product == RelayExtent(int64_t{1});
    product = is_one ? extent : Arithmetic("multiply", product, extent);
  }
  return product;
}

Atom RelayBuilder::ExtentScalar(const RelayExtent& extent) {
  if (const auto* number = std::get_if<int64_t>(&extent)) return Int(*number);
  return AsScalar(std::get<Atom>(extent));
}

Atom RelayBuilder::Reshape(Atom value, absl::Span<const RelayExtent> extents) {
  if (!ok()) return {};
  const Atom operand = ShapeOperand(extents);
  const Shape shape = TypeOf(value).shape;
  const std::optional<ir::Elements> wanted = scope_.ElementsOf(operand);
  bool same = shape.has_rank() && wanted && shape.rank() == static_cast<int>(wanted->size());
  for (int i = 0; same && i < shape.rank(); ++i) {
    same = (*wanted)[i].dim() != nullptr && *(*wanted)[i].dim() == shape[i];
  }
  return same ? value : Call("reshape", {value, operand}, {{"allow_zero", true}});
}

Atom RelayBuilder::RequireExtent(Atom value, int axis, int64_t extent, absl::string_view what) {
  const int rank = Rank(value, what);
  const Shape shape = TypeOf(value).shape;
  if (ok() && (axis < 0 || axis >= rank)) Invalid(absl::StrCat(what, " has rank ", rank));
  if (!ok() || shape[axis] == Dim(extent)) return value;
  if (Dim::ProvablyDifferent(shape[axis], Dim(extent))) {
    Invalid(
        absl::StrCat("extent ", axis, " of ", what, " is ", shape[axis].ToString(), ", expected ", extent));
    return value;
  }
  // Reshaping checks the number of elements, of which all other extents cancel.
  std::vector<RelayExtent> extents = Extents(value, 0, rank);
  extents[axis] = extent;
  return Reshape(value, extents);
}

}  // namespace baton
