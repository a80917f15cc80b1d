// Data types and helpers for tests of objects, closures and cells.
#pragma once

#include "tests/exec/exec_fixture.h"

namespace baton::test {

inline constexpr SlotKind kO = SlotKind::kObject;
inline constexpr SlotKind kU = SlotKind::kFuture;
using Registers = std::vector<CodeRegister>;

// One for the calling thread alone, one with a worker, one with a worker that is offered all forks.
inline const std::vector<std::shared_ptr<Scheduler>>& Schedulers() {
  static const std::vector<std::shared_ptr<Scheduler>> all = {
      Scheduler::Create({.num_threads = 1}), Scheduler::Create({.num_threads = 2}),
      Scheduler::Create({.num_threads = 2, .fork_always = true})};
  return all;
}

inline Type IntegerType() {
  return Type(DType::kInt64, Shape());
}
inline Type VectorType() {
  return Type(DType::kFloat32, Shape{AnyDim()});
}
inline Type ListType(Type element) {
  return Type::Data("List", {std::move(element)});
}

// type List[A] { Nil, Cons(A, List[A]) }, and its object types for integers (in slots) and vectors.
struct ListTypes {
  explicit ListTypes(ExecutableBuilder* builder) {
    const Type a = Type::Variable("A");
    builder->Add(TypeDefinition{"List", {"A"}, {{"Nil", {}}, {"Cons", {a, ListType(a)}}}});
    nil = builder->Add(ObjectType{ListType(IntegerType()), 0, {}});
    cons = builder->Add(ObjectType{ListType(IntegerType()), 1, {kI, kO}});
    vector_nil = builder->Add(ObjectType{ListType(VectorType()), 0, {}});
    vector_cons = builder->Add(ObjectType{ListType(VectorType()), 1, {kT, kO}});
  }
  int nil, cons, vector_nil, vector_cons;
};

// main(n) = f(n) for a function over integers.
inline void AddIntegerMain(ExecFixture* fixture, int callee) {
  const int type = fixture->builder.Add(AllocType{DType::kInt64, {}});
  FunctionBuilder main("main", {kT}, {kT});
  const CodeRegister n = main.NewRegister(kI), out = main.NewRegister(kT);
  main.Append("GetElementI64", {n, main.parameter(0).Last(), 0});
  main.Append("Call", {callee, {n}, {n}});
  main.Append("MakeTensor", {out, type, {n}});
  main.Append("Return", {{out.Last()}});
  fixture->AddMain(std::move(main), 1, 1, DType::kInt64);
}

inline int64_t RunInteger(ExecFixture* fixture, int64_t n, const Limits& limits = {}) {
  return fixture->Run({Tensor::Scalar<int64_t>(n)}, limits)[0].values<int64_t>()[0];
}

// build(n) = Cons(1, Cons(2, ... Cons(n, Nil)))
inline int AddBuild(ExecFixture* fixture, const ListTypes& types) {
  FunctionBuilder f("build", {kI}, {kO});
  const CodeRegister n = f.parameter(0), list = f.NewRegister(kO);
  const CodeRegister one = f.NewRegister(kI), more = f.NewRegister(kB);
  const CodeLabel loop = f.NewLabel(), done = f.NewLabel();
  f.Append("LoadSmallInt", {one, 1});
  f.Append("MakeObject", {list, types.nil, Registers{}});
  f.Bind(loop);
  f.Append("LeI64", {more, one, n});
  f.Append("JumpIfNot", {more, done});
  f.Append("MakeObject", {list, types.cons, {n, list.Last()}});
  f.Append("SubI64", {n, n, one});
  f.Append("Jump", {loop});
  f.Bind(done);
  f.Append("Return", {{list.Last()}});
  return fixture->builder.Add(std::move(f).Build());
}

// sum(list), in a loop; `last` marks the last use of each cell.
inline int AddSum(ExecFixture* fixture, const ListTypes& types, bool last) {
  FunctionBuilder f("sum", {kO}, {kI});
  const CodeRegister list = f.parameter(0), x = f.NewRegister(kI), sum = f.NewRegister(kI);
  const CodeLabel loop = f.NewLabel(), done = f.NewLabel();
  f.Append("LoadSmallInt", {sum, 0});
  f.Bind(loop);
  f.Append("JumpIfNotTag", {list, 1, done});
  f.Append("GetFields", {last ? list.Last() : list, types.cons, {x, list}});
  f.Append("AddI64", {sum, sum, x});
  f.Append("Jump", {loop});
  f.Bind(done);
  f.Append("Return", {{sum}});
  return fixture->builder.Add(std::move(f).Build());
}

}  // namespace baton::test
