// A program that takes as much memory as it is told to.
#pragma once

#include <utility>
#include <vector>

#include "tests/exec/exec_fixture.h"

namespace baton::test {

// main([n, bytes]): a tensor of n floats beside an arena of that many bytes.
inline void AddSizedProgram(ExecFixture* fixture) {
  const int type = fixture->builder.Add(AllocType{DType::kFloat32, {kDynamicExtent}});
  FunctionBuilder f("main", {kT}, {});
  const CodeRegister n = f.NewRegister(kI), bytes = f.NewRegister(kI), out = f.NewRegister(kT);
  f.Append("GetElementI64", {n, f.parameter(0), 0});
  f.Append("GetElementI64", {bytes, f.parameter(0), 1});
  f.Append("EnterArena", {bytes});
  f.Append("AllocTensor", {out, type, {n}});
  f.Append("LeaveArena", {});
  f.Append("Return", {std::vector<CodeRegister>{}});
  fixture->AddEntry("main", fixture->builder.Add(std::move(f).Build()), {DType::kInt64}, {});
}

}  // namespace baton::test
