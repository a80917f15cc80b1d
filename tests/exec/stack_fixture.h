// What the tests of stack code written by hand share.
#pragma once

#include "tests/exec/object_fixture.h"

namespace baton::test {

using Builder = StackFunctionBuilder;

inline void AddStackMain(ExecFixture* fixture, Builder function, int num_inputs, int num_outputs) {
  const int index = fixture->builder.Add(std::move(function).Build());
  fixture->AddEntry("main", index, std::vector<DType>(num_inputs, DType::kFloat32),
                    std::vector<DType>(num_outputs, DType::kFloat32));
}

// Tables for the programs of these tests.
struct Tables {
  explicit Tables(ExecFixture* fixture) : lists(&fixture->builder) {
    auto& b = fixture->builder;
    constant = b.Add(Floats({7}));
    vector = b.Add(AllocType{DType::kFloat32, {64}});
    scalar = b.Add(AllocType{DType::kFloat32, {}});
    message = b.AddMessage("message");
    fail = fixture->AddKernel("fail", 1);
    copy = fixture->AddKernel("copy", 1);
    takes_integer = b.Add(Signature{{kI}, {kT}});
    takes_tensor = b.Add(Signature{{kT}, {kT}});
  }
  ListTypes lists;
  int constant, vector, scalar, message, fail, copy, takes_integer, takes_tensor;
};

// Puts references of all sorts on the stack: of an input, a constant, a new tensor, an object, a closure of
// function 0 over a tensor, with a scalar between.
inline void PushReferences(Builder* f, const Tables& tables) {
  f->Append("LocalGet", {0});
  f->Append("LoadConst", {tables.constant});
  f->Append("AllocTensor", {tables.vector, 0});
  f->Append("LoadSmallInt", {3});
  f->Append("LocalGet", {0});
  f->Append("MakeObject", {tables.lists.vector_nil, 0});
  f->Append("MakeObject", {tables.lists.vector_cons, 2});
  f->Append("LocalGet", {0});
  f->Append("MakeClosure", {0, 1});
}
inline void PopReferences(Builder* f) {
  for (int i = 0; i < 2; ++i) f->Append("Release");
  f->Append("Drop");
  for (int i = 0; i < 3; ++i) f->Append("Release");
}

// first(a, b) = a: what closures of these tests capture one value for.
inline void AddFirst(ExecFixture* fixture) {
  Builder f("first", {kT, kT}, {kT});
  f.Append("LocalTake", {0});
  f.Append("Return", {1});
  fixture->builder.Add(std::move(f).Build());
}

}  // namespace baton::test
