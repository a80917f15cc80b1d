#include "compiler/import/onnx_import.h"

#include <onnx/onnx_pb.h>

#include "absl/strings/escaping.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// Names are hints; a hostile model must not make one that is repeated for every node long.
constexpr size_t kMaxPrefixBytes = 200;

std::string Quoted(absl::string_view name) {
  return absl::StrCat("'", absl::Utf8SafeCEscape(name), "'");
}

}  // namespace

std::optional<DType> OnnxImport::ElementType(const ir::Atom& atom) const {
  if (const Type type = atom.type(); type.is_tensor()) return type.tensor().dtype;
  auto found = element_types_.find(atom.var());
  if (found == element_types_.end()) return std::nullopt;
  return found->second;
}

Type OnnxImport::TypeOf(const ir::Atom& atom) const {
  if (Type type = atom.type(); type.kind() != Type::Kind::kUnknown) return type;
  if (const auto other = other_types_.find(atom.var()); other != other_types_.end()) return other->second;
  const std::optional<DType> dtype = ElementType(atom);
  return dtype ? Type(*dtype, Shape::Unranked()) : Type();
}

void OnnxImport::SetType(const ir::Var* var, const Type& type) {
  if (type.is_tensor()) {
    element_types_[var] = type.tensor().dtype;
  } else if (type.kind() != Type::Kind::kUnknown) {
    other_types_[var] = type;
  }
}

void OnnxImport::Warn(absl::string_view message) {
  warnings.insert(absl::StrCat(file, ": warning: ", message));
}

SourceLocation OnnxImport::LocationOf(const onnx::NodeProto& node, absl::string_view prefix) const {
  SourceLocation location;
  location.file = file;
  location.node = !node.name().empty() ? node.name() : node.output_size() > 0 ? node.output(0) : "";
  if (!prefix.empty()) location.node = absl::StrCat(prefix, location.node);
  location.op = node.op_type();
  return location;
}

absl::Status OnnxImport::At(const onnx::NodeProto& node, const absl::Status& status) const {
  if (status.ok()) return status;
  return Annotate(status, absl::StrCat("at ", LocationOf(node).ToString()));
}

absl::Status OnnxImport::InFile(const absl::Status& status) const {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(file, ": ", status.message()));
}

absl::Status OnnxImport::ErrorAt(const onnx::NodeProto& node, absl::string_view message) const {
  return At(node, absl::InvalidArgumentError(message));
}

absl::Status OnnxImport::Error(absl::string_view message) const {
  return InFile(absl::InvalidArgumentError(message));
}

OnnxScope OnnxScope::Nested(const OnnxScope& outer, ir::Region* region) {
  OnnxScope scope(region, outer.opsets);
  scope.environment = outer.environment;
  scope.prefix = outer.prefix;
  scope.depth = outer.depth + 1;
  // Lookup caches tensors that it reads in the scope that has them.
  scope.parent_ = const_cast<OnnxScope*>(&outer);
  return scope;
}

OnnxScope OnnxScope::Body(const OnnxScope& caller, const OnnxFunction& function,
                          const OnnxAttributeEnvironment* environment, std::string prefix) {
  OnnxScope scope(caller.region, &function.opsets);
  scope.environment = environment;
  if (prefix.size() > kMaxPrefixBytes) prefix.resize(kMaxPrefixBytes);
  scope.prefix = std::move(prefix);
  scope.depth = caller.depth + 1;
  scope.caller_ = &caller;
  scope.function_ = &function;
  return scope;
}

absl::Status OnnxScope::DefineEntry(absl::string_view name, Entry entry) {
  if (values_.emplace(name, entry).second) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("value ", Quoted(name), " is defined twice"));
}

absl::Status OnnxScope::Define(absl::string_view name, ir::Atom value) {
  return DefineEntry(name, {.value = value});
}

absl::Status OnnxScope::DefineTensor(absl::string_view name, const onnx::TensorProto* tensor) {
  return DefineEntry(name, {.value = {}, .tensor = tensor});
}

absl::Status OnnxScope::DefineTensor(absl::string_view name, const onnx::SparseTensorProto* tensor) {
  return DefineEntry(name, {.value = {}, .sparse_tensor = tensor});
}

bool OnnxScope::IsVisibleOutside(absl::string_view name) const {
  for (const OnnxScope* scope = parent_; scope != nullptr; scope = scope->parent_) {
    if (scope->Defines(name)) return true;
  }
  return false;
}

bool OnnxScope::IsInside(const OnnxFunction* function) const {
  for (const OnnxScope* scope = this; scope != nullptr;
       scope = scope->parent_ ? scope->parent_ : scope->caller_) {
    if (scope->function_ == function) return true;
  }
  return false;
}

absl::StatusOr<ir::Atom> OnnxScope::Lookup(absl::string_view name, OnnxImport& import) {
  OnnxScope* scope = this;
  while (scope != nullptr && !scope->Defines(name)) scope = scope->parent_;
  if (scope == nullptr)
    return absl::InvalidArgumentError(absl::StrCat("value ", Quoted(name), " is not defined"));
  Entry& entry = scope->values_[name];
  if (entry.tensor == nullptr && entry.sparse_tensor == nullptr) return entry.value;
  absl::StatusOr<Tensor> tensor = entry.tensor != nullptr ? import.tensors.Read(*entry.tensor)
                                                          : import.tensors.Read(*entry.sparse_tensor);
  if (absl::IsUnimplemented(tensor.status())) {
    import.unsupported.Add(tensor.status().message(), name);
    entry = {.value = import.Placeholder(name)};
    return entry.value;
  }
  BATON_RETURN_IF_ERROR(tensor.status());
  entry = {.value = import.module.NewConstant(*std::move(tensor))};
  return entry.value;
}

}  // namespace baton
