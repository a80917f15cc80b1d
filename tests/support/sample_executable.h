// A small executable that uses every table: constants, kernels with attributes of all kinds, types, messages,
// locations, two functions, an entry point with symbolic dimensions, metadata.
#pragma once

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "vm/bytecode/builder.h"

namespace baton {

// Counts `n` down to 0 and returns the tensor it was given.
inline Function CountdownFunction() {
  FunctionBuilder f("countdown", {SlotKind::kTensor, SlotKind::kI64}, {SlotKind::kTensor});
  const CodeRegister zero = f.NewRegister(SlotKind::kI64);
  const CodeRegister one = f.NewRegister(SlotKind::kI64);
  const CodeRegister done = f.NewRegister(SlotKind::kBool);
  const CodeLabel loop = f.NewLabel(), end = f.NewLabel();
  f.Append(Opcode::kLoadSmallInt, {zero, 0});
  f.Append(Opcode::kLoadInt, {one, 1});
  f.Bind(loop);
  f.Append(Opcode::kLeI64, {done, f.parameter(1), zero});
  f.Append(Opcode::kJumpIf, {done, end});
  f.Append(Opcode::kSubI64, {f.parameter(1), f.parameter(1), one});
  f.Append(Opcode::kJump, {loop});
  f.Bind(end);
  f.Append(Opcode::kReturn, {{f.parameter(0).Last()}});
  return std::move(f).Build();
}

// main(x) = add(x, constant), then through countdown with the extent of x.
inline Function SampleMain(int countdown) {
  FunctionBuilder f("main", {SlotKind::kTensor}, {SlotKind::kTensor});
  const CodeRegister x = f.parameter(0);
  const CodeRegister n = f.NewRegister(SlotKind::kI64);
  const CodeRegister limit = f.NewRegister(SlotKind::kI64);
  const CodeRegister scale = f.NewRegister(SlotKind::kF64);
  const CodeRegister sum = f.NewRegister(SlotKind::kTensor);
  f.SetLocation(0);
  f.Append(Opcode::kGetDim, {n, x, 0});
  f.Append(Opcode::kLoadInt, {limit, int64_t{1} << 40});
  f.Append(Opcode::kCheckAtLeast, {limit, n, 0});
  f.SetLocation(1);
  f.Append(Opcode::kLoadFloat, {scale, 0.5});
  f.Append(Opcode::kAllocTensor, {sum, 0, {n}});
  f.Append(Opcode::kCallKernel, {0, {x.Last()}, {sum}});
  f.Append(Opcode::kCall, {countdown, {sum.Last(), n}, {sum}});
  f.Append(Opcode::kReturn, {{sum.Last()}});
  return std::move(f).Build();
}

inline Attributes SampleAttributes() {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  return {{"flag", true},
          {"axis", int64_t{-1}},
          {"epsilon", -0.0},
          {"mode", std::string("linear\0x", 8)},
          {"to", DType::kBFloat16},
          {"pads", std::vector<int64_t>{0, 1, INT64_MIN}},
          {"scales", std::vector<double>{0.5, -0.0, nan}},
          {"names", std::vector<std::string>{"", "a"}},
          {"none", std::vector<int64_t>{}}};
}

inline Executable SampleExecutable() {
  ExecutableBuilder program;
  program.Add(Tensor::FromValues<float>({4}, {1, 2, 3, 4}));
  program.Add(Tensor::FromValues<int64_t>({2, 3}, {1, 2, 3, 4, 5, 6}));
  program.Add(Tensor::FromValues<float>({4}, {1, 2, 3, 4}));
  program.Add(Tensor::FromValues<float>({0, 7}, {}));
  program.Add(Tensor::Scalar(Bool(true)));
  program.Add(KernelReference{"add", {}, {KernelReference::kPassed, 0}, 1});
  program.Add(KernelReference{"everything", SampleAttributes(), {KernelReference::kAbsent, 1}, 3});
  program.Add(AllocType{DType::kFloat32, {kDynamicExtent, 4}});
  program.Add(AllocType{DType::kUInt8, {}});
  program.AddMessage("x has too many rows");
  program.AddMessage("");
  program.Add(SourceLocation{"m.onnx", "check", "Shape", 0, 0});
  program.Add(SourceLocation{"m.onnx", "sum", "Add", 0, 0});
  const int countdown = program.Add(CountdownFunction());
  const int main = program.Add(SampleMain(countdown));
  const Dim rows = Dim::Symbol("rows");
  program.Add(EntryPoint{"main",
                         main,
                         {{"x", {DType::kFloat32, Shape{rows, 4}}}},
                         {{"y", {DType::kFloat32, Shape{rows + 0 * rows, 4}}}}});
  program.Add(EntryPoint{"any",
                         main,
                         {{"x", {DType::kFloat32, Shape::Unranked()}}},
                         {{"y", {DType::kFloat32, Shape{4 * rows + 1, FloorDiv(rows, 2)}}}}});
  Executable executable = std::move(program).Build();
  executable.metadata = {{"model", "sample"}, {"producer", "test"}};
  return executable;
}

}  // namespace baton
