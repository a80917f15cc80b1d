// Texts that the assembler refuses, and what it says.
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/sample_executable.h"
#include "vm/bytecode/assembler.h"
#include "vm/bytecode/disassembler.h"

namespace baton {
namespace {

// The message for a text that is refused, without "assembly: ".
std::string Refusal(absl::string_view text) {
  const absl::StatusOr<Executable> executable = Assemble(text);
  if (executable.ok()) return "ok";
  CHECK(executable.status().code() == absl::StatusCode::kInvalidArgument);
  const std::string message(executable.status().message());
  REQUIRE(absl::StartsWith(message, "assembly: line "));
  return message.substr(10);
}
// Of a line in a function of two i64 and a tensor parameter.
std::string LineRefusal(absl::string_view line) {
  return Refusal(absl::StrCat("function f(r0: i64, r1: i64, r2: tensor) -> ()\n", line, "\n"));
}
std::string StackRefusal(absl::string_view line) {
  return Refusal(absl::StrCat("stack function f(0: i64, 1: i64) -> ()\n", line, "\n"));
}

TEST_CASE("assembler errors: instructions", "[bytecode]") {
  CHECK(LineRefusal(" Jmp -> 1") ==
        "line 2, column 2: found 'Jmp', expected an instruction of register code");
  CHECK(LineRefusal(" LocalGet 0") ==
        "line 2, column 2: found 'LocalGet', expected an instruction of register code");
  CHECK(StackRefusal(" Move") == "line 2, column 2: found 'Move', expected an instruction of stack code");
  CHECK(LineRefusal(" r0 = AddI64 r1") == "line 2, column 16: the line ends, expected ','");
  CHECK(LineRefusal(" r0 = AddI64 r1, r2, r3") ==
        "line 2, column 20: found ',', expected the end of the line");
  CHECK(LineRefusal(" AddI64 r1, r2") == "line 2, column 2: AddI64 needs 'r = ' before it");
  CHECK(LineRefusal(" r1 = Return ()") == "line 2, column 2: Return has no 'r = ' before it");
  CHECK(LineRefusal(" r32768 = LoadInt 1") ==
        "line 2, column 2: found 'r32768', expected an instruction of register code");
  CHECK(LineRefusal(" r0 = AddI64 r1, r99999") ==
        "line 2, column 18: found 'r99999', expected a register, r0 to r32767");
  CHECK(LineRefusal(" r0! = LoadInt 1") == "line 2, column 4: found '!', expected '='");
  CHECK(LineRefusal(" r0 = LoadSmallInt 32768") ==
        "line 2, column 20: found '32768', expected a small number, an integer from -32768 to 32767");
  CHECK(LineRefusal(" r0 = LoadFloat 1.5.2") == "line 2, column 17: found '1.5.2', expected a number");
  CHECK(LineRefusal(" r0 = WrapI64 r0, int9") ==
        "line 2, column 19: found 'int9', expected a small number, an integer from -32768 to 32767");
  CHECK(StackRefusal(" LocalGet 256") ==
        "line 2, column 11: found '256', expected a local, an integer from 0 to 255");
  CHECK(StackRefusal(" Return 2") == "line 2, column 9: found '2', expected 'results'");
  CHECK(StackRefusal(" Return results: 901") ==
        "line 2, column 18: found '901', expected a number of values, an integer from 0 to 900");
}

TEST_CASE("assembler errors: lists are of limited length", "[bytecode]") {
  std::string line = " Return (r0";
  for (int i = 0; i < 899; ++i) line += ", r0";
  CHECK(LineRefusal(line + ")") == "ok");
  CHECK_THAT(LineRefusal(line + ", r0)"),
             Catch::Contains("lists of an instruction hold at most 900 registers"));
  CHECK(LineRefusal(" Return (r0") == "line 2, column 12: the line ends, expected ','");
}

TEST_CASE("assembler errors: labels", "[bytecode]") {
  CHECK(LineRefusal(" Jump -> loop") == "line 2, column 10: there is no label 'loop' in the function");
  CHECK(LineRefusal(" 0 Jump -> 1") == "line 2, column 12: there is no label '1' in the function");
  CHECK(LineRefusal(" a: Jump -> a\n a:") == "line 3, column 2: there is a label 'a' above");
  CHECK(LineRefusal(" Jump -> ") == "line 2, column 10: the line ends, expected a label");
  CHECK(LineRefusal(" Jump 0") == "line 2, column 7: found '0', expected '->'");
  CHECK(
      LineRefusal("loop: Jump -> loop") ==
      "line 2, column 1: found 'loop', expected a function or a table such as constants in the first column; "
      "what belongs to one is indented");
}

TEST_CASE("assembler errors: names of entries", "[bytecode]") {
  CHECK(LineRefusal(" Call g () -> ()") == "line 2, column 7: there is no function 'g'");
  CHECK(LineRefusal(" Call f#1 () -> ()") ==
        "line 2, column 7: function 1 does not exist; without number, the first one of this name is meant");
  CHECK(LineRefusal(" CallKernel add () -> ()") == "line 2, column 13: there is no kernel 'add' above");
  CHECK(LineRefusal(" r0 = LoadConst 0") == "line 2, column 17: found '0', expected a constant, such as k0");
  CHECK(LineRefusal(" Raise message") == "line 2, column 8: found 'message', expected a message in quotes");
  CHECK(Refusal("messages\n 0: \"a\"\nfunction f() -> ()\n Raise \"b\"#0\n") ==
        "line 4, column 8: message 0 is another; without number, the first one of this name is meant");
  CHECK(Refusal("object types\n 0: T.C ()\n") ==
        "line 2, column 7: the data type has no constructor of this name, here or above");
  CHECK(LineRefusal(" r2 = MakeObject ref(()) ()") ==
        "line 2, column 18: there is no object 'ref(())' above");
}

TEST_CASE("assembler errors: functions", "[bytecode]") {
  CHECK(Refusal("function") == "line 1, column 9: the line ends, expected the name of a function");
  CHECK(Refusal("function f#1() -> ()") == "line 1, column 11: this is function 0");
  CHECK(Refusal("function f(r1: i64) -> ()") == "line 1, column 12: this is parameter 0");
  CHECK(Refusal("function f(0: i64) -> ()") ==
        "line 1, column 12: found '0', expected a register, r0 to r32767");
  CHECK(Refusal("function f(r0: int) -> ()") ==
        "line 1, column 16: found 'int', expected i64, f64, bool, tensor or object");
  CHECK(Refusal("function f() -> ()\n Return ()\nstack function f() -> (i64)\n") ==
        "line 3, column 17: the register code has () -> ()");
  CHECK(LineRefusal(" registers r4: i64") == "line 2, column 12: expected number 0");
  CHECK(LineRefusal(" registers r0: f64") == "line 2, column 12: parameter 0 is of kind i64");
  CHECK(LineRefusal(" registers r3: f64, r3: f64") == "line 2, column 21: expected number 4");
  CHECK(LineRefusal(" @-1") ==
        "line 2, column 3: found '-1', expected the number of a location, an integer from 0 to 4294967295");
  CHECK(StackRefusal(" stack 32768") ==
        "line 2, column 8: found '32768', expected a height, an integer from 0 to 32767");
}

TEST_CASE("assembler errors: tables", "[bytecode]") {
  CHECK_THAT(Refusal("tables\n"),
             Catch::StartsWith("line 1, column 1: found 'tables', expected a function or a table"));
  CHECK_THAT(Refusal("  constants\n"),
             Catch::StartsWith("line 1, column 3: found 'constants', expected a function or a table"));
  CHECK(Refusal("constants: 1\n") == "line 1, column 10: found ':', expected the end of the line");
  CHECK(Refusal("constants\n k1: Tensor[(), bool] = True\n") ==
        "line 2, column 2: found 'k1', expected 'k0'");
  CHECK(Refusal("constants\n k0: Tensor[(2), int8] = [1]\n") ==
        "line 2, column 6: the constant has 1 elements, which its type does not");
  CHECK(Refusal("constants\n k0: Tensor[(9223372036854775807, 3), int8] = [1]\n") ==
        "line 2, column 6: the constant has 1 elements, which its type does not");
  CHECK(Refusal("constants\n k0: Tensor[(1), int8] = [128]\n") ==
        "line 2, column 27: found '128', expected a value of int8");
  CHECK(Refusal("constants\n k0: Tensor[(1), float16] = [0x10000]\n") ==
        "line 2, column 30: found '0x10000', expected a value of float16");
  CHECK(Refusal("constants\n k0: Tensor[(1), int8] = [1") ==
        "line 2, column 28: the line ends, expected ','");
  CHECK(Refusal("types\n 0: Tensor[*, int8]\n") == "line 2, column 11: the tensor has no rank");
  CHECK(Refusal("types\n 0: Tensor[(n), int8]\n") ==
        "line 2, column 11: the tensor has the extent n, expected constants of at least 0, or ?");
  CHECK(Refusal("types\n 0: Tensor[(1,1,1,1,1,1,1,1,1), int8]\n") ==
        "line 2, column 28: the tensor has more than 8 dimensions");
  CHECK(Refusal("kernels\n add(axis=1, passed)\n") ==
        "line 2, column 14: found 'passed', expected an attribute");
  CHECK(Refusal("kernels\n add(a=[1, 2f64])\n") == "line 2, column 12: the list has integers and floats");
  CHECK(Refusal("kernels\n add(a=yes)\n") ==
        "line 2, column 8: found 'yes', expected an integer, or a float such as 0.5f64");
  CHECK(Refusal("messages\n 0: \"open\n") == "line 2, column 5: the text has no closing '\"' on its line");
  CHECK_THAT(Refusal("messages\n 0: \"\\q\"\n"),
             Catch::StartsWith("line 2, column 5: the text has a wrong escape"));
  CHECK(Refusal("entry points\n e(x Tensor[*, bool]) -> () = f\n") ==
        "line 2, column 6: found 'Tensor', expected ':'");
  CHECK(Refusal("entry points\n e(x: Tensor[(a +), bool]) -> () = f\n") ==
        "line 2, column 15: dimension: expected an integer, a symbol or a function at column 4 of 'a +'");
}

TEST_CASE("assembler errors: types do not nest without end", "[bytecode]") {
  for (const std::string open : {"(", "ref(", "fn () -> ", "A[", "fn ("}) {
    std::string text = "data types\n T { C(";
    for (int i = 0; i < 100000; ++i) text += open;
    CHECK_THAT(Refusal(text), Catch::Contains("the type nests deeper than 64"));
  }
}

TEST_CASE("assembler errors: every cut of a listing is read or refused", "[bytecode]") {
  const std::string text = Disassemble(SampleExecutable(), {.lossless = true});
  for (size_t size = 0; size < text.size(); ++size) Refusal(text.substr(0, size));
}

TEST_CASE("assembler errors: every changed character is read or refused", "[bytecode]") {
  const std::string text = Disassemble(SampleExecutable(), {.lossless = true});
  for (size_t i = 0; i < text.size(); ++i) {
    for (const char c : {'\0', '\n', ' ', '"', '(', '9', 'r', '\xff'}) {
      std::string changed = text;
      changed[i] = c;
      Refusal(changed);
    }
  }
}

}  // namespace
}  // namespace baton
