// TypeFlow: values that go where types are declared: arguments to parameters, fields to constructors,
// contents to cells, results to result types. Proves that they fit, or records the checks that must be made.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "compiler/ir/inference_scope.h"
#include "compiler/ir/module.h"

namespace baton::ir {

// For one call, constructor or return:
//   TypeFlow flow(module, scope);
//   BATON_RETURN_IF_ERROR(flow.Add(arg, param_type, "@f: argument %x"));  // for each
//   BATON_RETURN_IF_ERROR(flow.Finish());
//   type = flow.Instantiate(result_type);
class TypeFlow {
 public:
  TypeFlow(Module& module, const InferenceScope& scope) : module_(module), scope_(scope) {}
  // Symbols of declared types that stand for themselves: those of a function's parameters, for its results.
  void Keep(const Type& declared);

  // The next operand, of type `found`, goes where `declared` is. The first bare occurrence of a symbol in the
  // declared types binds it to the extent found there; "?" takes anything. Types inside data, functions and
  // references must be equal. Errors: InvalidArgument with both types, when they cannot fit.
  absl::Status Add(const Type& found, const Type& declared, const std::string& what);
  // Proves that all other extents are what the bound symbols say. Errors: InvalidArgument.
  absl::Status Finish();

  // A declared type for the caller: symbols become what they are bound to; "?" and what the scope cannot
  // compute become fresh symbols.
  Type Instantiate(const Type& declared) const;
  std::vector<TypeCheck> TakeTypeChecks() { return std::move(type_checks_); }
  std::vector<DimCheck> TakeChecks() { return std::move(checks_); }

 private:
  absl::Status AddTensor(const TensorType& found, const TensorType& declared, const std::string& what);
  absl::Status AddField(const Type& found, const Type& declared, const std::string& what);
  // An extent to prove, once all symbols are bound.
  struct Goal {
    Dim found, declared;
    Type found_type, declared_type;
    std::string what;
    int axis = 0;
  };
  // Nothing when a symbol is not bound.
  std::optional<Dim> Bind(const Dim& declared) const;

  Module& module_;
  const InferenceScope& scope_;
  std::map<std::string, Dim, std::less<>> bound_;
  std::vector<Goal> goals_;
  std::vector<TypeCheck> type_checks_;
  std::vector<DimCheck> checks_;
  int operand_ = 0, index_ = 0;  // where the tensor at hand is: TypeCheck
};

}  // namespace baton::ir
