#include "vm/bytecode/disassembler.h"

#include <catch2/catch.hpp>

#include "tests/support/sample_executable.h"

namespace baton {
namespace {

TEST_CASE("disassembler: a whole program", "[bytecode]") {
  CHECK(Disassemble(SampleExecutable()) == R"(constants
  k0: Tensor[(4), float32] = [1, 2, 3, 4]
  k1: Tensor[(2, 3), int64]
  k2: Tensor[(4), float32] = [1, 2, 3, 4]
  k3: Tensor[(0, 7), float32]
  k4: Tensor[(), bool] = True
kernels
  add#0(passed, k0)
  everything#1(absent, k1, flag=True, axis=-1, epsilon=-0f64, mode="linear\x00x", to="bfloat16", pads=[0, 1, -9223372036854775808], scales=[0.5f64, -0f64, nanf64], names=["", "a"], none=[]) -> 3
data types
  List[A] { Nil, Cons(A, List[A]) }
  extern Opaque
  Every[A, B] { Every(fn ((Tensor[(?, 3), float16], Tensor[*, bool], ref(List[A]), ()), A) -> B) }
entry points
  main(x: Tensor[(rows, 4), float32]) -> (y: Tensor[(rows, 4), float32]) = main#1
  any(x: Tensor[*, float32]) -> (y: Tensor[(4*rows + 1, floordiv(rows, 2)), float32]) = main#1
  append(list: List[Tensor[(), int64]]) -> (longer: List[Tensor[(), int64]]) = append_seven#3
metadata
  model: sample
  producer: test

function countdown#0(r0: tensor, r1: i64) -> (tensor)
  ; registers r0: tensor, r1-r3: i64, r4: bool
    0  r2 = LoadSmallInt 0
    1  r3 = LoadInt 1
    3  r4 = LeI64 r1, r2
    4  JumpIf r4 -> 7
    5  r1 = SubI64 r1, r3
    6  Jump -> 3
    7  Return (r0!)

function main#1(r0: tensor) -> (tensor)
  ; registers r0: tensor, r1-r2: i64, r3: f64, r4: tensor
  ; node 'check' (Shape) in m.onnx
    0  r1 = GetDim r0, 0
    1  r2 = LoadInt 1099511627776
    3  CheckAtLeast r2, r1, "x has too many rows"
  ; node 'sum' (Add) in m.onnx
    5  r3 = LoadFloat 0.5
    7  r4 = AllocTensor Tensor[(?, 4), float32] (r1)
    9  CallKernel add#0 (r0!) -> (r4)
   11  Call countdown#0 (r4!, r1) -> (r4)
   13  Return (r4!)

function append#2(r0: i64, r1: object) -> (object)
  ; registers r0: i64, r1-r2: object, r3: i64
    0  r2 = MakeObject ref((Tensor[(), int64], List[Tensor[(), int64]])) (r0, r1)
    2  SetFields r2, ref((Tensor[(), int64], List[Tensor[(), int64]])) (r0, r1!)
    4  GetFields r2!, ref((Tensor[(), int64], List[Tensor[(), int64]])) (r0, r1)
    6  JumpIfNotTag r1, 1 -> 17
    8  GetFields r1!, List[Tensor[(), int64]].Cons (r3, r1)
   10  r2 = MakeClosure append#2 (r0)
   12  CallClosure r2!, (object) -> (object) (r1!) -> (r1)
   14  r1 = MakeObject List[Tensor[(), int64]].Cons (r3, r1!)
   16  Return (r1!)
   17  r1 = MakeObject List[Tensor[(), int64]].Cons (r0, r1!)
   19  Return (r1!)

function append_seven#3(r0: object) -> (object)
  ; registers r0: object, r1: i64
    0  r1 = LoadSmallInt 7
    1  TailCall append#2 (r1, r0!)
)");
}

TEST_CASE("disassembler: without offsets only jump targets are numbered", "[bytecode]") {
  CHECK(DisassembleFunction(SampleExecutable(), 0, {.offsets = false}) ==
        R"(function countdown#0(r0: tensor, r1: i64) -> (tensor)
  ; registers r0: tensor, r1-r3: i64, r4: bool
       r2 = LoadSmallInt 0
       r3 = LoadInt 1
    3  r4 = LeI64 r1, r2
       JumpIf r4 -> 7
       r1 = SubI64 r1, r3
       Jump -> 3
    7  Return (r0!)
)");
}

TEST_CASE("disassembler: source lines can be left out", "[bytecode]") {
  const std::string text = DisassembleFunction(SampleExecutable(), 1, {.source_lines = false});
  CHECK(text.find("m.onnx") == std::string::npos);
  CHECK(text.find("GetDim") != std::string::npos);
}

TEST_CASE("disassembler: element types are named, not numbered", "[bytecode]") {
  ExecutableBuilder program;
  FunctionBuilder f("f", {SlotKind::kI64, SlotKind::kF64}, {});
  f.Append(Opcode::kWrapI64, {f.parameter(0), f.parameter(0), static_cast<int>(DType::kInt8)});
  f.Append(Opcode::kRoundF64, {f.parameter(1), f.parameter(1), static_cast<int>(DType::kFloat16)});
  program.Add(std::move(f).Build());
  const std::string text = Disassemble(std::move(program).Build());
  CHECK_THAT(text,
             Catch::Contains("r0 = WrapI64 r0, int8\n") && Catch::Contains("r1 = RoundF64 r1, float16\n"));
}

TEST_CASE("disassembler: damaged code is shown as far as it goes", "[bytecode]") {
  Executable executable;
  Function f;
  f.name = "bad";
  f.code = {0x01EE, 1, 2, 3, 0x0102, 5, 9, 0, 0x0110, 99, 0, 0, 0x0115, 7, 0, 0, 0x0120, 1};
  executable.functions.push_back(f);
  CHECK(Disassemble(executable) == R"(function bad#0() -> ()
    0  ? 01ee 0001 0002 0003  ; there is no opcode 0xEE
    1  r5 = LoadConst k9
    2  Jump -> 99
    3  Raise message#7
    4  ? 0120 0001  ; AddI64: has 1 words, the code ends after 0
)");
}

TEST_CASE("disassembler: names and messages are escaped and cut", "[bytecode]") {
  ExecutableBuilder program;
  FunctionBuilder f("f", {}, {});
  f.Append(Opcode::kRaise, {0});
  program.Add(std::move(f).Build());
  program.AddMessage("\x1b" + std::string(1000, 'm'));
  const std::string text = Disassemble(std::move(program).Build());
  CHECK_THAT(text, Catch::Contains("Raise \"\\033" + std::string(99, 'm') + "...\"\n"));
}

}  // namespace
}  // namespace baton
