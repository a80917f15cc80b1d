#include "compiler/import/onnx_inputs.h"

#include <onnx/onnx_pb.h>

#include <map>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_join.h"
#include "compiler/import/onnx_types.h"
#include "vm/core/status.h"

namespace baton {
namespace {

using Dimension = onnx::TensorShapeProto::Dimension;

std::string Quoted(absl::string_view name) {
  return absl::StrCat("'", absl::Utf8SafeCEscape(name), "'");
}

// `name` with everything that no identifier may have as '_'.
std::string Identifier(absl::string_view name) {
  std::string identifier;
  for (char c : name.substr(0, 64))
    identifier += absl::ascii_isalnum(static_cast<unsigned char>(c)) ? c : '_';
  if (identifier.empty() || absl::ascii_isdigit(static_cast<unsigned char>(identifier[0])))
    identifier = absl::StrCat("d", identifier);
  return identifier;
}

class GraphInputs {
 public:
  GraphInputs(OnnxImport& import, const onnx::GraphProto& graph) : import_(import) {
    absl::flat_hash_set<absl::string_view> initialized;
    for (const onnx::TensorProto& tensor : graph.initializer()) initialized.insert(tensor.name());
    for (const onnx::SparseTensorProto& tensor : graph.sparse_initializer())
      initialized.insert(tensor.values().name());
    for (const onnx::ValueInfoProto& input : graph.input()) {
      if (!initialized.contains(input.name())) inputs_.push_back(&input);
    }
  }

  const std::vector<const onnx::ValueInfoProto*>& inputs() const { return inputs_; }

  // Finds what the options say of dim_params, which are then fixed for all inputs.
  absl::Status ApplyOptions() {
    for (const auto& [name, extents] : import_.options.shapes) {
      const onnx::ValueInfoProto* input = Find(name);
      if (input == nullptr) {
        return import_.Error(absl::StrCat(
            "shape given for ", Quoted(name), ", expected one of the inputs ",
            absl::StrJoin(inputs_, ", ",
                          [](std::string* out, const auto* other) { out->append(Quoted(other->name())); })));
      }
      BATON_RETURN_IF_ERROR(FixShape(*input, extents));
    }
    return absl::OkStatus();
  }

  // Errors: InvalidArgument; a type that is not supported gives nullopt.
  absl::StatusOr<std::optional<Type>> TypeOf(const onnx::ValueInfoProto& input) {
    const onnx::TypeProto& type = input.type();
    if (type.has_tensor_type() || type.value_case() == onnx::TypeProto::VALUE_NOT_SET) {
      BATON_ASSIGN_OR_RETURN(std::optional<TensorType> tensor, TensorTypeOf(input));
      return tensor ? std::optional<Type>(*std::move(tensor)) : std::nullopt;
    }
    const bool is_optional = type.has_optional_type();
    absl::StatusOr<Type> value = TypeOfOnnxValue(is_optional ? type.optional_type().elem_type() : type);
    if (absl::IsUnimplemented(value.status())) {
      import_.unsupported.Add(absl::StrCat("an input of ", value.status().message()), input.name());
      return std::nullopt;
    }
    if (!value.ok())
      return import_.Error(absl::StrCat("input ", Quoted(input.name()), " ", value.status().message()));
    return is_optional ? OptionType(import_.module, *value) : *value;
  }

 private:
  absl::StatusOr<std::optional<TensorType>> TensorTypeOf(const onnx::ValueInfoProto& input) {
    const onnx::TypeProto& type = input.type();
    if (type.value_case() == onnx::TypeProto::VALUE_NOT_SET) {
      return import_.Error(absl::StrCat("input ", Quoted(input.name()), " has no type"));
    }
    absl::StatusOr<DType> dtype = DTypeOfOnnxCode(type.tensor_type().elem_type());
    if (absl::IsUnimplemented(dtype.status())) return Unsupported(dtype.status().message(), input);
    if (!dtype.ok()) {
      return import_.Error(absl::StrCat("input ", Quoted(input.name()), " ", dtype.status().message()));
    }
    auto option = import_.options.shapes.find(input.name());
    const std::vector<int64_t>* extents = option == import_.options.shapes.end() ? nullptr : &option->second;
    if (!type.tensor_type().has_shape() && extents == nullptr) return TensorType{*dtype, Shape::Unranked()};
    const onnx::TensorShapeProto& declared = type.tensor_type().shape();
    const int rank = extents != nullptr ? static_cast<int>(extents->size()) : declared.dim_size();
    if (rank > kMaxRank)
      return Unsupported(absl::StrCat("rank ", rank, ", at most ", kMaxRank, " is supported"), input);
    Dims dims;
    for (int axis = 0; axis < rank; ++axis) {
      if (extents != nullptr && (*extents)[axis] >= 0) {
        dims.push_back(Dim((*extents)[axis]));
      } else {
        dims.push_back(axis < declared.dim_size() ? DimOf(declared.dim(axis), input, axis)
                                                  : Unnamed(input, axis));
      }
    }
    return TensorType{*dtype, Shape(std::move(dims))};
  }

  const onnx::ValueInfoProto* Find(const std::string& name) const {
    for (const onnx::ValueInfoProto* input : inputs_) {
      if (input->name() == name) return input;
    }
    return nullptr;
  }

  absl::Status FixShape(const onnx::ValueInfoProto& input, const std::vector<int64_t>& extents) {
    const std::string where = absl::StrCat("shape given for ", Quoted(input.name()));
    for (int64_t extent : extents) {
      if (extent < OnnxImportOptions::kAnyExtent) {
        return import_.Error(absl::StrCat(where, " has the negative extent ", extent));
      }
    }
    if (!input.type().tensor_type().has_shape()) return absl::OkStatus();
    const onnx::TensorShapeProto& declared = input.type().tensor_type().shape();
    if (declared.dim_size() != static_cast<int>(extents.size())) {
      return import_.Error(absl::StrCat(where, " has rank ", extents.size(), ", the model declares rank ",
                                        declared.dim_size()));
    }
    for (int axis = 0; axis < declared.dim_size(); ++axis) {
      if (extents[axis] < 0) continue;
      const Dimension& dim = declared.dim(axis);
      const std::string expected =
          absl::StrCat(where, " has extent ", extents[axis], " on axis ", axis, ", ");
      if (dim.has_dim_value() && dim.dim_value() >= 0 && dim.dim_value() != extents[axis]) {
        return import_.Error(absl::StrCat(expected, "the model declares ", dim.dim_value()));
      }
      if (dim.dim_param().empty() || !import_.options.check_dim_params) continue;
      auto [fixed, added] = named_.emplace(dim.dim_param(), Dim(extents[axis]));
      if (!added && !(fixed->second == Dim(extents[axis]))) {
        return import_.Error(absl::StrCat(expected, "but dimension ", Quoted(dim.dim_param()), " is ",
                                          fixed->second.ToString(), " elsewhere"));
      }
    }
    return absl::OkStatus();
  }

  Dim DimOf(const Dimension& dim, const onnx::ValueInfoProto& input, int axis) {
    // Some exporters write -1 for unknown.
    if (dim.has_dim_value()) return dim.dim_value() >= 0 ? Dim(dim.dim_value()) : Unnamed(input, axis);
    if (dim.dim_param().empty()) return Unnamed(input, axis);
    if (!import_.options.check_dim_params) return import_.module.FreshSymbol(Identifier(dim.dim_param()));
    auto found = named_.find(dim.dim_param());
    if (found == named_.end()) {
      found = named_.emplace(dim.dim_param(), import_.module.FreshSymbol(Identifier(dim.dim_param()))).first;
    }
    return found->second;
  }

  Dim Unnamed(const onnx::ValueInfoProto& input, int axis) {
    return import_.module.FreshSymbol(absl::StrCat(Identifier(input.name()), "_d", axis));
  }

  std::optional<TensorType> Unsupported(absl::string_view what, const onnx::ValueInfoProto& input) {
    import_.unsupported.Add(what, input.name());
    return std::nullopt;
  }

  OnnxImport& import_;
  std::vector<const onnx::ValueInfoProto*> inputs_;
  std::map<std::string, Dim> named_;  // by dim_param
};

}  // namespace

absl::Status DefineGraphInputs(OnnxImport& import, const onnx::GraphProto& graph, OnnxScope& scope,
                               ir::Function* function) {
  GraphInputs inputs(import, graph);
  BATON_RETURN_IF_ERROR(inputs.ApplyOptions());
  for (const onnx::ValueInfoProto* input : inputs.inputs()) {
    BATON_ASSIGN_OR_RETURN(std::optional<Type> type, inputs.TypeOf(*input));
    ir::Var* var = import.module.NewVar(input->name(), type.value_or(Type()));
    scope.region->params.push_back(var);
    function->input_names.push_back(input->name());
    BATON_RETURN_IF_ERROR(import.InFile(scope.Define(input->name(), var)));
  }
  return absl::OkStatus();
}

}  // namespace baton
