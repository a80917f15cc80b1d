#include "vm/bytecode/assembler.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <sstream>

#include "absl/strings/str_split.h"
#include "tests/support/sample_executable.h"
#include "vm/bytecode/disassembler.h"
#include "vm/bytecode/stack_code.h"
#include "vm/bytecode/verifier.h"

namespace baton {
namespace {

// What `text` assembles to; fails the test when it does not or the verifier refuses it.
Executable AssembleVerified(absl::string_view text) {
  absl::StatusOr<Executable> executable = Assemble(text);
  INFO(executable.status().ToString());
  REQUIRE(executable.ok());
  const absl::StatusOr<VerifiedExecutable> verified = Verify(*executable);
  INFO(verified.status().ToString());
  CHECK(verified.ok());
  return *std::move(executable);
}

// The executable of a text without anything else, as a listing that loses nothing.
std::string RoundTrip(const Executable& executable) {
  const absl::StatusOr<Executable> again = Assemble(Disassemble(executable, {.lossless = true}));
  INFO(again.status().ToString());
  REQUIRE(again.ok());
  return Disassemble(*again, {.lossless = true});
}

TEST_CASE("assembler: a program written by hand in register code", "[bytecode]") {
  const Executable executable = AssembleVerified(R"(
; Sums the numbers below n.
function sum(r0: i64) -> (i64)
  registers r1-r2: i64
      r1 = LoadSmallInt 0
      r2 = LoadSmallInt 0
  loop:
      JumpIfLe r0, r2 -> end
      r1 = AddI64 r1, r2   ; so far
      r2 = AddImm r2, 1
      Jump -> loop
  end:
      Return (r1)
)");
  FunctionBuilder f("sum", {SlotKind::kI64}, {SlotKind::kI64});
  const CodeRegister n = f.parameter(0);
  const CodeRegister sum = f.NewRegister(SlotKind::kI64), i = f.NewRegister(SlotKind::kI64);
  const CodeLabel loop = f.NewLabel(), end = f.NewLabel();
  f.Append(Opcode::kLoadSmallInt, {sum, 0});
  f.Append(Opcode::kLoadSmallInt, {i, 0});
  f.Bind(loop);
  f.Append(Opcode::kJumpIfLe, {n, i, end});
  f.Append(Opcode::kAddI64, {sum, sum, i});
  f.Append(Opcode::kAddImm, {i, i, 1});
  f.Append(Opcode::kJump, {loop});
  f.Bind(end);
  f.Append(Opcode::kReturn, {{sum}});
  const Function expected = std::move(f).Build();
  REQUIRE(executable.functions.size() == 1);
  CHECK(executable.functions[0].name == "sum");
  CHECK(executable.functions[0].code == expected.code);
  CHECK(executable.functions[0].register_kinds == expected.register_kinds);
  CHECK(executable.functions[0].num_parameters == 1);
  CHECK(executable.functions[0].result_kinds == expected.result_kinds);
}

TEST_CASE("assembler: a program written by hand in stack code", "[bytecode]") {
  const Executable executable = AssembleVerified(R"(
stack function up(0: i64) -> (i64)
  locals 1: i64
  stack 2
      LoadSmallInt 0
      LocalSet 1
  loop: LocalGet 1
      LocalGet 0
      JumpIfLt -> more
      LocalGet 1
      Return results: 1
  more: LocalGet 1
      AddImm 1
      LocalSet 1
      Jump -> loop
)");
  const Function& f = executable.functions.at(0);
  CHECK(f.code.empty());
  CHECK(f.stack.max_height == 2);
  CHECK(f.stack.local_kinds == std::vector<SlotKind>{SlotKind::kI64});
  const std::vector<uint8_t> expected = {0x06, 0, 0,    0x84, 1,  // 0: LoadSmallInt, LocalSet
                                         0x80, 1, 0x80, 0,    0x18, 19,   0, 0, 0,  // 5: loop
                                         0x80, 1, 0x14, 1,    0,                    // 14
                                         0x80, 1, 0x59, 1,    0,    0x84, 1,        // 19: more
                                         0x10, 5, 0,    0,    0};
  CHECK(f.stack.code == expected);
}

TEST_CASE("assembler: both encodings of a function belong together", "[bytecode]") {
  const Executable executable = AssembleVerified(R"(
function f(r0: i64) -> (i64)
  Call g (r0) -> (r0)
  Return (r0)
stack function f(0: i64) -> (i64)
  stack 1
  LocalGet 0
  Call g, args: 1, results: 1
  Return results: 1
function g(r0: i64) -> (i64)
  Return (r0)
stack function g(0: i64) -> (i64)
  stack 1
  LocalGet 0
  Return results: 1
)");
  REQUIRE(executable.functions.size() == 2);
  for (const Function& f : executable.functions) {
    CHECK(f.has_code(Dispatch::kRegister));
    CHECK(f.has_code(Dispatch::kStack));
  }
  CHECK(RoundTrip(executable) == Disassemble(executable, {.lossless = true}));
}

TEST_CASE("assembler: types, messages and signatures need no table", "[bytecode]") {
  const Executable executable = AssembleVerified(R"(
kernels
  relu(passed)
function f(r0: tensor, r1: object) -> (tensor)
  registers r2: i64, r3: tensor
  r2 = GetDim r0, 0
  CheckAtLeast r2, r2, "small"
  CheckEqual r2, r2, "other"
  CheckEqual r2, r2, "small"
  r3 = AllocTensor Tensor[(?), float32] (r2)
  CallKernel relu (r0!) -> (r3)
  CallClosure r1!, (tensor) -> (tensor) (r3!) -> (r3)
  Return (r3!)
)");
  CHECK(executable.messages == std::vector<std::string>{"small", "other"});
  CHECK(executable.types == std::vector<AllocType>{{DType::kFloat32, {kDynamicExtent}}});
  CHECK(executable.signatures == std::vector<Signature>{{{SlotKind::kTensor}, {SlotKind::kTensor}}});
}

TEST_CASE("assembler: numbers before instructions are labels, wherever they stand", "[bytecode]") {
  const Executable executable = AssembleVerified(R"(
function f() -> ()
   7  Jump -> 9
   8  Jump -> 7
   9  Return ()
)");
  CHECK(Disassemble(executable) == R"(function f#0() -> ()
    0  Jump -> 2
    1  Jump -> 0
    2  Return ()
)");
}

TEST_CASE("assembler: elements of constants in every notation", "[bytecode]") {
  const absl::StatusOr<Executable> executable = Assemble(R"(
constants
  k0: Tensor[(2, 2), int8] = [[1, -128], [127, 0]]
  k1: Tensor[(4), int8] = [1, -128, 127, 0]
  k2: Tensor[(3), float32] = [1e-07, -inf, 0x7fc00001]
  k3: Tensor[(), bool] = True
  k4: Tensor[(2, 0), float16] = [[], []]
  k5: Tensor[(2), uint64] = [18446744073709551615, 0]
)");
  REQUIRE(executable.ok());
  const std::vector<Tensor>& constants = executable->constants;
  CHECK(BitwiseEqual(constants[0], Tensor::FromValues<int8_t>({2, 2}, {1, -128, 127, 0})));
  CHECK(BitwiseEqual(constants[1], Tensor::FromValues<int8_t>({4}, {1, -128, 127, 0})));
  CHECK(BitwiseEqual(constants[2],
                     Tensor::FromValues<float>({3}, {1e-7f, -INFINITY, std::bit_cast<float>(0x7fc00001)})));
  CHECK(BitwiseEqual(constants[3], Tensor::Scalar(Bool(true))));
  CHECK(BitwiseEqual(constants[4], Tensor::FromValues<Float16>({2, 0}, {})));
  CHECK(BitwiseEqual(constants[5], Tensor::FromValues<uint64_t>({2}, {UINT64_MAX, 0})));
}

TEST_CASE("assembler: the example of the documentation is a program", "[bytecode]") {
  std::ifstream file(BATON_SOURCE_DIR "/docs/bytecode.md");
  const std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::vector<std::string> parts = absl::StrSplit(page, "```asm\n");
  REQUIRE(parts.size() == 2);
  const Executable executable = AssembleVerified(parts[1].substr(0, parts[1].find("```")));
  CHECK(executable.functions.size() == 1);
  CHECK(executable.holds(Dispatch::kRegister));
  CHECK(executable.holds(Dispatch::kStack));
}

TEST_CASE("assembler: an empty text is an empty program", "[bytecode]") {
  for (const char* text : {"", "\n", "; nothing", "  \t\r\n ; nothing\n\n"}) {
    CAPTURE(text);
    const absl::StatusOr<Executable> executable = Assemble(text);
    REQUIRE(executable.ok());
    CHECK(executable->functions.empty());
  }
}

TEST_CASE("assembler: what people wrote for fuzzing is accepted, and comes back", "[bytecode]") {
  for (const char* name : {"by_hand.s", "futures.s"}) {
    CAPTURE(name);
    std::ifstream file(absl::StrCat(BATON_SOURCE_DIR, "/tests/fuzz/seeds/assembler_fuzz/", name));
    REQUIRE(file.good());
    std::stringstream text;
    text << file.rdbuf();
    const Executable executable = AssembleVerified(text.str());
    const std::string listing = Disassemble(executable, {.lossless = true});
    CHECK(Disassemble(AssembleVerified(listing), {.lossless = true}) == listing);
  }
}

TEST_CASE("disassembler: a listing that loses nothing", "[bytecode]") {
  std::ifstream file(std::string(BATON_SOURCE_DIR) + "/tests/fuzz/seeds/assembler_fuzz/sample.s");
  REQUIRE(file.good());
  std::stringstream listing;
  listing << file.rdbuf();
  CHECK(Disassemble(SampleExecutable(), {.lossless = true}) == listing.str());
}

}  // namespace
}  // namespace baton
