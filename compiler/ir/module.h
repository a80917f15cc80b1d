// The IR: a Module of functions in A-normal form with structured regions. A region is a list of bindings and
// a result; `if` and `loop` hold nested regions, which see the values of the regions around them. A Module
// owns all of its nodes; pointers to them are borrowed and live as long as the Module. Passes edit regions in
// place.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/ir/pointees.h"
#include "compiler/ir/sequence_operation.h"
#include "ops/op_def.h"
#include "vm/core/dim.h"
#include "vm/core/source_location.h"
#include "vm/core/tensor.h"
#include "vm/core/type.h"

namespace baton::ir {

// A comparison of two Dims whose truth is not known at compile time.
struct DimCondition {
  enum class Comparison : uint8_t { kEqual, kLess, kLessEqual };
  Comparison comparison = Comparison::kEqual;
  Dim a, b;
  bool negated = false;
};

// What is known of one element of a small integer or bool tensor.
struct Element {
  std::variant<std::monostate, Dim, DimCondition> value;  // monostate: nothing
  bool known() const { return value.index() != 0; }
  const Dim* dim() const { return std::get_if<Dim>(&value); }
  const DimCondition* condition() const { return std::get_if<DimCondition>(&value); }
};

// A value: a parameter or the result of a binding. Names are hints for printing; identity is the pointer.
struct Var {
  int32_t id = 0;
  std::string name;
  Type type;
  // Element-wise knowledge, for integer and bool tensors with at most kMaxTrackedElements elements; set by
  // infer_types.
  std::optional<std::vector<Element>> elements;
  // The value lives as scalars in registers, one per element, not as a tensor; set by unbox_scalars.
  bool unboxed = false;
};
inline constexpr int64_t kMaxTrackedElements = 32;

// A tensor known at compile time.
struct Constant {
  int32_t id = 0;
  Tensor value;
};

// An operand: a Var, a Constant, or nothing (an absent optional input).
class Atom {
 public:
  Atom() = default;
  Atom(Var* var) : var_(var) {}                            // NOLINT
  Atom(const Constant* constant) : constant_(constant) {}  // NOLINT
  bool empty() const { return var_ == nullptr && constant_ == nullptr; }
  Var* var() const { return var_; }
  const Constant* constant() const { return constant_; }
  // Unknown for an empty atom.
  Type type() const;
  friend bool operator==(const Atom&, const Atom&) = default;

 private:
  Var* var_ = nullptr;
  const Constant* constant_ = nullptr;
};

struct Region;
struct Function;

// Calls an operator. One output: the value is a tensor; more: a tuple.
struct OpCall {
  const OpDef* op = nullptr;
  OpAttrs attrs;
  std::vector<Atom> args;
};
// A tuple of operands.
struct MakeTuple {
  std::vector<Atom> fields;
};
// Field `index` of a tuple.
struct Project {
  Atom tuple;
  int index = 0;
};
// Runs one of two regions; `condition` is a bool tensor of one element. The value is that region's results:
// the result itself when there is one, else a tuple.
struct If {
  Atom condition;
  Region* then_region = nullptr;
  Region* else_region = nullptr;
};
// carried := initial; while (condition_region(carried)) carried := body(carried). Both regions have one
// parameter per carried value. The value is the carried values: the value itself when there is one, else a
// tuple.
struct Loop {
  std::vector<Atom> initial;
  Region* condition = nullptr;  // one result: bool, one element
  Region* body = nullptr;       // results: the next carried values
};
// Calls a function of the module. The value is the function's result type.
struct Call {
  Function* callee = nullptr;
  std::vector<Atom> args;
};
// A closure of `function` over the values of its first parameters; its type has the parameters that are left.
struct MakeClosure {
  Function* function = nullptr;
  std::vector<Atom> captured;
};
struct CallClosure {
  Atom closure;
  std::vector<Atom> args;
};
// A value of a data type: constructor `constructor` of the definition of type.name().
struct MakeData {
  Type type;  // kData, without variables
  int constructor = 0;
  std::vector<Atom> fields;
};
// Runs the region of the value's constructor, with the fields as the region's parameters. The value is that
// region's results, as for If. The arms are sorted by constructor; what they leave open, `otherwise` takes
// (null when they are all).
struct MatchArm {
  int constructor = 0;
  Region* region = nullptr;
};
struct Match {
  Atom data;
  std::vector<MatchArm> arms;
  Region* otherwise = nullptr;
};
// Reference cells. A write's value is the unit tuple.
struct MakeReference {
  Atom content;
  Type type;  // kReference
};
struct ReadReference {
  Atom reference;
};
struct WriteReference {
  Atom reference;
  Atom content;
};
// Sequences: ordered lists of tensors of one element type, whose shapes may differ. They are values: what
// changes one gives another. The operations: sequence_operations.def.
struct SequenceOp {
  SequenceOperation operation = SequenceOperation::kMake;
  std::vector<Atom> args;
  // Of those that have them, SequenceAttribute.
  int64_t axis = 0;
  std::string what = {};  // with an axis: starts the messages of errors
  TensorType empty = {};  // the result without elements, as far as the elements' type does not say
};
// A call that may run beside what follows it, made by passes/parallelise.cc. The value is a future, which one
// Await of the same region takes; it goes nowhere else. Whatever the call does or fails with comes before
// what follows the Fork.
struct Fork {
  Function* callee = nullptr;
  std::vector<Atom> args;
  Dim work;  // about how many nanoseconds the call takes; 0: unknown. All symbols are defined
};
// The value of a forked call, as that of a Call.
struct Await {
  Atom future;
  Function* callee = nullptr;  // the Fork's
};
// Fails with a message when evaluated; the type is Never. Comes from code that type inference proved to fail
// but that need not be reached.
struct Raise {
  std::string message;
};

using Expr =
    std::variant<OpCall, MakeTuple, Project, If, Loop, Raise, Call, MakeClosure, CallClosure, MakeData, Match,
                 MakeReference, ReadReference, WriteReference, SequenceOp, Fork, Await>;

// A check that type inference could not prove, made before the binding is evaluated.
struct DimCheck {
  enum class Kind : uint8_t { kEqual, kBroadcast, kAtLeast };
  Kind kind = Kind::kEqual;
  Dim a, b;
  std::string what;  // "contraction extents of data and weight"
};

// A check that a tensor of statically unknown rank has the element type, rank and constant extents that are
// declared where it goes. Its other extents are symbols, which the DimChecks beside it may use and which mean
// nothing elsewhere.
struct TypeCheck {
  int operand = 0;  // index in Operands(binding.expr), or in the function's results
  int index = 0;    // of the tensor within the operand, when that is a tuple: counted through nested fields
  TensorType type;
  std::string what;  // "@f: argument %x"
};

struct Binding {
  Var* var = nullptr;
  Expr expr;
  int32_t location = 0;  // Module::locations
  // Made before the binding is evaluated, in this order; set by infer_types.
  std::vector<TypeCheck> type_checks = {};
  std::vector<DimCheck> checks = {};

  bool has_checks() const { return !type_checks.empty() || !checks.empty(); }
};

struct Region {
  std::vector<Var*> params;
  std::vector<Binding> bindings;
  std::vector<Atom> results;
  // True when evaluation always ends in a Raise, the last binding; then results are meaningless.
  bool diverges = false;
};

struct Function {
  std::string name;
  Region* body = nullptr;  // params: the function's
  // Of functions that are called: what calls give. Extents are those of the parameters, expressions in them,
  // or "?" (AnyDim). Unknown for entry points, whose results have the types that inference finds.
  Type result_type;
  // What inference could not prove of the results: made before the function returns.
  std::vector<TypeCheck> result_type_checks;
  std::vector<DimCheck> result_checks;
  // Entry points are what a user of the executable can run, never called by other functions; the names of
  // their inputs and outputs, one for each parameter and result. Outputs that are tuples are one output each.
  bool is_entry = false;
  std::vector<std::string> input_names;
  std::vector<std::string> output_names;
};

class Module {
 public:
  Module() { locations_.emplace_back(); }
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  Var* NewVar(absl::string_view name, Type type = {});
  const Constant* NewConstant(Tensor value);
  Region* NewRegion();
  Function* NewFunction(absl::string_view name);
  int32_t AddLocation(SourceLocation location);  // equal neighbours share an index
  const SourceLocation& location(int32_t index) const { return locations_[index]; }
  // Calls `visit` with the type of every Var and the result type of every function.
  void VisitTypes(const std::function<void(const Type&)>& visit) const;
  // A symbol that no Var had in its type when it was made, no reserved type and no earlier call has: "hint",
  // "hint_1", ...
  Dim FreshSymbol(absl::string_view hint, bool non_negative = true);

  void ReserveSymbols(const Type& type);

  // Algebraic data types, in the order in which they were added. Names of types and of constructors are
  // unique.
  void AddTypeDefinition(TypeDefinition definition);
  const std::deque<TypeDefinition>& type_definitions() const { return type_definitions_; }
  // Null when there is none.
  const TypeDefinition* FindTypeDefinition(absl::string_view name) const;

  Pointees<Function, Function*> functions() { return Pointees<Function, Function*>(functions_); }
  Pointees<const Function, Function*> functions() const {
    return Pointees<const Function, Function*>(functions_);
  }
  // Takes functions that nobody calls out of functions(); the others keep their order.
  // Puts functions() in the order of `key`; equals keep theirs.
  void OrderFunctions(const std::function<int64_t(const Function&)>& key);
  void RemoveFunctions(const std::function<bool(const Function&)>& is_unused);
  std::vector<std::pair<std::string, std::string>>& metadata() { return metadata_; }
  const std::vector<std::pair<std::string, std::string>>& metadata() const { return metadata_; }

 private:
  std::deque<Var> vars_;
  std::deque<Constant> constants_;
  std::deque<Region> regions_;
  std::deque<Function> all_functions_;  // removed ones too: pointers to them stay valid
  std::vector<Function*> functions_;
  std::deque<TypeDefinition> type_definitions_;
  std::map<std::string, const TypeDefinition*, std::less<>> definitions_by_name_;
  std::vector<SourceLocation> locations_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  std::map<std::string, int> symbol_counts_;  // next number by hint
  std::set<std::string> symbols_;             // all in use
};

// The types of the fields of a constructor of `type`, with "?" for extents that are no constants. REQUIRES:
// `type` is data of a definition of the module.
std::vector<Type> FieldTypes(const Module& module, const Type& type, int constructor);

// Calls `visit` with every symbol that is, as it stands, an extent or an element of the value: from these its
// value can be read at run time, so the first Var in evaluation order to have a symbol defines it.
void VisitBareSymbols(const Var& var, const std::function<void(absl::string_view)>& visit);

// The operands of an expression, not entering regions.
std::vector<Atom*> Operands(Expr* expr);
// The regions directly inside an expression.
std::vector<Region*> Regions(const Expr& expr);
// True when the regions take and give what the loop carries. One that diverges need not give anything.
bool RegionsFit(const Loop& loop);

}  // namespace baton::ir
