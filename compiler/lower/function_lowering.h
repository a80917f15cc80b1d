// Lowers one function: structured regions -> basic blocks. Internal to lowering.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "compiler/ir/memory_plan.h"
#include "compiler/ir/module.h"
#include "compiler/lower/code_emitter.h"

namespace baton {

// What lowering knows of a function beside the function itself.
struct LoweringContext {
  const ir::MemoryPlan* plan = nullptr;
  ExecutableTables* tables = nullptr;
  // Some closure is of this function: callers may not know how its parameters' extents depend on each other.
  bool is_closure_target = false;
};

class FunctionLowering {
 public:
  FunctionLowering(const LoweringContext& context, const ir::Function& source, LowFunction* function)
      : plan_(*context.plan),
        is_closure_target_(context.is_closure_target),
        source_(source),
        function_(function),
        code_(function, context.tables) {}

  absl::Status Run();

 private:
  using Kinds = std::vector<SlotKind>;
  using Registers = std::vector<VirtualRegister>;
  // Where one leaf of a value lives: in a register of its own, a tensor or object; as scalars; or (a scalar
  // that was also needed boxed) both.
  struct Place {
    bool has_reference = false;
    VirtualRegister reference = 0;
    std::vector<VirtualRegister> scalars;
    // The register of a leaf that is passed as one slot.
    VirtualRegister slot() const { return scalars.empty() ? reference : scalars[0]; }
  };
  using Places = std::vector<Place>;  // one per leaf: the fields of a tuple at any depth, else the value
  // An operand's leaf. `type` is never a tuple.
  struct Leaf {
    const ir::Constant* constant = nullptr;
    const ir::Var* var = nullptr;
    int index = 0;
    Type type;
  };

  // Functions and regions (function_lowering.cc).
  void LowerParameters();
  absl::Status CheckParameterExtents();
  absl::StatusOr<bool> OpenRegion(const ir::Region* region);
  void CloseRegion(bool has_arena);
  absl::Status LowerRegion(const ir::Region* region, const std::function<absl::Status()>& finish);
  absl::Status LowerTailRegion(const ir::Region* region);
  absl::Status LowerReturn(const std::vector<ir::Atom>& results);
  absl::Status LowerBinding(const ir::Binding& binding);
  absl::Status LowerExpression(const ir::Binding& binding);
  absl::Status LowerTuple(const ir::Binding& binding, const ir::MakeTuple& tuple);
  absl::Status LowerProject(const ir::Binding& binding, const ir::Project& project);
  absl::Status LowerChecks(const ir::Binding& binding);
  absl::Status LowerTypeChecks(const std::vector<ir::TypeCheck>& checks,
                               const std::vector<const ir::Atom*>& operands);
  void LeaveArenas();

  // Branches and loops (lower_branches.cc). In tail position (`is_tail`) the value is the function's.
  absl::Status LowerIf(const ir::Binding& binding, const ir::If& branch, bool is_tail);
  absl::Status LowerMatch(const ir::Binding& binding, const ir::Match& match, bool is_tail);
  absl::Status LowerArm(const ir::Region* region, const Places& results, bool is_tail);
  absl::Status LowerFields(const Type& type, const ir::MatchArm& arm, VirtualRegister object);
  absl::Status LowerLoop(const ir::Binding& binding, const ir::Loop& loop);
  absl::StatusOr<VirtualRegister> Condition(const ir::Atom& atom);

  // Calls of functions, closures and objects (lower_objects.cc); sequences (lower_sequences.cc).
  bool IsTailCall(const ir::Binding& binding) const;
  absl::Status LowerTail(const ir::Binding& binding);
  absl::Status LowerTailCall(const ir::Call& call);
  absl::Status LowerFunctionCall(const ir::Binding& binding, const ir::Call& call);
  absl::Status LowerFork(const ir::Binding& binding, const ir::Fork& fork);
  absl::Status LowerAwait(const ir::Binding& binding, const ir::Await& await);
  absl::Status LowerClosureCall(const ir::Binding& binding, const ir::CallClosure& call, bool is_tail);
  absl::Status LowerClosure(const ir::Binding& binding, const ir::MakeClosure& closure);
  absl::Status LowerData(const ir::Binding& binding, const ir::MakeData& data);
  absl::Status LowerReference(const ir::Binding& binding, const ir::MakeReference& cell);
  absl::Status LowerRead(const ir::Binding& binding, const ir::ReadReference& read);
  absl::Status LowerWrite(const ir::Binding& binding, const ir::WriteReference& write);
  absl::Status LowerSequence(const ir::Binding& binding, const ir::SequenceOp& sequence);
  absl::StatusOr<LowOperand> SequenceOperand(const Operand& operand, const ir::Binding& binding,
                                             absl::Span<const ir::Atom>* args);
  void SetObject(const ir::Binding& binding, Opcode opcode, int64_t table_index, Registers fields);

  // Values (lower_values.cc).
  static std::vector<Leaf> LeavesOf(const ir::Atom& atom);
  absl::StatusOr<VirtualRegister> Boxed(const Leaf& leaf);
  absl::StatusOr<VirtualRegister> Boxed(const ir::Atom& atom);
  absl::StatusOr<VirtualRegister> Scalar(const Leaf& leaf, int64_t index);
  absl::StatusOr<VirtualRegister> Scalar(const ir::Atom& atom, int64_t index);
  VirtualRegister ScalarConstant(const Tensor& tensor, int64_t index);
  // The leaf in a register of the kind that it has where it goes.
  absl::StatusOr<VirtualRegister> Passed(const Leaf& leaf, SlotKind kind);
  // The same for all leaves of `atoms`. REQUIRES: as many kinds as leaves.
  absl::StatusOr<Registers> Passed(absl::Span<const ir::Atom> atoms, const Kinds& kinds);
  // One leaf after the other is read and moved.
  absl::Status Assign(absl::Span<const ir::Atom> atoms, const Places& to);
  // All values are read before any register is written.
  void MoveAll(const Registers& to, Registers from);
  Places NewPlaces(const Kinds& kinds);
  static Registers SlotsOf(const Places& places);
  void SetPlaces(const ir::Var* var, Places places);
  void DefineSymbols(const ir::Var* var);
  void DefineExtents(const TensorType& type, const Place& place);

  // Operator calls (lower_calls.cc).
  absl::Status LowerCall(const ir::Binding& binding, const ir::OpCall& call);
  absl::StatusOr<KernelReference> MakeKernel(const ir::OpCall& call, Registers* inputs);
  absl::Status LowerScalarCall(const ir::Binding& binding, const ir::OpCall& call);
  absl::StatusOr<VirtualRegister> ScalarElement(const ir::Var* var, const ir::OpCall& call, size_t index);
  absl::StatusOr<VirtualRegister> ScalarFold(const ir::OpCall& call);
  absl::StatusOr<bool> LowerView(const ir::Binding& binding, const ir::OpCall& call);
  absl::StatusOr<VirtualRegister> Allocate(const ir::Var* var, int index, const TensorType& type);

  // What the code needs (needs.cc).
  void CollectNeeds();
  void NeedBinding(const ir::Binding& binding);
  void NeedChecks(const std::vector<ir::DimCheck>& checks);
  void NeedSymbols(const Dim& dim);
  bool IsNeeded(const ir::Var* var) const;

  const ir::MemoryPlan& plan_;
  const bool is_closure_target_;
  const ir::Function& source_;
  LowFunction* function_;
  CodeEmitter code_;
  std::unordered_map<const ir::Var*, Places> places_;
  std::vector<const ir::RegionPlan*> arenas_;  // open arenas, innermost last
  // Symbols that some code needs the value of; elements that are none of these are never read from memory.
  std::set<std::string, std::less<>> needed_symbols_;
  std::unordered_set<const ir::Var*> used_vars_;                         // operands and results
  std::vector<std::vector<std::pair<const ir::Var*, int>>> boxed_here_;  // boxes made in each open scope
};

// The slot kinds of values of `types`, one after the other; unboxed.
std::vector<SlotKind> SlotKindsOf(absl::Span<const Type> types);

// The instruction that does the operation: one for each.
Opcode SequenceOpcode(ir::SequenceOperation operation);

}  // namespace baton
