// TypeInference: the walk behind InferTypes. Internal to infer_types.cc, infer_branches.cc and
// infer_loops.cc.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/ir/inference_scope.h"
#include "compiler/ir/module.h"

namespace baton {

// One walk over the regions in evaluation order; loops repeat until their carried types are stable.
class TypeInference {
 public:
  explicit TypeInference(ir::Module& module) : module_(module) {}

  absl::Status Run();

 private:
  // Functions and straight code (infer_types.cc).
  absl::Status InferFunction(ir::Function& function);
  absl::Status CheckParameterSymbols(const ir::Function& function) const;
  absl::Status CheckResults(ir::Function& function);
  absl::Status InferRegion(ir::Region* region, bool conditional);
  void Diverge(ir::Region* region, size_t index, std::string message);
  absl::Status InferBinding(ir::Binding& binding);

  // Branches (infer_branches.cc).
  Type ResultType(const ir::Region* region) const;
  absl::Status CheckCondition(const ir::Atom& condition) const;
  absl::Status InferIf(ir::If& branch, ir::Var* var);
  absl::Status InferMatch(ir::Match& match, ir::Var* var);
  absl::StatusOr<Type> InferBranch(ir::Region* region, const std::optional<ir::DimCondition>& condition);
  Type Generalize(Type type, const Type& other, const std::optional<ir::DimCondition>& assumption);
  void JoinElements(const std::vector<ir::Region*>& regions, ir::Var* var);

  // Loops (infer_loops.cc).
  using CarriedTypes = std::vector<Type>;
  using CarriedElements = std::vector<std::optional<ir::Elements>>;
  absl::Status InferLoop(ir::Loop& loop, ir::Var* var);
  absl::StatusOr<bool> InferLoopRound(ir::Loop& loop, CarriedTypes* types, CarriedElements* elements,
                                      int round);
  absl::Status InferCarriedRegion(ir::Region* region, const CarriedTypes& types,
                                  const CarriedElements& elements);
  absl::StatusOr<bool> WidenCarried(const ir::Region* body, CarriedTypes* types, CarriedElements* elements,
                                    int round);
  // A carried tensor: the parameter, and the tensor's place in it when that is a tuple.
  struct CarriedTensor {
    const ir::Var* param = nullptr;
    int index = 0;
  };
  std::optional<Type> Widen(const Type& current, const Type& next, CarriedTensor* tensor, int round);
  Shape WidenShape(const Shape& current, const Shape& next, const CarriedTensor& tensor, int round);
  void SetLoopResult(const CarriedTypes& types, const CarriedElements& elements, ir::Var* var);

  ir::Module& module_;
  ir::InferenceScope scope_;
  int unstable_loops_ = 0;  // loops around the current point whose carried types may still change
  std::map<std::pair<std::pair<const ir::Var*, int>, int>, Dim> loop_symbols_;  // by tensor and axis
};

}  // namespace baton
