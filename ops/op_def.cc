#include "ops/op_def.h"

#include <algorithm>

namespace baton {
namespace {

const AttrDef* FindAttr(const OpDef& op, absl::string_view name) {
  for (const AttrDef& attr : op.attrs) {
    if (attr.name == name) return &attr;
  }
  return nullptr;
}

absl::Status AttrError(const OpDef& op, absl::string_view attr, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(op.name, ": attribute '", attr, "' ", problem));
}

std::string InputName(absl::Span<const InputDef> inputs, int index) {
  const int last = static_cast<int>(inputs.size()) - 1;
  if (last < 0) return "input";
  if (index >= last && inputs[last].variadic) return absl::StrCat(inputs[last].name, "[", index - last, "]");
  return inputs[std::min(index, last)].name;
}

absl::Status CheckResult(const TensorType& type) {
  if (!type.shape.has_rank()) return absl::OkStatus();
  if (type.shape.rank() > kMaxRank) {
    return absl::InvalidArgumentError(
        absl::StrCat("the result has rank ", type.shape.rank(), ", at most ", kMaxRank, " is supported"));
  }
  absl::InlinedVector<int64_t, kMaxRank> known;  // extents
  for (const Dim& dim : type.shape.dims()) {
    const std::optional<int64_t> upper = dim.UpperBound();
    if (upper && *upper < 0) {
      return absl::InvalidArgumentError(absl::StrCat("the result has the negative extent ", dim.ToString()));
    }
    if (dim.is_constant()) known.push_back(dim.value());
  }
  if (CheckedNumBytes(known, DTypeSize(type.dtype)).has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the result ", type.ToString(), " has more bytes than 64 bits can count"));
}

}  // namespace

Attributes OpAttrs::ToAttributes() const {
  Attributes attributes;
  if (op_ == nullptr) return attributes;
  for (const AttrDef& attr : op_->attrs) attributes.emplace_back(attr.name, attr.get(attrs_.get()));
  return attributes;
}

absl::StatusOr<OpAttrs> OpDef::ParseAttrs(const Attributes& attributes) const {
  std::shared_ptr<void> parsed = make_attrs();
  for (size_t i = 0; i < attributes.size(); ++i) {
    const auto& [attr_name, value] = attributes[i];
    const AttrDef* attr = FindAttr(*this, attr_name);
    if (attr == nullptr) return AttrError(*this, attr_name, "is unknown");
    for (size_t j = 0; j < i; ++j) {
      if (attributes[j].first == attr_name) return AttrError(*this, attr_name, "is given twice");
    }
    if (absl::Status status = attr->set(parsed.get(), value); !status.ok()) {
      return AttrError(*this, attr_name, absl::StrCat(status.message(), ": ", AttributeString(value)));
    }
  }
  for (const AttrDef& attr : attrs) {
    if (attr.required && FindAttribute(attributes, attr.name) == nullptr) {
      return AttrError(*this, attr.name, "is missing");
    }
  }
  if (check_attrs != nullptr) {
    if (absl::Status status = check_attrs(parsed.get()); !status.ok()) {
      return absl::Status(status.code(), absl::StrCat(name, ": ", status.message()));
    }
  }
  return OpAttrs(this, std::move(parsed));
}

OpAttrs OpDef::DefaultAttrs() const {
  return OpAttrs(this, make_attrs());
}

const InputDef& OpDef::input(int index) const {
  return inputs[std::min<size_t>(static_cast<size_t>(index), inputs.size() - 1)];
}

bool TypeContext::AllRanked() const {
  for (int i = 0; i < num_inputs(); ++i) {
    if (const TensorType* type = input(i); type != nullptr && !type->shape.has_rank()) return false;
  }
  return true;
}

absl::StatusOr<Shape> BroadcastShapes(TypeContext& context, absl::Span<const Shape* const> shapes) {
  int rank = 0;
  for (const Shape* shape : shapes) {
    if (!shape->has_rank()) return Shape::Unranked();
    rank = std::max(rank, shape->rank());
  }
  Dims dims(rank, Dim(1));
  for (const Shape* shape : shapes) {
    const int offset = rank - shape->rank();
    for (int axis = 0; axis < shape->rank(); ++axis) {
      Dim& dim = dims[offset + axis];
      BATON_ASSIGN_OR_RETURN(dim, context.BroadcastDim(dim, (*shape)[axis]));
    }
  }
  return Shape(std::move(dims));
}

absl::StatusOr<int> NormalizeAxis(int64_t axis, int rank) {
  if (axis < -rank || axis >= rank) {
    return absl::InvalidArgumentError(absl::StrCat("axis ", axis, " is outside [", -rank, ", ", rank, ")"));
  }
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

namespace internal {

absl::Status FinishTypeRule(absl::string_view op, absl::Span<const InputDef> inputs,
                            const TypeContext& context, absl::Status status, const TensorTypes& result) {
  for (size_t i = 0; status.ok() && i < result.size(); ++i) status = CheckResult(result[i]);
  if (status.ok()) return status;
  std::string types;
  for (int i = 0; i < context.num_inputs(); ++i) {
    const TensorType* type = context.input(i);
    if (type == nullptr) continue;
    absl::StrAppend(&types, types.empty() ? " (" : ", ", InputName(inputs, i), " ", type->ToString());
  }
  return absl::Status(status.code(),
                      absl::StrCat(op, ": ", status.message(), types, types.empty() ? "" : ")"));
}

}  // namespace internal
}  // namespace baton
