#include "tests/compiler/random_program.h"
#include "absl/strings/str_cat.h"

#include <map>
#include <random>
#include <string>

#include "tests/compiler/module_builder.h"

namespace baton {
namespace {

using Atoms = std::vector<ir::Atom>;
using Vars = std::vector<ir::Var*>;

Type Tensors(DType dtype, Dims dims) {
  return TensorType{dtype, Shape(std::move(dims))};
}

// The types of a program's values; there are no others.
const Type& Int() {
  static const auto& type = *new Type(Tensors(DType::kInt64, {}));
  return type;
}
const Type& Fixed() {
  static const auto& type = *new Type(Tensors(DType::kFloat32, {Dim(3)}));
  return type;
}
const Type& Open() {
  static const auto& type = *new Type(Tensors(DType::kFloat32, {AnyDim()}));
  return type;
}
const Type& List() {
  static const auto& type = *new Type(Type::Data("List", {Int()}));
  return type;
}
const Type& Pair() {
  static const auto& type = *new Type(Type::Tuple({Int(), Type::Tuple({Open(), Int()})}));
  return type;
}
const Type& Either() {
  static const auto& type = *new Type(Type::Data("Either", {}));
  return type;
}
const Type& Closure() {
  static const auto& type = *new Type(Type::Function({Int()}, Int()));
  return type;
}
const Type& Cell() {
  static const auto& type = *new Type(Type::Reference(Pair()));
  return type;
}

class Generator {
 public:
  explicit Generator(uint32_t seed) : random_(seed) {
    const Type a = Type::Variable("A");
    b_.module().AddTypeDefinition({"List", {"A"}, {{"Cons", {a, Type::Data("List", {a})}}, {"Nil", {}}}});
    b_.module().AddTypeDefinition(
        {"Either", {}, {{"Left", {Pair(), Open()}}, {"Right", {Fixed()}}, {"Neither", {}}}});
  }

  std::unique_ptr<ir::Module> Run() {
    for (const char* name : {"i", "k"}) Add(Int(), b_.Input(name, Int()));
    Add(Fixed(), b_.Input("x", Fixed()));
    Add(Open(), b_.Input("y", Tensors(DType::kFloat32, {Dim::Symbol("n")})));
    const Pools inputs = pools_;
    for (int i = 0, count = 2 + Pick(3); i < count; ++i) DefineFunction(i);
    pools_ = inputs;
    Statements(0, 10);
    Atoms results;
    for (const Type& type : {Int(), Fixed(), Open(), Int()}) results.push_back(Value(type, 0));
    ir::Var* pair = b_.Read(Value(Cell(), 0).var());
    ir::Var* inner = b_.Project(pair, 1);
    for (ir::Var* part : {b_.Project(pair, 0), b_.Project(inner, 0)}) results.push_back(part);
    return b_.Finish(results);
  }

 private:
  using Pools = std::map<std::string, Atoms>;  // by type as text

  uint32_t Pick(uint32_t n) { return static_cast<uint32_t>(random_()) % n; }
  Type AnyType() {
    const Type types[] = {Int(), Int(), Fixed(), Open(), List(), Pair(), Either(), Closure(), Cell()};
    return types[Pick(9)];
  }
  static bool IsOpen(const Type& type) { return type.is_tensor() && !type.tensor().shape.IsStatic(); }
  void Add(const Type& type, ir::Atom atom) {
    pools_[(IsOpen(type) ? Open() : type).ToString()].push_back(atom);
  }
  template <typename Body>
  Atoms Scoped(Body body) {
    const Pools outer = pools_;
    Atoms results = body();
    pools_ = outer;
    return results;
  }

  // A value of the type: one at hand, or a new one.
  ir::Atom Value(const Type& type, int depth) {
    const Atoms& pool = pools_[type.ToString()];
    if (!pool.empty() && (depth > 3 || Pick(4) != 0)) return pool[Pick(static_cast<uint32_t>(pool.size()))];
    const ir::Atom made = Make(type, depth + 1);
    Add(type, made);
    return made;
  }

  ir::Atom Make(const Type& type, int depth) {
    if (type == Int()) {
      if (Pick(2) == 0) return b_.Int(static_cast<int64_t>(Pick(7)) - 3);
      const char* const ops[] = {"add", "subtract", "multiply", "maximum"};
      return b_.Call(ops[Pick(4)], {Value(Int(), depth), Value(Int(), depth)});
    }
    if (type == Fixed()) {
      if (Pick(3) == 0) return b_.Const<float>({3}, {1, 2, static_cast<float>(Pick(5))});
      return b_.Call("add", {Value(Fixed(), depth), Value(Fixed(), depth)});
    }
    if (type == Open()) {
      const ir::Atom first = Value(Pick(2) == 0 ? Fixed() : Open(), depth);
      if (Pick(2) == 0) return b_.Call("negative", {first});
      return b_.Call("concatenate", {first, Value(Fixed(), depth)}, {{"axis", int64_t{0}}});
    }
    if (type == Pair()) {
      return b_.Tuple({Value(Int(), depth), b_.Tuple({Value(Open(), depth), Value(Int(), depth)})});
    }
    if (type == List()) {
      if (depth > 3 || Pick(3) == 0) return b_.Data(List(), 1, {});
      return b_.Data(List(), 0, {Value(Int(), depth), Value(List(), depth)});
    }
    if (type == Either()) {
      if (Pick(3) == 0) return b_.Data(Either(), 0, {Value(Pair(), depth), Value(Open(), depth)});
      return Pick(2) == 0 ? b_.Data(Either(), 1, {Value(Fixed(), depth)}) : b_.Data(Either(), 2, {});
    }
    if (type == Cell()) return b_.Reference(Value(Pair(), depth), Pair());
    return MakeClosure(depth);
  }

  ir::Atom MakeClosure(int depth) {
    ir::Function* function =
        b_.Declare("closure", {{"a", Int()}, {"list", List()}, {"cell", Cell()}, {"p", Int()}}, Int());
    b_.Define(function, [&](const Vars& params) {
      return InFunction(params, [&] {
        if (depth <= 2) Statements(depth + 2, 2);
        return Value(Int(), depth + 1);
      });
    });
    return b_.Closure(function, {Value(Int(), depth), Value(List(), depth), Value(Cell(), depth)});
  }

  // The body of a function sees its parameters only.
  template <typename Body>
  Atoms InFunction(const Vars& params, Body body) {
    const Pools outer = std::exchange(pools_, {});
    for (ir::Var* param : params) Add(param->type, param);
    const Atoms results = {body()};
    pools_ = outer;
    return results;
  }

  // f(fuel, values...): ends when there is no fuel left, else may call itself with less.
  void DefineFunction(int index) {
    std::vector<std::pair<std::string, Type>> params = {{"fuel", Int()}};
    for (uint32_t i = 0, count = Pick(4); i < count; ++i) {
      params.push_back({std::string(1, static_cast<char>('a' + i)), AnyParameterType(i)});
    }
    const Type result = AnyType();
    ir::Function* function = b_.Declare(absl::StrCat("f", index), params, result);
    b_.Define(function, [&](const Vars& vars) {
      return InFunction(vars, [&]() -> ir::Atom {
        return b_.If(
            b_.Call("greater", {vars[0], b_.Int(0)}),
            [&] { return Scoped([&] { return Atoms{Recursion(function, vars[0], result)}; }); },
            [&] { return Scoped([&] { return Atoms{Value(result, 0)}; }); });
      });
    });
    functions_.push_back(function);
  }

  // Symbols of a parameter's own.
  Type AnyParameterType(uint32_t index) {
    const Type type = AnyType();
    if (!(type == Open())) return type;
    return Tensors(DType::kFloat32, {Dim::Symbol(absl::StrCat("p", index))});
  }

  ir::Atom Recursion(ir::Function* function, ir::Var* fuel, const Type& result) {
    Statements(1, 3);
    ir::Var* less = b_.Call("subtract", {b_.Call("minimum", {fuel, b_.Int(3)}), b_.Int(1)});
    ir::Var* value = Call(function, less);
    if (Pick(2) == 0) return value;  // a tail call
    Add(result, value);
    Statements(1, 2);
    return Value(result, 0);
  }

  ir::Var* Call(ir::Function* function, ir::Atom fuel) {
    Atoms args = {fuel};
    for (size_t i = 1; i < function->body->params.size(); ++i) {
      const Type& type = function->body->params[i]->type;
      args.push_back(Value(IsOpen(type) ? Open() : type, 1));
    }
    return b_.Apply(function, std::move(args));
  }

  void Statements(int depth, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) Statement(depth);
  }

  void Statement(int depth) {
    switch (Pick(depth < 3 ? 8 : 4)) {
      case 0: {
        const Type type = AnyType();
        return Add(type, Make(type, depth));
      }
      case 1: {
        ir::Var* pair = Value(Pair(), depth).var();
        ir::Var* inner = b_.Project(pair, 1);
        Add(Int(), b_.Project(pair, 0));
        return Add(Open(), b_.Project(inner, 0));
      }
      case 2:
        b_.Write(Value(Cell(), depth), Value(Pair(), depth));
        return;
      case 3:
        return Add(Pair(), b_.Read(Value(Cell(), depth)));
      case 4:
        return Branch(depth);
      case 5:
        return MatchList(depth);
      case 6:
        return MatchEither(depth);
      default:
        break;
    }
    if (functions_.empty() || Pick(3) == 0) {
      return Add(Int(), b_.ApplyClosure(Value(Closure(), depth), {Value(Int(), depth)}));
    }
    ir::Function* function = functions_[Pick(static_cast<uint32_t>(functions_.size()))];
    Add(function->result_type, Call(function, b_.Int(static_cast<int64_t>(Pick(3)))));
  }

  Atoms Arm(const Type& type, int depth) {
    Statements(depth + 2, 2);
    return {Value(type, depth + 2)};
  }

  void Branch(int depth) {
    const Type type = AnyType();
    ir::Var* condition = b_.Call("less", {Value(Int(), depth), Value(Int(), depth)});
    const auto arm = [&] { return Scoped([&] { return Arm(type, depth); }); };
    Add(type, b_.If(condition, arm, arm));
  }

  void MatchList(int depth) {
    const Type type = AnyType();
    const ir::Atom list = Value(List(), depth);
    const auto cons = [&](const Vars& fields) {
      return Scoped([&] {
        Add(Int(), fields[0]);
        Add(List(), fields[1]);
        return Arm(type, depth);
      });
    };
    const auto rest = [&] { return Scoped([&] { return Arm(type, depth); }); };
    Add(type, b_.Match(list, {{2, cons}}, rest));
  }

  void MatchEither(int depth) {
    const Type type = AnyType();
    const ir::Atom either = Value(Either(), depth);
    const auto left = [&](const Vars& fields) {
      return Scoped([&] {
        Add(Pair(), fields[0]);
        Add(Open(), fields[1]);
        return Arm(type, depth);
      });
    };
    const auto right = [&](const Vars& fields) {
      return Scoped([&] {
        Add(Fixed(), fields[0]);
        return Arm(type, depth);
      });
    };
    const auto neither = [&](const Vars&) { return Scoped([&] { return Arm(type, depth); }); };
    Add(type, b_.Match(either, {{2, left}, {1, right}, {0, neither}}));
  }

  std::mt19937 random_;
  ModuleBuilder b_;
  Pools pools_;
  std::vector<ir::Function*> functions_;
};

}  // namespace

std::unique_ptr<ir::Module> RandomProgram(uint32_t seed) {
  return Generator(seed).Run();
}

std::vector<Tensor> RandomProgramInputs(uint32_t seed) {
  std::mt19937 random(seed);
  const auto number = [&] { return static_cast<int64_t>(random() % 9) - 4; };
  std::vector<float> y(random() % 4);
  for (float& value : y) value = static_cast<float>(number());
  const std::vector<int64_t> extent = {static_cast<int64_t>(y.size())};
  return {Tensor::Scalar(number()), Tensor::Scalar(number()), Tensor::FromValues<float>({3}, {1, -2, 3}),
          Tensor::FromValues<float>(extent, absl::Span<const float>(y))};
}

}  // namespace baton
