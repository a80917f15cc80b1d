#include "compiler/text/elaborate.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/text/declarations.h"
#include "compiler/text/elaboration.h"
#include "compiler/text/function_emitter.h"
#include "compiler/text/inference.h"
#include "vm/core/status.h"

namespace baton::text {
namespace {

// A list of strings that a function has as an attribute.
std::vector<std::string> StringsAttribute(const FunctionSyntax& function, absl::string_view name) {
  std::vector<std::string> strings;
  for (const AttributeSyntax& attribute : function.attributes) {
    if (attribute.name != name) continue;
    for (const AttributeSyntax& element : attribute.elements) strings.push_back(element.text);
  }
  return strings;
}

class Elaborator final : private FunctionTypes {
 public:
  Elaborator(const SyntaxModule& syntax, const std::vector<const SyntaxModule*>& imports,
             const ElaborateOptions& options, Diagnostics& diagnostics)
      : syntax_(syntax),
        options_(options),
        diagnostics_(diagnostics),
        module_(std::make_unique<ir::Module>()),
        elaboration_(*module_, declarations_, diagnostics),
        types_(declarations_, diagnostics, *this) {
    declarations_.Add(syntax, diagnostics);
    for (const SyntaxModule* imported : imports) declarations_.Add(*imported, diagnostics);
    declarations_.CheckFields(syntax, diagnostics);
    for (const SyntaxModule* imported : imports) declarations_.CheckFields(*imported, diagnostics);
  }

  absl::StatusOr<std::unique_ptr<ir::Module>> Run() {
    FindEntries();
    CheckFixedParameters();
    InferTypes();
    if (!diagnostics_.has_errors()) CheckGenericFunctions();
    if (!diagnostics_.has_errors()) Emit();
    if (diagnostics_.has_errors()) return diagnostics_.ToStatus();
    AddTypeDefinitions();
    return std::move(module_);
  }

 private:
  void FindEntries();
  void CheckFixedParameters();
  void InferTypes();
  void CheckGenericFunctions();
  void Emit();
  void EmitEntry(const FunctionDefinition& definition);
  void EmitInstance(const Elaboration::Instance& instance);
  void AddTypeDefinitions();
  Type TypeOf(const FunctionDefinition& definition) override;
  const Tensor* FixedParameter(const Local& local) const;

  const SyntaxModule& syntax_;
  const ElaborateOptions& options_;
  Diagnostics& diagnostics_;
  std::unique_ptr<ir::Module> module_;
  Declarations declarations_;
  Elaboration elaboration_;
  Inference types_;  // of all functions without type parameters
  std::vector<const FunctionDefinition*> entries_;
  std::map<const FunctionDefinition*, Type> generic_types_;
};

void Elaborator::FindEntries() {
  std::vector<std::string> candidates;
  for (const FunctionDefinition& definition : syntax_.functions) {
    const FunctionSyntax& function = *definition.function;
    const bool says_so = std::any_of(
        function.attributes.begin(), function.attributes.end(),
        [](const AttributeSyntax& a) { return a.name == "input_names" || a.name == "output_names"; });
    const bool chosen = std::find(options_.entries.begin(), options_.entries.end(), definition.name) !=
                        options_.entries.end();
    candidates.push_back(absl::StrCat("@", definition.name));
    if (!says_so && !chosen) continue;
    if (!function.type_params.empty()) {
      diagnostics_.Error(
          definition.position,
          absl::StrCat("@", definition.name, " is an entry point and cannot have type parameters"));
    }
    entries_.push_back(&definition);
  }
  if (!entries_.empty()) return;
  diagnostics_.Error({}, absl::StrCat("there is no function @", absl::StrJoin(options_.entries, " or @"),
                                      " to enter the program by; it defines ",
                                      candidates.empty() ? "no function" : absl::StrJoin(candidates, ", ")));
}

const Tensor* Elaborator::FixedParameter(const Local& local) const {
  const auto found = options_.parameters.find(local.name);
  return found == options_.parameters.end() ? nullptr : &found->second;
}

// A value that no parameter takes is a mistake, not something to leave out.
void Elaborator::CheckFixedParameters() {
  std::set<std::string> names;
  for (const FunctionDefinition* entry : entries_) {
    for (const Local* param : entry->function->params) names.insert(param->name);
  }
  for (const auto& [name, value] : options_.parameters) {
    if (names.count(name) > 0 || entries_.empty()) continue;
    diagnostics_.Error(
        {}, absl::StrCat("a value is given for parameter '", name, "', which no entry point has; they have: ",
                         names.empty() ? "none" : absl::StrJoin(names, ", ")));
  }
}

void Elaborator::InferTypes() {
  std::vector<const FunctionDefinition*> unit;
  for (const FunctionDefinition* definition : declarations_.functions()) {
    if (definition->function->type_params.empty()) unit.push_back(definition);
  }
  for (const FunctionDefinition* definition : unit) types_.Declare(*definition);
  for (const FunctionDefinition* entry : entries_) {
    if (!entry->function->type_params.empty()) continue;
    for (const Local* param : entry->function->params) {
      const Tensor* value = FixedParameter(*param);
      if (value != nullptr) types_.SetType(param, value->type(), param->position);
    }
  }
  for (const FunctionDefinition* definition : unit) types_.InferBody(*definition);
  types_.Solve();
  for (const FunctionDefinition* entry : entries_) {
    for (const Local* param : entry->function->params) {
      if (diagnostics_.has_errors() || types_.IsKnown(param)) continue;
      diagnostics_.Error(param->position, absl::StrCat("the type of parameter '%", param->name,
                                                       "' cannot be inferred; annotate it"));
    }
  }
  if (!diagnostics_.has_errors()) types_.CheckMatches();
}

// Generic functions that the user wrote are checked also where nothing uses them.
void Elaborator::CheckGenericFunctions() {
  for (const FunctionDefinition& definition : syntax_.functions) {
    if (definition.function->type_params.empty()) continue;
    Inference generic(declarations_, diagnostics_, *this, definition.function->type_params);
    generic.Declare(definition);
    generic.InferBody(definition);
    generic.Solve();
    if (!diagnostics_.has_errors()) generic.CheckMatches();
  }
}

// A generic function has the types that are written; a result that is not follows from its body.
Type Elaborator::TypeOf(const FunctionDefinition& definition) {
  if (types_.Declares(definition)) return types_.TypeOf(definition);
  const auto [found, added] = generic_types_.emplace(&definition, Type());
  if (!added) {
    if (found->second.kind() == Type::Kind::kUnknown) {
      diagnostics_.Error(definition.position, absl::StrCat("generic function @", definition.name,
                                                           " calls itself: write its result type"));
    }
    return found->second;
  }
  const FunctionSyntax& function = *definition.function;
  std::vector<Type> params;
  for (const Local* param : function.params) {
    if (!param->type) {
      diagnostics_.Error(param->position, absl::StrCat("parameter '%", param->name, "' of generic function @",
                                                       definition.name, " needs a type"));
      return Type();
    }
    params.push_back(param->type->type);
  }
  if (function.result_type) {
    found->second = Type::Function(std::move(params), function.result_type->type);
    return found->second;
  }
  Inference generic(declarations_, diagnostics_, *this, function.type_params);
  generic.Declare(definition);
  generic.InferBody(definition);
  generic.Solve();
  return generic_types_[&definition] = generic.TypeOf(definition);
}

void Elaborator::Emit() {
  for (const FunctionDefinition* entry : entries_) EmitEntry(*entry);
  // Also what no entry point uses, as far as it has but one form: passes remove it.
  for (const FunctionDefinition& definition : syntax_.functions) {
    const bool is_entry = std::find(entries_.begin(), entries_.end(), &definition) != entries_.end();
    if (!is_entry && definition.function->type_params.empty()) elaboration_.InstanceOf(definition, {});
  }
  while (const Elaboration::Instance* instance = elaboration_.NextPending()) {
    if (diagnostics_.has_errors()) return;
    EmitInstance(*instance);
  }
  elaboration_.OrderFunctions();
}

void Elaborator::EmitEntry(const FunctionDefinition& definition) {
  const FunctionSyntax& syntax = *definition.function;
  elaboration_.Begin(definition);
  ir::Function* function = elaboration_.NewFunction(definition.name);
  function->is_entry = true;
  FunctionEmitter emitter(elaboration_, types_, function);
  const std::vector<std::string> input_names = StringsAttribute(syntax, "input_names");
  for (const Local* param : syntax.params) {
    const size_t index = function->input_names.size();
    if (const Tensor* value = FixedParameter(*param)) {
      emitter.BindConstant(param, module_->NewConstant(*value));
    } else {
      function->input_names.push_back(index < input_names.size() ? input_names[index] : param->name);
    }
  }
  // What goes wrong has been reported.
  if (!emitter.EmitEntry(syntax).ok()) return;
  const size_t num_outputs = function->body->results.size();
  function->output_names = StringsAttribute(syntax, "output_names");
  function->output_names.resize(std::min(function->output_names.size(), num_outputs));
  for (size_t i = function->output_names.size(); i < num_outputs; ++i) {
    function->output_names.push_back(num_outputs == 1 ? "output" : absl::StrCat("output_", i));
  }
}

void Elaborator::EmitInstance(const Elaboration::Instance& instance) {
  const FunctionDefinition& definition = *instance.definition;
  const FunctionSyntax& syntax = *definition.function;
  elaboration_.Begin(definition);
  if (syntax.type_params.empty()) {
    FunctionEmitter(elaboration_, types_, instance.function)
        .Emit(syntax, types_.TypeOf(definition).result())
        .IgnoreError();
    return;
  }
  Inference types(declarations_, diagnostics_, *this, syntax.type_params, instance.type_args);
  types.Declare(definition);
  types.InferBody(definition);
  types.Solve();
  if (diagnostics_.has_errors()) return;
  FunctionEmitter(elaboration_, types, instance.function)
      .Emit(syntax, types.TypeOf(definition).result())
      .IgnoreError();
}

// All of the user's types; of imported ones those that are used.
void Elaborator::AddTypeDefinitions() {
  std::set<std::string> wanted;
  const std::function<void(const Type&)> want = [&](const Type& type) {
    if (type.is_tuple()) std::for_each(type.fields().begin(), type.fields().end(), want);
    if (type.is_reference()) want(type.content());
    if (type.is_function()) {
      std::for_each(type.params().begin(), type.params().end(), want);
      want(type.result());
    }
    if (!type.is_data()) return;
    std::for_each(type.args().begin(), type.args().end(), want);
    if (!wanted.insert(type.name()).second) return;
    for (const ConstructorDefinition& constructor : declarations_.FindType(type.name())->constructors) {
      std::for_each(constructor.fields.begin(), constructor.fields.end(), want);
    }
  };
  for (const TypeDefinitionSyntax& type : syntax_.types) {
    std::vector<Type> args;
    for (const std::string& param : type.definition.params) args.push_back(Type::Variable(param));
    want(Type::Data(type.definition.name, std::move(args)));
  }
  module_->VisitTypes(want);
  for (const TypeDefinition* definition : declarations_.types()) {
    if (wanted.count(definition->name) > 0) module_->AddTypeDefinition(*definition);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<ir::Module>> Elaborate(const SyntaxModule& module,
                                                      const std::vector<const SyntaxModule*>& imports,
                                                      const ElaborateOptions& options,
                                                      Diagnostics& diagnostics) {
  return Elaborator(module, imports, options, diagnostics).Run();
}

}  // namespace baton::text
