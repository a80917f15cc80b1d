#include "compiler/text/type_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace baton::text {
namespace {

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void AddVariables(const Type& type, std::vector<std::string>* names) {
  const auto add_all = [&](absl::Span<const Type> types) {
    for (const Type& part : types) AddVariables(part, names);
  };
  if (type.is_variable() && !Contains(*names, type.name())) names->push_back(type.name());
  if (type.is_tuple()) add_all(type.fields());
  if (type.is_data()) add_all(type.args());
  if (type.is_reference()) AddVariables(type.content(), names);
  if (type.is_function()) {
    add_all(type.params());
    AddVariables(type.result(), names);
  }
}

std::string TensorText(const TensorType& tensor, const std::vector<std::string>& params) {
  if (!tensor.shape.has_rank()) return tensor.ToString();
  const std::string scalar(DTypeName(tensor.dtype));
  // Other readers know all scalars by their element types but this one.
  if (tensor.shape.rank() == 0 && tensor.dtype != DType::kBFloat16 && !Contains(params, scalar))
    return scalar;
  const auto append = [](std::string* out, const Dim& dim) {
    out->append(IsAnyDim(dim) ? "?" : dim.ToString());
  };
  return absl::StrCat("Tensor[(", absl::StrJoin(tensor.shape.dims(), ", ", append), "), ",
                      DTypeName(tensor.dtype), "]");
}

std::string ListText(absl::Span<const Type> types, const std::vector<std::string>& params) {
  const auto append = [&](std::string* out, const Type& type) { out->append(TypeText(type, params)); };
  return absl::StrJoin(types, ", ", append);
}

std::string FunctionText(const Type& type, const std::vector<std::string>& params) {
  std::vector<std::string> visible = params;
  AddVariables(type, &visible);
  const std::vector<std::string> own(visible.begin() + static_cast<ptrdiff_t>(params.size()), visible.end());
  const std::string binder = own.empty() ? "" : absl::StrCat("[", absl::StrJoin(own, ", "), "]");
  return absl::StrCat("fn ", binder, "(", ListText(type.params(), visible), ") -> ",
                      TypeText(type.result(), visible));
}

}  // namespace

std::string TypeText(const Type& type, const std::vector<std::string>& params) {
  switch (type.kind()) {
    case Type::Kind::kTensor:
      return TensorText(type.tensor(), params);
    case Type::Kind::kTuple:
      return absl::StrCat("(", ListText(type.fields(), params), type.fields().size() == 1 ? ",)" : ")");
    case Type::Kind::kFunction:
      return FunctionText(type, params);
    case Type::Kind::kData:
      if (type.args().empty()) return type.name();
      return absl::StrCat(type.name(), "[", ListText(type.args(), params), "]");
    case Type::Kind::kReference:
      return absl::StrCat("ref(", TypeText(type.content(), params), ")");
    default:
      return type.ToString();
  }
}

}  // namespace baton::text
