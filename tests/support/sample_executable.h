// A small executable that uses every table: constants, kernels with attributes of all kinds, types, data
// types, object types, signatures, messages, locations, functions, entry points with symbolic dimensions and
// with data, metadata.
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

// type List[A] { Nil, Cons(A, List[A]) }; an opaque type; one with every kind of type in its fields.
inline void AddSampleTypes(ExecutableBuilder* program) {
  const Type a = Type::Variable("A"), list = Type::Data("List", {a});
  const Type integer(DType::kInt64, Shape());
  program->Add(TypeDefinition{"List", {"A"}, {{"Nil", {}}, {"Cons", {a, list}}}});
  program->Add(TypeDefinition{"Opaque", {}, {}, /*is_extern=*/true});
  const Type every =
      Type::Tuple({Type(DType::kFloat16, Shape{AnyDim(), 3}), Type(DType::kBool, Shape::Unranked()),
                   Type::Reference(list), Type::Tuple({})});
  program->Add(
      TypeDefinition{"Every", {"A", "B"}, {{"Every", {Type::Function({every, a}, Type::Variable("B"))}}}});
  const Type integers = Type::Data("List", {integer});
  program->Add(ObjectType{integers, 0, {}});
  program->Add(ObjectType{integers, 1, {SlotKind::kI64, SlotKind::kObject}});
  program->Add(
      ObjectType{Type::Reference(Type::Tuple({integer, integers})), 0, {SlotKind::kI64, SlotKind::kObject}});
  program->Add(Signature{{SlotKind::kObject}, {SlotKind::kObject}});
  program->Add(Signature{});
}

// append(n, list): the list with n at its end, through a cell and a closure.
inline Function AppendFunction(int self) {
  FunctionBuilder f("append", {SlotKind::kI64, SlotKind::kObject}, {SlotKind::kObject});
  const CodeRegister n = f.parameter(0), list = f.parameter(1);
  const CodeRegister other = f.NewRegister(SlotKind::kObject), head = f.NewRegister(SlotKind::kI64);
  const CodeLabel empty = f.NewLabel();
  f.Append(Opcode::kMakeObject, {other, 2, {n, list}});
  f.Append(Opcode::kSetFields, {other, 2, {n, list.Last()}});
  f.Append(Opcode::kGetFields, {other.Last(), 2, {n, list}});
  f.Append(Opcode::kJumpIfNotTag, {list, 1, empty});
  f.Append(Opcode::kGetFields, {list.Last(), 1, {head, list}});
  f.Append(Opcode::kMakeClosure, {other, self, {n}});
  f.Append(Opcode::kCallClosure, {other.Last(), 0, {list.Last()}, {list}});
  f.Append(Opcode::kMakeObject, {list, 1, {head, list.Last()}});
  f.Append(Opcode::kReturn, {{list.Last()}});
  f.Bind(empty);
  f.Append(Opcode::kMakeObject, {list, 1, {n, list.Last()}});
  f.Append(Opcode::kReturn, {{list.Last()}});
  return std::move(f).Build();
}

inline Function AppendSevenFunction(int append) {
  FunctionBuilder f("append_seven", {SlotKind::kObject}, {SlotKind::kObject});
  const CodeRegister n = f.NewRegister(SlotKind::kI64);
  f.Append(Opcode::kLoadSmallInt, {n, 7});
  f.Append(Opcode::kTailCall, {append, {n, f.parameter(0).Last()}});
  return std::move(f).Build();
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
  AddSampleTypes(&program);
  const int append = program.Add(AppendFunction(main + 1));
  const int append_seven = program.Add(AppendSevenFunction(append));
  const Type list = Type::Data("List", {Type(DType::kInt64, Shape())});
  program.Add(EntryPoint{"append", append_seven, {{"list", list}}, {{"longer", list}}});
  Executable executable = std::move(program).Build();
  executable.metadata = {{"model", "sample"}, {"producer", "test"}};
  return executable;
}

}  // namespace baton
