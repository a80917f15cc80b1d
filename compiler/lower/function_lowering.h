// Lowers one function: structured regions -> basic blocks. Internal to lowering.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/ir/memory_plan.h"
#include "compiler/ir/module.h"
#include "compiler/lower/code_emitter.h"

namespace baton {

class FunctionLowering {
 public:
  FunctionLowering(const ir::MemoryPlan& plan, ExecutableTables* tables, LowFunction* function)
      : plan_(plan), function_(function), code_(function, tables) {}

  absl::Status Run(const ir::Function& function);

 private:
  // Where one tensor of a value lives: in a tensor register, as scalars, or (a scalar that was also needed
  // boxed) both.
  struct Place {
    bool has_tensor = false;
    VirtualRegister tensor = 0;
    std::vector<VirtualRegister> scalars;
  };
  using Places = std::vector<Place>;  // one per tensor of a tuple; one for a tensor

  // Regions and control flow (function_lowering.cc).
  absl::Status LowerRegion(const ir::Region* region, const std::function<absl::Status()>& finish);
  absl::Status LowerBinding(const ir::Binding& binding);
  absl::Status LowerIf(const ir::Binding& binding, const ir::If& branch);
  absl::Status LowerLoop(const ir::Binding& binding, const ir::Loop& loop);
  absl::StatusOr<VirtualRegister> Condition(const ir::Atom& atom);
  Places NewPlaces(const Type& type);
  absl::Status AssignResults(const std::vector<ir::Atom>& results, const Places& to);
  // The registers that hold atom as passed between regions: a scalar for scalar types, else a tensor.
  absl::StatusOr<VirtualRegister> Passed(const ir::Atom& atom);

  // Values (lower_values.cc).
  absl::StatusOr<VirtualRegister> Boxed(const ir::Atom& atom);
  absl::StatusOr<VirtualRegister> Scalar(const ir::Atom& atom, int64_t index);
  VirtualRegister ScalarConstant(const Tensor& tensor, int64_t index);
  void SetPlaces(const ir::Var* var, Places places);
  void DefineSymbols(const ir::Var* var);
  void DefineExtents(const TensorType& type, const Place& place);

  // Operator calls (lower_calls.cc).
  absl::Status LowerCall(const ir::Binding& binding, const ir::OpCall& call);
  absl::Status LowerScalarCall(const ir::Binding& binding, const ir::OpCall& call);
  absl::StatusOr<VirtualRegister> ScalarElement(const ir::Var* var, const ir::OpCall& call, size_t index);
  absl::StatusOr<bool> LowerView(const ir::Binding& binding, const ir::OpCall& call);
  absl::StatusOr<VirtualRegister> Allocate(const ir::Var* var, int index, const TensorType& type);

  // Symbols that some code needs the value of; elements that are none of these are never read from memory.
  void CollectNeededSymbols(const ir::Region* region);

  const ir::MemoryPlan& plan_;
  LowFunction* function_;
  CodeEmitter code_;
  std::unordered_map<const ir::Var*, Places> places_;
  std::vector<const ir::RegionPlan*> arenas_;  // open arenas, innermost last
  std::set<std::string, std::less<>> needed_symbols_;
  std::vector<std::vector<std::pair<const ir::Var*, int>>> boxed_here_;  // boxes made in each open scope
};

}  // namespace baton
