#include "tests/compiler/evaluator.h"

#include <map>

#include "ops/registry.h"
#include "vm/core/status.h"

namespace baton {
namespace {

using Value = EvaluatorValue;
using Values = EvaluatorValues;
using Kind = EvaluatorValue::Kind;

// One call of a function.
class Evaluator {
 public:
  absl::StatusOr<Values> Region(const ir::Region& region) {
    for (const ir::Binding& binding : region.bindings) {
      BATON_ASSIGN_OR_RETURN(values_[binding.var], Evaluate(binding));
    }
    Values results;
    for (const ir::Atom& result : region.results) results.push_back(ValueOf(result));
    return results;
  }
  void Set(const ir::Var* var, Value value) { values_[var] = std::move(value); }

 private:
  Value ValueOf(const ir::Atom& atom) {
    if (atom.empty()) return Value();
    return atom.constant() != nullptr ? Value(atom.constant()->value) : values_.at(atom.var());
  }
  Values ValuesOf(const std::vector<ir::Atom>& atoms) {
    Values values;
    for (const ir::Atom& atom : atoms) values.push_back(ValueOf(atom));
    return values;
  }
  // One result is the value itself, several make a tuple.
  static absl::StatusOr<Value> Joined(absl::StatusOr<Values> results) {
    BATON_RETURN_IF_ERROR(results.status());
    return results->size() == 1 ? results->front() : Value::Of(Kind::kTuple, *std::move(results));
  }

  absl::StatusOr<Value> Evaluate(const ir::Binding& binding) {
    return std::visit([this](const auto& expr) -> absl::StatusOr<Value> { return Evaluate(expr); },
                      binding.expr);
  }

  absl::StatusOr<Value> Evaluate(const ir::OpCall& call) {
    std::vector<Tensor> inputs;
    for (const Value& value : ValuesOf(call.args)) inputs.push_back(value.tensor);
    BATON_ASSIGN_OR_RETURN(std::vector<Tensor> outputs,
                           RunOp(*call.op, call.attrs, inputs, {.portable_only = true}));
    const bool is_tuple = call.op->outputs.size() > 1 || call.op->variadic_outputs;
    if (!is_tuple) return Value(outputs[0]);
    return Value::Of(Kind::kTuple, {outputs.begin(), outputs.end()});
  }
  absl::StatusOr<Value> Evaluate(const ir::MakeTuple& tuple) {
    return Value::Of(Kind::kTuple, ValuesOf(tuple.fields));
  }
  absl::StatusOr<Value> Evaluate(const ir::Project& project) {
    return ValueOf(project.tuple).parts->at(project.index);
  }
  absl::StatusOr<Value> Evaluate(const ir::If& branch) {
    return Joined(Region(Truth(ValueOf(branch.condition)) ? *branch.then_region : *branch.else_region));
  }
  absl::StatusOr<Value> Evaluate(const ir::Raise& raise) { return absl::InvalidArgumentError(raise.message); }
  absl::StatusOr<Value> Evaluate(const ir::Loop& loop) {
    Values carried = ValuesOf(loop.initial);
    while (true) {
      for (size_t i = 0; i < carried.size(); ++i) Set(loop.condition->params[i], carried[i]);
      BATON_ASSIGN_OR_RETURN(Values go_on, Region(*loop.condition));
      if (!Truth(go_on[0])) return Joined(carried);
      for (size_t i = 0; i < carried.size(); ++i) Set(loop.body->params[i], carried[i]);
      BATON_ASSIGN_OR_RETURN(carried, Region(*loop.body));
    }
  }
  absl::StatusOr<Value> Evaluate(const ir::Call& call) {
    return Joined(EvaluateFunction(*call.callee, ValuesOf(call.args)));
  }
  absl::StatusOr<Value> Evaluate(const ir::Fork& fork) {
    return Joined(EvaluateFunction(*fork.callee, ValuesOf(fork.args)));
  }
  absl::StatusOr<Value> Evaluate(const ir::Await& await) { return ValueOf(await.future); }
  absl::StatusOr<Value> Evaluate(const ir::MakeClosure& closure) {
    return Value::Of(Kind::kClosure, ValuesOf(closure.captured), 0, closure.function);
  }
  absl::StatusOr<Value> Evaluate(const ir::CallClosure& call) {
    const Value closure = ValueOf(call.closure);
    Values arguments = *closure.parts;
    for (Value& value : ValuesOf(call.args)) arguments.push_back(std::move(value));
    return Joined(EvaluateFunction(*closure.function, std::move(arguments)));
  }
  absl::StatusOr<Value> Evaluate(const ir::MakeData& data) {
    return Value::Of(Kind::kData, ValuesOf(data.fields), data.constructor);
  }
  absl::StatusOr<Value> Evaluate(const ir::Match& match) {
    const Value data = ValueOf(match.data);
    for (const ir::MatchArm& arm : match.arms) {
      if (arm.constructor != data.constructor) continue;
      for (size_t i = 0; i < data.parts->size(); ++i) Set(arm.region->params[i], (*data.parts)[i]);
      return Joined(Region(*arm.region));
    }
    return Joined(Region(*match.otherwise));
  }
  absl::StatusOr<Value> Evaluate(const ir::MakeReference& cell) {
    return Value::Of(Kind::kCell, {ValueOf(cell.content)});
  }
  absl::StatusOr<Value> Evaluate(const ir::ReadReference& read) {
    return ValueOf(read.reference).parts->front();
  }
  absl::StatusOr<Value> Evaluate(const ir::WriteReference& write) {
    ValueOf(write.reference).parts->front() = ValueOf(write.content);
    return Value::Of(Kind::kTuple, {});
  }

  absl::StatusOr<Value> Evaluate(const ir::SequenceOp& sequence) {
    using Operation = ir::SequenceOperation;
    const Values args = ValuesOf(sequence.args);
    if (sequence.operation == Operation::kMake) return Value::Of(Kind::kSequence, args);
    Values elements = *args[0].parts;
    const auto length = static_cast<int64_t>(elements.size());
    if (sequence.operation == Operation::kLength) return Value(Tensor::Scalar(length));
    if (sequence.operation == Operation::kConcat || sequence.operation == Operation::kStack)
      return JoinElements(sequence, elements);
    int64_t position = length;
    if (sequence.operation != Operation::kAppend) {
      BATON_ASSIGN_OR_RETURN(position, Position(args.back(), length));
    }
    const bool inserts = sequence.operation == Operation::kAppend || sequence.operation == Operation::kInsert;
    if (position < 0 || position >= length + (inserts ? 1 : 0))
      return absl::InvalidArgumentError("position outside the sequence");
    if (sequence.operation == Operation::kAt) return elements[position];
    if (inserts) elements.insert(elements.begin() + position, args[1]);
    if (sequence.operation == Operation::kErase) elements.erase(elements.begin() + position);
    return Value::Of(Kind::kSequence, std::move(elements));
  }
  static absl::StatusOr<int64_t> Position(const Value& value, int64_t length) {
    BATON_ASSIGN_OR_RETURN(const Tensor wide, Apply("cast", {{"dtype", DType::kInt64}}, {value.tensor}));
    const int64_t position = wide.values<int64_t>()[0];
    return position < 0 ? position + length : position;
  }
  static absl::StatusOr<Value> JoinElements(const ir::SequenceOp& join, const Values& elements) {
    std::vector<Tensor> tensors;
    for (const Value& element : elements) {
      tensors.push_back(element.tensor);
      if (join.operation == ir::SequenceOperation::kConcat) continue;
      const Tensor axis = Tensor::FromValues<int64_t>({1}, {join.axis});
      BATON_ASSIGN_OR_RETURN(tensors.back(), Apply("unsqueeze", {}, {element.tensor, axis}));
    }
    if (tensors.empty()) return absl::InvalidArgumentError("the sequence is empty");
    BATON_ASSIGN_OR_RETURN(const Tensor joined, Apply("concatenate", {{"axis", join.axis}}, tensors));
    return Value(joined);
  }
  static absl::StatusOr<Tensor> Apply(absl::string_view op, const Attributes& attributes,
                                      std::vector<Tensor> inputs) {
    const OpDef& def = *FindOp(op);
    BATON_ASSIGN_OR_RETURN(const OpAttrs attrs, def.ParseAttrs(attributes));
    BATON_ASSIGN_OR_RETURN(std::vector<Tensor> outputs, RunOp(def, attrs, inputs, {.portable_only = true}));
    return outputs[0];
  }

  static bool Truth(const Value& value) { return static_cast<bool>(value.tensor.values<Bool>()[0]); }

  std::map<const ir::Var*, Value> values_;
};

}  // namespace

EvaluatorValue EvaluatorValue::Of(Kind kind, std::vector<EvaluatorValue> parts, int constructor,
                                  const ir::Function* function) {
  EvaluatorValue value;
  value.kind = kind;
  value.parts = std::make_shared<std::vector<EvaluatorValue>>(std::move(parts));
  value.constructor = constructor;
  value.function = function;
  return value;
}

absl::StatusOr<EvaluatorValues> EvaluateFunction(const ir::Function& function, EvaluatorValues arguments) {
  Evaluator evaluator;
  for (size_t i = 0; i < arguments.size(); ++i) {
    evaluator.Set(function.body->params[i], std::move(arguments[i]));
  }
  return evaluator.Region(*function.body);
}

absl::StatusOr<std::vector<Tensor>> Evaluate(const ir::Module& module, absl::Span<const Tensor> inputs) {
  BATON_ASSIGN_OR_RETURN(EvaluatorValues values,
                         EvaluateFunction(module.functions().front(), {inputs.begin(), inputs.end()}));
  std::vector<Tensor> tensors;
  for (const EvaluatorValue& value : values) tensors.push_back(value.tensor);
  return tensors;
}

}  // namespace baton
