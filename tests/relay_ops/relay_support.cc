#include "tests/relay_ops/relay_support.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "ops/registry.h"
#include "vm/core/status.h"

namespace baton::test {
namespace {

using ir::Atom;
using text::AttributeSyntax;
using Kind = AttributeSyntax::Kind;

AttributeSyntax Make(const std::string& name, Kind kind) {
  AttributeSyntax syntax;
  syntax.name = name;
  syntax.kind = kind;
  return syntax;
}

// Runs straight-line code with the registry's kernels.
class Runner {
 public:
  void Set(const ir::Var* var, std::vector<Tensor> value) { values_[var] = std::move(value); }

  absl::StatusOr<std::vector<Tensor>> ValueOf(Atom atom) const {
    if (atom.empty()) return std::vector<Tensor>{Tensor()};
    if (atom.constant() != nullptr) return std::vector<Tensor>{atom.constant()->value};
    return values_.at(atom.var());
  }

  absl::Status Run(const ir::Region& region) {
    for (const ir::Binding& binding : region.bindings) {
      absl::StatusOr<std::vector<Tensor>> value = Evaluate(binding.expr);
      if (!value.ok()) return value.status();
      CheckType(binding, *value);
      values_[binding.var] = *std::move(value);
    }
    return absl::OkStatus();
  }

  // Takes the values of symbols from a parameter.
  void Learn(const Type& type, const std::vector<Tensor>& value) {
    const std::vector<Type> fields = type.is_tuple()
                                         ? std::vector<Type>(type.fields().begin(), type.fields().end())
                                         : std::vector<Type>{type};
    for (size_t i = 0; i < fields.size(); ++i) LearnTensor(fields[i].tensor(), value[i]);
  }

 private:
  absl::StatusOr<std::vector<Tensor>> Evaluate(const ir::Expr& expr) const {
    std::vector<Tensor> operands;
    if (const auto* project = std::get_if<ir::Project>(&expr)) {
      BATON_ASSIGN_OR_RETURN(std::vector<Tensor> tuple, ValueOf(project->tuple));
      return std::vector<Tensor>{tuple.at(project->index)};
    }
    const auto* call = std::get_if<ir::OpCall>(&expr);
    const std::vector<Atom>& atoms = call != nullptr ? call->args : std::get<ir::MakeTuple>(expr).fields;
    for (const Atom& atom : atoms) {
      BATON_ASSIGN_OR_RETURN(std::vector<Tensor> value, ValueOf(atom));
      operands.insert(operands.end(), value.begin(), value.end());
    }
    if (call == nullptr) return operands;
    return RunOp(*call->op, call->attrs, operands);
  }

  void CheckType(const ir::Binding& binding, const std::vector<Tensor>& value) {
    const Type& type = binding.var->type;
    const size_t count = type.is_tuple() ? type.fields().size() : 1;
    REQUIRE(count == value.size());
    for (size_t i = 0; i < count; ++i) {
      const TensorType& tensor = type.is_tuple() ? type.fields()[i].tensor() : type.tensor();
      INFO("inferred " << tensor.ToString() << ", found " << TypeString(*value[i]));
      CHECK(tensor.dtype == value[i].dtype());
      LearnTensor(tensor, value[i]);
    }
    if (!type.is_tensor() || !binding.var->elements) return;
    for (const ir::Element& element : *binding.var->elements) {
      if (element.dim() != nullptr)
        LearnElement(*element.dim(), value[0], &element - binding.var->elements->data());
    }
  }

  void LearnTensor(const TensorType& type, const Tensor& value) {
    if (!type.shape.has_rank()) return;
    REQUIRE(type.shape.rank() == static_cast<int>(value.shape().size()));
    for (int i = 0; i < type.shape.rank(); ++i) LearnDim(type.shape[i], value.shape()[i]);
  }

  void LearnElement(const Dim& dim, const Tensor& value, ptrdiff_t index) {
    VisitDType(value.dtype(), [&](auto element) {
      using T = decltype(element);
      if constexpr (std::is_integral_v<T>) LearnDim(dim, static_cast<int64_t>(value->As<T>()[index]));
    });
  }

  // A bare symbol gets its value; any other form has to have it.
  void LearnDim(const Dim& dim, int64_t value) {
    if (!dim.symbol().empty() && symbols_.count(std::string(dim.symbol())) == 0) {
      symbols_[std::string(dim.symbol())] = value;
      return;
    }
    const absl::StatusOr<int64_t> known = dim.Evaluate([&](absl::string_view name) -> std::optional<int64_t> {
      const auto symbol = symbols_.find(std::string(name));
      if (symbol == symbols_.end()) return std::nullopt;
      return symbol->second;
    });
    INFO(dim.ToString());
    if (known.ok()) CHECK(*known == value);
  }

  std::map<const ir::Var*, std::vector<Tensor>> values_;
  std::map<std::string, int64_t> symbols_;
};

// Arguments as parameters or constants of a module.
class CallUnderTest {
 public:
  explicit CallUnderTest(Mode mode)
      : mode_(mode), region_(module_.NewRegion()), builder_(module_, region_, scope_) {}

  Atom Add(const Argument& argument) {
    if (!argument.is_tuple) return AddTensor(argument.tensors[0], argument.keeps_shape);
    std::vector<Atom> fields;
    for (const Tensor& tensor : argument.tensors) fields.push_back(AddTensor(tensor, argument.keeps_shape));
    if (mode_ == Mode::kStatic) return builder_.Tuple(fields);
    // A tuple of which nobody knows how it was made.
    std::vector<Type> types;
    for (const Atom& field : fields) types.push_back(field.type());
    ir::Var* tuple = module_.NewVar("tuple", Type::Tuple(types));
    runner_.Set(tuple, argument.tensors);
    return tuple;
  }

  absl::StatusOr<std::vector<Tensor>> Run(const RelayOperator& op, const RelayAttributes& attributes,
                                          std::vector<Atom> args) {
    BATON_ASSIGN_OR_RETURN(const Atom result, ConvertRelayCall(op, attributes, std::move(args), builder_));
    BATON_RETURN_IF_ERROR(runner_.Run(*region_));
    return runner_.ValueOf(result);
  }

 private:
  Atom AddTensor(const Tensor& tensor, bool keeps_shape) {
    if (mode_ == Mode::kConstant) return module_.NewConstant(tensor);
    Dims dims;
    for (const int64_t extent : tensor.shape()) {
      // Equal extents have one symbol, as in a module whose types say so.
      dims.push_back(mode_ == Mode::kSymbolic && !keeps_shape ? Dim::Symbol(absl::StrCat("n", extent))
                                                              : Dim(extent));
    }
    ir::Var* var = module_.NewVar("x", TensorType{tensor.dtype(), Shape(std::move(dims))});
    scope_.DefineSymbols(var->type);
    runner_.Learn(var->type, {tensor});
    runner_.Set(var, {tensor});
    return var;
  }

  const Mode mode_;
  ir::Module module_;
  ir::InferenceScope scope_;
  ir::Region* region_;
  RelayBuilder builder_;
  Runner runner_;
};

}  // namespace

AttributeSyntax A(const std::string& name, int64_t value) {
  AttributeSyntax syntax = Make(name, Kind::kInt);
  syntax.number = value;
  return syntax;
}
AttributeSyntax A(const std::string& name, int value) {
  return A(name, int64_t{value});
}
AttributeSyntax A(const std::string& name, double value) {
  AttributeSyntax syntax = Make(name, Kind::kFloat);
  syntax.real = value;
  return syntax;
}
AttributeSyntax A(const std::string& name, bool value) {
  AttributeSyntax syntax = Make(name, Kind::kBool);
  syntax.number = value;
  return syntax;
}
AttributeSyntax A(const std::string& name, const char* value) {
  AttributeSyntax syntax = Make(name, Kind::kString);
  syntax.text = value;
  return syntax;
}
AttributeSyntax Ints(const std::string& name, const Index& values) {
  AttributeSyntax syntax = Make(name, Kind::kList);
  for (const int64_t value : values) syntax.elements.push_back(A("", value));
  return syntax;
}
AttributeSyntax Floats(const std::string& name, const std::vector<double>& values) {
  AttributeSyntax syntax = Make(name, Kind::kList);
  for (const double value : values) syntax.elements.push_back(A("", value));
  return syntax;
}
AttributeSyntax Lists(const std::string& name, const std::vector<Index>& values) {
  AttributeSyntax syntax = Make(name, Kind::kList);
  for (const Index& value : values) syntax.elements.push_back(Ints("", value));
  return syntax;
}
AttributeSyntax None(const std::string& name) {
  return Make(name, Kind::kNone);
}

Tensor Counting(const Index& dims) {
  Tensor tensor = Tensor::Allocate(DType::kFloat32, dims).value();
  for (int64_t i = 0; i < tensor.num_elements(); ++i) tensor->As<float>()[i] = static_cast<float>(i);
  return tensor;
}

absl::StatusOr<std::vector<Tensor>> TryRelay(const std::string& name, const std::vector<Argument>& args,
                                             const Attrs& attrs, Mode mode) {
  const RelayOperator* op = FindRelayOperator(name);
  if (op == nullptr) return absl::NotFoundError(absl::StrCat("no operator ", name));
  BATON_ASSIGN_OR_RETURN(const RelayAttributes attributes, ParseRelayAttributes(*op, attrs));
  CallUnderTest call(mode);
  std::vector<Atom> atoms;
  for (const Argument& arg : args) atoms.push_back(call.Add(arg));
  return call.Run(*op, attributes, std::move(atoms));
}

std::vector<Tensor> RelayIn(Mode mode, const std::string& op, const std::vector<Argument>& args,
                            const Attrs& attrs) {
  absl::StatusOr<std::vector<Tensor>> results = TryRelay(op, args, attrs, mode);
  INFO(op << " in mode " << static_cast<int>(mode) << ": " << results.status());
  REQUIRE(results.ok());
  return *std::move(results);
}

std::vector<Tensor> Relay(const std::string& op, const std::vector<Argument>& args, const Attrs& attrs) {
  const std::vector<Tensor> results = RelayIn(Mode::kStatic, op, args, attrs);
  for (const Mode mode : {Mode::kSymbolic, Mode::kConstant}) {
    const std::vector<Tensor> others = RelayIn(mode, op, args, attrs);
    INFO(op << " in mode " << static_cast<int>(mode));
    REQUIRE(others.size() == results.size());
    for (size_t i = 0; i < results.size(); ++i) CHECK_THAT(others[i], Equals(results[i]));
  }
  return results;
}

Tensor Relay1(const std::string& op, const std::vector<Argument>& args, const Attrs& attrs) {
  return Relay(op, args, attrs)[0];
}

std::string RelayError(const std::string& op, const std::vector<Argument>& args, const Attrs& attrs,
                       Mode mode) {
  return std::string(TryRelay(op, args, attrs, mode).status().message());
}

std::string RelayType(const std::string& name, const std::vector<TypeText>& args, const Attrs& attrs) {
  const RelayOperator* op = FindRelayOperator(name);
  if (op == nullptr) return "no such operator";
  absl::StatusOr<RelayAttributes> attributes = ParseRelayAttributes(*op, attrs);
  if (!attributes.ok()) return std::string(attributes.status().message());
  ir::Module module;
  ir::InferenceScope scope;
  RelayBuilder builder(module, module.NewRegion(), scope);
  std::vector<Atom> atoms;
  for (const TypeText& arg : args) {
    Dims dims;
    for (const std::string& dim : arg.dims) dims.push_back(Dim::Parse(dim).value());
    ir::Var* var = module.NewVar("x", TensorType{arg.dtype, Shape(std::move(dims))});
    scope.DefineSymbols(var->type);
    atoms.push_back(var);
  }
  const absl::StatusOr<Atom> result = ConvertRelayCall(*op, *attributes, std::move(atoms), builder);
  return result.ok() ? scope.TypeOf(*result).ToString() : std::string(result.status().message());
}

}  // namespace baton::test
